/* What the parts of the memory path share among themselves: vmem.c, vmem_scalar.c, vmem_fault.c. */
#ifndef GFX950SIM_VMEM_PARTS_H
#define GFX950SIM_VMEM_PARTS_H

#include "vmem.h"

static inline unsigned mem_dwords(unsigned bytes) {
    return (bytes + 3) / 4;
}

static inline bool mem_holds(const struct mem_alloc *m, uint64_t addr, unsigned bytes) {
    return addr >= m->base && m->size >= bytes && addr - m->base <= m->size - bytes;
}

/* Lanes in bad memory, by the finding that they make. */
struct mem_faults {
    uint64_t lanes;
    uint64_t of[3];
};
void mem_fault_note(const struct vmem_access *a, struct mem_faults *f, unsigned lane);
/* One report a kind, about its first lane. */
void mem_faults_report(const struct vmem_access *a, const struct mem_faults *f);

/* A lane that leaves its allocation: the bytes inside are read, the others are undefined. */
void mem_load_split(struct vmem_access *a, unsigned lane, lane_row *value, lane_row *undef);

#endif
