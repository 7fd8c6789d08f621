/* Grouped problems to bench or tune. */
#ifndef SMALLM_BENCH_MOE_SHAPES_H
#define SMALLM_BENCH_MOE_SHAPES_H

#include <stddef.h>

#include "exit_status.h"
#include "moe_route.h"
#include "smallm/moe.h"

struct moe_shape {
    unsigned experts, n, k, a_div, weighted, combine, block_m, top_k, tokens;
    enum route routing;
};

/* Read lines experts,n,k,a_div,weighted,combine,block_m,top_k,routing,Ts into memory for free(), a shape for each T.
 * EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying which line is wrong and why. */
enum exit_status moe_shapes_read(struct moe_shape **shapes, size_t *count, const char *file);

/* The library's problem: as many rows of X as the slots need, the least sorted_len, no forced kernel. */
smallm_moe_problem moe_problem(const struct moe_shape *shape);

#endif
