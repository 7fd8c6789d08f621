/* Cells that are timed: what dense and grouped ones differ in. */
#ifndef SMALLM_BENCH_TIME_CELLS_H
#define SMALLM_BENCH_TIME_CELLS_H

#include "planned.h"
#include "time_options.h"
#include "time_result.h"

/* A cell that is ready to be launched. */
struct time_cell {
    struct time_result result; /* all but what is measured; `refused` is set where the library has no plan */
    struct measured measured;
    void *own;
};

struct time_kind {
    const char *name;   /* the command line's word */
    const char *shapes; /* the file that is read unless another is named */
    /* Shapes into memory for free(). */
    enum exit_status (*read)(void **shapes, size_t *count, const struct time_options *options);
    /* Plan and buffers of number `at`. A cell without a plan is no failure. Also after a failure there must be a close.
     */
    enum exit_status (*open)(struct time_cell *cell, const struct backend *backend, const void *shapes, size_t at,
                             const struct time_options *options);
    void (*close)(struct time_cell *cell, const struct backend *backend);
};

/* For open: what a plan's making, which ended with `status`, says of the cell. EXIT_DECLINED becomes `refused`. */
enum exit_status time_cell_planned(struct time_cell *cell, const struct planned *planned, enum exit_status status);

extern const struct time_kind time_dense, time_moe;

/* Open, measure, close. A cell without a plan is one with `refused` set and no kernel, not a failure. */
enum exit_status time_kind_cell(struct time_result *result, const struct time_kind *kind, const struct backend *backend,
                                const void *shapes, size_t at, const struct time_options *options);

#endif
