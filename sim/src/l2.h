/* The L2s of the eight XCDs, which are not coherent with one another (facts 3.5; LLVM's memory model for gfx942).
 *
 * Memory holds what each XCD has written last; beside it stand copies of the bytes before, for the XCDs that cannot see
 * the new ones: all others while a plain store is dirty in its XCD's L2, then those that still hold the line from an
 * earlier read, until their buffer_inv. sc1 stores and atomics are not kept dirty, sc1 loads pass stale lines by, and
 * the end of the launch writes everything back. */
#ifndef GFX950SIM_L2_H
#define GFX950SIM_L2_H

#include "track.h"

void l2_load(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g,
             lane_row *value, lane_row *undef);
/* Before a store or an atomic. */
void l2_write(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g);
/* buffer_wbl2 sc1, buffer_inv sc1 of a wave. */
void l2_write_back(struct wave *w);
void l2_invalidate(struct wave *w);
void l2_free(struct track *t);

#endif
