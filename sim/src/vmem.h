/* The memory path of a wave: 64 lane addresses in, bytes and definedness out, with bounds, races and L2 effects on the
 * way. Global, buffer, flat, scratch and scalar instructions go through here; LDS has lds.h. */
#ifndef GFX950SIM_VMEM_H
#define GFX950SIM_VMEM_H

#include "wave.h"

enum vmem_kind { VMEM_LOAD, VMEM_STORE, VMEM_ATOMIC };

/* One access of one wave. Addresses of lanes outside exec are ignored. */
struct vmem_access {
    struct wave *w;
    const struct insn *in;
    uint8_t kind;  /* enum vmem_kind */
    uint8_t bytes; /* a lane moves: 1, 2, or 4 times 1..4 */
    uint64_t exec;
    uint64_t addr[LANES];
};

/* The shape of a memory instruction's data, by isa_op.data. */
enum mem_data {
    D_NONE,
    D_U8,
    D_I8,
    D_U16,
    D_I16,
    D_B32,
    D_B64,
    D_B96,
    D_B128,
    D_U8_D16,
    D_U8_D16_HI,
    D_I8_D16,
    D_I8_D16_HI,
    D_B16_D16,
    D_B16_D16_HI,
    D_B8_HI, /* stores of bits 23:16 and 31:16 */
    D_B16_HI,
};
struct mem_width {
    uint8_t bytes, ndw;
    uint8_t sign;  /* bits from which a load is sign-extended, 0: zero-extended */
    uint8_t shift; /* of the datum inside its register */
    uint32_t mask; /* bits of the register that a load writes */
};
extern const struct mem_width mem_widths[];

static inline const struct mem_width *mem_width_of(const struct insn *in) {
    return &mem_widths[in->op->data];
}

/* Row d of value and undef (set bits undefined) receives dword d of each lane of exec; sub-dword data are
 * zero-extended. Lanes that are out of bounds get undefined bits and a finding. */
void vmem_load(struct vmem_access *a, lane_row *value, lane_row *undef);
/* undef[d] may be NULL: all bits defined. */
void vmem_store(struct vmem_access *a, const uint32_t *const value[], const uint32_t *const undef[]);

/* What an atomic makes of the memory's value. 32-bit operations use the low half. */
typedef uint64_t atomic_fn(uint64_t old, uint64_t data, uint64_t compare);
struct atomic_op {
    atomic_fn *fn;
    uint8_t ndw;     /* dwords of the memory operand */
    bool compare;    /* data registers: new value, then the value to compare with */
    bool overwrites; /* the old value does not reach the new one: swaps */
    bool bitwise;    /* undefined bits stay in their place */
};
/* data: ndw rows, then with compare ndw rows of the value to compare with. old receives the value before. */
void vmem_atomic(struct vmem_access *a, const struct atomic_op *op, const uint32_t *const data[],
                 const uint32_t *const undef[], lane_row *old, lane_row *old_undef);

/* 64 lanes of `bytes` each between host addresses + delta and rows. Scatter writes the lanes of the mask in order. */
void mem_gather(const uint64_t *addr, unsigned bytes, intptr_t delta, lane_row *row);
void mem_scatter(const uint64_t *addr, uint64_t lanes, unsigned bytes, intptr_t delta, const uint32_t *const row[]);

/* Lanes of a result to zero, or to undefined bits. */
void mem_zero_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes);
void mem_poison_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes);

/* Sign extension and placement of what a load of this width brought, in place. */
void mem_place(const struct mem_width *k, lane_row *value, lane_row *undef);

/* Rows of a data operand: value[d], and undef[d] = NULL where all bits are defined. utmp holds shadow rows that have to
 * be made. */
void mem_data_rows(struct wave *w, const struct insn *in, unsigned opnd, unsigned n, const uint32_t **value,
                   const uint32_t **undef, lane_row *utmp);
/* As mem_data_rows for a store narrower than a register: the bits that it moves, at bit 0. */
void mem_store_rows(struct wave *w, const struct insn *in, unsigned opnd, const uint32_t **value,
                    const uint32_t **undef, lane_row *tmp, lane_row *utmp);

/* exec without the lanes in which the operand has undefined bits, which are reported. */
uint64_t mem_address_defined(struct wave *w, const struct insn *in, unsigned opnd, uint64_t exec);

/* Scalar memory: `bytes` (a multiple of 4, at most 64) at one address. False, with a finding, when they do not lie in
 * one allocation; value and undef then say undefined. */
bool vmem_scalar_load(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, uint32_t *value,
                      uint32_t *undef);
bool vmem_scalar_store(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, const uint32_t *value,
                       const uint32_t *undef);

#endif
