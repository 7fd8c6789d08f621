#include "choose.h"

#include "error.h"
#include "forced.h"
#include "invariant.h"
#include "tuned.h"

static smallm_status decline(const struct smallm_reason *why) {
    return smallm_fail(SMALLM_DECLINED, "declined: %s", why->text);
}

smallm_status smallm_choose(struct smallm_choice *choice, const struct smallm_question *question) {
    *choice = (struct smallm_choice){.best.kernel = -1, .runner_up.kernel = -1};
    smallm_status status = smallm_forced_guard(question->forced, question->operation);
    if (status != SMALLM_OK)
        return status;
    struct smallm_reason why = {.text = "no kernel of the operation is built in"};
    struct smallm_filter filter = {
        .operation = question->operation, .kernel = question->forced, .k_splits = question->k_splits};
    choice->invariant = question->determinism == SMALLM_BATCH_INVARIANT;
    if (choice->invariant && filter.k_splits == 0)
        filter.k_splits = question->invariant_splits;
    if (choice->invariant && !smallm_invariant(&filter, question, &why))
        return decline(&why);
    bool decided = false;
    if (question->forced < 0)
        status = smallm_tuned(&decided, choice, &filter, question);
    if (status != SMALLM_OK || decided)
        return status;
    choice->source = question->forced >= 0 ? SMALLM_FORCED : SMALLM_MODELLED;
    return smallm_search(&choice->best, &choice->runner_up, &filter, question->judge, question->problem, &why)
               ? SMALLM_OK
               : decline(&why);
}
