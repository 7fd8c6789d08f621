#include "dense_tuned.h"

#include <stdio.h>

#include "error.h"

/* A path of the caller's for some M and not for others would give rows other bits. */
static bool declines(const struct smallm_dense_cell *cell, const smallm_dense_problem *problem) {
    return !cell->use_asm && !problem->ignore_tuning && problem->determinism != SMALLM_BATCH_INVARIANT;
}

static bool follows(struct smallm_reason *why, const struct smallm_dense_cell *cell,
                    const struct smallm_dense_filter *filter, const smallm_dense_problem *problem) {
    const struct smallm_kernel_info *kernel = &smallm_kernels[cell->kernel];
    if (!smallm_dense_passes(filter, cell->kernel) ||
        (filter->k_splits != 0 && filter->k_splits != (int64_t)cell->k_splits)) {
        snprintf(why->text, sizeof why->text, "it says %s with k_splits %u, and %s", kernel->name, cell->k_splits,
                 filter->k_waves != 0 ? "bits that do not depend on M need another division of K"
                                      : "k_splits is given");
        return false;
    }
    return smallm_dense_rows_fit(kernel, problem, why) &&
           smallm_dense_shape_fits(kernel, cell->k_splits, problem->n, problem->k, why);
}

smallm_status smallm_dense_tuned(bool *decided, struct smallm_dense_choice *choice,
                                 const struct smallm_dense_filter *filter, const smallm_dense_problem *problem,
                                 const struct smallm_dense_table *table) {
    *decided = false;
    const struct smallm_dense_cell *cell = smallm_dense_table_find(table, problem->k, problem->n, problem->m);
    choice->cell = cell;
    if (cell == NULL)
        return SMALLM_OK;
    if (declines(cell, problem))
        return smallm_fail(SMALLM_DECLINED,
                           "declined: line %u of %s has use_asm = 0 for K=%u N=%u M=%u: the caller's own path is "
                           "faster there; set ignore_tuning to use the kernel all the same",
                           cell->line, table->origin, cell->k, cell->n, cell->m);
    if (!follows(&choice->not_followed, cell, filter, problem))
        return SMALLM_OK;
    choice->source = SMALLM_DENSE_TUNED;
    choice->best = (struct smallm_dense_candidate){.kernel = (int)cell->kernel, .k_splits = cell->k_splits};
    smallm_dense_candidate_cost(&choice->best, problem);
    *decided = true;
    return SMALLM_OK;
}
