/* The steps of mfma_exec, one a file. */
#ifndef GFX950SIM_MFMA_PARTS_H
#define GFX950SIM_MFMA_PARTS_H

#include "mfma.h"
#include "wave.h"

enum {
    MFMA_MAX_ELEMENTS = 32 * LANES, /* of A or B */
    MFMA_MAX_D = 32,                /* registers of C and D */
    MFMA_PANEL_ROWS = 4,            /* rows of D that are computed together: they lie in neighbouring registers */
    MFMA_PANEL_COLUMNS = 16,
};

/* A or B as it lies in registers (ISA 7.1.4.1): `width` lanes hold one k, block after block; a lane holds `items`
 * elements in `runs` runs of consecutive k. */
struct mfma_side {
    enum mfma_type type;
    unsigned bits, items, runs, depth, width, regs;
    const uint32_t *row[8];
    lane_row moved[8]; /* rows that cbsz and abid, or blgp, permuted */
};

/* mfma_operands.c. runs 0: as many as the registers make. */
void mfma_shape_side(struct mfma_side *s, enum mfma_type type, unsigned depth, unsigned width, unsigned runs);
/* Rows as the lanes see them; reports undefined bits. */
void mfma_fetch_side(struct wave *w, const struct insn *in, const struct mfma_shape *shape, bool is_b,
                     struct mfma_side *s);
/* All elements as float (int32_t of MT_I8), [k][width]. */
void mfma_decode(const struct mfma_side *s, uint32_t *out);
/* k of every stored element of a sparse A, in the layout of its elements. */
void mfma_sparse_index(struct wave *w, const struct insn *in, const struct mfma_side *a, uint8_t *k_of);
/* The byte of each lane's scale that op_sel and op_sel_hi choose. side: 0 A, 1 B. */
void mfma_fetch_scale(struct wave *w, const struct insn *in, unsigned side, uint8_t scale[LANES]);

/* mfma_product.c */
struct mfma_product {
    const struct mfma_shape *shape;
    unsigned depth;                   /* elements of A along K: k, or k / 2 when A is sparse */
    unsigned step;                    /* elements along K that are summed before C comes in */
    unsigned wa, wb;                  /* lanes of one k in a and b */
    const uint32_t *a, *b;            /* as mfma_decode leaves them */
    const uint8_t *k_of;              /* sparse: k of each element of a; else NULL */
    const uint8_t *scale_a, *scale_b; /* E8M0, [K block][row or column]; NULL: 1 */
    bool pairwise, saturate;
};

union mfma_panel {
    float f[MFMA_PANEL_ROWS][MFMA_PANEL_COLUMNS];
    int32_t i[MFMA_PANEL_ROWS][MFMA_PANEL_COLUMNS];
};

/* D = C + A B for four rows and 4 or 16 columns; at_a, at_b: first row and column inside one k. */
void mfma_panel(const struct mfma_product *p, unsigned at_a, unsigned at_b, unsigned columns, union mfma_panel *d);

#endif
