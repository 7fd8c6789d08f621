#include "moe_plan.h"

#include <stdio.h>
#include <stdlib.h>

#include "choose.h"
#include "element_type.h"
#include "error.h"
#include "explain.h"
#include "forced.h"
#include "magic.h"
#include "moe_cost.h"
#include "moe_fit.h"
#include "moe_problem.h"
#include "moe_table.h"
#include "type_envelope.h"

enum { MOST_ASKED = 5 };

/* A problem and what its choice asks about. */
struct subject {
    struct smallm_question question;
    smallm_moe_problem asked[MOST_ASKED];
};

smallm_status smallm_moe_key_make(struct smallm_moe_key *key, const smallm_context *context,
                                  const smallm_moe_problem *problem) {
    *key = (struct smallm_moe_key){
        .head = {SMALLM_OPERATION_MOE, sizeof *key},
        .experts = problem->experts,
        .n = problem->n,
        .k = problem->k,
        .x_rows = problem->x_rows,
        .slots = problem->slots,
        .a_div = problem->a_div,
        .block_m = problem->block_m,
        .sorted_len = problem->sorted_len,
        .top_k = problem->top_k,
        .ldx = problem->ldx,
        .ldxs = problem->ldxs,
        .ldo = problem->ldo,
        .k_splits = problem->k_splits,
        .weighted = problem->weighted,
        .x_type = problem->x_type,
        .w_type = problem->w_type,
        .out_type = problem->out_type,
        .determinism = problem->determinism,
        .ignore_tuning = problem->ignore_tuning != 0,
    };
    return smallm_forced_kernel(&key->kernel, context, SMALLM_OPERATION_MOE, problem->kernel);
}

static bool evaluate(struct smallm_candidate *candidate, const void *of, struct smallm_reason *why) {
    const smallm_moe_problem *problem = of;
    const struct smallm_kernel_info *kernel = &smallm_kernels[candidate->kernel];
    if (!smallm_moe_fits(kernel, problem, why) || !smallm_moe_splits_fit(kernel, candidate->k_splits, problem, why))
        return false;
    const struct smallm_moe_grid grid = smallm_moe_grid(kernel, candidate->k_splits, problem);
    smallm_moe_cost(&candidate->cost, kernel, &grid, &smallm_machine, problem);
    return true;
}

static uint32_t rows_of(const void *problem) {
    return smallm_moe_load(problem).rows;
}

/* A token names an expert once: one expert gets a row of each token at most. Up to 16 rows read W once; past that a
 * kernel may read it again. */
static uint32_t rows_at_least(const void *asked) {
    static const int64_t once = 16;
    const smallm_moe_problem *problem = asked;
    const int64_t per_token = problem->top_k != 0 ? problem->top_k : problem->a_div;
    const int64_t tokens = (problem->slots + per_token - 1) / per_token;
    return (uint32_t)(tokens < once ? tokens : once);
}

static const struct smallm_judge judge = {evaluate, rows_of, rows_at_least};

/* Other numbers of slots, sorted into blocks of 64, and nothing else that a call may change. */
static void ask_slots(struct subject *subject, const smallm_moe_problem *problem) {
    static const int64_t slots[MOST_ASKED] = {1, 8, 64, 512, 4096};
    subject->question.asked = subject->asked;
    subject->question.asked_bytes = sizeof subject->asked[0];
    subject->question.asked_count = MOST_ASKED;
    for (size_t i = 0; i < MOST_ASKED; i++) {
        smallm_moe_problem *asked = &subject->asked[i];
        smallm_moe_problem_init(asked, sizeof *asked);
        asked->experts = problem->experts;
        asked->n = asked->ldo = problem->n;
        asked->k = problem->k;
        asked->ldx = asked->ldxs = 1;
        asked->x_rows = asked->slots = slots[i];
        asked->sorted_len = smallm_moe_sorted_len(slots[i], problem->experts, asked->block_m);
    }
}

/* Whether workgroups can share the K of a tile depends on the number of blocks; batch-invariant, none do unless the
 * caller says so. */
static void make_subject(struct subject *subject, const smallm_context *context, const smallm_moe_problem *problem,
                         int forced) {
    subject->question = (struct smallm_question){
        .problem = problem,
        .judge = &judge,
        .operation = SMALLM_OPERATION_MOE,
        .forced = forced,
        .determinism = problem->determinism,
        .ignore_tuning = problem->ignore_tuning,
        .k_splits = problem->k_splits,
        .invariant_splits = 1,
        .table = &context->moe_table,
    };
    smallm_moe_table_key(subject->question.key, problem);
    ask_slots(subject, problem);
}

static void explain(smallm_plan *plan, const smallm_moe_problem *problem, const struct smallm_choice *choice,
                    const struct smallm_question *question) {
    const struct smallm_moe_load load = smallm_moe_load(problem);
    char subject[320], combined[48] = "";
    if (problem->top_k != 0)
        snprintf(combined, sizeof combined, " combined top_k=%lld", (long long)problem->top_k);
    snprintf(subject, sizeof subject,
             "experts=%lld N=%lld K=%lld slots=%lld a_div=%lld%s%s: random routing would touch %.1f experts, in %u "
             "blocks of %u rows, of %u in the grid",
             (long long)problem->experts, (long long)problem->n, (long long)problem->k, (long long)problem->slots,
             (long long)problem->a_div, problem->weighted ? " weighted" : "", combined, load.experts, load.blocks,
             load.rows, plan->grid[1]);
    smallm_explain(plan->explanation, sizeof plan->explanation, choice, question, subject, "experts, N and K");
}

static void fill_sizes(struct smallm_moe_launch *launch, const smallm_moe_problem *problem) {
    const uint64_t k = (uint64_t)problem->k, blocks = k / SMALLM_BLOCK_K, slots = (uint64_t)problem->slots;
    const uint64_t more_x = (uint64_t)problem->x_rows - 1, w_rows = (uint64_t)(problem->experts * problem->n);
    const uint64_t out_rows = problem->top_k != 0 ? slots / (uint64_t)problem->top_k : slots;
    const uint64_t ids = (uint64_t)problem->sorted_len;
    launch->sizes.x = more_x * (uint64_t)problem->ldx + k;
    launch->sizes.x_scale = more_x * (uint64_t)problem->ldxs + blocks;
    launch->sizes.w = w_rows * k;
    launch->sizes.w_scale = w_rows * blocks;
    launch->sizes.weights = slots * sizeof(float);
    launch->sizes.sorted_token_ids = ids * sizeof(int32_t);
    launch->sizes.expert_ids = ids / (uint64_t)problem->block_m * sizeof(int32_t);
    launch->sizes.out = ((out_rows - 1) * (uint64_t)problem->ldo + (uint64_t)problem->n) * launch->out_alignment;
}

static void fill_arguments(struct smallm_moe_args *arguments, const smallm_moe_problem *problem,
                           const struct smallm_moe_grid *grid) {
    const struct smallm_magic divide = smallm_magic((uint32_t)problem->a_div);
    arguments->n = (uint32_t)problem->n;
    arguments->k = (uint32_t)problem->k;
    arguments->slice_steps = grid->tile.slice_steps;
    arguments->slice_rem = grid->tile.slice_rem;
    arguments->block_m = (uint32_t)problem->block_m;
    arguments->em = (uint32_t)problem->sorted_len;
    arguments->experts = (uint32_t)problem->experts;
    arguments->slots = (uint32_t)problem->slots;
    arguments->x_rows = (uint32_t)problem->x_rows;
    arguments->ldx = (uint32_t)problem->ldx;
    arguments->ldxs = (uint32_t)problem->ldxs;
    arguments->div_magic = divide.magic;
    arguments->div_shift = divide.shift;
    arguments->slice_steps1 = grid->slice_steps1;
    arguments->slice_rem1 = grid->slice_rem1;
    arguments->k_splits = grid->tile.k_splits;
    arguments->grid_y = grid->blocks;
    arguments->ldo = (uint32_t)problem->ldo;
    if (problem->top_k != 0) {
        const struct smallm_magic block = smallm_magic((uint32_t)problem->block_m);
        arguments->tokens = (uint32_t)(problem->slots / problem->top_k);
        arguments->top_k = (uint32_t)problem->top_k;
        arguments->block_magic = block.magic;
        arguments->block_shift = block.shift;
    }
    arguments->format = smallm_format(problem->out_type, SMALLM_TYPE_NONE) |
                        (problem->weighted ? SMALLM_MOE_WEIGHTED : 0) | (problem->top_k != 0 ? SMALLM_MOE_COMBINED : 0);
}

static void fill(smallm_plan *plan, const smallm_context *context, const smallm_moe_problem *problem,
                 const struct smallm_choice *choice) {
    const uint32_t kernel = (uint32_t)choice->best.kernel;
    const struct smallm_moe_grid grid = smallm_moe_grid(&smallm_kernels[kernel], choice->best.k_splits, problem);
    struct smallm_moe_launch *launch = &plan->launch.moe;
    plan->hip = &context->hip;
    plan->kernel = &smallm_kernels[kernel];
    plan->function = context->kernels[kernel].function;
    plan->grid[0] = grid.tile.tiles;
    plan->grid[1] = grid.blocks;
    plan->grid[2] = plan->k_splits = grid.tile.k_splits;
    plan->workspace_bytes = grid.workspace_bytes;
    plan->microseconds = choice->best.cost.microseconds;
    launch->out_alignment = smallm_type_bytes(problem->out_type);
    launch->weighted = (uint32_t)problem->weighted;
    fill_sizes(launch, problem);
    fill_arguments(&launch->arguments, problem, &grid);
}

smallm_status smallm_moe_plan_make(smallm_plan **out, const smallm_context *context, const smallm_moe_problem *problem,
                                   const struct smallm_moe_key *key) {
    struct smallm_choice choice;
    struct subject subject;
    make_subject(&subject, context, problem, (int)key->kernel);
    smallm_status status = smallm_types_envelope(problem->x_type, problem->w_type, problem->out_type);
    if (status == SMALLM_OK)
        status = smallm_choose(&choice, &subject.question);
    if (status != SMALLM_OK) {
        smallm_log(&context->logger, SMALLM_LOG_INFO, "%s", smallm_last_error());
        return status;
    }
    smallm_plan *plan = calloc(1, sizeof *plan);
    if (plan == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a plan", sizeof *plan);
    plan->key.moe = *key;
    fill(plan, context, problem, &choice);
    explain(plan, problem, &choice, &subject.question);
    smallm_log(&context->logger, SMALLM_LOG_DEBUG, "%s", plan->explanation);
    *out = plan;
    return SMALLM_OK;
}

smallm_status smallm_moe_plan_create(smallm_plan **out, smallm_context *context, const smallm_moe_problem *given) {
    if (out == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "plan is NULL; it must point to where the plan goes");
    *out = NULL;
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must be given");
    smallm_moe_problem problem;
    struct smallm_moe_key key;
    smallm_status status = smallm_moe_problem_read(&problem, given);
    if (status == SMALLM_OK)
        status = smallm_moe_key_make(&key, context, &problem);
    if (status == SMALLM_OK)
        status = smallm_moe_plan_make(out, context, &problem, &key);
    return status;
}
