/* The L2 of an XCD: channels by address, each with its own ports and misses. Reads that ask for device scope go on to
 * memory, since the other XCDs have L2s of their own; plain stores stay here, dirty. */
#include "engine.h"

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

struct where {
    struct time_channel *channel;
    size_t set;
};

static struct where locate(struct engine *e, unsigned xcd, uint64_t line) {
    struct time_xcd *x = &e->xcd[xcd];
    unsigned channels = (unsigned)e->machine.l2_channels, lines = (unsigned)e->machine.l2_interleave / 128;
    uint64_t block = line / lines;
    unsigned c = deal(block, channels);
    size_t sets = x->l2.sets / channels;
    uint64_t inside = block / channels * lines + line % lines;
    return (struct where){&x->channel[c], c * sets + (size_t)(inside ^ inside >> 7 ^ inside >> 15) % sets};
}

static void insert(struct engine *e, unsigned xcd, struct where at, uint64_t line, bool oldest, bool dirty,
                   uint64_t tick, uint64_t ready) {
    struct cache *c = &e->xcd[xcd].l2;
    uint64_t victim;
    int64_t i = cache_insert(c, at.set, line, oldest, &victim);
    c->ready[i] = ready;
    if (dirty)
        cache_mark(c, i, true);
    if (victim != UINT64_MAX)
        memory_write(e, victim, 128, tick);
}

uint64_t l2_serve_read(struct engine *e, unsigned xcd, uint64_t line, uint64_t arrive, struct line_policy p) {
    struct cache *c = &e->xcd[xcd].l2;
    struct where at = locate(e, xcd, line);
    const uint64_t *to = e->cost.arrive, *total = e->cost.total;
    uint64_t start, out;
    server_book(&at.channel->read, arrive, e->cost.l2_read, &start);
    int64_t found = p.sc1 ? CACHE_NONE : cache_find(c, at.set, line);
    if (p.kernarg) { /* the host wrote it a moment ago: one latency was seen, from whatever level, and none is counted
                      */
        uint64_t done = start + e->cost.kernarg - to[GFX950SIM_L2];
        if (found >= 0)
            return later(start + total[GFX950SIM_L2] - to[GFX950SIM_L2], c->ready[found]);
        insert(e, xcd, at, line, false, false, start, done);
        return done;
    }
    level_read(e, GFX950SIM_L2, start, 128);
    if (found >= 0) {
        e->t.level[GFX950SIM_L2].hits++;
        return later(start + total[GFX950SIM_L2] - to[GFX950SIM_L2], c->ready[found]);
    }
    e->t.level[GFX950SIM_L2].misses++;
    uint64_t *entry = &at.channel->miss[at.channel->misses++ % (unsigned)e->machine.l2_misses];
    server_book(&at.channel->fabric, later(start, *entry), e->cost.fabric, &out);
    uint64_t done = memory_read(e, line, out + to[GFX950SIM_MALL] - to[GFX950SIM_L2], p.nt);
    *entry = done;
    if (!p.sc1)
        insert(e, xcd, at, line, p.nt, false, out, done);
    return done;
}

/* A device-scope write takes the line away from the other L2s. */
static void drop_elsewhere(struct engine *e, unsigned xcd, uint64_t line) {
    for (unsigned x = 0; x < e->xcds; x++)
        if (x != xcd)
            cache_drop(&e->xcd[x].l2, locate(e, x, line).set, line);
}

uint64_t l2_serve_write(struct engine *e, unsigned xcd, uint64_t line, unsigned bytes, uint64_t arrive, bool sc1) {
    struct cache *c = &e->xcd[xcd].l2;
    struct where at = locate(e, xcd, line);
    const uint64_t *to = e->cost.arrive;
    uint64_t start;
    server_book(&at.channel->write, arrive, (uint64_t)(bytes * e->cost.l2_write) + 1, &start);
    level_write(e, GFX950SIM_L2, start, bytes);
    int64_t found = cache_find(c, at.set, line);
    if (sc1) {
        uint64_t out;
        drop_elsewhere(e, xcd, line);
        server_book(&at.channel->fabric, start, e->cost.fabric, &out);
        uint64_t taken = memory_write(e, line, bytes, out + to[GFX950SIM_MALL] - to[GFX950SIM_L2]);
        return taken + e->cost.total[GFX950SIM_MALL] - to[GFX950SIM_MALL];
    }
    if (found >= 0)
        cache_mark(c, found, true);
    else
        insert(e, xcd, at, line, false, true, start, start);
    return start + e->cost.write - to[GFX950SIM_L2];
}

uint64_t l2_serve_atomic(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive) {
    drop_elsewhere(e, e->xcds, line);
    e->t.atomics++;
    return memory_atomic(e, line, bytes, arrive + e->cost.arrive[GFX950SIM_MALL] - e->cost.arrive[GFX950SIM_L2]);
}

uint64_t l2_serve_flush(struct engine *e, unsigned xcd, uint64_t arrive) {
    struct cache *c = &e->xcd[xcd].l2;
    uint64_t at = arrive, done = arrive + e->cost.total[GFX950SIM_MALL] - e->cost.arrive[GFX950SIM_L2];
    if (!c->dirty_lines)
        return done;
    uint64_t step = e->cost.fabric / (unsigned)e->machine.l2_channels;
    for (size_t i = 0; i < c->sets * c->ways && c->dirty_lines; i++) {
        if (!c->dirty[i])
            continue;
        cache_mark(c, (int64_t)i, false);
        memory_write(e, c->tag[i] - 1, 128, at);
        at += step;
    }
    return done + (at - arrive);
}
