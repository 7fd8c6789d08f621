/* One grouped cell on the simulator, and what was counted. */
#ifndef SMALLM_BENCH_STRUCTURE_MOE_CELL_H
#define SMALLM_BENCH_STRUCTURE_MOE_CELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "moe_launch.h"

/* As many rows of an expert as the bar on W's bytes holds for. */
enum { BAR_EXPERT_ROWS = 16 };

struct moe_cell {
    struct moe_shape shape;
    char refused[512]; /* why the library has no plan for it, or "" */
    char kernel[128];
    unsigned k_splits, touched, max_rows; /* experts with rows; rows of the one that has the most */
    uint64_t launches, errors, warnings;
    uint64_t w_read, w_scale_read; /* bytes that loads asked for */
    double w_ratio, w_scale_ratio; /* of the touched experts' bytes */
    double valu_per_kb;            /* VALU instructions of all waves per 1,024 bytes of the touched experts' W */
    uint64_t w_in_flight;          /* bytes per CU at the peak, an upper bound */
    uint64_t workgroups;
    unsigned cus_busy, cus, resident; /* derived from the grid and the kernel's resources */
    unsigned scratch, spills;
    bool met; /* every bar */
};

/* Plan, run once and count. EXIT_NO_DEVICE, after saying so, when HIP fails; a cell that is
 * declined or that has findings is a cell that misses its bars. */
enum exit_status moe_cell_run(struct moe_cell *cell, const struct backend *backend, struct moe_shape shape);

#endif
