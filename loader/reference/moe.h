/* The grouped GEMM in f64 over the same bits as the kernel's, for any routing tables, and the judgement of its output.
 *
 * A row is a pair of a slot and an expert that some block in use names together. Tables that name a slot under two
 * experts are valid input without a promise which of them is stored: either is right then. */
#ifndef SMALLM_REFERENCE_MOE_H
#define SMALLM_REFERENCE_MOE_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "smallm/types.h"

/* Host memory; layouts as in smallm/moe.h. */
struct moe_inputs {
    size_t experts, n, k, x_rows, slots, a_div, block_m, sorted_len;
    size_t top_k; /* 0: a row of Out per slot. Else combined */
    size_t ldx, ldxs;
    const uint8_t *x, *x_scale;
    const uint8_t *const *w, *const *w_scale; /* [experts] of [N, K] and [N, K/32]; NULL for experts without rows */
    const float *weights;                     /* [slots], or NULL */
    const int32_t *sorted_token_ids, *expert_ids;
    int32_t num_tokens_post_padded;
};

struct moe_rows {
    size_t count;    /* rows */
    size_t *first;   /* [slots + 1]: the rows of a slot are first[slot] up to first[slot + 1] */
    int32_t *expert; /* [count] */
    size_t n, k, slots, top_k;
    double *sum, *magnitude, *largest; /* [count, n] by moe_reference, weighted; `largest` is check_bound's */
    double *factor;                    /* [count]: |weight|, or 1 */
};

/* Who the rows are, without W. 0, or -1 without memory. */
int moe_rows_make(struct moe_rows *rows, const struct moe_inputs *inputs);
void moe_rows_free(struct moe_rows *rows);
/* Experts with rows, and how many of them: touched[experts]. */
size_t moe_touched(const struct moe_rows *rows, size_t experts, uint8_t *touched);

/* The rows' values. 0, or -1 without memory. */
int moe_reference(struct moe_rows *rows, const struct moe_inputs *inputs);

/* Out [slots, N], or combined [slots / top_k, N], `ldo` elements between rows; rows of Out without a slot are not
 * looked at. Bound: as check.h, times the weight, with one rounding more for the product, and top_k more where the rows
 * of a token are added. */
struct check_result moe_check(const struct moe_rows *rows, smallm_type type, const void *out, size_t ldo);

#endif
