#include "grid.h"

#include "smallm_kernargs.h"

static uint32_t ceil_div(uint32_t a, uint32_t b) {
    return a / b + (a % b != 0);
}

struct smallm_grid smallm_grid(const struct smallm_kernel_info *kernel, uint32_t k_splits, uint32_t n, uint32_t k) {
    struct smallm_grid grid = {
        .tiles = ceil_div(n, kernel->n_tile),
        .k_splits = k_splits,
        .steps = ceil_div(k, kernel->k_step),
        .slices = kernel->k_waves * k_splits,
    };
    grid.slice_steps = grid.steps / grid.slices;
    grid.slice_rem = grid.steps % grid.slices;
    if (k_splits > 1) {
        const uint64_t partials = (uint64_t)grid.tiles * k_splits;
        grid.workspace_bytes = SMALLM_TICKET_BYTES + partials * kernel->m_tile * kernel->n_tile * sizeof(float);
    }
    return grid;
}
