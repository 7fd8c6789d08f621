/* What happens next: (time, actor) in order. Actors are SIMDs by number, and behind them the dispatchers of the XCDs.
 * An actor has one valid entry, the one at the time that it is scheduled for. Nearly all events lie a few clocks ahead:
 * a ring has a set of actors for each of the next clocks, and a heap what is farther away. */
#include <stdlib.h>

#include "engine.h"

static bool before(const struct heap_entry *a, const struct heap_entry *b) {
    return a->time != b->time ? a->time < b->time : a->actor < b->actor;
}

/* --- far away --- */

static bool heap_push(struct engine *e, struct heap_entry x) {
    if (e->heap_n == e->heap_room) {
        size_t room = e->heap_room ? 2 * e->heap_room : 4096;
        struct heap_entry *more = realloc(e->heap, room * sizeof *more);
        if (!more) {
            e->no_memory = true;
            return false;
        }
        e->heap = more;
        e->heap_room = room;
    }
    size_t i = e->heap_n++;
    while (i && before(&x, &e->heap[(i - 1) / 2])) {
        e->heap[i] = e->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    e->heap[i] = x;
    return true;
}

static void heap_pop(struct engine *e) {
    struct heap_entry x = e->heap[--e->heap_n];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= e->heap_n)
            break;
        if (child + 1 < e->heap_n && before(&e->heap[child + 1], &e->heap[child]))
            child++;
        if (!before(&e->heap[child], &x))
            break;
        e->heap[i] = e->heap[child];
        i = child;
    }
    if (e->heap_n)
        e->heap[i] = x;
}

/* --- the next clocks --- */

static void ring_push(struct time_ring *r, uint64_t time, uint32_t actor) {
    unsigned at = time % RING;
    r->any[at / 64] |= 1ull << (at % 64);
    r->words[at][actor / 4096] |= 1ull << (actor / 64 % 64);
    r->actors[at][actor / 64] |= 1ull << (actor % 64);
}

/* The first clock from e->now on that has an entry; UINT64_MAX without. */
static uint64_t ring_next(const struct engine *e) {
    const struct time_ring *r = &e->ring;
    unsigned from = e->now % RING;
    for (unsigned i = 0; i <= RING / 64; i++) {
        unsigned word = (from / 64 + i) % (RING / 64);
        uint64_t bits = r->any[word];
        if (i == 0)
            bits &= ~0ull << (from % 64);
        else if (i == RING / 64)
            bits &= ~(~0ull << (from % 64));
        if (bits) {
            unsigned at = word * 64 + (unsigned)__builtin_ctzll(bits);
            return e->now + (at + RING - from) % RING;
        }
    }
    return UINT64_MAX;
}

static uint32_t ring_pop(struct time_ring *r, uint64_t time) {
    unsigned at = time % RING, high = r->words[at][0] == 0;
    uint64_t *words = &r->words[at][high];
    unsigned word = high * 64 + (unsigned)__builtin_ctzll(*words);
    uint64_t *set = &r->actors[at][word];
    uint32_t actor = word * 64 + (uint32_t)__builtin_ctzll(*set);
    *set &= *set - 1;
    if (!*set)
        *words &= *words - 1;
    if (!(r->words[at][0] | r->words[at][1]))
        r->any[at / 64] &= ~(1ull << (at % 64));
    return actor;
}

/* --- both --- */

void events_begin(struct engine *e) {
    e->heap_n = 0;
    e->now = 0;
    memset(&e->ring, 0, sizeof e->ring);
    memset(e->next_event, 0xff, sizeof e->next_event);
}

bool event_push(struct engine *e, uint64_t time, uint32_t actor) {
    if (time - e->now >= RING)
        return heap_push(e, (struct heap_entry){time, actor});
    ring_push(&e->ring, time, actor);
    return true;
}

bool event_pop(struct engine *e, struct heap_entry *out) {
    uint64_t near = ring_next(e);
    /* what was far away and is now as near as the nearest joins those of its clock */
    while (e->heap_n && e->heap[0].time <= near) {
        struct heap_entry x = e->heap[0];
        heap_pop(e);
        near = x.time;
        if (x.time - e->now < RING) {
            ring_push(&e->ring, x.time, x.actor);
        } else {
            *out = x;
            return true;
        }
    }
    if (near == UINT64_MAX)
        return false;
    *out = (struct heap_entry){near, ring_pop(&e->ring, near)};
    return true;
}

void simd_wake(struct engine *e, struct time_simd *s, uint64_t time) {
    if (time < e->next_event[s->id]) {
        e->next_event[s->id] = time;
        event_push(e, time, s->id);
    }
}

void dispatch_wake(struct engine *e, unsigned xcd, uint64_t time) {
    if (time < e->next_event[e->nsimds + xcd]) {
        e->next_event[e->nsimds + xcd] = time;
        event_push(e, time, e->nsimds + xcd);
    }
}
