/* Instruction cache of two CUs. Straight code that is in the cache costs nothing; a line that is not is awaited, and
 * those behind it follow at an even pace, as a prefetcher has asked for them. */
#include "engine.h"

static uint64_t line_ready(struct engine *e, struct cache *c, uint64_t line, uint64_t t) {
    int64_t at = cache_find(c, line % c->sets, line);
    if (at >= 0)
        return c->ready[at];
    uint64_t victim, ready = t + e->cost.fetch_miss;
    if (line) {
        int64_t before = cache_find(c, (line - 1) % c->sets, line - 1);
        if (before >= 0 && c->ready[before]) { /* taken in by this launch */
            uint64_t behind = c->ready[before] + e->cost.fetch_stream;
            ready = behind < ready ? behind : ready;
        }
    }
    e->t.fetch_misses++;
    at = cache_insert(c, line % c->sets, line, false, &victim);
    c->ready[at] = ready;
    return ready;
}

uint64_t fetch_ready(struct engine *e, struct time_wave *tw, const struct time_insn *ti, uint64_t t) {
    struct cache *c = &tw->simd->cu->pair->fetch;
    uint64_t ready = line_ready(e, c, ti->line, t);
    if (ti->line2 != ti->line) {
        uint64_t second = line_ready(e, c, ti->line2, t);
        ready = second > ready ? second : ready;
    }
    return ready > t + e->cost.fetch_hit ? ready : t + e->cost.fetch_hit;
}
