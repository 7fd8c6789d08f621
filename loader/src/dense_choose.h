#ifndef SMALLM_SRC_DENSE_CHOOSE_H
#define SMALLM_SRC_DENSE_CHOOSE_H

#include "dense_search.h"
#include "dense_table.h"

enum smallm_dense_source { SMALLM_DENSE_FORCED, SMALLM_DENSE_TUNED, SMALLM_DENSE_MODELLED };

struct smallm_dense_choice {
    struct smallm_dense_candidate best, runner_up; /* the runner-up only where the cost model chose */
    enum smallm_dense_source source;
    bool invariant;                       /* k_waves and k_splits follow from N and K */
    const struct smallm_dense_cell *cell; /* the table's row of this shape, or NULL */
    struct smallm_reason not_followed;    /* why that row does not decide, or "" */
};

/* Choose among smallm_kernels and their K splits. First match wins: kernel number `forced` if that is not -1; the
 * table's row of this (K, N, M); the cost model. The problem has passed its guards. SMALLM_DECLINED with the reason
 * when nothing, or not what is forced, can do it, or when the table says that the caller's own path is faster. */
smallm_status smallm_dense_choose(struct smallm_dense_choice *choice, const smallm_dense_problem *problem, int forced,
                                  const struct smallm_dense_table *table);

#endif
