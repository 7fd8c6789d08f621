/* Can a kernel do a problem? Every rule in one place, each with its sentence. */
#ifndef SMALLM_SRC_DENSE_FIT_H
#define SMALLM_SRC_DENSE_FIT_H

#include <stdbool.h>

#include "kernel_info.h"
#include "reason.h"
#include "smallm/dense.h"

/* The rules in N, K and k_splits (from 1) alone: n and k are from 1 to 2^31 - 1, k_splits to 2^31 - 1. */
bool smallm_dense_shape_fits(const struct smallm_kernel_info *kernel, int64_t k_splits, int64_t n, int64_t k,
                             struct smallm_reason *why);

/* The rules in M, K, the leading dimensions and the type of Out. The problem has passed its guards. */
bool smallm_dense_rows_fit(const struct smallm_kernel_info *kernel, const smallm_dense_problem *problem,
                           struct smallm_reason *why);

#endif
