#include "moe_fit.h"

#include "element_type.h"
#include "machine.h"
#include "moe_grid.h"
#include "smallm_kernargs.h"

/* In the order in which the rules are asked. */
enum rank {
    K_BOUND = 1,
    W_ROWS,
    X_REACH,
    OUT_REACH,
    SORTED_LENGTH,
    COMBINED,
    GRID,
    SPLITS_FAMILY,
    SPLITS_TICKETS,
    SPLITS_STEPS,
    SPLITS_GRID
};

/* What 32-bit offsets and numbers reach; the headers of the listings state the same bounds. */
static const uint64_t reach_end = 1ull << 31, sorted_end = 1ull << 29, most_n = 1ull << 29;

static uint64_t k_end(const struct smallm_kernel_info *kernel) {
    return smallm_kernel_is_matrix(kernel) ? 1u << 25 : 1u << 29;
}

enum { TICKETS = SMALLM_TICKETS, MOST_COMBINED = 4096 };

static bool k_fits(const struct smallm_kernel_info *kernel, uint64_t k, struct smallm_reason *why) {
    return k < k_end(kernel) || smallm_no(why, K_BOUND, "k is %llu; kernel %s takes less than %llu",
                                          (unsigned long long)k, kernel->name, (unsigned long long)k_end(kernel));
}

static bool w_fits(const smallm_moe_problem *problem, struct smallm_reason *why) {
    if ((uint64_t)problem->n > most_n)
        return smallm_no(why, W_ROWS, "n is %lld; kernels take up to %llu", (long long)problem->n,
                         (unsigned long long)most_n);
    const uint64_t rows = (uint64_t)problem->experts * (uint64_t)problem->n;
    return rows < reach_end ||
           smallm_no(why, W_ROWS, "experts * n is %lld * %lld; W may have less than %llu rows",
                     (long long)problem->experts, (long long)problem->n, (unsigned long long)reach_end);
}

static bool x_fits(const char *name, int64_t leading, int64_t rows, struct smallm_reason *why) {
    return (uint64_t)leading * (uint64_t)rows < reach_end ||
           smallm_no(why, X_REACH, "x_rows * %s is %lld * %lld; kernels reach less than %llu", name, (long long)rows,
                     (long long)leading, (unsigned long long)reach_end);
}

/* The VALU kernels take the last row of X for those past it, which would not count as 0. */
static bool rows_fit(const struct smallm_kernel_info *kernel, const smallm_moe_problem *problem,
                     struct smallm_reason *why) {
    return smallm_kernel_is_matrix(kernel) || problem->x_rows > (problem->slots - 1) / problem->a_div ||
           smallm_no(why, X_REACH, "x_rows is %lld; kernel %s takes more than (slots - 1) / a_div = %lld",
                     (long long)problem->x_rows, kernel->name, (long long)((problem->slots - 1) / problem->a_div));
}

static bool out_fits(const smallm_moe_problem *problem, struct smallm_reason *why) {
    const int64_t rows = problem->top_k != 0 ? problem->slots / problem->top_k : problem->slots;
    const uint64_t row = (uint64_t)problem->ldo * smallm_type_bytes(problem->out_type);
    return row < reach_end / (uint64_t)rows + (reach_end % (uint64_t)rows != 0) ||
           smallm_no(why, OUT_REACH,
                     "out has %lld rows of ldo = %lld elements of %s; kernels reach less than %llu bytes",
                     (long long)rows, (long long)problem->ldo, smallm_type_name(problem->out_type),
                     (unsigned long long)reach_end);
}

static bool sorted_fits(const smallm_moe_problem *problem, struct smallm_reason *why) {
    return (uint64_t)problem->sorted_len < sorted_end ||
           smallm_no(why, SORTED_LENGTH, "sorted_len is %lld; kernels take less than %llu",
                     (long long)problem->sorted_len, (unsigned long long)sorted_end);
}

static bool combined_fits(const struct smallm_kernel_info *kernel, const smallm_moe_problem *problem,
                          const struct smallm_moe_grid *grid, struct smallm_reason *why) {
    if (problem->top_k == 0)
        return true;
    if (problem->slots > MOST_COMBINED)
        return smallm_no(why, COMBINED, "slots is %lld; combined, kernels take up to %d", (long long)problem->slots,
                         MOST_COMBINED);
    if (grid->tile.tiles > TICKETS)
        return smallm_no(why, COMBINED, "n is %lld; kernel %s would make %u tiles and combining has tickets for %d",
                         (long long)problem->n, kernel->name, grid->tile.tiles, (int)TICKETS);
    const uint64_t bytes = (uint64_t)problem->slots * (uint64_t)problem->n * sizeof(float);
    return bytes < reach_end || smallm_no(why, COMBINED, "slots * n is %lld * %lld; combined, it may be up to %llu",
                                          (long long)problem->slots, (long long)problem->n,
                                          (unsigned long long)(reach_end - 1) / sizeof(float));
}

static bool grid_fits(const struct smallm_kernel_info *kernel, const smallm_moe_problem *problem,
                      const struct smallm_moe_grid *grid, uint64_t k_splits, struct smallm_reason *why) {
    const uint64_t work_items = (uint64_t)grid->tile.tiles * kernel->block;
    if (work_items > smallm_machine.grid_work_items)
        return smallm_no(why, GRID, "n is %lld; kernel %s would need %llu work-items and HIP launches at most %llu",
                         (long long)problem->n, kernel->name, (unsigned long long)work_items,
                         (unsigned long long)smallm_machine.grid_work_items);
    const uint64_t workgroups = (uint64_t)grid->tile.tiles * grid->blocks;
    return workgroups <= UINT32_MAX / k_splits ||
           smallm_no(why, GRID, "n is %lld; kernel %s would make %u tiles of %u blocks, more workgroups than %u",
                     (long long)problem->n, kernel->name, grid->tile.tiles, grid->blocks, UINT32_MAX);
}

bool smallm_moe_fits(const struct smallm_kernel_info *kernel, const smallm_moe_problem *problem,
                     struct smallm_reason *why) {
    const struct smallm_moe_grid grid = smallm_moe_grid(kernel, 1, problem);
    return k_fits(kernel, (uint64_t)problem->k, why) && w_fits(problem, why) &&
           x_fits("ldx", problem->ldx, problem->x_rows, why) && x_fits("ldxs", problem->ldxs, problem->x_rows, why) &&
           rows_fit(kernel, problem, why) && out_fits(problem, why) && sorted_fits(problem, why) &&
           combined_fits(kernel, problem, &grid, why) && grid_fits(kernel, problem, &grid, 1, why);
}

bool smallm_moe_splits_fit(const struct smallm_kernel_info *kernel, int64_t k_splits, const smallm_moe_problem *problem,
                           struct smallm_reason *why) {
    if (k_splits == 1)
        return true;
    if (!kernel->splits_k)
        return smallm_no(why, SPLITS_FAMILY,
                         "k_splits is %lld; kernel %s cannot share the K of a tile among workgroups",
                         (long long)k_splits, kernel->name);
    const struct smallm_moe_grid grid = smallm_moe_grid(kernel, 1, problem);
    if ((uint64_t)grid.tile.tiles * grid.blocks * grid.chunks > TICKETS)
        return smallm_no(
            why, SPLITS_TICKETS,
            "k_splits is %lld; kernel %s would make %u tiles of %u blocks of %u chunks and a workspace has "
            "tickets for %d",
            (long long)k_splits, kernel->name, grid.tile.tiles, grid.blocks, grid.chunks, (int)TICKETS);
    const uint64_t slices = (uint64_t)k_splits * kernel->k_waves;
    if (grid.tile.steps < slices)
        return smallm_no(
            why, SPLITS_STEPS, "k_splits is %lld; kernel %s would make %llu K slices of %u K steps (of %u)",
            (long long)k_splits, kernel->name, (unsigned long long)slices, grid.tile.steps, kernel->k_step);
    if ((uint64_t)k_splits > smallm_machine.grid_rows)
        return smallm_no(why, SPLITS_GRID, "k_splits is %lld; HIP launches at most %u workgroups in grid z",
                         (long long)k_splits, smallm_machine.grid_rows);
    return grid_fits(kernel, problem, &grid, (uint64_t)k_splits, why);
}
