/* The cost model's best few for a shape. */
#ifndef SMALLM_BENCH_TUNE_RANK_H
#define SMALLM_BENCH_TUNE_RANK_H

#include <stddef.h>

#include "smallm/context.h"
#include "tune_shapes.h"

enum { RANKED = 8 };

struct candidate {
    uint32_t kernel; /* as smallm_kernel_name counts */
    uint32_t k_splits;
    uint32_t m_tile;
    bool own;  /* what the library takes where there is no table */
    double us; /* modelled */
};

/* Kernels that may lie this much above the fastest and count as equal to it: the model does not see finer. */
extern const double rank_margin;

/* Fill in the best first and return how many there are. 0: no kernel does this shape, and smallm_last_error() says why.
 * The order is that of the modelled microseconds; those within rank_margin of the fastest come first, by: the library's
 * own choice, fewer K splits, fewer rows held, the order of configs/kernels.csv. */
size_t rank_candidates(struct candidate best[RANKED], smallm_context *context, struct shape shape);

#endif
