/* Running a launch in modelled time: the third way beside one workgroup after the other and all of them by turns. */
#ifndef GFX950SIM_TIME_TIME_H
#define GFX950SIM_TIME_TIME_H

#include "../workgroup.h"

/* The workgroups of the run, on this thread: all, or when settings.sample says so the first *timed of them. False when
 * the host has no memory for it. */
bool time_run(struct run *run, uint64_t workgroups, uint64_t *timed);

#endif
