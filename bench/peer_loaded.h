/* What peer_setup.c and peer_run.c share. */
#ifndef SMALLM_BENCH_PEER_LOADED_H
#define SMALLM_BENCH_PEER_LOADED_H

#include "peer_run.h"

/* One launch of a kernel, with the values of its expressions. */
struct peer_loaded {
    hipModule_t module;
    hipFunction_t function;
    uint32_t grid[3], block[3], lds;
};

/* Say why HIP refuses a launch's kernel: EXIT_BAD_ARGUMENTS, or, with what the simulator found in it,
 * EXIT_WRONG_RESULT.
 */
enum exit_status peer_refused(const struct peer_run *run, const struct peer_step *step, hipError_t error);

#endif
