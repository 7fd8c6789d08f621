/* Splitting a FLAT access by aperture. */
#ifndef GFX950SIM_ISA_FLAT_H
#define GFX950SIM_ISA_FLAT_H

#include "../lds.h"
#include "memory.h"

/* High dwords of src_shared_base and src_private_base (regs.c). */
enum { FLAT_SHARED_APERTURE = 1 << 16, FLAT_PRIVATE_APERTURE = 2 << 16 };

struct flat_lanes {
    uint64_t defined; /* lanes of EXEC whose address is defined: the union of the others */
    uint64_t global, scratch, lds;
};
/* Fills a->addr from the printed operand vaddr; a->exec is the caller's. */
void flat_split(struct vmem_access *a, unsigned vaddr, struct flat_lanes *f);
/* The private and the LDS part of an access. */
void flat_private(struct vmem_access *a, const struct flat_lanes *f, struct vmem_access *out);
void flat_shared(struct vmem_access *a, const struct flat_lanes *f, struct lds_access *out);

#endif
