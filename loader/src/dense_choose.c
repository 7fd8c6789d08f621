#include "dense_choose.h"

#include "dense_envelope.h"
#include "dense_invariant.h"
#include "dense_tuned.h"
#include "error.h"

static smallm_status decline(const struct smallm_reason *why) {
    return smallm_fail(SMALLM_DECLINED, "declined: %s", why->text);
}

smallm_status smallm_dense_choose(struct smallm_dense_choice *choice, const smallm_dense_problem *problem, int forced,
                                  const struct smallm_dense_table *table) {
    *choice = (struct smallm_dense_choice){.best.kernel = -1, .runner_up.kernel = -1};
    smallm_status status = smallm_dense_envelope(problem);
    if (status != SMALLM_OK)
        return status;
    struct smallm_reason why = {0};
    struct smallm_dense_filter filter = {.kernel = forced, .k_splits = problem->k_splits};
    choice->invariant = problem->determinism == SMALLM_BATCH_INVARIANT;
    if (choice->invariant && !smallm_dense_invariant(&filter, problem->n, problem->k, &why))
        return decline(&why);
    bool decided = false;
    if (forced < 0)
        status = smallm_dense_tuned(&decided, choice, &filter, problem, table);
    if (status != SMALLM_OK || decided)
        return status;
    choice->source = forced >= 0 ? SMALLM_DENSE_FORCED : SMALLM_DENSE_MODELLED;
    return smallm_dense_search(&choice->best, &choice->runner_up, &filter, problem, &why) ? SMALLM_OK : decline(&why);
}
