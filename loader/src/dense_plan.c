#include "dense_plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "choose.h"
#include "dense_envelope.h"
#include "dense_fit.h"
#include "dense_problem.h"
#include "element_type.h"
#include "error.h"
#include "explain.h"
#include "forced.h"

smallm_status smallm_dense_key_make(struct smallm_dense_key *key, const smallm_context *context,
                                    const smallm_dense_problem *problem) {
    *key = (struct smallm_dense_key){
        .head = {SMALLM_OPERATION_DENSE, sizeof *key},
        .m = problem->m,
        .n = problem->n,
        .k = problem->k,
        .ldx = problem->ldx,
        .ldxs = problem->ldxs,
        .ldo = problem->ldo,
        .k_splits = problem->k_splits,
        .x_type = problem->x_type,
        .w_type = problem->w_type,
        .out_type = problem->out_type,
        .bias_type = problem->bias_type,
        .determinism = problem->determinism,
        .ignore_tuning = problem->ignore_tuning != 0,
    };
    return smallm_forced_kernel(&key->kernel, context, SMALLM_OPERATION_DENSE, problem->kernel);
}

enum { MOST_ASKED = 5 };

/* A problem and what its choice asks about. */
struct subject {
    struct smallm_question question;
    smallm_dense_problem asked[MOST_ASKED];
};

static bool evaluate(struct smallm_candidate *candidate, const void *of, struct smallm_reason *why) {
    const smallm_dense_problem *problem = of;
    const struct smallm_kernel_info *kernel = &smallm_kernels[candidate->kernel];
    const uint32_t n = (uint32_t)problem->n, k = (uint32_t)problem->k;
    if (!smallm_dense_rows_fit(kernel, problem, why) ||
        !smallm_dense_shape_fits(kernel, candidate->k_splits, problem->n, problem->k, why))
        return false;
    const struct smallm_grid grid = smallm_grid(kernel, candidate->k_splits, n, k);
    smallm_cost(&candidate->cost, kernel, &grid, &smallm_machine, (uint32_t)problem->m, n, k);
    return true;
}

static uint32_t rows_of(const void *problem) {
    return (uint32_t)((const smallm_dense_problem *)problem)->m;
}

/* Rows past m_tile do not fit at all. */
static uint32_t rows_at_least(const void *problem) {
    (void)problem;
    return 1;
}

static const struct smallm_judge judge = {evaluate, rows_of, rows_at_least};

/* Rows that the matrix kernels hold: of all of them, or of the forced one. */
static uint32_t matrix_rows(int forced) {
    uint32_t rows = 0;
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (smallm_kernels[i].family == SMALLM_FAMILY_DENSE_MFMA && (forced < 0 || (uint32_t)forced == i) &&
            smallm_kernels[i].m_tile > rows)
            rows = smallm_kernels[i].m_tile;
    return rows;
}

/* One row, and each number of groups of 16. Leading dimensions stay 0: what they forbid, they forbid for every choice.
 */
static void ask_rows(struct subject *subject, const smallm_dense_problem *problem) {
    static const int64_t rows[MOST_ASKED] = {1, 16, 32, 48, 64};
    struct smallm_question *question = &subject->question;
    const uint32_t most = matrix_rows(question->forced);
    question->asked = subject->asked;
    question->asked_bytes = sizeof subject->asked[0];
    for (size_t i = 0; i < MOST_ASKED && rows[i] <= most; i++)
        subject->asked[question->asked_count++] =
            (smallm_dense_problem){.m = rows[i], .n = problem->n, .k = problem->k, .out_type = SMALLM_TYPE_BF16};
}

static void make_subject(struct subject *subject, const smallm_context *context, const smallm_dense_problem *problem,
                         int forced) {
    subject->question = (struct smallm_question){
        .problem = problem,
        .judge = &judge,
        .operation = SMALLM_OPERATION_DENSE,
        .forced = forced,
        .determinism = problem->determinism,
        .ignore_tuning = problem->ignore_tuning,
        .k_splits = problem->k_splits,
        .table = &context->dense_table,
        .key = {problem->k, problem->n, problem->m},
    };
    ask_rows(subject, problem);
}

static void fill(smallm_plan *plan, const smallm_context *context, const smallm_dense_problem *problem,
                 const struct smallm_choice *choice, const struct smallm_question *question) {
    const uint64_t m = (uint64_t)problem->m, n = (uint64_t)problem->n, k = (uint64_t)problem->k;
    const uint64_t blocks = k / SMALLM_BLOCK_K;
    const uint32_t kernel = (uint32_t)choice->best.kernel;
    const struct smallm_grid grid =
        smallm_grid(&smallm_kernels[kernel], choice->best.k_splits, (uint32_t)n, (uint32_t)k);
    plan->hip = &context->hip;
    plan->kernel = &smallm_kernels[kernel];
    plan->function = context->kernels[kernel].function;
    plan->grid[0] = grid.tiles;
    plan->grid[1] = plan->k_splits = grid.k_splits;
    plan->grid[2] = 1;
    plan->workspace_bytes = grid.workspace_bytes;
    struct smallm_dense_launch *launch = &plan->launch.dense;
    launch->out_alignment = smallm_type_bytes(problem->out_type);
    launch->bias_alignment = smallm_type_bytes(problem->bias_type);
    struct smallm_dense_args *arguments = &launch->arguments;
    arguments->n = (uint32_t)n;
    arguments->k = (uint32_t)k;
    arguments->ldx = (uint32_t)problem->ldx;
    arguments->ldxs = (uint32_t)problem->ldxs;
    arguments->ldo = (uint32_t)problem->ldo;
    arguments->slice_steps = grid.slice_steps;
    arguments->m_rem = (uint32_t)m | grid.slice_rem << SMALLM_M_BITS;
    arguments->k_splits = grid.k_splits;
    arguments->format = smallm_format(problem->out_type, problem->bias_type);
    launch->sizes.x = (m - 1) * (uint64_t)problem->ldx + k;
    launch->sizes.x_scale = (m - 1) * (uint64_t)problem->ldxs + blocks;
    launch->sizes.w = n * k;
    launch->sizes.w_scale = n * blocks;
    launch->sizes.bias = n * launch->bias_alignment;
    launch->sizes.out = ((m - 1) * (uint64_t)problem->ldo + n) * launch->out_alignment;
    plan->microseconds = choice->best.cost.microseconds;
    char subject[96];
    snprintf(subject, sizeof subject, "M=%lld N=%lld K=%lld", (long long)problem->m, (long long)problem->n,
             (long long)problem->k);
    smallm_explain(plan->explanation, sizeof plan->explanation, choice, question, subject, "N and K");
}

smallm_status smallm_dense_plan_make(smallm_plan **out, const smallm_context *context,
                                     const smallm_dense_problem *problem, const struct smallm_dense_key *key) {
    struct smallm_choice choice;
    struct subject subject;
    make_subject(&subject, context, problem, (int)key->kernel);
    smallm_status status = smallm_dense_envelope(problem);
    if (status == SMALLM_OK)
        status = smallm_choose(&choice, &subject.question);
    if (status != SMALLM_OK) {
        smallm_log(&context->logger, SMALLM_LOG_INFO, "%s", smallm_last_error());
        return status;
    }
    smallm_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a plan", sizeof *plan);
    plan->key.dense = *key;
    fill(plan, context, problem, &choice, &subject.question);
    smallm_log(&context->logger, SMALLM_LOG_DEBUG, "%s", plan->explanation);
    *out = plan;
    return SMALLM_OK;
}

smallm_status smallm_dense_plan_create(smallm_plan **out, smallm_context *context, const smallm_dense_problem *given) {
    if (out == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "plan is NULL; it must point to where the plan goes");
    *out = NULL;
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must be given");
    smallm_dense_problem problem;
    struct smallm_dense_key key;
    smallm_status status = smallm_dense_problem_read(&problem, given);
    if (status == SMALLM_OK)
        status = smallm_dense_key_make(&key, context, &problem);
    if (status == SMALLM_OK)
        status = smallm_dense_plan_make(out, context, &problem, &key);
    return status;
}
