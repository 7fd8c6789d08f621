/* Detection of waves that only another wave can free. */
#ifndef GFX950SIM_DEADLOCK_H
#define GFX950SIM_DEADLOCK_H

#include "wave.h"

/* True when the wave has ended, waits at a barrier, or repeats one state for ever. Runs it on a little; the number of
 * instructions is added to *issued. */
bool wave_spins(struct wave *w, uint64_t *issued);

#endif
