/* Views of gfx950sim's timing model: the last timed launch, written for people and tools. `gfx950sim time`, `annotate`,
 * `timeline`, `trace` and `report` print these; a program that runs under the simulator can write them of its own
 * launches. Every figure is modelled, none is measured; docs/timing.md says how to read them.
 *
 * All functions return 0, or -1 when no launch has been timed, when an argument is wrong, or when `out` cannot be
 * written: gfx950sim_message says which. They may be called from any thread, but not while a launch runs. What they
 * write is UTF-8. */
#ifndef GFX950SIM_VIEWS_H
#define GFX950SIM_VIEWS_H

#include <stdio.h>

#include "gfx950sim/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a launch does not know of itself. Both are only shown, and may be NULL. `size` is set by the caller to sizeof;
 * the struct itself may be NULL. */
struct gfx950sim_view_about {
    size_t size;
    const char *file;    /* of the code object */
    const char *problem; /* that the launch solves */
};

/* The figures of the whole launch. With `json` one object, which has besides them those of every instruction and the
 * series. */
GFX950SIM_API int gfx950sim_view_time(FILE *out, const struct gfx950sim_view_about *about, int json);

/* The listing of the functions that ran, with clocks and stalls by cause beside each line. */
GFX950SIM_API int gfx950sim_view_annotate(FILE *out, const struct gfx950sim_view_about *about, int json);

/* The instructions of the waves that gfx950sim_time_follow named before the launch, one below the other, time to the
 * right in slots of 4 clocks, with the letters of llvm-mca's timeline view. The struct may be NULL. */
enum { GFX950SIM_VIEW_LEAST_WIDTH = 20, GFX950SIM_VIEW_MOST_WIDTH = 2000, GFX950SIM_VIEW_MOST_ROWS = 10000 };
struct gfx950sim_view_timeline {
    size_t size;
    uint64_t from, to; /* clocks; from UINT64_MAX: where a wave's first instruction issues */
    uint64_t width;    /* columns */
    uint64_t rows;     /* of a wave */
};
GFX950SIM_API int gfx950sim_view_timeline(FILE *out, const struct gfx950sim_view_about *about,
                                          const struct gfx950sim_view_timeline *timeline);

/* JSON in the Trace Event Format, for Perfetto and chrome://tracing: chip, XCDs, wave slots, waves, counters, and the
 * instructions of the waves that gfx950sim_time_follow named. `events`, their number, may be NULL. */
GFX950SIM_API int gfx950sim_view_trace(FILE *out, const struct gfx950sim_view_about *about, uint64_t *events);

/* A page of HTML that needs nothing but itself: roofline, waves, bytes in flight, hottest lines, the machine. */
GFX950SIM_API int gfx950sim_view_report(FILE *out, const struct gfx950sim_view_about *about);

#ifdef __cplusplus
}
#endif
#endif
