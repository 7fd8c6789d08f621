#include "cache.h"

#include <string.h>

#include "pages.h"

enum { EMPTY, NEXT_TO_GO }; /* stamps */
enum { GROUP = 16 };

static size_t entries(const struct cache *c) {
    return c->sets * c->ways;
}

/* One array behind the other, so that large pages serve all of them. */
static size_t bytes_of(const struct cache *c) {
    return entries(c) * (sizeof *c->tag + sizeof *c->ready + sizeof *c->stamp + sizeof *c->dirty);
}

bool cache_make(struct cache *c, size_t lines, unsigned ways) {
    c->ways = ways;
    c->sets = lines / ways ? lines / ways : 1;
    c->tag = pages_get(bytes_of(c));
    if (!c->tag)
        return false;
    c->ready = c->tag + entries(c);
    c->stamp = (uint32_t *)(c->ready + entries(c));
    c->dirty = (uint8_t *)(c->stamp + entries(c));
    return true;
}

void cache_free(struct cache *c) {
    pages_free(c->tag, bytes_of(c));
    memset(c, 0, sizeof *c);
}

/* clock 0: nothing was taken in since the last time. */
void cache_clear(struct cache *c) {
    if (!c->clock)
        return;
    pages_zero(c->tag, bytes_of(c));
    c->dirty_lines = 0;
    c->clock = 0;
}

void cache_settle(struct cache *c) {
    if (c->clock)
        memset(c->ready, 0, entries(c) * sizeof *c->ready);
}

/* Of a use: later ones are larger, all larger than NEXT_TO_GO. */
static uint32_t stamp(struct cache *c) {
    return ++c->clock + NEXT_TO_GO;
}

static int64_t lookup(const struct cache *c, size_t set, uint64_t line) {
    const uint64_t *tag = c->tag + set * c->ways;
    unsigned i = 0;
    /* a group has no early end, so that it is compared as vectors */
    for (; i + GROUP <= c->ways; i += GROUP) {
        uint64_t any = 0;
        for (unsigned k = 0; k < GROUP; k++)
            any |= (uint64_t)(tag[i + k] == line + 1);
        if (any)
            break;
    }
    for (; i < c->ways; i++)
        if (tag[i] == line + 1)
            return (int64_t)(set * c->ways + i);
    return CACHE_NONE;
}

/* The least stamp: an empty place, then a line that was to go next, then the least recently used. */
static size_t oldest_of(const struct cache *c, size_t base) {
    const uint32_t *stamp = c->stamp + base;
    uint32_t least = UINT32_MAX;
    for (unsigned i = 0; i < c->ways; i++)
        least = stamp[i] < least ? stamp[i] : least;
    unsigned at = 0;
    while (stamp[at] != least)
        at++;
    return base + at;
}

int64_t cache_find(struct cache *c, size_t set, uint64_t line) {
    int64_t at = lookup(c, set, line);
    if (at >= 0)
        c->stamp[at] = stamp(c);
    return at;
}

int64_t cache_insert(struct cache *c, size_t set, uint64_t line, bool oldest, uint64_t *victim) {
    size_t at = oldest_of(c, set * c->ways);
    *victim = UINT64_MAX;
    if (c->tag[at] && c->dirty[at]) {
        *victim = c->tag[at] - 1;
        c->dirty_lines--;
    }
    c->tag[at] = line + 1;
    c->dirty[at] = 0;
    uint32_t now = stamp(c);
    c->stamp[at] = oldest ? NEXT_TO_GO : now;
    return (int64_t)at;
}

void cache_mark(struct cache *c, int64_t entry, bool dirty) {
    c->dirty_lines += (uint64_t)dirty - c->dirty[entry];
    c->dirty[entry] = dirty;
}

void cache_drop(struct cache *c, size_t set, uint64_t line) {
    int64_t at = lookup(c, set, line);
    if (at < 0)
        return;
    cache_mark(c, at, false);
    c->tag[at] = 0;
    c->stamp[at] = EMPTY;
}
