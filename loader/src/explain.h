#ifndef SMALLM_SRC_EXPLAIN_H
#define SMALLM_SRC_EXPLAIN_H

#include "choose.h"

/* Say in sentences what was chosen for `subject`, why, what it should cost by the model, and what came next.
 * `weights`: of what the division of K follows where it is batch-invariant. */
void smallm_explain(char *text, size_t bytes, const struct smallm_choice *choice,
                    const struct smallm_question *question, const char *subject, const char *weights);

#endif
