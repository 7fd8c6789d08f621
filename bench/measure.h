/* What a launch takes: on the simulator in modelled time, on a GPU by HIP events and graph replay over rotating
 * buffers. */
#ifndef SMALLM_BENCH_MEASURE_H
#define SMALLM_BENCH_MEASURE_H

#include <stdbool.h>

#include "backend.h"

struct measurement {
    bool modelled;
    double
        us; /* of one launch, cold. Modelled: from the first wave to the last store. GPU: median over graph replays */
    double event_us; /* GPU: median between two events around one launch, the launch's overhead among it; else 0 */
    double spread;   /* GPU: (largest - least) / median over the replays; else 0 */
    size_t launches; /* that `us` rests on */
    struct gfx950sim_time time; /* modelled only */
};

/* One launch on `stream` (NULL: the default stream) over set number `set` of the buffers. */
typedef enum exit_status (*measure_launch)(void *user, size_t set, void *stream);

struct measured {
    measure_launch launch;
    void *user;
    size_t sets; /* of buffers; on a GPU their bytes together should pass the caches' by far */
    bool hot;    /* GPU: its clocks are up already, so that no time is spent on that */
};

/* `mode`: what the caches hold when a modelled launch begins, "cold", "warm", "flush" or "first"; a GPU is cold if the
 * sets are large enough. EXIT_RIGHT, or another status after saying what failed; a launch in which the simulator finds
 * something is EXIT_WRONG_RESULT, and the findings are printed. */
enum exit_status measure(struct measurement *measurement, const struct backend *backend,
                         const struct measured *measured, const char *mode);

#endif
