#include "search.h"

#include "forced.h"

const uint32_t smallm_usual_splits[] = {1, 2, 3, 4, 6, 8, 12, 16, 0};

/* Past this the partial tiles cost more than the workgroups bring. */
enum { MOST_SPLITS = 32 };

bool smallm_passes(const struct smallm_filter *filter, uint32_t kernel) {
    const struct smallm_kernel_info *info = &smallm_kernels[kernel];
    return smallm_kernel_is_for(kernel, filter->operation) &&
           (filter->kernel < 0 || (uint32_t)filter->kernel == kernel) &&
           (filter->k_waves == 0 || filter->k_waves == info->k_waves) &&
           (!filter->matrix_alone || smallm_kernel_is_matrix(info));
}

/* The model resolves no less than a twentieth of a microsecond. */
static uint64_t twentieths(const struct smallm_candidate *candidate) {
    return (uint64_t)(candidate->cost.microseconds * 20 + 0.5);
}

static uint32_t busy_cus(const struct smallm_candidate *candidate) {
    const uint32_t workgroups = candidate->cost.workgroups, all = smallm_machine.compute_units;
    return workgroups < all ? workgroups : all;
}

/* Memory bandwidth makes many candidates equal. Ties go to fewer rows of X held in vain, to fewer workgroups that wait
 * for one another, to more CUs at work, to fewer rounds of latency, to CUs more evenly loaded, to fewer idle lanes,
 * then to what the model cannot resolve, and at last to the earlier row of the table. */
static bool better(const struct smallm_candidate *a, const struct smallm_candidate *b) {
    const uint32_t a_rows = smallm_kernels[a->kernel].m_tile, b_rows = smallm_kernels[b->kernel].m_tile;
    if (twentieths(a) != twentieths(b))
        return twentieths(a) < twentieths(b);
    if (a_rows != b_rows)
        return a_rows < b_rows;
    if (a->k_splits != b->k_splits)
        return a->k_splits < b->k_splits;
    if (busy_cus(a) != busy_cus(b))
        return busy_cus(a) > busy_cus(b);
    if (a->cost.rounds != b->cost.rounds)
        return a->cost.rounds < b->cost.rounds;
    if (a->cost.evenness != b->cost.evenness)
        return a->cost.evenness > b->cost.evenness;
    if (a->cost.idle_lanes != b->cost.idle_lanes)
        return a->cost.idle_lanes < b->cost.idle_lanes;
    return a->cost.microseconds < b->cost.microseconds;
}

static void consider(struct smallm_candidate *best, const struct smallm_candidate *candidate) {
    if (best->kernel < 0 || better(candidate, best))
        *best = *candidate;
}

/* With so many workgroups for one split, the most splits that give `each` workgroups to no CU more. */
static uint32_t filling_splits(uint32_t workgroups, uint32_t each) {
    const uint32_t splits = each * smallm_machine.compute_units / workgroups;
    return splits < MOST_SPLITS ? splits : MOST_SPLITS;
}

static void consider_splits(struct smallm_candidate *best, uint32_t kernel, uint32_t k_splits,
                            const struct smallm_judge *judge, const void *problem, struct smallm_reason *why) {
    struct smallm_candidate candidate = {.kernel = (int)kernel, .k_splits = k_splits};
    if (judge->evaluate(&candidate, problem, why))
        consider(best, &candidate);
}

/* The best K split of one kernel; kernel -1 if it fits with none. Usual splits, and those that leave the last round of
 * workgroups over the CUs no gap. */
static struct smallm_candidate best_split(uint32_t kernel, int64_t k_splits, const struct smallm_judge *judge,
                                          const void *problem, struct smallm_reason *why) {
    struct smallm_candidate best = {.kernel = -1};
    if (k_splits != 0) {
        consider_splits(&best, kernel, (uint32_t)k_splits, judge, problem, why);
        return best;
    }
    for (const uint32_t *splits = smallm_usual_splits; *splits != 0; splits++)
        consider_splits(&best, kernel, *splits, judge, problem, why);
    if (best.kernel < 0 || !smallm_kernels[kernel].splits_k)
        return best;
    const uint32_t workgroups = best.cost.workgroups / best.k_splits;
    for (uint32_t each = 1; each <= 2; each++)
        if (filling_splits(workgroups, each) > 1)
            consider_splits(&best, kernel, filling_splits(workgroups, each), judge, problem, why);
    return best;
}

/* Matrix instructions on rows that nobody asked for cost power, and registers that could hold loads. */
static bool holds_rows_in_vain(uint32_t kernel, const struct smallm_filter *filter, uint32_t rows) {
    const struct smallm_kernel_info *info = &smallm_kernels[kernel];
    if (!smallm_kernel_is_matrix(info))
        return false;
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (smallm_kernels[i].family == info->family && smallm_passes(filter, i) &&
            smallm_kernels[i].m_tile < info->m_tile && smallm_kernels[i].m_tile >= rows)
            return true;
    return false;
}

bool smallm_holds_enough(uint32_t kernel, const struct smallm_judge *judge, const void *problem) {
    return smallm_kernels[kernel].m_tile >= judge->rows_at_least(problem);
}

bool smallm_search(struct smallm_candidate *best, struct smallm_candidate *runner_up,
                   const struct smallm_filter *filter, const struct smallm_judge *judge, const void *problem,
                   struct smallm_reason *why) {
    const uint32_t rows = judge->rows(problem);
    best->kernel = runner_up->kernel = -1;
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        if (!smallm_passes(filter, i) || holds_rows_in_vain(i, filter, rows) ||
            (filter->kernel < 0 && !smallm_holds_enough(i, judge, problem)))
            continue;
        struct smallm_candidate candidate = best_split(i, filter->k_splits, judge, problem, why);
        if (candidate.kernel < 0)
            continue;
        if (best->kernel < 0 || better(&candidate, best)) {
            *runner_up = *best;
            *best = candidate;
        } else {
            consider(runner_up, &candidate);
        }
    }
    return best->kernel >= 0;
}
