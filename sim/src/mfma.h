/* Matrix instructions: their shapes, operand layouts and the arithmetic that all of them share. The families under
 * isa/ (mfma_dense.c, mfma_f8f6f4.c, mfma_sparse.c, mfma_f64.c) hold the rows. Source: CDNA4 ISA, chapter 7. */
#ifndef GFX950SIM_MFMA_H
#define GFX950SIM_MFMA_H

#include "isa.h"

enum mfma_type { MT_F32, MT_F16, MT_BF16, MT_I8, MT_FP8, MT_BF8, MT_FP6, MT_BF6, MT_FP4, MT_F64, MT_COUNT };

/* What a row's aux points to: D[b] = C[b] + A[b] B[b] for each of `blocks` blocks, A[b] m by k and B[b] k by n.
 * D and C are i32 when a is MT_I8, f64 when it is MT_F64, else f32. */
struct mfma_shape {
    uint8_t m, n, k, blocks;
    uint8_t a, b; /* enum mfma_type; of f8f6f4 instructions cbsz and blgp say it */
    bool f8f6f4;  /* cbsz and blgp are formats; sums by blocks of 32 along K */
    bool scaled;  /* operands 4 and 5 hold E8M0 scales of A and B */
    bool sparse;  /* two of every four elements of A along K are stored; operand 3 says which; D is C too */
};

enum { MFMA_MAX_K = 128, MFMA_SCALE_BLOCK = 32 };

/* Passes of the matrix pipe (ISA table 28: cycles / 4): the row's number, doubled when a format that cbsz or blgp
 * selects has 8 bits. */
unsigned mfma_passes(const struct insn *in);

/* The driver of all rows whose D is f32 or i32. */
void mfma_exec(struct wave *w, const struct insn *in);

#endif
