#include "structure_moe_cell.h"

#include <stdio.h>

#include "smallm/types.h"
#include "structure_dense_cell.h"

static void count(struct moe_cell *cell, const struct backend *backend, const struct moe_memory *memory) {
    const struct sim *sim = &backend->sim;
    const double bytes = (double)cell->touched * cell->shape.n * cell->shape.k;
    struct gfx950sim_stats all = {.size = sizeof all};
    struct gfx950sim_launch_stats launch = {.size = sizeof launch};
    struct gfx950sim_memory_stats w = {.size = sizeof w}, w_scale = {.size = sizeof w_scale};
    sim->gfx950sim_get_stats(&all);
    sim->gfx950sim_get_launch_stats(&launch);
    sim->gfx950sim_get_memory_stats(memory->device[MOE_W], &w);
    sim->gfx950sim_get_memory_stats(memory->device[MOE_W_SCALE], &w_scale);
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

static enum exit_status run(struct moe_cell *cell, const struct backend *backend, const struct planned *launch) {
    struct moe_memory memory;
    enum exit_status status = moe_memory_make(&memory, backend, &cell->shape);
    if (status == EXIT_RIGHT) {
        cell->touched = memory.touched;
        cell->max_rows = memory.max_rows;
        backend->sim.gfx950sim_reset();
        /* A launch with findings fails; they are counted. */
        if (moe_launch_run(launch, &memory, NULL) != SMALLM_OK)
            snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        (void)backend->hipDeviceSynchronize();
        count(cell, backend, &memory);
    }
    moe_memory_free(&memory, backend);
    return status;
}

enum exit_status moe_cell_run(struct moe_cell *cell, const struct backend *backend, struct moe_shape shape) {
    *cell = (struct moe_cell){.shape = shape};
    struct planned launch;
    smallm_moe_problem problem = moe_problem(&shape);
    problem.ignore_tuning = 1;
    enum exit_status status = moe_launch_make(&launch, backend, &problem);
    if (status == EXIT_RIGHT) {
        snprintf(cell->kernel, sizeof cell->kernel, "%s", launch.info.kernel);
        cell->k_splits = launch.info.k_splits;
        status = run(cell, backend, &launch);
    } else if (status == EXIT_DECLINED) {
        snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        status = EXIT_RIGHT;
    }
    planned_free(&launch);
    return status;
}
