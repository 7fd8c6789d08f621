/* Cells that are timed: what dense and grouped ones differ in. */
#ifndef SMALLM_BENCH_TIME_CELLS_H
#define SMALLM_BENCH_TIME_CELLS_H

#include "time_options.h"
#include "time_result.h"

struct time_kind {
    const char *name;   /* the command line's word */
    const char *shapes; /* the file that is read unless another is named */
    /* Shapes into memory for free(). */
    enum exit_status (*read)(void **shapes, size_t *count, const struct time_options *options);
    /* Time number `at`. A cell without a plan is one with `refused` set, not a failure. */
    enum exit_status (*time)(struct time_result *result, const struct backend *backend, const void *shapes, size_t at,
                             const struct time_options *options);
};

extern const struct time_kind time_dense, time_moe;

#endif
