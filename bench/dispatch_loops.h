/* The loops whose times are compared: HIP's call alone, execute, and the one-call form. */
#ifndef SMALLM_BENCH_DISPATCH_LOOPS_H
#define SMALLM_BENCH_DISPATCH_LOOPS_H

#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>

#include "exit_status.h"
#include "smallm/dense.h"
#include "smallm/moe.h"

enum { DISPATCH_MOST_PLANS = 128 };

enum dispatch_loop { LOOP_HIP, LOOP_EXECUTE, LOOP_ONE_CALL, LOOP_MOE_EXECUTE, LOOP_MOE_ONE_CALL, DISPATCH_LOOPS };

/* A context on the HIP that does nothing, and the plans of many problems. Shared by threads. */
struct dispatch_bench {
    void *library;
    smallm_context *context;
    unsigned long long (*launches)(void);
    __typeof__(hipModuleLaunchKernel) *launch;
    size_t plans, moe_plans;
    smallm_dense_problem problem[DISPATCH_MOST_PLANS];
    smallm_moe_problem moe_problem[DISPATCH_MOST_PLANS];
    smallm_plan *plan[DISPATCH_MOST_PLANS], *moe_plan[DISPATCH_MOST_PLANS];
    smallm_dense_buffers buffers;
    smallm_moe_buffers moe_buffers[2]; /* weighted: [1] */
    void *workspace;
    uint64_t workspace_bytes;
};

/* Says on stderr what is wrong if it fails. */
enum exit_status dispatch_open(struct dispatch_bench *bench, const char *cells, const char *moe_cells);
void dispatch_close(struct dispatch_bench *bench);

enum { DISPATCH_BATCH = 1024, DISPATCH_BATCHES = 400 };

/* Of one thread. */
struct dispatch_times {
    /* Nanoseconds a call, of every batch: real time, and processor time of the thread. */
    double real[DISPATCH_LOOPS][DISPATCH_BATCHES], cpu[DISPATCH_LOOPS][DISPATCH_BATCHES];
    unsigned long long failed, launches; /* of all loops together */
};

/* Batches of the loops in turn; fills everything in. */
void dispatch_measure(const struct dispatch_bench *bench, struct dispatch_times *times);

#endif
