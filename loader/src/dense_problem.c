#include "dense_problem.h"

#include <string.h>

#include "error.h"
#include "struct_size.h"

enum {
    PROBLEM_FIRST = sizeof(smallm_dense_problem),
    X_ROW_ALIGNMENT = 16, /* bytes, which are elements of X */
    LARGEST = 0x7fffffff
};

static const smallm_dense_problem defaults = {
    .size = sizeof defaults,
    .x_type = SMALLM_TYPE_E4M3,
    .w_type = SMALLM_TYPE_E4M3,
    .out_type = SMALLM_TYPE_BF16,
    .bias_type = SMALLM_TYPE_NONE,
    .determinism = SMALLM_FASTEST,
};

void smallm_dense_problem_init(smallm_dense_problem *problem, size_t size) {
    if (problem == NULL || size < sizeof size)
        return;
    memset(problem, 0, size);
    memcpy(problem, &defaults, size < sizeof defaults ? size : sizeof defaults);
    problem->size = size;
}

static smallm_status dimension_guard(const char *name, int64_t value) {
    if (value >= 1 && value <= LARGEST)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_DIMENSION, "%s is %lld; it must be from 1 to %d", name, (long long)value, LARGEST);
}

static smallm_status k_guard(int64_t k) {
    if (k % SMALLM_BLOCK_K == 0)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_K_MULTIPLE, "k is %lld; it must be a multiple of %d, the block that shares a scale",
                       (long long)k, SMALLM_BLOCK_K);
}

static smallm_status leading_guard(const char *name, int64_t *value, const char *row, int64_t row_length,
                                   int64_t multiple) {
    if (*value == 0)
        *value = row_length;
    if (*value < row_length || *value > LARGEST)
        return smallm_fail(SMALLM_ERROR_LEADING_DIMENSION, "%s is %lld; it must be 0 or from %s = %lld to %d", name,
                           (long long)*value, row, (long long)row_length, LARGEST);
    if (*value % multiple != 0)
        return smallm_fail(SMALLM_ERROR_LEADING_DIMENSION,
                           "%s is %lld; it must be a multiple of %lld, so that every row is aligned", name,
                           (long long)*value, (long long)multiple);
    return SMALLM_OK;
}

static smallm_status splits_guard(int64_t k_splits) {
    if (k_splits >= 0 && k_splits <= LARGEST)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_DIMENSION,
                       "k_splits is %lld; it must be 0, which leaves it to the library, or from 1 to %d",
                       (long long)k_splits, LARGEST);
}

static smallm_status enum_guard(const char *name, const char *of, int32_t value, int32_t first, int32_t last) {
    if (value >= first && value <= last)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_TYPE, "%s is %d; it must be a %s, from %d to %d", name, value, of, first, last);
}

smallm_status smallm_dense_problem_read(smallm_dense_problem *problem, const smallm_dense_problem *given) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "problem is NULL; it must be given");
    *problem = defaults;
    smallm_status status = smallm_struct_read(problem, sizeof *problem, PROBLEM_FIRST, given, "smallm_dense_problem");
#define GUARD(call)                                                                                                    \
    if (status == SMALLM_OK)                                                                                           \
        status = call;
    GUARD(dimension_guard("m", problem->m))
    GUARD(dimension_guard("n", problem->n))
    GUARD(dimension_guard("k", problem->k))
    GUARD(k_guard(problem->k))
    GUARD(leading_guard("ldx", &problem->ldx, "k", problem->k, X_ROW_ALIGNMENT))
    GUARD(leading_guard("ldxs", &problem->ldxs, "k / 32", problem->k / SMALLM_BLOCK_K, 1))
    GUARD(leading_guard("ldo", &problem->ldo, "n", problem->n, 1))
    GUARD(splits_guard(problem->k_splits))
    GUARD(enum_guard("x_type", "smallm_type", problem->x_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(enum_guard("w_type", "smallm_type", problem->w_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(enum_guard("out_type", "smallm_type", problem->out_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_F32))
    GUARD(enum_guard("bias_type", "smallm_type", problem->bias_type, SMALLM_TYPE_NONE, SMALLM_TYPE_F32))
    GUARD(enum_guard("determinism", "smallm_determinism", problem->determinism, SMALLM_FASTEST, SMALLM_BATCH_INVARIANT))
#undef GUARD
    return status;
}
