/* Tags of a cache: which lines it holds, when each arrives, least recently used out first. */
#ifndef GFX950SIM_TIME_CACHE_H
#define GFX950SIM_TIME_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache {
    size_t sets;
    unsigned ways;
    uint32_t clock;
    uint64_t *tag;   /* line + 1; 0: empty */
    uint64_t *ready; /* ticks, or what the owner says */
    uint32_t *stamp; /* of the last use; 0: empty */
    uint8_t *dirty;
    uint64_t dirty_lines;
};

bool cache_make(struct cache *c, size_t lines, unsigned ways);
void cache_free(struct cache *c);
void cache_clear(struct cache *c);
/* Every line that is held has arrived: time begins at 0 again. */
void cache_settle(struct cache *c);

enum { CACHE_NONE = -1 };
/* Entry of the line in the set, marked as used; CACHE_NONE when it is not there. */
int64_t cache_find(struct cache *c, size_t set, uint64_t line);
/* Takes the line in. oldest: it will be the next to go. *victim receives a dirty line that had to go, or UINT64_MAX. */
int64_t cache_insert(struct cache *c, size_t set, uint64_t line, bool oldest, uint64_t *victim);
/* Forgets the line, written back or not. */
void cache_drop(struct cache *c, size_t set, uint64_t line);
void cache_mark(struct cache *c, int64_t entry, bool dirty);

#endif
