/* The cost model's answer: the cheapest of the candidates, which are all kernels of an operation with all usual K
 * splits. */
#ifndef SMALLM_SRC_SEARCH_H
#define SMALLM_SRC_SEARCH_H

#include "cost.h"
#include "plan_key.h"
#include "reason.h"

struct smallm_candidate {
    int kernel; /* index in smallm_kernels, or -1: none */
    uint32_t k_splits;
    struct smallm_cost cost;
};

/* What a candidate must be. */
struct smallm_filter {
    enum smallm_operation operation;
    int kernel;        /* index in smallm_kernels, or -1: any */
    int64_t k_splits;  /* 0: any that is usual */
    uint32_t k_waves;  /* 0: any */
    bool matrix_alone; /* of a family of matrix kernels */
};

/* What an operation knows of a problem of its own type. */
struct smallm_judge {
    /* Can kernel and k_splits of the candidate do it? Then its cost is filled in; else the reason. */
    bool (*evaluate)(struct smallm_candidate *candidate, const void *problem, struct smallm_reason *why);
    /* Rows of X that a workgroup is to multiply. */
    uint32_t (*rows)(const void *problem);
    /* Rows that a kernel must hold so as to read W once whatever the routing is; what is forced by name need not. */
    uint32_t (*rows_at_least)(const void *problem);
};

/* K splits that are tried where none is asked for, the last one 0. */
extern const uint32_t smallm_usual_splits[];

bool smallm_passes(const struct smallm_filter *filter, uint32_t kernel);

/* Does the kernel hold the rows that the judge asks for at least? */
bool smallm_holds_enough(uint32_t kernel, const struct smallm_judge *judge, const void *problem);

/* The best and the second best kernel; kernel -1 where there is none. False, with the reason, when none fits. */
bool smallm_search(struct smallm_candidate *best, struct smallm_candidate *runner_up,
                   const struct smallm_filter *filter, const struct smallm_judge *judge, const void *problem,
                   struct smallm_reason *why);

#endif
