/* A launch over time in a bounded number of intervals: when it gets longer, intervals are joined in pairs. Exact: no
 * event is lost or moved by more than the interval that it lies in. */
#ifndef GFX950SIM_TIME_SERIES_H
#define GFX950SIM_TIME_SERIES_H

#include <stdbool.h>
#include <stdint.h>

#include "gfx950sim/time.h"

enum { SERIES = 1024 };

/* A sum of amounts, each from a begin to an end, integrated by interval. */
struct span {
    double inside[SERIES], change[SERIES];
};

struct series {
    unsigned shift; /* an interval has 2^shift clocks */
    struct span in_flight, waves;
    uint64_t read[GFX950SIM_LEVELS][SERIES], written[GFX950SIM_LEVELS][SERIES];
};

void series_begin(struct series *s);
/* Makes the series long enough for the clock. */
void series_reach(struct series *s, uint64_t clock);
void series_span(struct series *s, struct span *p, uint64_t from, uint64_t to, double amount);
/* Mean over each interval of a launch of that length; returns their number. */
unsigned series_means(const struct series *s, const struct span *p, uint64_t clocks, double *mean);

static inline void series_bytes(struct series *s, uint64_t clock, unsigned level, unsigned bytes, bool write) {
    if (clock >> s->shift >= SERIES)
        series_reach(s, clock);
    (write ? s->written : s->read)[level][clock >> s->shift] += bytes;
}

#endif
