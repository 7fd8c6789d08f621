/* LDS of a workgroup as its waves see it: bounds, definedness, alignment, races. Only the thread that runs the
 * workgroup touches it. */
#ifndef GFX950SIM_LDS_H
#define GFX950SIM_LDS_H

#include "vmem.h"

/* One access of one wave; kind and bytes as in vmem_access. Addresses are bytes in the workgroup's LDS. */
struct lds_access {
    struct wave *w;
    const struct insn *in;
    uint8_t kind, bytes;
    uint64_t exec;
    uint32_t addr[LANES];
};

/* Results of lanes outside exec are not written. Out of bounds: a finding, zeros that count as undefined. */
void lds_load(struct lds_access *a, lane_row *value, lane_row *undef);
void lds_store(struct lds_access *a, const uint32_t *const value[], const uint32_t *const undef[]);
/* A load to LDS has begun and will store there when it is delivered. */
void lds_announce(struct lds_access *a);
/* data and undef: see vmem_atomic; old rows may be NULL. */
void lds_atomic(struct lds_access *a, const struct atomic_op *op, const uint32_t *const data[],
                const uint32_t *const undef[], lane_row *old, lane_row *old_undef);

#endif
