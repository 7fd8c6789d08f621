#include "moe_launch.h"

#include <stdlib.h>

#include "smallm/types.h"

enum { ROUTE_SEED = 1 };

static enum exit_status sort(struct moe_memory *memory) {
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = memory->problem.slots;
    args.experts = memory->problem.experts;
    args.block_m = memory->problem.block_m;
    args.sorted_len = memory->problem.sorted_len;
    args.topk_ids = memory->topk_ids;
    args.sorted_token_ids = memory->sorted;
    args.expert_ids = memory->expert_ids;
    args.num_tokens_post_padded = &memory->posts;
    return moe_sort_model(&args) == 0 ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "there is no memory for the routing");
}

static enum exit_status route(struct moe_memory *memory) {
    const struct moe_shape *shape = &memory->shape;
    const size_t slots = (size_t)memory->problem.slots;
    memory->topk_ids = malloc(slots * sizeof *memory->topk_ids);
    memory->sorted = malloc((size_t)memory->problem.sorted_len * sizeof *memory->sorted);
    memory->expert_ids = malloc(memory->blocks * sizeof *memory->expert_ids);
    memory->in_use = calloc(shape->experts, 1);
    unsigned *rows = calloc(shape->experts, sizeof *rows);
    const bool all = memory->topk_ids != NULL && memory->sorted != NULL && memory->expert_ids != NULL &&
                     memory->in_use != NULL && rows != NULL;
    if (all)
        route_make(shape->routing, memory->topk_ids, shape->tokens, shape->top_k, shape->experts, ROUTE_SEED);
    for (size_t slot = 0; all && slot < slots; slot++) {
        const int32_t expert = memory->topk_ids[slot];
        memory->touched += !memory->in_use[expert];
        memory->in_use[expert] = 1;
        if (++rows[expert] > memory->max_rows)
            memory->max_rows = rows[expert];
    }
    free(rows);
    return all ? sort(memory) : complain(EXIT_BAD_ARGUMENTS, "there is no memory for the routing");
}

static enum exit_status place_experts(struct moe_memory *memory, const struct backend *backend, enum moe_tensor tensor,
                                      size_t bytes) {
    const size_t experts = memory->shape.experts;
    enum exit_status status =
        backend_check(backend, backend->hipMalloc(&memory->device[tensor], experts * bytes), "hipMalloc");
    if (status != EXIT_RIGHT)
        memory->device[tensor] = NULL;
    for (size_t expert = 0; expert < experts && status == EXIT_RIGHT; expert++)
        if (memory->in_use[expert])
            status = backend_check(
                backend, backend->hipMemset((char *)memory->device[tensor] + expert * bytes, 0, bytes), "hipMemset");
    return status;
}

static enum exit_status place_all(struct moe_memory *memory, const struct backend *backend) {
    const struct moe_shape *shape = &memory->shape;
    const size_t n = shape->n, k = shape->k, blocks = k / SMALLM_BLOCK_K, slots = (size_t)memory->problem.slots;
    const size_t x_rows = (size_t)memory->problem.x_rows;
    const struct {
        const void *host;
        size_t bytes;
    } plain[MOE_TENSORS] = {
        [MOE_X] = {NULL, x_rows * k},
        [MOE_X_SCALE] = {NULL, x_rows * blocks},
        [MOE_WEIGHTS] = {NULL, shape->weighted ? slots * sizeof(float) : 0},
        [MOE_SORTED] = {memory->sorted, (size_t)memory->problem.sorted_len * sizeof(int32_t)},
        [MOE_EXPERT_IDS] = {memory->expert_ids, memory->blocks * sizeof(int32_t)},
        [MOE_POSTS] = {&memory->posts, sizeof(int32_t)},
        [MOE_OUT] = {NULL, (shape->combine ? shape->tokens : slots) * n * sizeof(uint16_t)},
    };
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < MOE_TENSORS && status == EXIT_RIGHT; i++)
        if (plain[i].bytes != 0)
            status = backend_place(backend, &memory->device[i], plain[i].host, 0, plain[i].bytes);
    if (status == EXIT_RIGHT)
        status = place_experts(memory, backend, MOE_W, n * k);
    return status == EXIT_RIGHT ? place_experts(memory, backend, MOE_W_SCALE, n * blocks) : status;
}

enum exit_status moe_memory_make(struct moe_memory *memory, const struct backend *backend,
                                 const struct moe_shape *shape) {
    *memory = (struct moe_memory){.shape = *shape, .problem = moe_problem(shape)};
    memory->blocks = (size_t)(memory->problem.sorted_len / shape->block_m);
    enum exit_status status = route(memory);
    return status == EXIT_RIGHT ? place_all(memory, backend) : status;
}

void moe_memory_free(struct moe_memory *memory, const struct backend *backend) {
    for (int i = 0; i < MOE_TENSORS; i++)
        if (memory->device[i] != NULL)
            backend->hipFree(memory->device[i]);
    free(memory->topk_ids);
    free(memory->sorted);
    free(memory->expert_ids);
    free(memory->in_use);
    *memory = (struct moe_memory){0};
}

double moe_fewest_bytes(const struct moe_memory *memory) {
    const struct moe_shape *shape = &memory->shape;
    const double k_bytes = shape->k * (1 + 1.0 / SMALLM_BLOCK_K), slots = (double)memory->problem.slots;
    const double out_rows = shape->combine ? shape->tokens : slots;
    return ((double)memory->touched * shape->n + (double)memory->problem.x_rows) * k_bytes +
           out_rows * shape->n * sizeof(uint16_t);
}

enum exit_status moe_launch_make(struct planned *launch, const struct backend *backend,
                                 const smallm_moe_problem *problem) {
    smallm_plan *plan = NULL;
    const smallm_status created = smallm_moe_plan_create(&plan, backend->context, problem);
    return planned_finish(launch, backend, plan, created);
}

smallm_status moe_launch_run(const struct planned *launch, const struct moe_memory *memory, void *stream) {
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = memory->device[MOE_X];
    buffers.x_scale = memory->device[MOE_X_SCALE];
    buffers.w = memory->device[MOE_W];
    buffers.w_scale = memory->device[MOE_W_SCALE];
    buffers.weights = memory->device[MOE_WEIGHTS];
    buffers.sorted_token_ids = memory->device[MOE_SORTED];
    buffers.expert_ids = memory->device[MOE_EXPERT_IDS];
    buffers.num_tokens_post_padded = memory->device[MOE_POSTS];
    buffers.out = memory->device[MOE_OUT];
    return smallm_moe_execute(launch->plan, &buffers, launch->workspace, launch->info.workspace_bytes, stream);
}
