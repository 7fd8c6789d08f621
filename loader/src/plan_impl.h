#ifndef SMALLM_SRC_PLAN_IMPL_H
#define SMALLM_SRC_PLAN_IMPL_H

#include "hip_api.h"
#include "kernel_info.h"
#include "smallm/dense.h"
#include "smallm_kernargs.h"

/* What tells two dense problems of a context apart. No padding: compared as bytes. */
struct smallm_dense_key {
    int64_t m, n, k, ldx, ldxs, ldo, k_splits;
    int32_t x_type, w_type, out_type, bias_type, determinism, ignore_tuning;
    int64_t kernel; /* index of the forced kernel, or -1 */
};

struct smallm_dense_sizes {
    uint64_t x, x_scale, w, w_scale, bias, out;
};

struct smallm_plan {
    struct smallm_dense_key key;
    const struct smallm_hip *hip;
    const struct smallm_kernel_info *kernel;
    hipFunction_t function;
    uint32_t tiles, k_splits; /* grid x and y */
    uint32_t out_alignment;
    uint32_t bias_alignment;            /* 0: no bias */
    struct smallm_dense_args arguments; /* all but the pointers */
    struct smallm_dense_sizes sizes;    /* least bytes of each buffer */
    uint64_t workspace_bytes;
    double microseconds;
    char explanation[2048];
};

#endif
