/* What tells two problems of a context apart. No padding: compared as bytes and hashed in pairs of words. */
#ifndef SMALLM_SRC_PLAN_KEY_H
#define SMALLM_SRC_PLAN_KEY_H

#include <stdint.h>

enum smallm_operation { SMALLM_OPERATION_DENSE = 1, SMALLM_OPERATION_MOE };

/* Every key starts with this, so that keys of two operations are never equal. */
struct smallm_plan_key {
    uint32_t operation;
    uint32_t bytes; /* of the whole key */
};

struct smallm_dense_key {
    struct smallm_plan_key head;
    int64_t m, n, k, ldx, ldxs, ldo, k_splits;
    int32_t x_type, w_type, out_type, bias_type, determinism, ignore_tuning;
    int64_t kernel; /* index of the forced kernel, or -1 */
};

struct smallm_moe_key {
    struct smallm_plan_key head;
    int64_t experts, n, k, x_rows, slots, a_div, block_m, sorted_len, top_k, ldx, ldxs, ldo, k_splits;
    int32_t weighted, x_type, w_type, out_type, determinism, ignore_tuning;
    int64_t kernel;
};

_Static_assert(sizeof(struct smallm_dense_key) == 8 + 7 * 8 + 6 * 4 + 8, "a dense key has no padding");
_Static_assert(sizeof(struct smallm_moe_key) == 8 + 13 * 8 + 6 * 4 + 8, "a MoE key has no padding");

_Static_assert(sizeof(struct smallm_dense_key) % 16 == 0 && sizeof(struct smallm_moe_key) % 16 == 0, "pairs of words");

#endif
