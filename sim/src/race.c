#include "race.h"

#include <stdlib.h>

/* --- releases and acquires --- */

enum { RELEASES = 32 };

struct release {
    uint64_t time;
    uint32_t plain[TRACK_WAVES], through[TRACK_WAVES];
};
struct release_log {
    uint64_t made; /* releases so far; the last RELEASES are kept */
    struct release entry[RELEASES];
};

static uint32_t max32(uint32_t a, uint32_t b) {
    return a > b ? a : b;
}

static uint32_t issued(const struct wave *w) {
    return (uint32_t)w->vm_issued;
}
static uint32_t completed(const struct wave *w) {
    return (uint32_t)(w->vm_issued - w->vm_outstanding);
}

/* A buffer_wbl2 that has been waited for covers what was issued before it. */
static void settle_write_back(struct track_wave *tw, const struct wave *w) {
    if (!tw->wb_serial || completed(w) < tw->wb_serial)
        return;
    for (unsigned v = 0; v < TRACK_WAVES; v++) {
        tw->plain[v] = max32(tw->plain[v], tw->wb_covers[v]);
        tw->through[v] = max32(tw->through[v], tw->wb_covers[v]);
    }
    tw->wb_serial = 0;
}

void race_barrier(struct workgroup *wg, struct track_group *g) {
    struct track_wave all = {0};
    unsigned n = wg->nwaves;
    for (unsigned i = 0; i < n; i++) {
        struct track_wave *tw = &g->wave[i];
        settle_write_back(tw, &wg->waves[i]);
        tw->through[i] = max32(tw->through[i], completed(&wg->waves[i]));
        all.seen = tw->seen > all.seen ? tw->seen : all.seen;
        all.fresh = tw->fresh > all.fresh ? tw->fresh : all.fresh;
        for (unsigned v = 0; v < n; v++) {
            all.plain[v] = max32(all.plain[v], tw->plain[v]);
            all.through[v] = max32(all.through[v], tw->through[v]);
        }
    }
    for (unsigned i = 0; i < n; i++) {
        struct track_wave *tw = &g->wave[i];
        tw->seen = all.seen;
        tw->fresh = all.fresh;
        tw->issued_at_barrier = issued(&wg->waves[i]);
        memcpy(tw->plain, all.plain, sizeof all.plain);
        memcpy(tw->through, all.through, sizeof all.through);
    }
    if ((g->epoch ^ wg->barrier_epoch) >> 16)
        lds_race_forget(wg, g);
    g->epoch = wg->barrier_epoch;
}

void race_write_back(struct wave *w) {
    struct track_group *g = track_of(w) ? track_group_of(w) : NULL;
    if (!g)
        return;
    struct track_wave *tw = &g->wave[w->id];
    settle_write_back(tw, w);
    tw->wb_serial = issued(w);
    for (unsigned v = 0; v < w->wg->nwaves; v++)
        tw->wb_covers[v] = v == w->id ? issued(w) : g->wave[v].issued_at_barrier;
}

void race_invalidate(struct wave *w) {
    struct track_group *g = track_of(w) ? track_group_of(w) : NULL;
    if (g)
        g->wave[w->id].fresh = g->wave[w->id].seen;
}

static void release(struct track *t, struct wave *w, struct track_group *g) {
    if (!t->log)
        return;
    struct track_wave *tw = &g->wave[w->id];
    settle_write_back(tw, w);
    tw->through[w->id] = max32(tw->through[w->id], completed(w));
    struct release_log **log = &t->log[w->wg->linear];
    if (!*log)
        *log = calloc(1, sizeof **log);
    if (!*log)
        return;
    if ((*log)->made) {
        const struct release *last = &(*log)->entry[((*log)->made - 1) % RELEASES];
        if (memcmp(last->plain, tw->plain, sizeof last->plain) == 0 &&
            memcmp(last->through, tw->through, sizeof last->through) == 0)
            return;
    }
    struct release *r = &(*log)->entry[(*log)->made++ % RELEASES];
    r->time = ++t->clock;
    memcpy(r->plain, tw->plain, sizeof r->plain);
    memcpy(r->through, tw->through, sizeof r->through);
}

void race_acquire(struct track *t, struct wave *w) {
    struct track_group *g = track_group_of(w);
    if (!g)
        return;
    g->wave[w->id].seen = t->clock;
    g->wave[w->id].acquired_epoch = g->epoch + 1;
}

/* Some release of the event's workgroup covers it and ran before the wave's acquire. Releases that are no longer kept
 * count in favour of the program. */
static bool released(struct track *t, const struct track_event *e, uint64_t acquired) {
    const struct release_log *log = t->log ? t->log[e->wg] : NULL;
    if (!log)
        return false;
    uint64_t first = log->made > RELEASES ? log->made - RELEASES : 0;
    for (uint64_t i = first; i < log->made; i++) {
        const struct release *r = &log->entry[i % RELEASES];
        if ((e->through ? r->through : r->plain)[e->wave] >= e->serial)
            return r->time <= acquired || (first && i == first);
    }
    return false;
}

/* --- the accesses --- */

struct access {
    struct track *t;
    struct vmem_access *a;
    const struct mem_group *g;
    struct track_group *sync;
    struct track_event me;
    uint32_t id;   /* of my event, 0 until it is needed */
    uint32_t fine; /* an event found to be ordered */
    bool told;
    const uint32_t *const *value; /* stores */
};

static bool is_uniform(const struct mem_group *g) {
    for (int i = 1; i < LANES; i++)
        if (g->addr[i] != g->addr[0])
            return false;
    return true;
}

static bool begin(struct access *x, struct track *t, struct vmem_access *a, const struct mem_group *g) {
    struct wave *w = a->w;
    const struct insn_mods *m = &a->in->mods;
    x->t = t;
    x->a = a;
    x->g = g;
    x->sync = track_group_of(w);
    if (!x->sync)
        return false;
    bool atomic = a->kind == VMEM_ATOMIC, coherent = (m->sc0 || m->sc1) && !atomic;
    x->me = (struct track_event){
        .wg = (uint32_t)w->wg->linear,
        .in = a->in,
        .serial = issued(w),
        .epoch = x->sync->epoch,
        .wave = (uint8_t)w->id,
        .kind = a->kind,
        .marked = atomic || (coherent && (!t->strict || is_uniform(g))),
        .through = atomic || a->kind == VMEM_LOAD || m->sc1,
    };
    x->id = x->fine = 0;
    x->told = false;
    return true;
}

static uint32_t my_event(struct access *x) {
    if (!x->id)
        x->id = track_event_new(x->t, &x->me);
    return x->id;
}

static bool ordered(const struct access *x, const struct track_event *e) {
    const struct wave *w = x->a->w;
    if (e->marked && x->me.marked)
        return true;
    if (e->wg == x->me.wg) {
        if (e->wave == w->id || e->epoch != x->sync->epoch)
            return true;
        uint32_t now = x->sync->epoch + 1;
        return x->sync->wave[w->id].acquired_epoch == now && x->sync->wave[e->wave].released_epoch == now;
    }
    const struct track_wave *tw = &x->sync->wave[w->id];
    bool plain_load = x->a->kind == VMEM_LOAD && !x->a->in->mods.sc1;
    return released(x->t, e, plain_load ? tw->fresh : tw->seen);
}

static const char *did(unsigned kind) {
    return kind == VMEM_LOAD ? "read" : kind == VMEM_STORE ? "wrote" : "updated";
}

static void complain(struct access *x, const struct track_event *e, unsigned lane) {
    struct vmem_access *a = x->a;
    const struct mem_alloc *m = x->g->alloc;
    const char *verb = a->kind == VMEM_LOAD ? "reads" : a->kind == VMEM_STORE ? "writes" : "updates";
    const char *missing = e->wg == x->me.wg ? "without a barrier between them"
                          : x->t->log
                              ? "without a release there (buffer_wbl2 sc1 or sc1 stores, s_waitcnt vmcnt(0), then an "
                                "atomic or sc1 store) and an acquire here (atomic or sc1 load, then buffer_inv sc1)"
                              : "and nothing in this code orders workgroups";
    x->told = true;
    report(a->w, a->in, CHECK_GLOBAL_RACE, e->in, 1ull << lane,
           "lane %u %s 0x%llx (allocation #%u + %llu), which workgroup %u wave %u %s, %s", lane, verb,
           (unsigned long long)x->g->addr[lane], m->id, (unsigned long long)(x->g->addr[lane] - m->base), e->wg,
           e->wave, did(e->kind), missing);
}

/* True when the store leaves the lane's bytes as they are. */
static bool changes_nothing(const struct access *x, unsigned lane) {
    if (!x->value)
        return false;
    uint32_t words[4];
    for (unsigned d = 0; d < (x->a->bytes + 3u) / 4u; d++)
        words[d] = x->value[d][lane];
    return memcmp((const void *)(uintptr_t)x->g->addr[lane], words, x->a->bytes) == 0;
}

static void against(struct access *x, uint32_t event, unsigned lane) {
    struct track_event e;
    if (event == x->fine || x->told || event == x->id)
        return;
    if (!track_event_get(x->t, event, &e) || ordered(x, &e)) {
        x->fine = event;
        return;
    }
    if (!changes_nothing(x, lane))
        complain(x, &e, lane);
}

/* Bytes of the dword at 4 * index that [addr, addr + n) covers, as 4 bits. */
static unsigned covered(uint64_t index, uint64_t addr, unsigned n) {
    uint64_t start = 4 * index, low = addr > start ? addr - start : 0, end = addr + n - start, high = end < 4 ? end : 4;
    return ((1u << high) - 1) & ~((1u << low) - 1);
}

/* Dwords of the line that [addr, addr + n) touches. */
static uint32_t touched(uint64_t line, uint64_t addr, unsigned n) {
    uint64_t start = line * TRACK_LINE, low = addr > start ? (addr - start) / 4 : 0;
    uint64_t high = addr + n - start < TRACK_LINE ? (addr + n - start + 3) / 4 : TRACK_LINE / 4;
    return (uint32_t)(((1ull << high) - 1) & ~((1ull << low) - 1));
}

/* Dwords of the line that [addr, addr + n) covers whole. */
static uint32_t filled(uint64_t line, uint64_t addr, unsigned n) {
    uint64_t start = line * TRACK_LINE, low = addr > start ? (addr - start + 3) / 4 : 0;
    uint64_t high = addr + n - start < TRACK_LINE ? (addr + n - start) / 4 : TRACK_LINE / 4;
    return high <= low ? 0 : (uint32_t)(((1ull << high) - 1) & ~((1ull << low) - 1));
}

static void *lazily(_Atomic(void *) *slot, size_t size) {
    void *p = atomic_load_explicit(slot, memory_order_acquire);
    if (p)
        return p;
    void *fresh = calloc(1, size);
    if (fresh && !atomic_compare_exchange_strong(slot, &p, fresh)) {
        free(fresh);
        return p;
    }
    return fresh;
}

enum { CHUNK_DWORDS = TRACK_CHUNK / 4, CHUNK_LINES = TRACK_CHUNK / TRACK_LINE };

/* Records of the place that was looked at last. */
struct cursor {
    struct track_alloc *records;
    uint64_t chunk, line; /* numbers + 1, 0: none */
    atomic_uint *writes;
    struct track_read *read;
};

static atomic_uint *writes_at(struct cursor *c, uint64_t dword, bool make) {
    if (c->chunk != dword / CHUNK_DWORDS + 1) {
        struct track_chunk *chunk = track_chunk_at(c->records, 4 * dword);
        c->chunk = dword / CHUNK_DWORDS + 1;
        c->writes = make ? lazily((_Atomic(void *) *)&chunk->write, sizeof *c->writes * CHUNK_DWORDS)
                         : atomic_load_explicit(&chunk->write, memory_order_acquire);
    }
    return c->writes ? &c->writes[dword % CHUNK_DWORDS] : NULL;
}

static struct track_read *read_at(struct cursor *c, uint64_t line, bool make) {
    if (c->line != line + 1) {
        struct track_chunk *chunk = track_chunk_at(c->records, line * TRACK_LINE);
        struct track_read *reads = make ? lazily((_Atomic(void *) *)&chunk->read, sizeof *reads * CHUNK_LINES)
                                        : atomic_load_explicit(&chunk->read, memory_order_acquire);
        c->line = line + 1;
        c->read = reads ? &reads[line % CHUNK_LINES] : NULL;
    }
    return c->read;
}

static void against_writes(struct access *x, struct cursor *c, unsigned lane) {
    uint64_t addr = x->g->addr[lane], last = addr + x->a->bytes - 1;
    for (uint64_t d = addr / 4; d <= last / 4; d++) {
        atomic_uint *record = writes_at(c, d, false);
        uint32_t r = record ? atomic_load_explicit(record, memory_order_acquire) : 0;
        if (r && (r & covered(d, addr, x->a->bytes)))
            against(x, r >> 4, lane);
    }
}

static bool any_writes(struct track_alloc *records, const struct mem_group *g) {
    for (uint64_t c = g->low / TRACK_CHUNK; c <= (g->high - 1) / TRACK_CHUNK; c++)
        if (atomic_load_explicit(&records->chunk[c - records->first].write, memory_order_relaxed))
            return true;
    return false;
}

/* A line remembers its last reader only: one record a line keeps data that are only read cheap. */
static void note_reads(struct access *x, struct cursor *c) {
    const struct mem_group *g = x->g;
    uint32_t me = my_event(x);
    for (uint64_t todo = g->lanes; todo; todo &= todo - 1) {
        uint64_t addr = g->addr[__builtin_ctzll(todo)], last = (addr + x->a->bytes - 1) / TRACK_LINE;
        for (uint64_t l = addr / TRACK_LINE; l <= last; l++) {
            struct track_read *r = read_at(c, l, true);
            if (!r)
                return;
            uint32_t dwords = filled(l, addr, x->a->bytes);
            if (atomic_load_explicit(&r->event, memory_order_relaxed) == me)
                dwords |= atomic_load_explicit(&r->dwords, memory_order_relaxed);
            else
                atomic_store_explicit(&r->event, me, memory_order_release);
            atomic_store_explicit(&r->dwords, dwords, memory_order_relaxed);
        }
    }
}

void race_load(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g) {
    struct access x = {.value = NULL};
    struct cursor c = {.records = records};
    if (!begin(&x, t, a, g))
        return;
    if (any_writes(records, g))
        for (uint64_t todo = g->lanes; todo && !x.told; todo &= todo - 1)
            against_writes(&x, &c, (unsigned)__builtin_ctzll(todo));
    if (a->bytes >= 4)
        note_reads(&x, &c);
    if (!x.me.marked)
        return;
    if (a->in->mods.sc1)
        race_acquire(t, a->w);
    else
        x.sync->wave[a->w->id].acquired_epoch = x.sync->epoch + 1;
}

static void write_lane(struct access *x, struct cursor *c, unsigned lane) {
    uint64_t addr = x->g->addr[lane], last = addr + x->a->bytes - 1;
    for (uint64_t l = addr / TRACK_LINE; l <= last / TRACK_LINE && !x->told; l++) {
        struct track_read *r = read_at(c, l, false);
        uint32_t event = r ? atomic_load_explicit(&r->event, memory_order_acquire) : 0;
        if (event && (atomic_load_explicit(&r->dwords, memory_order_relaxed) & touched(l, addr, x->a->bytes)))
            against(x, event, lane);
    }
    uint32_t me = my_event(x);
    for (uint64_t d = addr / 4; d <= last / 4; d++) {
        atomic_uint *record = writes_at(c, d, true);
        if (!record)
            return;
        uint32_t bytes = covered(d, addr, x->a->bytes), old = atomic_load_explicit(record, memory_order_acquire);
        if (old & bytes)
            against(x, old >> 4, lane);
        if (old >> 4 == me)
            bytes |= old & 15;
        atomic_store_explicit(record, me << 4 | bytes, memory_order_release);
    }
}

void race_write(struct track *t, struct track_alloc *records, struct vmem_access *a, const struct mem_group *g,
                const uint32_t *const value[]) {
    struct access x = {.value = value};
    struct cursor c = {.records = records};
    if (!begin(&x, t, a, g))
        return;
    if (a->kind == VMEM_ATOMIC || a->in->mods.sc1)
        release(t, a->w, x.sync);
    if (x.me.marked)
        x.sync->wave[a->w->id].released_epoch = x.sync->epoch + 1;
    for (uint64_t todo = g->lanes; todo; todo &= todo - 1)
        write_lane(&x, &c, (unsigned)__builtin_ctzll(todo));
}
