/* Races in global memory and in LDS.
 *
 * Two accesses to the same bytes, one of them a write, by different waves must be ordered:
 *  - inside a workgroup by a barrier, or by both waves having synchronised through atomics since the last one;
 *  - between workgroups by a release of the first and an acquire of the second that runs after it. A release is an
 * atomic or an sc1 store; it covers what was complete (waited for) and, where it stayed in an L2, what a completed
 *    buffer_wbl2 sc1 wrote back. An acquire is an atomic or an sc1 load; plain loads need a buffer_inv sc1 after it.
 * Which variable carries the synchronisation is not looked at, so code that is right under LLVM's memory model is never
 * reported. Atomics do not race with atomics, nor coherent accesses to synchronisation variables with one another.
 * Writes that change nothing do not race.
 *
 * Which accesses are synchronisation is a matter of the preset. Under `own` only atomics are, and sc0 or sc1 accesses
 * of one address by the whole wave. Else every sc0 or sc1 access is, and in LDS, where relaxed atomics are plain
 * instructions, every access of one address of up to 64 bits by the whole wave. */
#ifndef GFX950SIM_RACE_H
#define GFX950SIM_RACE_H

#include "lds.h"
#include "track.h"

void race_load(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g);
void race_write(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g,
                const uint32_t *const value[]);
/* The wave has read a synchronisation variable. */
void race_acquire(struct track *t, struct wave *w);
/* buffer_wbl2 sc1 was issued; buffer_inv sc1. */
void race_write_back(struct wave *w);
void race_invalidate(struct wave *w);
/* First access of a workgroup since it passed a barrier. */
void race_barrier(struct workgroup *wg, struct track_group *g);

/* LDS (lds_race.c). lanes are in bounds; value NULL: no value to compare with. */
size_t lds_records_size(uint32_t lds_size);
void lds_race_read(struct lds_access *a, uint64_t lanes);
void lds_race_write(struct lds_access *a, uint64_t lanes, const uint32_t *const value[]);
/* A wave has passed 65536 barriers: forget. */
void lds_race_forget(struct workgroup *wg, struct track_group *g);

#endif
