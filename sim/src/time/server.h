/* A unit that serves requests of known length one after the other. Requests are booked in the order in which
 * instructions issue, not in that in which they arrive; so time is cut into short intervals of full capacity each, and
 * a request takes what is left from its arrival on. */
#ifndef GFX950SIM_TIME_SERVER_H
#define GFX950SIM_TIME_SERVER_H

#include <stdint.h>
#include <string.h>

enum { TICKS = 64, SERVER_RING = 512 };

struct server {
    uint64_t interval;            /* ticks */
    uint64_t full_from, full_to;  /* intervals known to be full */
    uint32_t number[SERVER_RING]; /* interval + 1 that the entry stands for */
    uint32_t used[SERVER_RING];   /* ticks of it */
};

static inline void server_reset(struct server *s, uint64_t interval) {
    memset(s, 0, sizeof *s);
    s->interval = interval ? interval : 1;
}

/* Ticks left of interval b; a later interval that has taken the entry leaves none. */
static inline uint64_t server_left(struct server *s, uint64_t b) {
    unsigned i = b % SERVER_RING;
    uint32_t n = (uint32_t)(b + 1);
    if (s->number[i] != n) {
        if (s->number[i] > n)
            return 0;
        s->number[i] = n;
        s->used[i] = 0;
    }
    return s->interval - s->used[i];
}

/* Books `service` ticks from `arrive` on. *start receives when service begins; returns when it ends. */
static inline uint64_t server_book(struct server *s, uint64_t arrive, uint64_t service, uint64_t *start) {
    uint64_t b = arrive / s->interval, first = b;
    if (b >= s->full_from && b < s->full_to)
        b = s->full_to;
    while (server_left(s, b) == 0)
        b++;
    if (first >= s->full_from && first <= s->full_to)
        s->full_to = b > s->full_to ? b : s->full_to;
    else if (b > first)
        s->full_from = first, s->full_to = b;
    uint64_t at = b * s->interval + s->used[b % SERVER_RING], end;
    *start = at > arrive ? at : arrive;
    for (;;) {
        uint64_t left = server_left(s, b), take = left < service ? left : service;
        s->used[b % SERVER_RING] += left ? (uint32_t)take : 0;
        service -= take;
        end = b * s->interval + s->used[b % SERVER_RING];
        if (!service)
            break;
        b++;
    }
    return end > *start ? end : *start;
}

#endif
