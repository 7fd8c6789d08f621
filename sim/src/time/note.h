/* Hooks of the executor: what the instruction that runs does to memory. Called only for waves that are timed
 * (wave.timed); vmem.c, vmem_scalar.c and lds.c know nothing else of time. */
#ifndef GFX950SIM_TIME_NOTE_H
#define GFX950SIM_TIME_NOTE_H

#include "../lds.h"
#include "../track.h"

void time_note_vector(const struct vmem_access *a, const struct mem_group *g);
void time_note_scalar(struct mem_alloc *m, uint64_t addr, unsigned bytes, bool store);
void time_note_lds(const struct lds_access *a, uint64_t lanes);
/* Modelled clocks since the first launch that was timed: what s_memtime reads. */
uint64_t time_clocks(void);
/* The same at 100 MHz: s_memrealtime. */
uint64_t time_100mhz(void);

#endif
