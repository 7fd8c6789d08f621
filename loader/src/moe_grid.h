/* How a MoE kernel divides a problem: tiles of N over grid x, blocks of slots over grid y, K slices over the waves of a
 * workgroup and over grid z. */
#ifndef SMALLM_SRC_MOE_GRID_H
#define SMALLM_SRC_MOE_GRID_H

#include "grid.h"
#include "smallm/moe.h"

/* No routing of so many slots fills more blocks, but for one that HIP cannot launch so many workgroups for. */
uint32_t smallm_moe_blocks(const smallm_moe_problem *problem);

struct smallm_moe_grid {
    struct smallm_grid tile;           /* a tile of one block */
    uint32_t blocks;                   /* grid y */
    uint32_t chunks;                   /* of m_tile rows, in a block */
    uint32_t slice_steps1, slice_rem1; /* of a tile that one workgroup does alone */
    uint64_t workspace_bytes;          /* tickets, rows to combine, partial tiles of every chunk */
};

/* The problem has passed its guards. */
struct smallm_moe_grid smallm_moe_grid(const struct smallm_kernel_info *kernel, uint32_t k_splits,
                                       const smallm_moe_problem *problem);

#endif
