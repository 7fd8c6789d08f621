#include "moe_problem.h"

#include "error.h"
#include "guard.h"
#include "moe_block.h"
#include "struct_size.h"

enum { PROBLEM_FIRST = sizeof(smallm_moe_problem) };

static const smallm_moe_problem defaults = {
    .size = sizeof defaults,
    .a_div = 1,
    .block_m = 64,
    .x_type = SMALLM_TYPE_E4M3,
    .w_type = SMALLM_TYPE_E4M3,
    .out_type = SMALLM_TYPE_BF16,
    .determinism = SMALLM_FASTEST,
};

void smallm_moe_problem_init(smallm_moe_problem *problem, size_t size) {
    smallm_struct_init(problem, size, &defaults, sizeof defaults);
}

static smallm_status top_k_guard(int64_t top_k, int64_t slots) {
    if (top_k == 0)
        return SMALLM_OK;
    smallm_status status = smallm_dimension_guard("top_k", top_k);
    if (status != SMALLM_OK || slots % top_k == 0)
        return status;
    return smallm_fail(SMALLM_ERROR_DIMENSION, "slots is %lld; it must be a multiple of top_k = %lld", (long long)slots,
                       (long long)top_k);
}

smallm_status smallm_moe_problem_read(smallm_moe_problem *problem, const smallm_moe_problem *given) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "problem is NULL; it must be given");
    *problem = defaults;
    smallm_status status = smallm_struct_read(problem, sizeof *problem, PROBLEM_FIRST, given, "smallm_moe_problem");
#define GUARD(call)                                                                                                    \
    if (status == SMALLM_OK)                                                                                           \
        status = call;
    GUARD(smallm_dimension_guard("experts", problem->experts))
    GUARD(smallm_dimension_guard("n", problem->n))
    GUARD(smallm_dimension_guard("k", problem->k))
    GUARD(smallm_k_guard(problem->k))
    GUARD(smallm_dimension_guard("x_rows", problem->x_rows))
    GUARD(smallm_dimension_guard("slots", problem->slots))
    GUARD(smallm_dimension_guard("a_div", problem->a_div))
    GUARD(smallm_moe_block_guard(problem->block_m, problem->sorted_len))
    GUARD(top_k_guard(problem->top_k, problem->slots))
    GUARD(smallm_leading_guard("ldx", &problem->ldx, "k", problem->k, SMALLM_DATA_ALIGNMENT))
    GUARD(smallm_leading_guard("ldxs", &problem->ldxs, "k / 32", problem->k / SMALLM_BLOCK_K, 1))
    GUARD(smallm_leading_guard("ldo", &problem->ldo, "n", problem->n, 1))
    GUARD(smallm_splits_guard(problem->k_splits))
    GUARD(smallm_enum_guard("x_type", "smallm_type", problem->x_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("w_type", "smallm_type", problem->w_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("out_type", "smallm_type", problem->out_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("determinism", "smallm_determinism", problem->determinism, SMALLM_FASTEST,
                            SMALLM_BATCH_INVARIANT))
#undef GUARD
    problem->weighted = problem->weighted != 0;
    return status;
}
