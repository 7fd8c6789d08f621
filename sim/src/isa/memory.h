/* What the families of memory instructions share: where their addresses come from. */
#ifndef GFX950SIM_ISA_MEMORY_H
#define GFX950SIM_ISA_MEMORY_H

#include "../vmem.h"

/* Addresses of a GLOBAL instruction: printed operands vaddr and saddr (SGPR pair or off). */
void global_address(struct vmem_access *a, unsigned vaddr, unsigned saddr);

/* A buffer access: lane addresses, and for each dword the lanes inside num_records. Format and atomic operations are
 * in range as a whole (`indivisible`). */
struct buffer_access {
    struct vmem_access mem;
    uint64_t dword[4];  /* in range; subsets of defined */
    uint64_t defined;   /* lanes of EXEC whose address is defined */
    uint32_t format[4]; /* the descriptor */
};
/* Printed operands from `first`: vaddr (or off), descriptor, soffset. */
void buffer_address(struct buffer_access *b, unsigned first, unsigned bytes, bool indivisible);
/* Results by lane: out of range 0, undefined address undefined. */
void buffer_load(struct buffer_access *b, lane_row *value, lane_row *undef);
void buffer_store(struct buffer_access *b, const uint32_t *const value[], const uint32_t *const undef[]);

/* Private memory of each lane. offset: byte inside the lane's segment. Removes lanes outside it, with a finding. */
void scratch_address(struct vmem_access *a, const uint64_t *offset);

/* The same from the printed operands vaddr (or off) and saddr (or off), with the immediate. */
void scratch_operands(struct vmem_access *a, unsigned vaddr, unsigned saddr);

/* Books a load to LDS whose address M0 and the instruction give; the caller fills value and undef with the data. */
struct pending *lds_dma_book(struct wave *w, const struct insn *in);
/* A buffer load with the lds modifier. */
void lds_dma_buffer(struct wave *w, const struct insn *in);

/* Loads and stores that buffers and all flat segments have alike: LOAD or STORE(mnemonic, shape) makes a row. */
#define MEM_PLAIN_ROWS(LOAD, STORE)                                                                                    \
    LOAD("ubyte", D_U8), LOAD("sbyte", D_I8), LOAD("ushort", D_U16), LOAD("sshort", D_I16), LOAD("dword", D_B32),      \
        LOAD("dwordx2", D_B64), LOAD("dwordx3", D_B96), LOAD("dwordx4", D_B128), LOAD("ubyte_d16", D_U8_D16),          \
        LOAD("ubyte_d16_hi", D_U8_D16_HI), LOAD("sbyte_d16", D_I8_D16), LOAD("sbyte_d16_hi", D_I8_D16_HI),             \
        LOAD("short_d16", D_B16_D16), LOAD("short_d16_hi", D_B16_D16_HI), STORE("byte", D_U8),                         \
        STORE("byte_d16_hi", D_B8_HI), STORE("short", D_U16), STORE("short_d16_hi", D_B16_HI), STORE("dword", D_B32),  \
        STORE("dwordx2", D_B64), STORE("dwordx3", D_B96), STORE("dwordx4", D_B128)

#endif
