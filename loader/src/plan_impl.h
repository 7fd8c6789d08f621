#ifndef SMALLM_SRC_PLAN_IMPL_H
#define SMALLM_SRC_PLAN_IMPL_H

#include "hip_api.h"
#include "kernel_info.h"
#include "plan_key.h"
#include "smallm/plan.h"
#include "smallm_kernargs.h"

/* What a launch needs beside its pointers: all other arguments, and the least bytes of each buffer. */
struct smallm_dense_launch {
    struct smallm_dense_args arguments;
    uint32_t out_alignment;
    uint32_t bias_alignment; /* 0: no bias */
    struct {
        uint64_t x, x_scale, w, w_scale, bias, out;
    } sizes;
};

struct smallm_moe_launch {
    struct smallm_moe_args arguments;
    uint32_t out_alignment;
    uint32_t weighted;
    struct {
        uint64_t x, x_scale, w, w_scale, weights, sorted_token_ids, expert_ids, out;
    } sizes;
};

struct smallm_plan {
    union {
        struct smallm_plan_key head;
        struct smallm_dense_key dense;
        struct smallm_moe_key moe;
    } key;
    const struct smallm_hip *hip;
    const struct smallm_kernel_info *kernel;
    hipFunction_t function;
    uint32_t grid[3], k_splits;
    union {
        struct smallm_dense_launch dense;
        struct smallm_moe_launch moe;
    } launch;
    uint64_t workspace_bytes;
    double microseconds;
    char explanation[2048];
};

/* Is there a plan, and is it one of `operation`? */
smallm_status smallm_plan_guard(const smallm_plan *plan, enum smallm_operation operation);

#endif
