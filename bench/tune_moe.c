/* MoE tables for the tuner: a row is for all the problems that its key holds, whatever their experts and slots. */
#include <stdlib.h>

#include "moe_shapes.h"
#include "quantise.h"
#include "tune_trial.h"

enum key { N, K, A_DIV, WEIGHTED, ROWS, KEYS };

enum tensor { X = INPUTS, X_SCALE, W, W_SCALE, WEIGHTS, SORTED, EXPERT_IDS, POSTS };

enum { TRIAL_EXPERTS = 3, TRIAL_TOP_K = 2 };

static struct cell cell_of(const struct moe_shape *shape) {
    const unsigned slots = shape->tokens * shape->top_k, each = (slots + shape->experts - 1) / shape->experts;
    unsigned rows = 1;
    while (rows < each)
        rows *= 2;
    return (struct cell){
        {[N] = shape->n, [K] = shape->k, [A_DIV] = shape->a_div, [WEIGHTED] = shape->weighted != 0, [ROWS] = rows},
        shape,
        1};
}

static int compare(const void *left, const void *right) {
    const struct moe_shape *a = left, *b = right;
    const struct cell of_a = cell_of(a), of_b = cell_of(b);
    const int by_key = cell_compare(&of_a, &of_b);
    if (by_key != 0)
        return by_key;
    const unsigned rest[][2] = {{a->experts, b->experts},
                                {a->top_k, b->top_k},
                                {a->tokens, b->tokens},
                                {a->combine, b->combine},
                                {a->block_m, b->block_m}};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        if (rest[i][0] != rest[i][1])
            return rest[i][0] < rest[i][1] ? -1 : 1;
    return 0;
}

/* A row is for any number of experts: each shape also with its experts spread over 2, 4, 8 and more devices, down to
 * one expert each. */
static bool spread(struct moe_shape **shapes, size_t *count) {
    enum { MOST_HALVES = 31 };
    struct moe_shape *all = malloc(*count * MOST_HALVES * sizeof *all);
    size_t made = 0;
    for (size_t i = 0; all != NULL && i < *count; i++)
        for (struct moe_shape shape = (*shapes)[i]; shape.experts != 0; shape.experts /= 2)
            all[made++] = shape;
    free(*shapes);
    *shapes = all;
    *count = made;
    return all != NULL;
}

static enum exit_status read(struct cells *cells, const struct tune_options *options) {
    struct moe_shape *shapes = NULL;
    size_t count = 0;
    enum exit_status status = moe_shapes_read(&shapes, &count, options->shapes);
    if (status != EXIT_RIGHT)
        return status;
    if (count == 0)
        return complain(EXIT_BAD_ARGUMENTS, "%s: there is no shape", options->shapes);
    const bool all = spread(&shapes, &count);
    cells->problem = shapes;
    cells->cell = calloc(count, sizeof *cells->cell);
    if (!all || cells->cell == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the shapes");
    qsort(shapes, count, sizeof *shapes, compare);
    for (size_t i = 0; i < count; i++) {
        const struct cell cell = cell_of(&shapes[i]);
        struct cell *last = &cells->cell[cells->count];
        if (i != 0 && cell_compare(&last[-1], &cell) == 0)
            last[-1].problems++;
        else
            cells->cell[cells->count++] = cell;
    }
    return EXIT_RIGHT;
}

static unsigned rows(const struct cell *cell) {
    return cell->key[ROWS];
}

static void sizes(unsigned *n, unsigned *k, const struct cell *cell) {
    *n = cell->key[N];
    *k = cell->key[K];
}

static smallm_status plan(smallm_plan **plan, smallm_context *context, const struct cell *cell, size_t at,
                          const char *kernel, uint32_t k_splits) {
    smallm_moe_problem problem = moe_problem((const struct moe_shape *)cell->problem + at);
    problem.ignore_tuning = 1;
    problem.kernel = kernel;
    problem.k_splits = k_splits;
    return smallm_moe_plan_create(plan, context, &problem);
}

/* docs/dispatch.md: a kernel must hold a row of each token, up to 16, or W may be read more than once. */
static bool follows(const struct cell *cell, size_t at, const smallm_kernel_properties *kernel) {
    enum { ONCE = 16 };
    const struct moe_shape *shape = (const struct moe_shape *)cell->problem + at;
    const smallm_moe_problem problem = moe_problem(shape);
    const int64_t per_token = problem.top_k != 0 ? problem.top_k : problem.a_div;
    const int64_t tokens = (problem.slots + per_token - 1) / per_token;
    return kernel->m_tile >= (tokens < ONCE ? tokens : ONCE);
}

static enum exit_status time_one(struct time_result *result, const struct backend *backend, const struct cell *cell,
                                 size_t at, const struct time_choice *choice) {
    return time_moe_cell(result, backend, (const struct moe_shape *)cell->problem + at, choice);
}

/* --- trials: one row of the first expert, none of the second, and of the third as many as need two reads of W --- */

static bool variant(const struct cell *cell, const smallm_kernel_properties *kernel) {
    (void)kernel;
    return cell->key[WEIGHTED] != 0;
}

static struct moe_shape shape_of(const struct trial *trial) {
    const bool weighted = (trial->class & CLASS_VARIANT) != 0;
    return (struct moe_shape){
        .experts = TRIAL_EXPERTS,
        .n = trial->n,
        .k = trial->k,
        .a_div = weighted ? 1 : TRIAL_TOP_K,
        .weighted = weighted,
        .block_m = 64,
        .top_k = TRIAL_TOP_K,
        .tokens = (trial->kernel.m_tile + 1) / TRIAL_TOP_K + 1,
    };
}

static smallm_status trial_plan(struct trial *trial) {
    const struct moe_shape shape = shape_of(trial);
    smallm_moe_problem problem = moe_problem(&shape);
    trial->rows = (unsigned)problem.slots;
    problem.kernel = trial->name;
    problem.k_splits = trial->k_splits;
    return smallm_moe_plan_create(&trial->plan, trial->backend->context, &problem);
}

static bool sort(struct trial *trial, const smallm_moe_problem *problem) {
    int32_t *ids = malloc((size_t)problem->slots * sizeof *ids);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = problem->slots;
    args.experts = problem->experts;
    args.block_m = problem->block_m;
    args.sorted_len = problem->sorted_len;
    args.topk_ids = ids;
    args.sorted_token_ids = trial->host[SORTED];
    args.expert_ids = trial->host[EXPERT_IDS];
    args.num_tokens_post_padded = trial->host[POSTS];
    for (int64_t slot = 0; ids != NULL && slot < problem->slots; slot++)
        ids[slot] = slot == 0 ? 0 : TRIAL_EXPERTS - 1;
    const bool sorted = ids != NULL && moe_sort_model(&args) == 0;
    free(ids);
    return sorted;
}

static bool trial_inputs(struct trial *trial) {
    const struct moe_shape shape = shape_of(trial);
    const smallm_moe_problem problem = moe_problem(&shape);
    const size_t slots = (size_t)problem.slots, x_rows = (size_t)problem.x_rows, n = shape.n, k = shape.k;
    const size_t sorted_len = (size_t)problem.sorted_len, blocks = k / SMALLM_BLOCK_K;
    if (!trial_tensor(trial, OUT, slots * n * sizeof(uint16_t)) || !trial_tensor(trial, X, x_rows * k) ||
        !trial_tensor(trial, X_SCALE, x_rows * blocks) || !trial_tensor(trial, W, TRIAL_EXPERTS * n * k) ||
        !trial_tensor(trial, W_SCALE, TRIAL_EXPERTS * n * blocks) ||
        (shape.weighted && !trial_tensor(trial, WEIGHTS, slots * sizeof(float))) ||
        !trial_tensor(trial, SORTED, sorted_len * sizeof(int32_t)) ||
        !trial_tensor(trial, EXPERT_IDS, sorted_len / shape.block_m * sizeof(int32_t)) ||
        !trial_tensor(trial, POSTS, sizeof(int32_t)) || !sort(trial, &problem))
        return false;
    quantise_normal(trial->host[X], trial->host[X_SCALE], x_rows, k, trial_x_deviation, TRIAL_SEED);
    quantise_normal(trial->host[W], trial->host[W_SCALE], TRIAL_EXPERTS * n, k, trial_w_deviation, TRIAL_SEED + 1);
    const uint8_t *w[TRIAL_EXPERTS], *w_scale[TRIAL_EXPERTS];
    for (size_t expert = 0; expert < TRIAL_EXPERTS; expert++) {
        w[expert] = (const uint8_t *)trial->host[W] + expert * n * k;
        w_scale[expert] = (const uint8_t *)trial->host[W_SCALE] + expert * n * blocks;
    }
    float *weights = trial->host[WEIGHTS];
    for (size_t slot = 0; weights != NULL && slot < slots; slot++)
        weights[slot] = ((float)slot + 1) / (float)slots;
    const struct moe_inputs inputs = {
        .experts = TRIAL_EXPERTS,
        .n = n,
        .k = k,
        .x_rows = x_rows,
        .slots = slots,
        .a_div = shape.a_div,
        .block_m = shape.block_m,
        .sorted_len = sorted_len,
        .ldx = k,
        .ldxs = blocks,
        .x = trial->host[X],
        .x_scale = trial->host[X_SCALE],
        .w = w,
        .w_scale = w_scale,
        .weights = weights,
        .sorted_token_ids = trial->host[SORTED],
        .expert_ids = trial->host[EXPERT_IDS],
        .num_tokens_post_padded = *(const int32_t *)trial->host[POSTS],
    };
    return moe_rows_make(&trial->routed, &inputs) == 0 && moe_reference(&trial->routed, &inputs) == 0;
}

static smallm_status trial_execute(const struct trial *trial) {
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = trial->device[X];
    buffers.x_scale = trial->device[X_SCALE];
    buffers.w = trial->device[W];
    buffers.w_scale = trial->device[W_SCALE];
    buffers.weights = trial->device[WEIGHTS];
    buffers.sorted_token_ids = trial->device[SORTED];
    buffers.expert_ids = trial->device[EXPERT_IDS];
    buffers.num_tokens_post_padded = trial->device[POSTS];
    buffers.out = trial->device[OUT];
    return smallm_moe_execute(trial->plan, &buffers, trial->device[WORKSPACE], trial->bytes[WORKSPACE], NULL);
}

static struct check_result trial_check(const struct trial *trial) {
    return moe_check(&trial->routed, SMALLM_TYPE_BF16, trial->host[OUT], trial->n);
}

const struct tune_kind tune_moe = {
    .name = "moe",
    .shapes = "configs/shapes_moe.csv",
    .variable = "SMALLM_MOE_CSV",
    .about = "Tuned MoE cells: the kernel of an exact (N, K, a_div, weighted, rows of an expert), for any experts.",
    .columns = "N,K,a_div,weighted,rows,",
    .keys = KEYS,
    .most = 1.03,
    .read = read,
    .check_table = smallm_moe_table_check,
    .plan = plan,
    .rows = rows,
    .follows = follows,
    .time = time_one,
    .sizes = sizes,
    .variant = variant,
    .trial_plan = trial_plan,
    .trial_inputs = trial_inputs,
    .trial_execute = trial_execute,
    .trial_check = trial_check,
};
