#ifndef SMALLM_SRC_CHOOSE_H
#define SMALLM_SRC_CHOOSE_H

#include "search.h"
#include "smallm/types.h"
#include "table.h"

/* A problem, which has passed its guards, as the choice of its kernel sees it. */
struct smallm_question {
    const void *problem;
    const struct smallm_judge *judge;
    enum smallm_operation operation;
    int forced; /* kernel number, or -1 */
    int32_t determinism, ignore_tuning;
    int64_t k_splits;         /* 0: to be chosen */
    int64_t invariant_splits; /* k_splits of batch-invariant plans where it is not given; 0: to be chosen too */
    const struct smallm_table *table;
    int64_t key[SMALLM_TABLE_KEYS]; /* of the table's row */
    /* Problems of the sizes that batch-invariant plans of this one must serve too: all alike but for those. */
    const void *asked;
    size_t asked_bytes, asked_count;
};

enum smallm_source { SMALLM_FORCED, SMALLM_TUNED, SMALLM_MODELLED };

struct smallm_choice {
    struct smallm_candidate best, runner_up; /* the runner-up only where the cost model chose */
    enum smallm_source source;
    bool invariant;                    /* k_waves and k_splits follow from the weights' shape */
    const struct smallm_cell *cell;    /* the table's row of this problem, or NULL */
    struct smallm_reason not_followed; /* why that row does not decide, or "" */
};

/* Choose among the operation's kernels and their K splits. First match wins: the forced kernel; the table's row; the
 * cost model. SMALLM_DECLINED with the reason when nothing, or not what is forced, can do it, or when the table says
 * that the caller's own path is faster. */
smallm_status smallm_choose(struct smallm_choice *choice, const struct smallm_question *question);

#endif
