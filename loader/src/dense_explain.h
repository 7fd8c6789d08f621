#ifndef SMALLM_SRC_DENSE_EXPLAIN_H
#define SMALLM_SRC_DENSE_EXPLAIN_H

#include "dense_choose.h"

/* Say in sentences what was chosen, why, what it should cost by the model, and what came next. */
void smallm_dense_explain(char *text, size_t bytes, const struct smallm_dense_choice *choice,
                          const smallm_dense_problem *problem, const struct smallm_dense_table *table);

#endif
