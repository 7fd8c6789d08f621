#include "dense_invariant.h"

#include <stdio.h>

/* The M for which the cost model is asked: one row, and each number of groups of 16. */
static const uint32_t asked_m[] = {1, 16, 32, 48, 64};
enum { ASKED = sizeof asked_m / sizeof asked_m[0] };

struct fastest {
    double us[ASKED];
};

/* How many of them the kernels that pass the filter can hold. */
static uint32_t held_of_asked(const struct smallm_dense_filter *filter) {
    uint32_t held = 0;
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        while (smallm_dense_passes(filter, i) && held < ASKED && smallm_kernels[i].m_tile >= asked_m[held])
            held++;
    return held;
}

/* Leading dimensions stay 0: what they forbid, they forbid for every choice. */
static bool modelled(double *us, const struct smallm_dense_filter *filter, uint32_t m, int64_t n, int64_t k,
                     struct smallm_reason *why) {
    const smallm_dense_problem problem = {.m = m, .n = n, .k = k, .out_type = SMALLM_TYPE_BF16};
    struct smallm_dense_candidate best, runner_up;
    if (!smallm_dense_search(&best, &runner_up, filter, &problem, why))
        return false;
    *us = best.cost.microseconds;
    return true;
}

/* How much slower than the fastest at the M where that is most; false where an M finds no kernel. */
static bool worst_ratio(double *worst, const struct smallm_dense_filter *filter, const struct fastest *fastest,
                        uint32_t held, int64_t n, int64_t k, struct smallm_reason *why) {
    *worst = 0;
    for (uint32_t i = 0; i < held; i++) {
        double us;
        if (!modelled(&us, filter, asked_m[i], n, k, why))
            return false;
        if (us / fastest->us[i] > *worst)
            *worst = us / fastest->us[i];
    }
    return true;
}

/* Is this the first kernel of the table that passes the filter with its k_waves? */
static bool first_of_its_waves(const struct smallm_dense_filter *filter, uint32_t kernel) {
    for (uint32_t i = 0; i < kernel; i++)
        if (smallm_dense_passes(filter, i) && smallm_kernels[i].k_waves == smallm_kernels[kernel].k_waves)
            return false;
    return smallm_dense_passes(filter, kernel);
}

static void not_in_family(const struct smallm_dense_filter *filter, struct smallm_reason *why) {
    const bool forced = filter->kernel >= 0;
    snprintf(why->text, sizeof why->text,
             "determinism is BATCH_INVARIANT, which kernels of the family dense_mfma alone are; %s%s",
             forced ? "the kernel forced is " : "none is built in", forced ? smallm_kernels[filter->kernel].name : "");
}

bool smallm_dense_invariant(struct smallm_dense_filter *filter, int64_t n, int64_t k, struct smallm_reason *why) {
    const struct smallm_dense_filter any = *filter;
    filter->matrix_alone = true;
    not_in_family(filter, why);
    const uint32_t held = held_of_asked(filter);
    struct fastest fastest;
    for (uint32_t i = 0; i < held; i++)
        if (!modelled(&fastest.us[i], &any, asked_m[i], n, k, why))
            return false;
    const uint32_t asked[] = {(uint32_t)filter->k_splits, 0};
    struct smallm_dense_filter chosen = *filter;
    double least = 0, worst;
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        if (!first_of_its_waves(filter, i))
            continue;
        struct smallm_dense_filter trial = *filter;
        trial.k_waves = smallm_kernels[i].k_waves;
        for (const uint32_t *splits = filter->k_splits != 0 ? asked : smallm_dense_usual_splits; *splits != 0;
             splits++) {
            trial.k_splits = *splits;
            if (worst_ratio(&worst, &trial, &fastest, held, n, k, why) && (least == 0 || worst < least)) {
                least = worst;
                chosen = trial;
            }
        }
    }
    *filter = chosen;
    return least != 0;
}
