/* One cell, timed: what smallm-bench prints and smallm-tune ranks by. */
#ifndef SMALLM_BENCH_TIME_CELL_H
#define SMALLM_BENCH_TIME_CELL_H

#include "measure.h"
#include "moe_shapes.h"
#include "tune_shapes.h"

struct time_choice {
    const char *caches; /* of a modelled launch: "cold", "warm" or "flush" */
    const char *kernel; /* NULL: the library's choice */
    uint32_t k_splits;  /* 0: the same */
    smallm_determinism determinism;
};

struct time_result {
    char cell[96];     /* "K=6144 N=2304 M=1" */
    char refused[512]; /* why the library has no plan for it, or "" */
    char kernel[128];
    unsigned k_splits;
    double fewest_bytes; /* that the product has to move */
    double w_bytes;      /* of W and its scales, among them */
    struct measurement measured;
};

/* A cell without a plan is one with `refused` set and no kernel, not a failure. */
enum exit_status time_dense_cell(struct time_result *result, const struct backend *backend, const struct shape *shape,
                                 const struct time_choice *choice);
enum exit_status time_moe_cell(struct time_result *result, const struct backend *backend, const struct moe_shape *shape,
                               const struct time_choice *choice);

#endif
