#include "series.h"

#include <string.h>

void series_begin(struct series *s) {
    memset(s, 0, sizeof *s);
    s->shift = 4;
}

static void join_span(struct span *p, double width) {
    for (unsigned i = 0; i < SERIES / 2; i++) {
        p->inside[i] = p->inside[2 * i] + p->inside[2 * i + 1] + p->change[2 * i] * width;
        p->change[i] = p->change[2 * i] + p->change[2 * i + 1];
    }
    memset(p->inside + SERIES / 2, 0, sizeof p->inside / 2);
    memset(p->change + SERIES / 2, 0, sizeof p->change / 2);
}

static void join(uint64_t *v) {
    for (unsigned i = 0; i < SERIES / 2; i++)
        v[i] = v[2 * i] + v[2 * i + 1];
    memset(v + SERIES / 2, 0, SERIES / 2 * sizeof *v);
}

void series_reach(struct series *s, uint64_t clock) {
    while (clock >> s->shift >= SERIES) {
        double width = (double)(1ull << s->shift);
        join_span(&s->in_flight, width);
        join_span(&s->waves, width);
        for (unsigned i = 0; i < GFX950SIM_LEVELS; i++) {
            join(s->read[i]);
            join(s->written[i]);
        }
        s->shift++;
    }
}

/* An amount that begins inside an interval counts there for the rest of it, and wholly in every later one. */
static void step(const struct series *s, struct span *p, uint64_t at, double amount) {
    uint64_t i = at >> s->shift;
    p->inside[i] += amount * (double)(((i + 1) << s->shift) - at);
    p->change[i] += amount;
}

void series_span(struct series *s, struct span *p, uint64_t from, uint64_t to, double amount) {
    series_reach(s, to);
    step(s, p, from, amount);
    step(s, p, to, -amount);
}

unsigned series_means(const struct series *s, const struct span *p, uint64_t clocks, double *mean) {
    double level = 0, width = (double)(1ull << s->shift);
    unsigned n = (unsigned)((clocks + (1ull << s->shift) - 1) >> s->shift);
    if (n > SERIES)
        n = SERIES;
    for (unsigned i = 0; i < n; i++) {
        mean[i] = (level * width + p->inside[i]) / width;
        level += p->change[i];
    }
    return n;
}
