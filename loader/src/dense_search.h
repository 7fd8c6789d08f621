/* The cost model's answer: the cheapest of the candidates, which are all kernels with all usual K splits. */
#ifndef SMALLM_SRC_DENSE_SEARCH_H
#define SMALLM_SRC_DENSE_SEARCH_H

#include "dense_cost.h"
#include "dense_fit.h"

struct smallm_dense_candidate {
    int kernel; /* index in smallm_kernels, or -1: none */
    uint32_t k_splits;
    struct smallm_dense_cost cost;
};

/* What a candidate must be. */
struct smallm_dense_filter {
    int kernel;        /* index in smallm_kernels, or -1: any */
    int64_t k_splits;  /* 0: any that is usual */
    uint32_t k_waves;  /* 0: any */
    bool matrix_alone; /* of family dense_mfma */
};

/* K splits that are tried where none is asked for, the last one 0. */
extern const uint32_t smallm_dense_usual_splits[];

bool smallm_dense_passes(const struct smallm_dense_filter *filter, uint32_t kernel);

void smallm_dense_candidate_cost(struct smallm_dense_candidate *candidate, const smallm_dense_problem *problem);

/* Is `a` to be preferred? */
bool smallm_dense_better(const struct smallm_dense_candidate *a, const struct smallm_dense_candidate *b);

/* The best and the second best kernel; kernel -1 where there is none. False, with the reason, when none fits. */
bool smallm_dense_search(struct smallm_dense_candidate *best, struct smallm_dense_candidate *runner_up,
                         const struct smallm_dense_filter *filter, const smallm_dense_problem *problem,
                         struct smallm_reason *why);

#endif
