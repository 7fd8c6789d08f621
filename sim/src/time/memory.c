/* Behind the L2s, shared by all XCDs: Infinity Cache (MALL) slices and the HBM channels behind them. */
#include "engine.h"

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

struct where {
    unsigned slice, channel;
    size_t set;
};

static struct where locate(struct engine *e, uint64_t line) {
    unsigned lines = (unsigned)e->machine.hbm_interleave / 128;
    uint64_t block = line / lines;
    struct where at;
    at.channel = deal(block, e->hbm_channels);
    at.slice = (unsigned)((uint64_t)at.channel * e->slices / e->hbm_channels);
    uint64_t inside = block / e->hbm_channels * lines + line % lines;
    size_t sets = e->mall.sets / e->hbm_channels;
    at.set = sets ? at.channel * sets + (size_t)(inside ^ inside >> 10) % sets : line % e->mall.sets;
    return at;
}

static int64_t insert(struct engine *e, struct where at, uint64_t line, bool oldest, uint64_t tick) {
    uint64_t victim, start;
    int64_t i = cache_insert(&e->mall, at.set, line, oldest, &victim);
    if (victim != UINT64_MAX) {
        server_book(&e->hbm[locate(e, victim).channel], tick, e->cost.hbm, &start);
        level_write(e, GFX950SIM_HBM, start, 128);
    }
    return i;
}

uint64_t memory_read(struct engine *e, uint64_t line, uint64_t arrive, bool nt) {
    const uint64_t *to = e->cost.arrive, *total = e->cost.total;
    struct where at = locate(e, line);
    uint64_t start, begin;
    server_book(&e->mall_slice[at.slice], arrive, e->cost.mall, &start);
    level_read(e, GFX950SIM_MALL, start, 128);
    int64_t found = cache_find(&e->mall, at.set, line);
    if (found >= 0) {
        e->t.level[GFX950SIM_MALL].hits++;
        return later(start + total[GFX950SIM_MALL] - to[GFX950SIM_MALL], e->mall.ready[found]);
    }
    e->t.level[GFX950SIM_MALL].misses++;
    server_book(&e->hbm[at.channel], start + to[GFX950SIM_HBM] - to[GFX950SIM_MALL], e->cost.hbm, &begin);
    level_read(e, GFX950SIM_HBM, begin, 128);
    e->t.level[GFX950SIM_HBM].hits++;
    uint64_t done = begin + total[GFX950SIM_HBM] - to[GFX950SIM_HBM];
    e->mall.ready[insert(e, at, line, nt, start)] = done;
    return done;
}

uint64_t memory_write(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive) {
    struct where at = locate(e, line);
    uint64_t start;
    server_book(&e->mall_slice[at.slice], arrive, e->cost.mall, &start);
    level_write(e, GFX950SIM_MALL, start, bytes);
    int64_t found = cache_find(&e->mall, at.set, line);
    if (found < 0) {
        found = insert(e, at, line, false, start);
        e->mall.ready[found] = start;
    }
    cache_mark(&e->mall, found, true);
    return start;
}

/* Updates of one line stand in line at its slice. */
uint64_t memory_atomic(struct engine *e, uint64_t line, unsigned bytes, uint64_t arrive) {
    struct where at = locate(e, line);
    uint64_t start;
    server_book(&e->atomic[at.slice], arrive, e->cost.atomic_interval, &start);
    uint64_t taken = memory_write(e, line, bytes, start);
    level_read(e, GFX950SIM_MALL, start, bytes);
    return taken + e->cost.atomic - e->cost.arrive[GFX950SIM_MALL];
}
