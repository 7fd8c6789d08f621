#include "l2.h"

#include <stdlib.h>

#include "race.h"

/* What a write has hidden from other XCDs, for one line. */
struct l2_copy {
    struct l2_copy *next; /* of the line, newest first */
    struct l2_copy *next_free;
    uint8_t owner;       /* XCD that wrote */
    bool dirty;          /* still in the owner's L2, unless its generation has passed */
    uint32_t generation; /* of the owner's buffer_wbl2 */
    uint8_t seen_by;     /* XCDs that have fetched the line since it reached memory */
    uint64_t bytes[2];
    const struct insn *in; /* the write */
    uint8_t old[TRACK_LINE], undef[TRACK_LINE];
};

/* Generation of each XCD's buffer_inv at which it last fetched the line; 0: never. */
struct l2_line {
    uint16_t held[TRACK_XCDS];
    struct l2_copy *copies;
};

enum { LINES = TRACK_CHUNK / TRACK_LINE, SLAB = 64 };

struct l2_slab {
    struct l2_slab *next;
    struct l2_copy copy[SLAB];
};

static bool covers(const struct l2_copy *c, unsigned b) {
    return c->bytes[b / 64] >> (b % 64) & 1;
}

static struct l2_line *line_at(struct track_alloc *records, uint64_t line, bool make) {
    struct track_chunk *c = track_chunk_at(records, line * TRACK_LINE);
    if (!c->line && make)
        c->line = calloc(LINES, sizeof *c->line);
    return c->line ? &c->line[line % LINES] : NULL;
}

static struct l2_copy *new_copy(struct track *t) {
    if (!t->free_copies) {
        struct l2_slab *s = calloc(1, sizeof *s);
        if (!s)
            return NULL;
        s->next = t->slabs;
        t->slabs = s;
        for (int i = 0; i < SLAB; i++) {
            s->copy[i].next_free = t->free_copies;
            t->free_copies = &s->copy[i];
        }
    }
    struct l2_copy *c = t->free_copies;
    t->free_copies = c->next_free;
    t->live_copies++;
    return c;
}

static void free_copy(struct track *t, struct l2_copy *c) {
    c->next_free = t->free_copies;
    t->free_copies = c;
    t->live_copies--;
}

void l2_free(struct track *t) {
    for (struct l2_slab *s = t->slabs, *next; s; s = next) {
        next = s->next;
        free(s);
    }
}

static bool holds(const struct track *t, const struct l2_line *l, unsigned xcd) {
    return l->held[xcd] == t->invalidated[xcd];
}

/* Some XCD other than the owner still has the line as it was. */
static bool matters(const struct track *t, const struct l2_line *l, const struct l2_copy *c) {
    if (c->dirty)
        return true;
    for (unsigned x = 0; x < TRACK_XCDS; x++)
        if (x != c->owner && !(c->seen_by >> x & 1) && holds(t, l, x))
            return true;
    return false;
}

/* Takes note of write-backs since the last look, and drops what nobody can see any more. */
static void refresh(struct track *t, struct l2_line *l) {
    for (struct l2_copy **p = &l->copies, *c; (c = *p) != NULL;) {
        if (c->dirty && c->generation != t->written_back[c->owner])
            c->dirty = false;
        if (matters(t, l, c)) {
            p = &c->next;
        } else {
            *p = c->next;
            free_copy(t, c);
        }
    }
}

void l2_write_back(struct wave *w) {
    struct track *t = track_of(w);
    if (t && t->l2)
        t->written_back[w->wg->xcd]++;
}

/* 0 is kept for lines that were never read; after a wrap old marks could come back, so they are dropped. */
void l2_invalidate(struct wave *w) {
    struct track *t = track_of(w);
    if (!t || !t->l2 || ++t->invalidated[w->wg->xcd])
        return;
    t->invalidated[w->wg->xcd] = 1;
    for (unsigned b = 0; b < 256; b++)
        for (struct track_alloc *a = atomic_load(&t->bucket[b]); a; a = a->next)
            for (uint64_t c = 0; c < a->nchunks; c++)
                for (unsigned i = 0; a->chunk[c].line && i < LINES; i++)
                    a->chunk[c].line[i].held[w->wg->xcd] = 0;
}

/* --- loads --- */

struct stale {
    uint64_t lanes;
    const struct l2_copy *copy;
    bool differs, dirty;
};

/* Replaces the bytes of one lane that the copy hides from it. */
static void hide(const struct l2_copy *c, uint64_t line, uint64_t addr, unsigned bytes, unsigned lane, lane_row *value,
                 lane_row *undef, struct stale *s) {
    for (unsigned b = 0; b < bytes; b++) {
        if ((addr + b) / TRACK_LINE != line)
            continue;
        unsigned at = (unsigned)((addr + b) % TRACK_LINE), shift = 8 * (b % 4);
        if (!covers(c, at))
            continue;
        uint32_t *v = &value[b / 4][lane], *u = &undef[b / 4][lane];
        s->differs |= (*v >> shift & 0xff) != c->old[at] || (*u >> shift & 0xff) != c->undef[at];
        *v = (*v & ~(0xffu << shift)) | (uint32_t)c->old[at] << shift;
        *u = (*u & ~(0xffu << shift)) | (uint32_t)c->undef[at] << shift;
        s->lanes |= 1ull << lane;
        s->copy = c;
        s->dirty |= c->dirty;
    }
}

void l2_load(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g,
             lane_row *value, lane_row *undef) {
    unsigned xcd = a->w->wg->xcd;
    bool bypass = a->in->mods.sc1;
    struct stale s = {0};
    uint64_t previous = UINT64_MAX;
    struct l2_line *l = NULL;
    bool held = false;
    for (uint64_t todo = g->lanes; todo; todo &= todo - 1) {
        unsigned i = (unsigned)__builtin_ctzll(todo);
        uint64_t addr = g->addr[i], last = (addr + a->bytes - 1) / TRACK_LINE;
        for (uint64_t line = addr / TRACK_LINE; line <= last; line++) {
            if (line != previous) {
                l = line_at(records, line, true);
                if (!l)
                    return;
                if (l->copies)
                    refresh(t, l);
                previous = line;
                held = holds(t, l, xcd) && !bypass;
                if (!bypass && !held)
                    l->held[xcd] = t->invalidated[xcd];
                /* A fetch from memory brings what has reached it. */
                for (struct l2_copy *c = l->copies; c && !held; c = c->next)
                    if (!c->dirty && !bypass)
                        c->seen_by |= (uint8_t)(1u << xcd);
            }
            for (const struct l2_copy *c = l->copies; c; c = c->next)
                if (c->owner != xcd && (c->dirty || (held && !(c->seen_by >> xcd & 1))))
                    hide(c, line, addr, a->bytes, i, value, undef, &s);
        }
    }
    if (!s.lanes)
        return;
    unsigned lane = (unsigned)__builtin_ctzll(s.lanes);
    report(
        a->w, a->in, CHECK_STALE_L2, s.copy->in, s.lanes,
        "lane %u on XCD %u reads 0x%llx as it was before XCD %u wrote it%s: %s", lane, xcd,
        (unsigned long long)g->addr[lane], s.copy->owner, s.differs ? "" : " (with the same value)",
        s.dirty
            ? "the new value is dirty in that XCD's L2; store with sc1, or buffer_wbl2 sc1 and s_waitcnt vmcnt(0) "
              "before publishing"
            : "this XCD still holds the line from an earlier read; buffer_inv sc1 after the acquire, or load with sc1");
}

/* --- writes --- */

static bool held_elsewhere(const struct track *t, const struct l2_line *l, unsigned xcd) {
    for (unsigned x = 0; x < TRACK_XCDS; x++)
        if (x != xcd && holds(t, l, x))
            return true;
    return false;
}

/* The dirty bytes of this write's own XCD that go to memory with it. */
static void uncover(struct l2_line *l, unsigned xcd, unsigned first, unsigned n) {
    for (struct l2_copy *c = l->copies; c; c = c->next)
        if (c->dirty && c->owner == xcd)
            for (unsigned b = first; b < first + n; b++)
                c->bytes[b / 64] &= ~(1ull << (b % 64));
}

static struct l2_copy *find_copy(const struct l2_line *l, unsigned xcd, bool dirty) {
    struct l2_copy *c = l->copies;
    while (c && !(c->owner == xcd && c->dirty == dirty && !c->seen_by))
        c = c->next;
    return c;
}

/* What the others see now in those bytes: memory, or what a dirty copy of this XCD hides. */
static void keep_old(const struct l2_line *l, struct l2_copy *c, const struct mem_alloc *m, uint64_t line,
                     unsigned first, unsigned n) {
    const struct l2_copy *mine = c->dirty ? NULL : find_copy(l, c->owner, true);
    uint64_t addr = line * TRACK_LINE + first;
    bool fresh = !mine;
    for (unsigned b = first; b < first + n && fresh; b++)
        fresh = !covers(c, b);
    if (fresh) { /* the usual case in one go */
        memcpy(c->old + first, (const void *)(uintptr_t)addr, n);
        for (unsigned b = 0; b < n; b++) {
            c->undef[first + b] = m->defined ? (uint8_t)~m->defined[addr - m->base + b] : 0;
            c->bytes[(first + b) / 64] |= 1ull << ((first + b) % 64);
        }
        return;
    }
    for (unsigned b = first; b < first + n; b++, addr++) {
        if (covers(c, b))
            continue;
        bool hidden = mine && covers(mine, b);
        c->bytes[b / 64] |= 1ull << (b % 64);
        c->old[b] = hidden ? mine->old[b] : *(const uint8_t *)(uintptr_t)addr;
        c->undef[b] = hidden ? mine->undef[b] : m->defined ? (uint8_t)~m->defined[addr - m->base] : 0;
    }
}

static void write_line(struct track *t, struct l2_line *l, const struct vmem_access *a, const struct mem_alloc *m,
                       uint64_t line, unsigned first, unsigned n) {
    unsigned xcd = a->w->wg->xcd;
    bool through = a->kind == VMEM_ATOMIC || a->in->mods.sc1;
    if (through && !l->copies && !held_elsewhere(t, l, xcd))
        return;
    refresh(t, l);
    struct l2_copy *c = find_copy(l, xcd, !through);
    if (!c) {
        if (through && !held_elsewhere(t, l, xcd)) {
            uncover(l, xcd, first, n);
            return;
        }
        c = new_copy(t);
        if (!c)
            return;
        *c = (struct l2_copy){
            .next = l->copies, .owner = (uint8_t)xcd, .dirty = !through, .generation = t->written_back[xcd]};
        l->copies = c;
    }
    c->in = a->in;
    keep_old(l, c, m, line, first, n);
    if (through)
        uncover(l, xcd, first, n);
}

void l2_write(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g) {
    for (uint64_t todo = g->lanes; todo; todo &= todo - 1) {
        unsigned i = (unsigned)__builtin_ctzll(todo);
        uint64_t addr = g->addr[i], end = addr + a->bytes;
        for (uint64_t line = addr / TRACK_LINE; line * TRACK_LINE < end; line++) {
            struct l2_line *l = line_at(records, line, true);
            if (!l)
                return;
            uint64_t start = line * TRACK_LINE, low = addr > start ? addr - start : 0;
            uint64_t high = end - start < TRACK_LINE ? end - start : TRACK_LINE;
            write_line(t, l, a, g->alloc, line, (unsigned)low, (unsigned)(high - low));
        }
    }
}
