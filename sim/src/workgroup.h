/* The life of a workgroup, used by the launcher. */
#ifndef GFX950SIM_WORKGROUP_H
#define GFX950SIM_WORKGROUP_H

#include "wave.h"

/* Stack of a work-item beyond its fixed private segment, for kernels whose metadata says that it is dynamic. */
enum { DYNAMIC_STACK_BYTES = 16384 };

enum workgroup_state { WORKGROUP_DONE, WORKGROUP_RUNNING };

struct workgroup *workgroup_new(struct run *run, uint64_t linear);
void workgroup_free(struct workgroup *wg);
/* All live waves wait: lets them go on. False when none waits, or one does not. */
bool workgroup_release_barrier(struct workgroup *wg);
/* Runs waves until all have ended or `budget` instructions were issued. */
enum workgroup_state workgroup_run(struct workgroup *wg, uint64_t budget);

#endif
