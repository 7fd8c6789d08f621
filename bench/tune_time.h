/* The best few of the cost model, timed. */
#ifndef SMALLM_BENCH_TUNE_TIME_H
#define SMALLM_BENCH_TUNE_TIME_H

#include "backend.h"
#include "tune_rank.h"

enum { TIMED = 3, TIMED_OF_A_KERNEL = 2 };

/* Candidates that take this much more than the fastest count as equal to it. */
extern const double time_margin;

struct timer {
    const struct backend *backend;
    const struct tune_kind *kind;
    size_t timings; /* so far */
};

/* How the microseconds come about: "modelled" on the simulator, "measured" on a GPU. */
const char *timer_method(const struct timer *timer);

/* Time `count` candidates, from 1 to TIMED, on the problems of the cell for which the library's own choice takes most
 * and least, and let *chosen be the fastest. A candidate counts by the problem for which it is slowest next to the
 * others; of those within time_margin of the fastest the one that rank_prefers. chosen->us: for the problem that takes
 * most. chosen->worst: where the kind limits it, next to the library's own choice, which is timed too. */
enum exit_status timer_choose(struct candidate *chosen, struct timer *timer, const struct candidate *candidates,
                              size_t count, const struct cell *cell, const struct ranking *ranking);

#endif
