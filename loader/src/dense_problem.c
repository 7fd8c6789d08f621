#include "dense_problem.h"

#include "error.h"
#include "guard.h"
#include "struct_size.h"

enum { PROBLEM_FIRST = sizeof(smallm_dense_problem) };

static const smallm_dense_problem defaults = {
    .size = sizeof defaults,
    .x_type = SMALLM_TYPE_E4M3,
    .w_type = SMALLM_TYPE_E4M3,
    .out_type = SMALLM_TYPE_BF16,
    .bias_type = SMALLM_TYPE_NONE,
    .determinism = SMALLM_FASTEST,
};

void smallm_dense_problem_init(smallm_dense_problem *problem, size_t size) {
    smallm_struct_init(problem, size, &defaults, sizeof defaults);
}

smallm_status smallm_dense_problem_read(smallm_dense_problem *problem, const smallm_dense_problem *given) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "problem is NULL; it must be given");
    *problem = defaults;
    smallm_status status = smallm_struct_read(problem, sizeof *problem, PROBLEM_FIRST, given, "smallm_dense_problem");
#define GUARD(call)                                                                                                    \
    if (status == SMALLM_OK)                                                                                           \
        status = call;
    GUARD(smallm_dimension_guard("m", problem->m))
    GUARD(smallm_dimension_guard("n", problem->n))
    GUARD(smallm_dimension_guard("k", problem->k))
    GUARD(smallm_k_guard(problem->k))
    GUARD(smallm_leading_guard("ldx", &problem->ldx, "k", problem->k, SMALLM_DATA_ALIGNMENT))
    GUARD(smallm_leading_guard("ldxs", &problem->ldxs, "k / 32", problem->k / SMALLM_BLOCK_K, 1))
    GUARD(smallm_leading_guard("ldo", &problem->ldo, "n", problem->n, 1))
    GUARD(smallm_splits_guard(problem->k_splits))
    GUARD(smallm_enum_guard("x_type", "smallm_type", problem->x_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("w_type", "smallm_type", problem->w_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("out_type", "smallm_type", problem->out_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("bias_type", "smallm_type", problem->bias_type, SMALLM_TYPE_NONE, SMALLM_TYPE_F32))
    GUARD(smallm_enum_guard("determinism", "smallm_determinism", problem->determinism, SMALLM_FASTEST,
                            SMALLM_BATCH_INVARIANT))
#undef GUARD
    return status;
}
