#define _GNU_SOURCE
#include "cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* Large arrays are mapped, so that emptying them costs what was used of them, not what they hold. */
enum { MAPPED = 1 << 18 };

static void *zeroed(size_t bytes) {
    if (bytes < MAPPED)
        return calloc(1, bytes);
    void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void wipe(void *p, size_t bytes) {
    if (bytes < MAPPED || madvise(p, bytes, MADV_DONTNEED) != 0)
        memset(p, 0, bytes);
}

static void release(void *p, size_t bytes) {
    if (p && bytes >= MAPPED)
        munmap(p, bytes);
    else
        free(p);
}

static size_t entries(const struct cache *c) {
    return c->sets * c->ways;
}

bool cache_make(struct cache *c, size_t lines, unsigned ways) {
    c->ways = ways;
    c->sets = lines / ways ? lines / ways : 1;
    c->tag = zeroed(entries(c) * sizeof *c->tag);
    c->ready = zeroed(entries(c) * sizeof *c->ready);
    c->stamp = zeroed(entries(c) * sizeof *c->stamp);
    c->dirty = zeroed(entries(c));
    return c->tag && c->ready && c->stamp && c->dirty;
}

void cache_free(struct cache *c) {
    release(c->tag, entries(c) * sizeof *c->tag);
    release(c->ready, entries(c) * sizeof *c->ready);
    release(c->stamp, entries(c) * sizeof *c->stamp);
    release(c->dirty, entries(c));
    memset(c, 0, sizeof *c);
}

/* clock 0: nothing was taken in since the last time. */
void cache_clear(struct cache *c) {
    if (!c->clock)
        return;
    wipe(c->tag, entries(c) * sizeof *c->tag);
    wipe(c->stamp, entries(c) * sizeof *c->stamp);
    wipe(c->dirty, entries(c));
    c->dirty_lines = 0;
    c->clock = 0;
}

void cache_settle(struct cache *c) {
    if (c->clock)
        wipe(c->ready, entries(c) * sizeof *c->ready);
}

static int64_t lookup(const struct cache *c, size_t set, uint64_t line) {
    const uint64_t *tag = c->tag + set * c->ways;
    for (unsigned i = 0; i < c->ways; i++)
        if (tag[i] == line + 1)
            return (int64_t)(set * c->ways + i);
    return CACHE_NONE;
}

int64_t cache_find(struct cache *c, size_t set, uint64_t line) {
    int64_t at = lookup(c, set, line);
    if (at >= 0)
        c->stamp[at] = ++c->clock;
    return at;
}

int64_t cache_insert(struct cache *c, size_t set, uint64_t line, bool oldest, uint64_t *victim) {
    size_t base = set * c->ways, at = base;
    for (size_t i = base; i < base + c->ways; i++) {
        if (!c->tag[i]) {
            at = i;
            break;
        }
        if (c->stamp[i] < c->stamp[at])
            at = i;
    }
    *victim = UINT64_MAX;
    if (c->tag[at] && c->dirty[at]) {
        *victim = c->tag[at] - 1;
        c->dirty_lines--;
    }
    c->tag[at] = line + 1;
    c->dirty[at] = 0;
    ++c->clock;
    c->stamp[at] = oldest ? 0 : c->clock;
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
    c->stamp[at] = 0;
}
