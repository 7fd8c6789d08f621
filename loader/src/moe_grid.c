#include "moe_grid.h"

#include "machine.h"
#include "smallm_kernargs.h"

static uint64_t smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* Every expert leaves at most block_m - 1 places of its last block empty, and no block is wholly empty. Routing arrays
 * that claim more are right too: a workgroup goes on with the block that lies grid y further on. */
uint32_t smallm_moe_blocks(const smallm_moe_problem *problem) {
    const uint64_t slots = (uint64_t)problem->slots, block = (uint64_t)problem->block_m;
    uint64_t most = smaller((slots + (uint64_t)problem->experts * (block - 1)) / block, slots);
    most = smaller(most, (uint64_t)problem->sorted_len / block);
    return (uint32_t)smaller(most == 0 ? 1 : most, smallm_machine.grid_rows);
}

struct smallm_moe_grid smallm_moe_grid(const struct smallm_kernel_info *kernel, uint32_t k_splits,
                                       const smallm_moe_problem *problem) {
    struct smallm_moe_grid grid = {
        .tile = smallm_grid(kernel, k_splits, (uint32_t)problem->n, (uint32_t)problem->k),
        .blocks = smallm_moe_blocks(problem),
        .chunks = ((uint32_t)problem->block_m + kernel->m_tile - 1) / kernel->m_tile,
    };
    grid.slice_steps1 = grid.tile.steps / kernel->k_waves;
    grid.slice_rem1 = grid.tile.steps % kernel->k_waves;
    const uint64_t rows = problem->top_k != 0 ? (uint64_t)problem->slots * (uint64_t)problem->n : 0;
    const uint64_t partials = k_splits > 1 ? (uint64_t)grid.tile.tiles * grid.blocks * grid.chunks * k_splits : 0;
    const uint64_t elements = rows + partials * kernel->m_tile * kernel->n_tile;
    if (elements != 0)
        grid.workspace_bytes = SMALLM_TICKET_BYTES + elements * sizeof(float);
    return grid;
}
