#include "tuned.h"

#include <stdio.h>

#include "error.h"

/* A path of the caller's for some sizes and not for others would give rows other bits. */
static bool declines(const struct smallm_cell *cell, const struct smallm_question *question) {
    return !cell->use_asm && !question->ignore_tuning && question->determinism != SMALLM_BATCH_INVARIANT;
}

static bool passes(struct smallm_reason *why, const struct smallm_cell *cell, const struct smallm_filter *filter) {
    if (smallm_passes(filter, cell->kernel) && (filter->k_splits == 0 || filter->k_splits == (int64_t)cell->k_splits))
        return true;
    return smallm_no(why, 0, "it says %s with k_splits %u, and %s", smallm_kernels[cell->kernel].name, cell->k_splits,
                     filter->k_waves != 0 ? "bits that do not depend on M need another division of K"
                                          : "k_splits is given");
}

static smallm_status decline(const struct smallm_cell *cell, const struct smallm_table *table) {
    char place[SMALLM_TABLE_PLACE];
    smallm_table_place(place, table->kind, cell, " ");
    return smallm_fail(SMALLM_DECLINED,
                       "declined: line %u of %s has use_asm = 0 for %s: the caller's own path is faster there; set "
                       "ignore_tuning to use the kernel all the same",
                       cell->line, table->origin, place);
}

smallm_status smallm_tuned(bool *decided, struct smallm_choice *choice, const struct smallm_filter *filter,
                           const struct smallm_question *question) {
    *decided = false;
    const struct smallm_cell *cell = smallm_table_find(question->table, question->key);
    choice->cell = cell;
    if (cell == NULL)
        return SMALLM_OK;
    if (declines(cell, question))
        return decline(cell, question->table);
    if (!smallm_holds_enough(cell->kernel, question->judge, question->problem)) {
        smallm_no(&choice->not_followed, 0, "it says %s, which could read W more than once under some routings",
                  smallm_kernels[cell->kernel].name);
        return SMALLM_OK;
    }
    struct smallm_candidate candidate = {.kernel = (int)cell->kernel, .k_splits = cell->k_splits};
    if (!passes(&choice->not_followed, cell, filter) ||
        !question->judge->evaluate(&candidate, question->problem, &choice->not_followed))
        return SMALLM_OK;
    choice->source = SMALLM_TUNED;
    choice->best = candidate;
    *decided = true;
    return SMALLM_OK;
}
