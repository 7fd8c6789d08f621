/* Streams, events and graphs of a HIP that computes nothing, on a clock that only launches move: what every fake HIP
 * has. Launches on a stream that is being captured take their time when their graph is launched. Each thread has a
 * clock of its own. */
#ifndef SMALLM_BENCH_FAKE_CLOCK_H
#define SMALLM_BENCH_FAKE_CLOCK_H

#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <stdbool.h>
#include <stddef.h>

#pragma GCC visibility push(hidden)

/* A captured graph. It is there until it and all that was instantiated from it are destroyed. */
struct ihipGraph {
    size_t owners, replays;
    size_t launches, room;
    void **first; /* argument of each launch */
    double us;    /* of all launches */
};

/* What a fake has of its own; either may be NULL. */
struct fake_clock {
    double (*submit_us)(void); /* what a launch or a graph takes besides, each time the host submits one */
    void (*gone)(const struct ihipGraph *graph);
};

/* Each fake defines it. */
extern const struct fake_clock fake_clock;

/* A launch that takes so long, with HIP's `extra`. */
void fake_clock_launch(hipStream_t stream, double us, void **extra);
bool fake_clock_capturing(hipStream_t stream);

#pragma GCC visibility pop

#endif
