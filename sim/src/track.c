#include "track.h"

#include <stdlib.h>

#include "l2.h"
#include "race.h"

static atomic_uint launches;

void track_begin(struct run *run, uint64_t workgroups, unsigned waves, bool communicates) {
    run->globals = NULL;
    if (workgroups * waves < 2 || workgroups >= UINT32_MAX)
        return;
    if (check_severity(CHECK_GLOBAL_RACE) == SEV_OFF && !communicates)
        return;
    struct track *t = calloc(1, sizeof *t);
    if (!t)
        return;
    t->serial = 1 + atomic_fetch_add(&launches, 1);
    t->l2 = communicates && workgroups > 1;
    t->strict = settings.preset == PRESET_OWN;
    t->workgroups = workgroups;
    t->ring = calloc(TRACK_EVENTS, sizeof *t->ring);
    t->log = communicates ? calloc(workgroups, sizeof *t->log) : NULL;
    if (!t->ring || (communicates && !t->log)) {
        free(t->ring);
        free(t->log);
        free(t);
        return;
    }
    pthread_mutex_init(&t->lock, NULL);
    for (int x = 0; x < TRACK_XCDS; x++)
        t->invalidated[x] = 1;
    run->globals = t;
}

void track_end(struct run *run) {
    struct track *t = run->globals;
    if (!t)
        return;
    run->globals = NULL;
    for (unsigned b = 0; b < 256; b++)
        for (struct track_alloc *a = atomic_load(&t->bucket[b]), *next; a; a = next) {
            next = a->next;
            for (uint64_t c = 0; c < a->nchunks; c++) {
                free(atomic_load(&a->chunk[c].write));
                free(atomic_load(&a->chunk[c].read));
                free(a->chunk[c].line);
            }
            free(a);
        }
    l2_free(t);
    for (uint64_t i = 0; t->log && i < t->workgroups; i++)
        free(t->log[i]);
    free(t->log);
    free(t->ring);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

struct track *track_of(const struct wave *w) {
    return w->wg && w->wg->run ? w->wg->run->globals : NULL;
}

struct track_group *track_group_of(struct wave *w) {
    struct workgroup *wg = w->wg;
    if (!wg || !wg->lds || wg->nwaves > TRACK_WAVES) /* a sandbox has no LDS */
        return NULL;
    struct track_group *g = wg->lds_races;
    if (!g) {
        size_t records =
            wg->nwaves > 1 && check_severity(CHECK_LDS_RACE) != SEV_OFF ? lds_records_size(wg->lds_size) : 0;
        g = calloc(1, sizeof *g + records);
        if (!g)
            return NULL;
        g->lds = records ? (struct lds_record *)(g + 1) : NULL;
        wg->lds_races = g;
    }
    if (g->epoch != wg->barrier_epoch)
        race_barrier(wg, g);
    return g;
}

/* --- records of allocations --- */

static struct track_alloc *find(struct track *t, uint32_t id) {
    for (struct track_alloc *a = atomic_load_explicit(&t->bucket[id % 256], memory_order_acquire); a; a = a->next)
        if (a->id == id)
            return a;
    return NULL;
}

struct track_alloc *track_alloc_of(struct track *t, const struct mem_alloc *m) {
    static _Thread_local struct {
        uint32_t launch, id;
        struct track_alloc *alloc;
    } last[4];
    if (m->kind > MEM_MANAGED)
        return NULL;
    unsigned slot = m->id % 4;
    if (last[slot].launch == t->serial && last[slot].id == m->id)
        return last[slot].alloc;
    struct track_alloc *a = find(t, m->id);
    if (!a) {
        pthread_mutex_lock(&t->lock);
        a = find(t, m->id);
        if (!a) {
            uint64_t first = m->base / TRACK_CHUNK, n = (m->base + m->size - 1) / TRACK_CHUNK - first + 1;
            a = calloc(1, sizeof *a + n * sizeof a->chunk[0]);
            if (a) {
                a->id = m->id;
                a->first = first;
                a->nchunks = n;
                a->next = atomic_load(&t->bucket[m->id % 256]);
                atomic_store_explicit(&t->bucket[m->id % 256], a, memory_order_release);
            }
        }
        pthread_mutex_unlock(&t->lock);
    }
    last[slot].launch = t->serial;
    last[slot].id = m->id;
    last[slot].alloc = a;
    return a;
}

struct track_chunk *track_chunk_at(struct track_alloc *a, uint64_t addr) {
    return &a->chunk[addr / TRACK_CHUNK - a->first];
}

/* --- events --- */

uint32_t track_event_new(struct track *t, const struct track_event *e) {
    uint32_t id;
    do
        id = (1 + atomic_fetch_add_explicit(&t->next_event, 1, memory_order_relaxed)) & 0x0fffffff;
    while (id == 0);
    struct track_event *slot = &t->ring[id % TRACK_EVENTS];
    __atomic_store_n(&slot->id, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&slot->wg, e->wg, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->in, e->in, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->serial, e->serial, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->epoch, e->epoch, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->wave, e->wave, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->kind, e->kind, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->marked, e->marked, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->through, e->through, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->id, id, __ATOMIC_RELEASE);
    return id;
}

bool track_event_get(struct track *t, uint32_t id, struct track_event *e) {
    struct track_event *slot = &t->ring[id % TRACK_EVENTS];
    e->id = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE);
    if (e->id != id)
        return false;
    e->wg = __atomic_load_n(&slot->wg, __ATOMIC_ACQUIRE);
    e->in = __atomic_load_n(&slot->in, __ATOMIC_ACQUIRE);
    e->serial = __atomic_load_n(&slot->serial, __ATOMIC_ACQUIRE);
    e->epoch = __atomic_load_n(&slot->epoch, __ATOMIC_ACQUIRE);
    e->wave = __atomic_load_n(&slot->wave, __ATOMIC_ACQUIRE);
    e->kind = __atomic_load_n(&slot->kind, __ATOMIC_ACQUIRE);
    e->marked = __atomic_load_n(&slot->marked, __ATOMIC_ACQUIRE);
    e->through = __atomic_load_n(&slot->through, __ATOMIC_ACQUIRE);
    return __atomic_load_n(&slot->id, __ATOMIC_RELAXED) == id;
}

/* --- hooks --- */

static bool needed(const struct vmem_access *a, const struct mem_group *g, struct track **t,
                   struct track_alloc **records) {
    *t = track_of(a->w);
    if (!*t || g->alloc->kind > MEM_MANAGED)
        return false;
    *records = track_alloc_of(*t, g->alloc);
    return *records != NULL;
}

void track_load(struct vmem_access *a, const struct mem_group *g, lane_row *value, lane_row *undef) {
    struct track *t;
    struct track_alloc *records;
    if (!needed(a, g, &t, &records))
        return;
    race_load(t, records, a, g);
    if (t->l2)
        l2_load(t, records, a, g, value, undef);
}

void track_scalar_load(struct wave *w, const struct insn *in, struct mem_alloc *m, uint64_t addr, unsigned bytes) {
    struct vmem_access a = {.w = w, .in = in, .kind = VMEM_LOAD, .bytes = (uint8_t)bytes, .exec = 1};
    struct mem_group g;
    struct track *t;
    struct track_alloc *records;
    g.alloc = m, g.lanes = 1, g.low = addr, g.high = addr + bytes;
    if (!needed(&a, &g, &t, &records))
        return;
    for (int i = 0; i < LANES; i++)
        g.addr[i] = addr;
    race_load(t, records, &a, &g);
}

void track_write(struct vmem_access *a, const struct mem_group *g, const uint32_t *const value[]) {
    struct track *t;
    struct track_alloc *records;
    if (!needed(a, g, &t, &records))
        return;
    race_write(t, records, a, g, value);
    if (t->l2)
        l2_write(t, records, a, g);
}

void track_written(struct vmem_access *a) {
    struct track *t = track_of(a->w);
    if (t && a->in->mods.sc0)
        race_acquire(t, a->w);
}
