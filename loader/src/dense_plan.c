#include "dense_plan.h"

#include <stdlib.h>
#include <string.h>

#include "dense_choose.h"
#include "dense_explain.h"
#include "dense_problem.h"
#include "dense_type.h"
#include "error.h"

smallm_status smallm_dense_key_make(struct smallm_dense_key *key, const smallm_context *context,
                                    const smallm_dense_problem *problem) {
    *key = (struct smallm_dense_key){
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
        .kernel = context->forced_kernel,
    };
    if (problem->kernel == NULL)
        return SMALLM_OK;
    key->kernel = smallm_kernel_find(problem->kernel);
    if (key->kernel >= 0)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_KERNEL_NAME,
                       "kernel is \"%s\"; no kernel has that name, see smallm_kernel_name or \"smallm info\"",
                       problem->kernel);
}

static void fill(smallm_plan *plan, const smallm_context *context, const smallm_dense_problem *problem,
                 const struct smallm_dense_choice *choice) {
    const uint64_t m = (uint64_t)problem->m, n = (uint64_t)problem->n, k = (uint64_t)problem->k;
    const uint64_t blocks = k / SMALLM_BLOCK_K;
    const uint32_t kernel = (uint32_t)choice->best.kernel;
    const struct smallm_dense_grid grid =
        smallm_dense_grid(&smallm_kernels[kernel], choice->best.k_splits, (uint32_t)n, (uint32_t)k);
    plan->hip = &context->hip;
    plan->kernel = &smallm_kernels[kernel];
    plan->function = context->kernels[kernel].function;
    plan->tiles = grid.tiles;
    plan->k_splits = grid.k_splits;
    plan->workspace_bytes = grid.workspace_bytes;
    plan->out_alignment = smallm_type_bytes(problem->out_type);
    plan->bias_alignment = smallm_type_bytes(problem->bias_type);
    plan->arguments.m = (uint32_t)m;
    plan->arguments.n = (uint32_t)n;
    plan->arguments.k = (uint32_t)k;
    plan->arguments.ldx = (uint32_t)problem->ldx;
    plan->arguments.ldxs = (uint32_t)problem->ldxs;
    plan->arguments.ldo = (uint32_t)problem->ldo;
    plan->arguments.slice_steps = grid.slice_steps;
    plan->arguments.slice_rem = grid.slice_rem;
    plan->arguments.k_splits = grid.k_splits;
    plan->arguments.format = smallm_dense_format(problem->out_type, problem->bias_type);
    plan->sizes = (struct smallm_dense_sizes){
        .x = (m - 1) * (uint64_t)problem->ldx + k,
        .x_scale = (m - 1) * (uint64_t)problem->ldxs + blocks,
        .w = n * k,
        .w_scale = n * blocks,
        .bias = n * plan->bias_alignment,
        .out = ((m - 1) * (uint64_t)problem->ldo + n) * plan->out_alignment,
    };
    plan->microseconds = choice->best.cost.microseconds;
    smallm_dense_explain(plan->explanation, sizeof plan->explanation, choice, problem, &context->dense_table);
}

smallm_status smallm_dense_plan_make(smallm_plan **out, const smallm_context *context,
                                     const smallm_dense_problem *problem, const struct smallm_dense_key *key) {
    struct smallm_dense_choice choice;
    smallm_status status = smallm_dense_choose(&choice, problem, (int)key->kernel, &context->dense_table);
    if (status != SMALLM_OK) {
        smallm_log(&context->logger, SMALLM_LOG_INFO, "%s", smallm_last_error());
        return status;
    }
    smallm_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a plan", sizeof *plan);
    plan->key = *key;
    fill(plan, context, problem, &choice);
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
