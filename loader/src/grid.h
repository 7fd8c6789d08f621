/* How a kernel divides N and K: tiles over grid x, K slices over the waves of a workgroup and over grid y. */
#ifndef SMALLM_SRC_GRID_H
#define SMALLM_SRC_GRID_H

#include <stdint.h>

#include "kernel_info.h"

struct smallm_grid {
    uint32_t tiles;       /* of n_tile columns; grid x */
    uint32_t k_splits;    /* grid y */
    uint32_t steps;       /* K steps of a tile */
    uint32_t slices;      /* K slices of a tile: waves times splits */
    uint32_t slice_steps; /* steps of every slice; */
    uint32_t slice_rem;   /* the first slice_rem have one more */
    uint64_t workspace_bytes;
};

struct smallm_grid smallm_grid(const struct smallm_kernel_info *kernel, uint32_t k_splits, uint32_t n, uint32_t k);

#endif
