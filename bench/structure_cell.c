#include "structure_cell.h"

#include <stdio.h>
#include <string.h>

#include "smallm/types.h"
#include "smallm/workspace.h"

static enum exit_status make(void **memory, const struct backend *backend, size_t bytes) {
    *memory = NULL;
    enum exit_status status = backend_check(backend, backend->hipMalloc(memory, bytes), "hipMalloc");
    return status != EXIT_RIGHT ? status : backend_check(backend, backend->hipMemset(*memory, 0, bytes), "hipMemset");
}

enum exit_status cell_inputs_make(struct cell_inputs *inputs, const struct backend *backend, unsigned k, unsigned n) {
    *inputs = (struct cell_inputs){.k = k, .n = n};
    const size_t blocks = k / SMALLM_BLOCK_K;
    enum exit_status status = make(&inputs->x, backend, (size_t)MOST_M * k);
    if (status == EXIT_RIGHT)
        status = make(&inputs->x_scale, backend, MOST_M * blocks);
    if (status == EXIT_RIGHT)
        status = make(&inputs->w, backend, (size_t)n * k);
    if (status == EXIT_RIGHT)
        status = make(&inputs->w_scale, backend, n * blocks);
    if (status == EXIT_RIGHT)
        status = make(&inputs->out, backend, 2 * (size_t)MOST_M * n);
    return status;
}

void cell_inputs_free(struct cell_inputs *inputs, const struct backend *backend) {
    void *const all[] = {inputs->x, inputs->x_scale, inputs->w, inputs->w_scale, inputs->out};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != NULL)
            backend->hipFree(all[i]);
    *inputs = (struct cell_inputs){0};
}

static double over(double a, double b) {
    return a / b;
}

static uint64_t ceil_over(uint64_t a, uint64_t b) {
    return (a + b - 1) / b;
}

static void count(struct cell *cell, const struct backend *backend, const struct cell_inputs *inputs) {
    const uint64_t m = cell->shape.m, n = inputs->n, k = inputs->k;
    struct gfx950sim_stats all = {.size = sizeof all};
    struct gfx950sim_launch_stats launch = {.size = sizeof launch};
    struct gfx950sim_memory_stats w = {.size = sizeof w}, w_scale = {.size = sizeof w_scale};
    backend->sim.gfx950sim_get_stats(&all);
    backend->sim.gfx950sim_get_launch_stats(&launch);
    backend->sim.gfx950sim_get_memory_stats(inputs->w, &w);
    backend->sim.gfx950sim_get_memory_stats(inputs->w_scale, &w_scale);
    cell->launches = all.launches;
    cell->errors = all.errors;
    cell->warnings = all.warnings;
    cell->w_read = w.bytes_read;
    cell->w_scale_read = w_scale.bytes_read;
    cell->w_ratio = over((double)w.bytes_read, (double)(n * k));
    cell->w_scale_ratio = over((double)w_scale.bytes_read, (double)(n * (k / SMALLM_BLOCK_K)));
    cell->mfma_ratio = over((double)all.mfma, (double)(ceil_over(m, 16) * ceil_over(n, 16) * ceil_over(k, 128)));
    cell->valu_per_kb = over((double)all.valu, (double)(n * k) / 1024);
    cell->w_in_flight = w.peak_wave_bytes_in_flight * launch.waves * launch.resident_workgroups;
    cell->cus_busy = launch.cus_busy;
    cell->cus = launch.cus;
    cell->resident = launch.resident_workgroups;
    cell->scratch = launch.scratch_bytes;
    cell->spills = launch.vgpr_spills + launch.sgpr_spills;
    cell->met = cell->launches == BAR_LAUNCHES && cell->w_ratio <= BAR_W_RATIO && cell->w_scale_ratio <= BAR_W_RATIO &&
                cell->mfma_ratio <= BAR_MFMA_RATIO && cell->scratch == 0 && cell->spills == 0 && cell->errors == 0 &&
                cell->warnings == 0;
}

static enum exit_status execute(struct cell *cell, const struct backend *backend, const struct cell_inputs *inputs,
                                const smallm_plan *plan, uint64_t workspace_bytes) {
    void *workspace = NULL;
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = inputs->x;
    buffers.x_scale = inputs->x_scale;
    buffers.w = inputs->w;
    buffers.w_scale = inputs->w_scale;
    buffers.out = inputs->out;
    enum exit_status status = EXIT_RIGHT;
    if (workspace_bytes != 0)
        status = backend_check(backend, backend->hipMalloc(&workspace, workspace_bytes), "hipMalloc");
    if (status == EXIT_RIGHT && workspace_bytes != 0)
        status = exit_status_of(smallm_workspace_init(backend->context, workspace, workspace_bytes, NULL));
    if (status == EXIT_RIGHT) {
        backend->sim.gfx950sim_reset();
        /* A launch with findings fails; they are counted. */
        if (smallm_dense_execute(plan, &buffers, workspace, workspace_bytes, NULL) != SMALLM_OK)
            snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        (void)backend->hipDeviceSynchronize();
        count(cell, backend, inputs);
    }
    if (workspace != NULL)
        backend->hipFree(workspace);
    return status;
}

enum exit_status cell_run(struct cell *cell, const struct backend *backend, const struct cell_inputs *inputs,
                          struct shape shape) {
    *cell = (struct cell){.shape = shape};
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = shape.m;
    problem.n = shape.n;
    problem.k = shape.k;
    smallm_plan *plan = NULL;
    if (smallm_dense_plan_create(&plan, backend->context, &problem) != SMALLM_OK) {
        snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        return EXIT_RIGHT;
    }
    smallm_plan_info info = {.size = sizeof info};
    enum exit_status status = exit_status_of(smallm_plan_get_info(plan, &info));
    if (status == EXIT_RIGHT) {
        snprintf(cell->kernel, sizeof cell->kernel, "%s", info.kernel);
        cell->k_splits = info.k_splits;
        status = execute(cell, backend, inputs, plan, info.workspace_bytes);
    }
    smallm_plan_destroy(plan);
    return status;
}
