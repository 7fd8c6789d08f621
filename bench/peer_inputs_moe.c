#include <stdlib.h>

#include "moe.h"
#include "moe_route.h"
#include "peer_cell.h"
#include "quantise.h"
#include "smallm/moe.h"

enum { SEED = 1 };

struct tensors {
    struct moe_inputs inputs;
    struct moe_rows rows;
    struct quantise_pool pool;
    uint8_t *x, *x_scale, **w, **w_scale; /* w[experts]; NULL without rows */
    size_t experts;
    float *weights;
    int32_t *topk_ids, *sorted, *expert_ids, posts;
};

static struct check_result check(const struct peer_inputs *inputs, smallm_type type, const void *out) {
    const struct tensors *t = inputs->own;
    return moe_check(&t->rows, type, out, (size_t)inputs->problem.n);
}

static void release(struct peer_inputs *inputs) {
    struct tensors *t = inputs->own;
    for (size_t expert = 0; expert < t->experts; expert++) {
        free(t->w != NULL ? t->w[expert] : NULL);
        free(t->w_scale != NULL ? t->w_scale[expert] : NULL);
    }
    moe_rows_free(&t->rows);
    quantise_pool_free(&t->pool);
    free(t->x);
    free(t->x_scale);
    free(t->w);
    free(t->w_scale);
    free(t->weights);
    free(t->topk_ids);
    free(t->sorted);
    free(t->expert_ids);
    free(t);
}

/* The routing: who meets whom. */
static bool route(struct tensors *t, const struct moe_shape *shape, const struct peer_problem *p) {
    t->topk_ids = malloc((size_t)p->slots * sizeof *t->topk_ids);
    t->sorted = malloc((size_t)p->sorted_len * sizeof *t->sorted);
    t->expert_ids = malloc((size_t)(p->sorted_len / p->block_m) * sizeof *t->expert_ids);
    if (t->topk_ids == NULL || t->sorted == NULL || t->expert_ids == NULL)
        return false;
    route_make(shape->routing, t->topk_ids, shape->tokens, shape->top_k, shape->experts, SEED);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = p->slots;
    args.experts = p->experts;
    args.block_m = p->block_m;
    args.sorted_len = p->sorted_len;
    args.topk_ids = t->topk_ids;
    args.sorted_token_ids = t->sorted;
    args.expert_ids = t->expert_ids;
    args.num_tokens_post_padded = &t->posts;
    return moe_sort_model(&args) == 0;
}

static bool make_w(struct tensors *t, const struct peer_problem *p, size_t *touched) {
    const size_t n = (size_t)p->n, k = (size_t)p->k;
    t->w = calloc((size_t)p->experts, sizeof *t->w);
    t->w_scale = calloc((size_t)p->experts, sizeof *t->w_scale);
    if (t->w == NULL || t->w_scale == NULL || quantise_pool_make(&t->pool, 0.1, SEED) != 0)
        return false;
    t->experts = (size_t)p->experts;
    for (size_t slot = 0; slot < (size_t)p->slots; slot++) {
        const size_t expert = (size_t)t->topk_ids[slot];
        if (t->w[expert] != NULL)
            continue;
        t->w[expert] = malloc(n * k);
        t->w_scale[expert] = malloc(n * k / MX_BLOCK);
        if (t->w[expert] == NULL || t->w_scale[expert] == NULL)
            return false;
        quantise_pool_draw(&t->pool, t->w[expert], t->w_scale[expert], n, k, SEED + 1 + expert);
        ++*touched;
    }
    return true;
}

static bool make_x(struct tensors *t, const struct peer_problem *p) {
    const size_t rows = (size_t)p->x_rows, k = (size_t)p->k;
    t->x = malloc(rows * k);
    t->x_scale = malloc(rows * k / MX_BLOCK);
    t->weights = p->weighted ? malloc((size_t)p->slots * sizeof *t->weights) : NULL;
    if (t->x == NULL || t->x_scale == NULL || (p->weighted && t->weights == NULL))
        return false;
    quantise_normal(t->x, t->x_scale, rows, k, 0.5, SEED);
    for (size_t slot = 0; t->weights != NULL && slot < (size_t)p->slots; slot++)
        t->weights[slot] = ((float)slot + 1) / (float)p->slots;
    return true;
}

static bool refer(struct tensors *t, const struct peer_problem *p) {
    t->inputs = (struct moe_inputs){
        .experts = (size_t)p->experts,
        .n = (size_t)p->n,
        .k = (size_t)p->k,
        .x_rows = (size_t)p->x_rows,
        .slots = (size_t)p->slots,
        .a_div = (size_t)p->a_div,
        .block_m = (size_t)p->block_m,
        .sorted_len = (size_t)p->sorted_len,
        .top_k = (size_t)p->top_k,
        .ldx = (size_t)p->k,
        .ldxs = (size_t)p->k / MX_BLOCK,
        .x = t->x,
        .x_scale = t->x_scale,
        .w = (const uint8_t *const *)t->w,
        .w_scale = (const uint8_t *const *)t->w_scale,
        .weights = t->weights,
        .sorted_token_ids = t->sorted,
        .expert_ids = t->expert_ids,
        .num_tokens_post_padded = t->posts,
    };
    return moe_rows_make(&t->rows, &t->inputs) == 0 && moe_reference(&t->rows, &t->inputs) == 0;
}

static void tell(struct peer_inputs *inputs, const struct tensors *t) {
    inputs->host = (struct peer_host){.w = (const void *const *)t->w, .w_scale = (const void *const *)t->w_scale};
    inputs->host.tensor[PEER_X] = t->x;
    inputs->host.tensor[PEER_X_SCALE] = t->x_scale;
    inputs->host.tensor[PEER_WEIGHTS] = t->weights;
    inputs->host.tensor[PEER_SORTED_TOKEN_IDS] = t->sorted;
    inputs->host.tensor[PEER_EXPERT_IDS] = t->expert_ids;
    inputs->host.tensor[PEER_NUM_TOKENS_POST_PADDED] = &t->posts;
}

enum exit_status peer_moe_inputs(struct peer_inputs *inputs, const struct moe_shape *shape, bool check_too) {
    const smallm_moe_problem problem = moe_problem(shape);
    struct tensors *t = calloc(1, sizeof *t);
    size_t touched = 0;
    *inputs = (struct peer_inputs){
        .problem = {.operation = PEER_MOE,
                    .n = problem.n,
                    .k = problem.k,
                    .experts = problem.experts,
                    .x_rows = problem.x_rows,
                    .slots = problem.slots,
                    .a_div = problem.a_div,
                    .block_m = problem.block_m,
                    .sorted_len = problem.sorted_len,
                    .weighted = problem.weighted,
                    .top_k = problem.top_k},
        .check = check,
        .free = t != NULL ? release : NULL,
        .own = t,
    };
    const struct peer_problem *p = &inputs->problem;
    if (t == NULL || !route(t, shape, p) || !make_w(t, p, &touched) || !make_x(t, p) || (check_too && !refer(t, p)))
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the tensors of a grouped cell");
    tell(inputs, t);
    const double k = (double)p->k * (1 + 1.0 / MX_BLOCK);
    inputs->fewest_bytes = k * ((double)touched * (double)p->n + (double)p->x_rows) +
                           2.0 * (double)(p->top_k != 0 ? p->slots / p->top_k : p->slots) * (double)p->n;
    return EXIT_RIGHT;
}
