/* One cell, timed: what smallm-bench prints and smallm-tune ranks by. */
#ifndef SMALLM_BENCH_TIME_CELL_H
#define SMALLM_BENCH_TIME_CELL_H

#include "moe_shapes.h"
#include "time_result.h"
#include "tune_shapes.h"

struct time_choice {
    const char *caches; /* of a modelled launch: "cold", "warm", "flush" or "first" */
    const char *kernel; /* NULL: the library's choice */
    uint32_t k_splits;  /* 0: the same */
    smallm_determinism determinism;
};

/* A cell without a plan is one with `refused` set and no kernel, not a failure. */
enum exit_status time_dense_cell(struct time_result *result, const struct backend *backend, const struct shape *shape,
                                 const struct time_choice *choice);
enum exit_status time_moe_cell(struct time_result *result, const struct backend *backend, const struct moe_shape *shape,
                               const struct time_choice *choice);

#endif
