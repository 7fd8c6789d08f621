#include "invariant.h"

enum { MOST_ASKED = 8 };

/* Modelled microseconds of each problem asked, without regard to its bits. */
struct fastest {
    double us[MOST_ASKED];
};

static bool modelled(double *us, const struct smallm_filter *filter, const struct smallm_question *question, size_t i,
                     struct smallm_reason *why) {
    struct smallm_candidate best, runner_up;
    const void *problem = (const char *)question->asked + i * question->asked_bytes;
    if (!smallm_search(&best, &runner_up, filter, question->judge, problem, why))
        return false;
    *us = best.cost.microseconds;
    return true;
}

/* How much slower than the fastest at the problem where that is most; false where one finds no kernel. */
static bool worst_ratio(double *worst, const struct smallm_filter *filter, const struct fastest *fastest,
                        const struct smallm_question *question, struct smallm_reason *why) {
    *worst = 0;
    for (size_t i = 0; i < question->asked_count; i++) {
        double us;
        if (!modelled(&us, filter, question, i, why))
            return false;
        if (us / fastest->us[i] > *worst)
            *worst = us / fastest->us[i];
    }
    return true;
}

/* Is this the first kernel of the table that passes the filter with its k_waves? */
static bool first_of_its_waves(const struct smallm_filter *filter, uint32_t kernel) {
    for (uint32_t i = 0; i < kernel; i++)
        if (smallm_passes(filter, i) && smallm_kernels[i].k_waves == smallm_kernels[kernel].k_waves)
            return false;
    return smallm_passes(filter, kernel);
}

static void not_in_family(const struct smallm_filter *filter, struct smallm_reason *why) {
    static const char *const families[] = {[SMALLM_OPERATION_DENSE] = "dense_mfma",
                                           [SMALLM_OPERATION_MOE] = "moe_mfma"};
    const bool forced = filter->kernel >= 0;
    smallm_no(why, 0, "determinism is BATCH_INVARIANT, which kernels of the family %s alone are; %s%s",
              families[filter->operation], forced ? "the kernel forced is " : "none is built in",
              forced ? smallm_kernels[filter->kernel].name : "");
}

bool smallm_invariant(struct smallm_filter *filter, const struct smallm_question *question, struct smallm_reason *why) {
    const struct smallm_filter any = *filter;
    filter->matrix_alone = true;
    not_in_family(filter, why);
    struct fastest fastest;
    for (size_t i = 0; i < question->asked_count; i++)
        if (!modelled(&fastest.us[i], &any, question, i, why))
            return false;
    const uint32_t asked[] = {(uint32_t)filter->k_splits, 0};
    struct smallm_filter chosen = *filter;
    double least = 0, worst;
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        if (!first_of_its_waves(filter, i))
            continue;
        struct smallm_filter trial = *filter;
        trial.k_waves = smallm_kernels[i].k_waves;
        for (const uint32_t *splits = filter->k_splits != 0 ? asked : smallm_usual_splits; *splits != 0; splits++) {
            trial.k_splits = *splits;
            if (worst_ratio(&worst, &trial, &fastest, question, why) && (least == 0 || worst < least)) {
                least = worst;
                chosen = trial;
            }
        }
    }
    *filter = chosen;
    return least != 0;
}
