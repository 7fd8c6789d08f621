#include "dense_fit.h"

#include "element_type.h"
#include "machine.h"
#include "smallm_kernargs.h"

/* In the order in which the rules are asked. */
enum rank {
    ROWS = 1,
    K_BOUND,
    LEADING,
    OUT_SIZE,
    GRID,
    N_BOUND,
    SPLITS_FAMILY,
    SPLITS_TILES,
    SPLITS_STEPS,
    SPLITS_GRID
};

/* What 32-bit offsets from the kernels' bases reach; the headers of the listings state the same bounds. */
static const uint64_t k_end[] = {[SMALLM_FAMILY_DENSE_GEMV] = 1u << 29, [SMALLM_FAMILY_DENSE_MFMA] = 1u << 25};
static const uint64_t x_end[] = {[SMALLM_FAMILY_DENSE_GEMV] = 1ull << 32, [SMALLM_FAMILY_DENSE_MFMA] = 1ull << 31};
static const uint64_t out_end = 1ull << 31, most_n = 1ull << 29;

enum { MOST_TILES_OF_SPLIT = SMALLM_TICKETS };

static bool k_fits(const struct smallm_kernel_info *kernel, uint64_t k, struct smallm_reason *why) {
    const uint64_t end = k_end[kernel->family];
    return k < end || smallm_no(why, K_BOUND, "k is %llu; kernel %s takes less than %llu", (unsigned long long)k,
                                kernel->name, (unsigned long long)end);
}

static bool grid_fits(const struct smallm_kernel_info *kernel, uint64_t tiles, uint64_t n, struct smallm_reason *why) {
    const uint64_t work_items = tiles * kernel->block;
    return work_items <= smallm_machine.grid_work_items ||
           smallm_no(why, GRID, "n is %llu; kernel %s would need %llu work-items and HIP launches at most %llu",
                     (unsigned long long)n, kernel->name, (unsigned long long)work_items,
                     (unsigned long long)smallm_machine.grid_work_items);
}

static bool n_fits(const struct smallm_kernel_info *kernel, uint64_t n, struct smallm_reason *why) {
    return n <= most_n || smallm_no(why, N_BOUND, "n is %llu; kernel %s takes up to %llu", (unsigned long long)n,
                                    kernel->name, (unsigned long long)most_n);
}

static bool splits_fit(const struct smallm_kernel_info *kernel, uint64_t k_splits, uint64_t tiles, uint64_t k,
                       struct smallm_reason *why) {
    if (k_splits == 1)
        return true;
    if (!kernel->splits_k)
        return smallm_no(why, SPLITS_FAMILY,
                         "k_splits is %llu; kernel %s cannot share the K of a tile among workgroups",
                         (unsigned long long)k_splits, kernel->name);
    if (tiles > MOST_TILES_OF_SPLIT)
        return smallm_no(
            why, SPLITS_TILES, "k_splits is %llu; kernel %s would make %llu tiles and a workspace has tickets for %d",
            (unsigned long long)k_splits, kernel->name, (unsigned long long)tiles, (int)MOST_TILES_OF_SPLIT);
    const uint64_t steps = (k + kernel->k_step - 1) / kernel->k_step, slices = k_splits * kernel->k_waves;
    if (steps < slices)
        return smallm_no(why, SPLITS_STEPS,
                         "k_splits is %llu; kernel %s would make %llu K slices of %llu K steps (of %u)",
                         (unsigned long long)k_splits, kernel->name, (unsigned long long)slices,
                         (unsigned long long)steps, kernel->k_step);
    return k_splits <= smallm_machine.grid_rows ||
           smallm_no(why, SPLITS_GRID, "k_splits is %llu; HIP launches at most %u workgroups in grid y",
                     (unsigned long long)k_splits, smallm_machine.grid_rows);
}

bool smallm_dense_shape_fits(const struct smallm_kernel_info *kernel, int64_t k_splits, int64_t n, int64_t k,
                             struct smallm_reason *why) {
    const uint64_t tiles = ((uint64_t)n + kernel->n_tile - 1) / kernel->n_tile;
    return k_fits(kernel, (uint64_t)k, why) && grid_fits(kernel, tiles, (uint64_t)n, why) &&
           n_fits(kernel, (uint64_t)n, why) && splits_fit(kernel, (uint64_t)k_splits, tiles, (uint64_t)k, why);
}

static bool m_fits(const struct smallm_kernel_info *kernel, int64_t m, struct smallm_reason *why) {
    return m <= kernel->m_tile || smallm_no(why, ROWS, "m is %lld; kernel %s takes from 1 to %u rows", (long long)m,
                                            kernel->name, kernel->m_tile);
}

static bool leading_fits(const struct smallm_kernel_info *kernel, const char *name, int64_t value,
                         struct smallm_reason *why) {
    const uint64_t reach = (uint64_t)value * kernel->m_tile, end = x_end[kernel->family];
    return reach < end || smallm_no(why, LEADING, "%s is %lld; kernel %s takes less than %llu", name, (long long)value,
                                    kernel->name, (unsigned long long)((end + kernel->m_tile - 1) / kernel->m_tile));
}

static bool out_fits(const struct smallm_kernel_info *kernel, const smallm_dense_problem *problem,
                     struct smallm_reason *why) {
    if (kernel->family != SMALLM_FAMILY_DENSE_MFMA)
        return true;
    /* Rows past M are not stored because they lie past the end of Out, which an offset that wraps would not. */
    const uint64_t row = (uint64_t)kernel->m_tile * smallm_type_bytes(problem->out_type);
    return row * (uint64_t)problem->ldo < out_end ||
           smallm_no(why, OUT_SIZE, "ldo is %lld; with out_type %s kernel %s takes less than %llu",
                     (long long)problem->ldo, smallm_type_name(problem->out_type), kernel->name,
                     (unsigned long long)((out_end + row - 1) / row));
}

bool smallm_dense_rows_fit(const struct smallm_kernel_info *kernel, const smallm_dense_problem *problem,
                           struct smallm_reason *why) {
    return m_fits(kernel, problem->m, why) && k_fits(kernel, (uint64_t)problem->k, why) &&
           leading_fits(kernel, "ldx", problem->ldx, why) && leading_fits(kernel, "ldxs", problem->ldxs, why) &&
           out_fits(kernel, problem, why);
}
