/* What happens next: a heap of (time, actor). Actors are SIMDs by number, and behind them the dispatchers of the XCDs.
 * An actor has one valid entry, the one at the time that it is scheduled for. */
#include <stdlib.h>

#include "engine.h"

static bool before(const struct heap_entry *a, const struct heap_entry *b) {
    return a->time != b->time ? a->time < b->time : a->actor < b->actor;
}

bool event_push(struct engine *e, uint64_t time, uint32_t actor) {
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
    struct heap_entry x = {time, actor};
    size_t i = e->heap_n++;
    while (i && before(&x, &e->heap[(i - 1) / 2])) {
        e->heap[i] = e->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    e->heap[i] = x;
    return true;
}

bool event_pop(struct engine *e, struct heap_entry *out) {
    if (!e->heap_n)
        return false;
    *out = e->heap[0];
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
    return true;
}

void simd_wake(struct engine *e, struct time_simd *s, uint64_t time) {
    if (time < s->next) {
        s->next = time;
        event_push(e, time, s->id);
    }
}

void dispatch_wake(struct engine *e, unsigned xcd, uint64_t time) {
    if (time < e->xcd[xcd].dispatch_at) {
        e->xcd[xcd].dispatch_at = time;
        event_push(e, time, e->nsimds + xcd);
    }
}
