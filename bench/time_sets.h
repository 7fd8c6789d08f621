#ifndef SMALLM_BENCH_TIME_SETS_H
#define SMALLM_BENCH_TIME_SETS_H

#include "backend.h"

enum { TIME_MOST_SETS = 512 };

/* Sets of buffers of `bytes` each for a timed cell: one on the simulator, which empties its caches; on a GPU as many as
 * hold twice what the Infinity Cache does (256 MB), at least 2. */
static inline size_t time_sets(const struct backend *backend, double bytes) {
    const double sets = 2 * 256e6 / bytes + 1;
    if (backend->sim.present)
        return 1;
    return sets < 2 ? 2 : sets > TIME_MOST_SETS ? TIME_MOST_SETS : (size_t)sets;
}

#endif
