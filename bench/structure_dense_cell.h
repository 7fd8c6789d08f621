/* One cell on the simulator, and what was counted. */
#ifndef SMALLM_BENCH_STRUCTURE_DENSE_CELL_H
#define SMALLM_BENCH_STRUCTURE_DENSE_CELL_H

#include "dense_launch.h"

/* Bars of a cell. */
enum { BAR_LAUNCHES = 1 };
#define BAR_W_RATIO 1.02
#define BAR_MFMA_RATIO 1.0

struct cell {
    struct shape shape;
    char refused[512]; /* why the library has no plan for it, or "" */
    char kernel[128];
    unsigned k_splits;
    uint64_t launches, errors, warnings;
    uint64_t w_read, w_scale_read;    /* bytes that loads asked for */
    double w_ratio, w_scale_ratio;    /* of the tensors' bytes */
    double mfma_ratio;                /* of one per 16 x 16 x 128 block of M x N x K */
    double valu_per_kb;               /* VALU instructions of all waves per 1,024 bytes of W */
    uint64_t w_in_flight;             /* bytes per CU at the peak, an upper bound */
    unsigned cus_busy, cus, resident; /* derived from the grid and the kernel's resources */
    unsigned scratch, spills;
    bool met; /* every bar */
};

/* Plan, run once and count. EXIT_NO_DEVICE, after saying so, when HIP fails; a cell that is declined or that has
 * findings is a cell that misses its bars. */
enum exit_status cell_run(struct cell *cell, const struct backend *backend, const struct dense_memory *memory,
                          struct shape shape);

#endif
