#include "structure_dense_cell.h"

#include <stdio.h>
#include <string.h>

#include "smallm/types.h"

static double over(double a, double b) {
    return a / b;
}

static uint64_t ceil_over(uint64_t a, uint64_t b) {
    return (a + b - 1) / b;
}

static void count(struct cell *cell, const struct backend *backend, const struct dense_memory *memory) {
    const uint64_t m = cell->shape.m, n = memory->n, k = memory->k;
    struct gfx950sim_stats all = {.size = sizeof all};
    struct gfx950sim_launch_stats launch = {.size = sizeof launch};
    struct gfx950sim_memory_stats w = {.size = sizeof w}, w_scale = {.size = sizeof w_scale};
    backend->sim.gfx950sim_get_stats(&all);
    backend->sim.gfx950sim_get_launch_stats(&launch);
    backend->sim.gfx950sim_get_memory_stats(memory->w, &w);
    backend->sim.gfx950sim_get_memory_stats(memory->w_scale, &w_scale);
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

enum exit_status cell_run(struct cell *cell, const struct backend *backend, const struct dense_memory *memory,
                          struct shape shape) {
    *cell = (struct cell){.shape = shape};
    struct planned launch;
    const smallm_dense_problem problem = dense_problem(&shape, NULL, 0);
    enum exit_status status = dense_launch_make(&launch, backend, &problem);
    if (status == EXIT_RIGHT) {
        snprintf(cell->kernel, sizeof cell->kernel, "%s", launch.info.kernel);
        cell->k_splits = launch.info.k_splits;
        backend->sim.gfx950sim_reset();
        /* A launch with findings fails; they are counted. */
        if (dense_launch_run(&launch, memory, NULL) != SMALLM_OK)
            snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        (void)backend->hipDeviceSynchronize();
        count(cell, backend, memory);
    } else if (status == EXIT_DECLINED) {
        snprintf(cell->refused, sizeof cell->refused, "%s", smallm_last_error());
        status = EXIT_RIGHT;
    }
    planned_free(&launch);
    return status;
}
