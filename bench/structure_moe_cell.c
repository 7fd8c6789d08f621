#include "structure_moe_cell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "moe_route.h"
#include "smallm/moe.h"
#include "smallm/types.h"
#include "smallm/workspace.h"
#include "structure_cell.h"

enum tensor { X, X_SCALE, W, W_SCALE, WEIGHTS, SORTED, EXPERT_IDS, POSTS, OUT, WORKSPACE, TENSORS };

struct run {
    struct moe_cell *cell;
    const struct backend *backend;
    size_t slots, sorted_len, blocks, x_rows;
    int32_t *topk_ids, *sorted, *expert_ids, posts;
    uint8_t *touched;
    smallm_plan *plan;
    uint64_t workspace_bytes;
    void *device[TENSORS];
};

static enum exit_status route(struct run *run) {
    struct moe_cell *cell = run->cell;
    const struct moe_shape *shape = &cell->shape;
    run->topk_ids = malloc(run->slots * sizeof *run->topk_ids);
    run->sorted = malloc(run->sorted_len * sizeof *run->sorted);
    run->expert_ids = malloc(run->blocks * sizeof *run->expert_ids);
    run->touched = calloc(shape->experts, 1);
    if (run->topk_ids == NULL || run->sorted == NULL || run->expert_ids == NULL || run->touched == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the routing");
    route_make(shape->routing, run->topk_ids, shape->tokens, shape->top_k, shape->experts, 1);
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)run->slots;
    args.experts = shape->experts;
    args.block_m = shape->block_m;
    args.sorted_len = (int64_t)run->sorted_len;
    args.topk_ids = run->topk_ids;
    args.sorted_token_ids = run->sorted;
    args.expert_ids = run->expert_ids;
    args.num_tokens_post_padded = &run->posts;
    if (moe_sort_model(&args) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the routing");
    for (size_t slot = 0; slot < run->slots; slot++) {
        unsigned rows = 0;
        for (size_t other = 0; other < run->slots; other++)
            rows += run->topk_ids[other] == run->topk_ids[slot];
        cell->max_rows = rows > cell->max_rows ? rows : cell->max_rows;
        cell->touched += !run->touched[run->topk_ids[slot]];
        run->touched[run->topk_ids[slot]] = 1;
    }
    return EXIT_RIGHT;
}

/* All of the experts' memory; zeros in what is used. */
static enum exit_status place_experts(struct run *run, enum tensor tensor, size_t bytes) {
    const struct backend *backend = run->backend;
    const size_t experts = run->cell->shape.experts;
    enum exit_status status =
        backend_check(backend, backend->hipMalloc(&run->device[tensor], experts * bytes), "hipMalloc");
    if (status != EXIT_RIGHT)
        run->device[tensor] = NULL;
    for (size_t expert = 0; expert < experts && status == EXIT_RIGHT; expert++)
        if (run->touched[expert])
            status = backend_check(backend, backend->hipMemset((char *)run->device[tensor] + expert * bytes, 0, bytes),
                                   "hipMemset");
    return status;
}

static enum exit_status place_all(struct run *run) {
    const struct moe_shape *shape = &run->cell->shape;
    const size_t n = shape->n, k = shape->k, blocks = k / SMALLM_BLOCK_K;
    const struct {
        const void *host;
        size_t bytes;
    } plain[TENSORS] = {
        [X] = {NULL, run->x_rows * k},
        [X_SCALE] = {NULL, run->x_rows * blocks},
        [WEIGHTS] = {NULL, shape->weighted ? run->slots * sizeof(float) : 0},
        [SORTED] = {run->sorted, run->sorted_len * sizeof(int32_t)},
        [EXPERT_IDS] = {run->expert_ids, run->blocks * sizeof(int32_t)},
        [POSTS] = {&run->posts, sizeof(int32_t)},
        [OUT] = {NULL, (shape->combine ? shape->tokens : run->slots) * n * sizeof(uint16_t)},
        [WORKSPACE] = {NULL, run->workspace_bytes},
    };
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < TENSORS && status == EXIT_RIGHT; i++)
        if (plain[i].bytes != 0)
            status = backend_place(run->backend, &run->device[i], plain[i].host, 0, plain[i].bytes);
    if (status == EXIT_RIGHT)
        status = place_experts(run, W, n * k);
    if (status == EXIT_RIGHT)
        status = place_experts(run, W_SCALE, n * blocks);
    if (status == EXIT_RIGHT && run->workspace_bytes != 0)
        status = exit_status_of(
            smallm_workspace_init(run->backend->context, run->device[WORKSPACE], run->workspace_bytes, NULL));
    return status;
}

static void count(const struct run *run) {
    struct moe_cell *cell = run->cell;
    const struct sim *sim = &run->backend->sim;
    const double bytes = (double)cell->touched * cell->shape.n * cell->shape.k;
    struct gfx950sim_stats all = {.size = sizeof all};
    struct gfx950sim_launch_stats launch = {.size = sizeof launch};
    struct gfx950sim_memory_stats w = {.size = sizeof w}, w_scale = {.size = sizeof w_scale};
    sim->gfx950sim_get_stats(&all);
    sim->gfx950sim_get_launch_stats(&launch);
    sim->gfx950sim_get_memory_stats(run->device[W], &w);
    sim->gfx950sim_get_memory_stats(run->device[W_SCALE], &w_scale);
    cell->launches = all.launches;
    cell->errors = all.errors;
    cell->warnings = all.warnings;
    cell->w_read = w.bytes_read;
    cell->w_scale_read = w_scale.bytes_read;
    cell->w_ratio = (double)w.bytes_read / bytes;
    cell->w_scale_ratio = (double)w_scale.bytes_read / (bytes / SMALLM_BLOCK_K);
    cell->valu_per_kb = (double)all.valu / (bytes / 1024);
    cell->w_in_flight = w.peak_wave_bytes_in_flight * launch.waves * launch.resident_workgroups;
    cell->workgroups = (uint64_t)launch.grid[0] * launch.grid[1] * launch.grid[2];
    cell->cus_busy = launch.cus_busy;
    cell->cus = launch.cus;
    cell->resident = launch.resident_workgroups;
    cell->scratch = launch.scratch_bytes;
    cell->spills = launch.vgpr_spills + launch.sgpr_spills;
    const bool few_bytes = cell->w_ratio <= BAR_W_RATIO && cell->w_scale_ratio <= BAR_W_RATIO;
    cell->met = cell->launches == BAR_LAUNCHES && (few_bytes || cell->max_rows > BAR_EXPERT_ROWS) &&
                cell->scratch == 0 && cell->spills == 0 && cell->errors == 0 && cell->warnings == 0;
}

static void launch(const struct run *run) {
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = run->device[X];
    buffers.x_scale = run->device[X_SCALE];
    buffers.w = run->device[W];
    buffers.w_scale = run->device[W_SCALE];
    buffers.weights = run->device[WEIGHTS];
    buffers.sorted_token_ids = run->device[SORTED];
    buffers.expert_ids = run->device[EXPERT_IDS];
    buffers.num_tokens_post_padded = run->device[POSTS];
    buffers.out = run->device[OUT];
    run->backend->sim.gfx950sim_reset();
    /* A launch with findings fails; they are counted. */
    if (smallm_moe_execute(run->plan, &buffers, run->device[WORKSPACE], run->workspace_bytes, NULL) != SMALLM_OK)
        snprintf(run->cell->refused, sizeof run->cell->refused, "%s", smallm_last_error());
    (void)run->backend->hipDeviceSynchronize();
    count(run);
}

static bool make_plan(struct run *run) {
    struct moe_cell *cell = run->cell;
    const struct moe_shape *shape = &cell->shape;
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    problem.experts = shape->experts;
    problem.n = shape->n;
    problem.k = shape->k;
    problem.x_rows = (int64_t)run->x_rows;
    problem.slots = (int64_t)run->slots;
    problem.a_div = shape->a_div;
    problem.block_m = shape->block_m;
    problem.sorted_len = (int64_t)run->sorted_len;
    problem.top_k = shape->combine ? shape->top_k : 0;
    problem.weighted = (int32_t)shape->weighted;
    problem.ignore_tuning = 1;
    smallm_plan_info info = {.size = sizeof info};
    if (smallm_moe_plan_create(&run->plan, run->backend->context, &problem) != SMALLM_OK ||
        smallm_plan_get_info(run->plan, &info) != SMALLM_OK) {
        snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        return false;
    }
    snprintf(cell->kernel, sizeof cell->kernel, "%s", info.kernel);
    cell->k_splits = info.k_splits;
    run->workspace_bytes = info.workspace_bytes;
    return true;
}

enum exit_status moe_cell_run(struct moe_cell *cell, const struct backend *backend, struct moe_shape shape) {
    *cell = (struct moe_cell){.shape = shape};
    struct run run = {.cell = cell, .backend = backend, .slots = (size_t)shape.tokens * shape.top_k};
    run.sorted_len = (size_t)smallm_moe_sorted_len((int64_t)run.slots, shape.experts, shape.block_m);
    run.blocks = run.sorted_len / shape.block_m;
    run.x_rows = (run.slots + shape.a_div - 1) / shape.a_div;
    enum exit_status status = EXIT_RIGHT;
    if (make_plan(&run)) {
        status = route(&run);
        if (status == EXIT_RIGHT)
            status = place_all(&run);
        if (status == EXIT_RIGHT)
            launch(&run);
    }
    for (int i = 0; i < TENSORS; i++)
        if (run.device[i] != NULL)
            backend->hipFree(run.device[i]);
    free(run.topk_ids);
    free(run.sorted);
    free(run.expert_ids);
    free(run.touched);
    smallm_plan_destroy(run.plan);
    return status;
}
