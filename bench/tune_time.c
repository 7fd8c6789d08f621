#include "tune_time.h"

#include <math.h>
#include <string.h>

#include "time_cell.h"

const double time_margin = 0.03;

/* Launches of one problem that have been timed; `own` is the library's choice. */
struct timings {
    struct time_result result[TIMED + 1];
    size_t count;
    double own;
};

const char *timer_method(const struct timer *timer) {
    return timer->backend->sim.present ? "modelled" : "measured";
}

static bool find(double *us, const struct timings *timings, const char *kernel, uint32_t k_splits) {
    for (size_t i = 0; i < timings->count && kernel != NULL; i++) {
        const struct time_result *result = &timings->result[i];
        if (strcmp(result->kernel, kernel) == 0 && result->k_splits == k_splits) {
            *us = result->measured.us;
            return true;
        }
    }
    return false;
}

/* 0 us where there is no plan. `kernel` NULL and `k_splits` 0: the library's own choice. */
static enum exit_status time_one(double *us, struct timings *timings, struct timer *timer, const struct cell *cell,
                                 size_t at, const char *kernel, uint32_t k_splits) {
    if (find(us, timings, kernel, k_splits))
        return EXIT_RIGHT;
    const struct time_choice choice = {.caches = "cold", .kernel = kernel, .k_splits = k_splits};
    struct time_result *result = &timings->result[timings->count++];
    const enum exit_status status = timer->kind->time(result, timer->backend, cell, at, &choice);
    *us = status == EXIT_RIGHT && result->kernel[0] != '\0' ? result->measured.us : 0;
    timer->timings++;
    return status;
}

/* A row that the library does not follow for a problem leaves that problem its own choice. */
static enum exit_status time_candidate(double *us, struct timings *timings, struct timer *timer,
                                       const struct candidate *candidate, const struct cell *cell, size_t at) {
    smallm_kernel_properties properties = {.size = sizeof properties};
    smallm_kernel_get_properties(candidate->kernel, &properties);
    *us = 0;
    enum exit_status status = EXIT_RIGHT;
    if (timer->kind->follows(cell, at, &properties))
        status = time_one(us, timings, timer, cell, at, smallm_kernel_name(candidate->kernel), candidate->k_splits);
    if (*us == 0)
        *us = timings->own;
    return status;
}

static enum exit_status time_problem(double us[TIMED], double *own, struct timer *timer,
                                     const struct candidate *candidates, size_t count, const struct cell *cell,
                                     size_t at) {
    struct timings timings = {0};
    enum exit_status status = EXIT_RIGHT;
    if (timer->kind->most > 0)
        status = time_one(&timings.own, &timings, timer, cell, at, NULL, 0);
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++)
        status = time_candidate(&us[i], &timings, timer, &candidates[i], cell, at);
    *own = timings.own;
    return status;
}

/* Where nothing is known of a candidate it is out. */
static void score(double worst[TIMED], const double us[TIMED], size_t count, double base) {
    for (size_t i = 0; i < count; i++) {
        const double ratio = us[i] > 0 && base > 0 ? us[i] / base : HUGE_VAL;
        if (ratio > worst[i])
            worst[i] = ratio;
    }
}

static double least(const double *values, size_t count) {
    double value = HUGE_VAL;
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0 && values[i] < value)
            value = values[i];
    return value;
}

enum exit_status timer_choose(struct candidate *chosen, struct timer *timer, const struct candidate *candidates,
                              size_t count, const struct cell *cell, const struct ranking *ranking) {
    const size_t problems[] = {ranking->slowest, ranking->quickest};
    double first[TIMED], worst[TIMED] = {0}, beside_own[TIMED] = {0};
    for (size_t p = 0; p < 2 && (p == 0 || problems[p] != problems[0]); p++) {
        double us[TIMED], own;
        const enum exit_status status = time_problem(us, &own, timer, candidates, count, cell, problems[p]);
        if (status != EXIT_RIGHT)
            return status;
        if (p == 0)
            memcpy(first, us, sizeof first);
        score(worst, us, count, least(us, count));
        score(beside_own, us, count, own);
    }
    const double limit = least(worst, count) * (1 + time_margin);
    const struct candidate *best = NULL;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (worst[i] <= limit && (best == NULL || rank_prefers(&candidates[i], best))) {
            best = &candidates[i];
            at = i;
        }
    if (best == NULL)
        return complain(EXIT_DECLINED, "no launch could be timed");
    *chosen = *best;
    chosen->us = first[at];
    chosen->worst = timer->kind->most > 0 ? beside_own[at] : worst[at];
    return EXIT_RIGHT;
}
