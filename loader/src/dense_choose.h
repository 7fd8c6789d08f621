#ifndef SMALLM_SRC_DENSE_CHOOSE_H
#define SMALLM_SRC_DENSE_CHOOSE_H

#include <stdbool.h>

#include "dense_cost.h"
#include "smallm/dense.h"

struct smallm_dense_choice {
    uint32_t kernel; /* index in smallm_kernels */
    struct smallm_dense_cost cost;
    bool forced;
    int runner_up; /* index of the second best, or -1 */
    double runner_up_us;
};

/* Choose among smallm_kernels, or take number `forced` if that is not -1. The problem has passed its guards.
 * SMALLM_DECLINED with the reason when no kernel, or not the forced one, can do it. */
smallm_status smallm_dense_choose(struct smallm_dense_choice *choice, const smallm_dense_problem *problem, int forced);

/* Say in sentences why. */
void smallm_dense_explain(char *text, size_t bytes, const struct smallm_dense_choice *choice,
                          const smallm_dense_problem *problem);

#endif
