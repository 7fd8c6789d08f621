#include "inputs_moe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "moe_route.h"
#include "npy.h"
#include "quantise.h"
#include "random.h"

static const double x_deviation = 0.5, w_deviation = 0.1;

static enum exit_status no_memory(const char *what) {
    return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %s", what);
}

static enum exit_status make_ids(struct inputs_moe *inputs, const struct moe_options *options) {
    const size_t tokens = (size_t)options->tokens, top_k = (size_t)options->top_k;
    enum route route;
    char error[NPY_ERROR_BYTES];
    if (!route_named(options->routing, &route)) {
        inputs->topk_ids = npy_read_i32(options->routing, tokens, top_k, error);
        return inputs->topk_ids != NULL
                   ? EXIT_RIGHT
                   : complain(EXIT_BAD_ARGUMENTS, "--routing is no balanced, random or one, but a file: %s", error);
    }
    inputs->topk_ids = malloc(inputs->slots * sizeof *inputs->topk_ids);
    if (inputs->topk_ids == NULL)
        return no_memory("the routing");
    route_make(route, inputs->topk_ids, tokens, top_k, (size_t)options->experts, (uint64_t)options->seed);
    return EXIT_RIGHT;
}

enum exit_status inputs_moe_route(struct inputs_moe *inputs, const struct moe_options *options) {
    *inputs = (struct inputs_moe){.slots = (size_t)(options->tokens * options->top_k)};
    inputs->sorted_len = (size_t)smallm_moe_sorted_len((int64_t)inputs->slots, options->experts, options->block_m);
    inputs->blocks = inputs->sorted_len / (size_t)options->block_m;
    inputs->x_rows = (inputs->slots + (size_t)options->a_div - 1) / (size_t)options->a_div;
    enum exit_status status = make_ids(inputs, options);
    if (status != EXIT_RIGHT)
        return status;
    inputs->sorted = malloc(inputs->sorted_len * sizeof *inputs->sorted);
    inputs->expert_ids = malloc(inputs->blocks * sizeof *inputs->expert_ids);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)inputs->slots;
    args.experts = options->experts;
    args.block_m = options->block_m;
    args.sorted_len = (int64_t)inputs->sorted_len;
    args.topk_ids = inputs->topk_ids;
    args.sorted_token_ids = inputs->sorted;
    args.expert_ids = inputs->expert_ids;
    args.num_tokens_post_padded = &inputs->posts;
    if (inputs->sorted == NULL || inputs->expert_ids == NULL || moe_sort_model(&args) != 0)
        return no_memory("the sorted routing");
    return EXIT_RIGHT;
}

static enum exit_status make_w(struct inputs_moe *inputs, const struct moe_options *options) {
    const size_t experts = (size_t)options->experts, n = (size_t)options->n, k = (size_t)options->k;
    struct quantise_pool pool;
    inputs->w = calloc(experts, sizeof *inputs->w);
    inputs->w_scale = calloc(experts, sizeof *inputs->w_scale);
    if (inputs->w == NULL || inputs->w_scale == NULL ||
        quantise_pool_make(&pool, w_deviation, 2 * (uint64_t)options->seed + 1) != 0)
        return no_memory("the experts");
    enum exit_status status = EXIT_RIGHT;
    for (size_t expert = 0; expert < experts && status == EXIT_RIGHT; expert++) {
        if (!inputs->touched[expert])
            continue;
        inputs->w[expert] = malloc(n * k);
        inputs->w_scale[expert] = malloc(n * (k / MX_BLOCK));
        if (inputs->w[expert] == NULL || inputs->w_scale[expert] == NULL)
            status = no_memory("the weights of the experts in use");
        else
            quantise_pool_draw(&pool, inputs->w[expert], inputs->w_scale[expert], n, k,
                               (uint64_t)options->seed * 65536 + expert);
    }
    quantise_pool_free(&pool);
    return status;
}

/* As a router's softmax leaves them: positive, and 1 in the sum over a token. */
static enum exit_status make_weights(struct inputs_moe *inputs, const struct moe_options *options) {
    const size_t top_k = (size_t)options->top_k;
    struct random_state random;
    random_seed(&random, ~(uint64_t)options->seed);
    inputs->weights = malloc(inputs->slots * sizeof *inputs->weights);
    if (inputs->weights == NULL)
        return no_memory("the routing weights");
    for (size_t token = 0; token < inputs->slots; token += top_k) {
        double sum = 0;
        for (size_t slot = token; slot < token + top_k; slot++)
            sum += inputs->weights[slot] = (float)exp(random_normal(&random));
        for (size_t slot = token; slot < token + top_k; slot++)
            inputs->weights[slot] = (float)(inputs->weights[slot] / sum);
    }
    return EXIT_RIGHT;
}

static void count_touched(struct inputs_moe *inputs, size_t experts) {
    size_t rows_of_last = 0;
    int32_t last = -1;
    inputs->touched_experts = moe_touched(&inputs->rows, experts, inputs->touched);
    for (size_t i = 0; i < (size_t)inputs->posts; i++) {
        const int32_t expert = inputs->expert_ids[i * inputs->blocks / inputs->sorted_len];
        rows_of_last = expert == last ? rows_of_last : 0;
        last = expert;
        rows_of_last += (size_t)inputs->sorted[i] < inputs->slots;
        inputs->max_rows = rows_of_last > inputs->max_rows ? rows_of_last : inputs->max_rows;
    }
}

enum exit_status inputs_moe_make(struct inputs_moe *inputs, const struct moe_options *options) {
    const size_t experts = (size_t)options->experts, n = (size_t)options->n, k = (size_t)options->k;
    inputs->touched = calloc(experts, 1);
    inputs->x = malloc(inputs->x_rows * k);
    inputs->x_scale = malloc(inputs->x_rows * (k / MX_BLOCK));
    if (inputs->touched == NULL || inputs->x == NULL || inputs->x_scale == NULL)
        return no_memory("the activations");
    inputs->view = (struct moe_inputs){
        .experts = experts,
        .n = n,
        .k = k,
        .x_rows = inputs->x_rows,
        .slots = inputs->slots,
        .a_div = (size_t)options->a_div,
        .block_m = (size_t)options->block_m,
        .sorted_len = inputs->sorted_len,
        .top_k = options->combine ? (size_t)options->top_k : 0,
        .ldx = k,
        .ldxs = k / MX_BLOCK,
        .x = inputs->x,
        .x_scale = inputs->x_scale,
        .sorted_token_ids = inputs->sorted,
        .expert_ids = inputs->expert_ids,
        .num_tokens_post_padded = inputs->posts,
    };
    quantise_normal(inputs->x, inputs->x_scale, inputs->x_rows, k, x_deviation, 2 * (uint64_t)options->seed);
    enum exit_status status = EXIT_RIGHT;
    if (moe_rows_make(&inputs->rows, &inputs->view) != 0)
        return no_memory("the reference");
    count_touched(inputs, experts);
    if (options->weighted)
        status = make_weights(inputs, options);
    if (status == EXIT_RIGHT)
        status = make_w(inputs, options);
    if (status != EXIT_RIGHT)
        return status;
    inputs->view.weights = inputs->weights;
    inputs->view.w = (const uint8_t *const *)inputs->w;
    inputs->view.w_scale = (const uint8_t *const *)inputs->w_scale;
    return moe_reference(&inputs->rows, &inputs->view) == 0 ? EXIT_RIGHT : no_memory("the reference");
}

void inputs_moe_free(struct inputs_moe *inputs) {
    for (size_t expert = 0; expert < inputs->view.experts; expert++) {
        if (inputs->w != NULL)
            free(inputs->w[expert]);
        if (inputs->w_scale != NULL)
            free(inputs->w_scale[expert]);
    }
    free(inputs->w);
    free(inputs->w_scale);
    free(inputs->topk_ids);
    free(inputs->sorted);
    free(inputs->expert_ids);
    free(inputs->touched);
    free(inputs->x);
    free(inputs->x_scale);
    free(inputs->weights);
    moe_rows_free(&inputs->rows);
}
