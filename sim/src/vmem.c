/* Vector memory accesses: which allocation, which bytes, what is defined, what is wrong. */
#include "flight.h"
#include "time/note.h"
#include "track.h"
#include "vmem_parts.h"

/* --- groups of lanes in one allocation --- */

static void bounds(const struct vmem_access *a, uint64_t lanes, struct mem_group *g) {
    uint64_t home = a->addr[__builtin_ctzll(lanes)], low = home, high = home;
    if (lanes == ~0ull) {
        for (int i = 0; i < LANES; i++) {
            uint64_t x = a->addr[i];
            g->addr[i] = x;
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
    } else {
        for (int i = 0; i < LANES; i++) {
            uint64_t x = lanes >> i & 1 ? a->addr[i] : home;
            g->addr[i] = x;
            low = x < low ? x : low;
            high = x > high ? x : high;
        }
    }
    g->lanes = lanes;
    g->low = low;
    g->high = high + a->bytes;
}

/* Takes from *todo the lanes of one allocation. False when the first of them lies in none: then it alone is taken. */
static bool next_group(const struct vmem_access *a, uint64_t *todo, struct mem_group *g) {
    bounds(a, *todo, g);
    struct mem_alloc *m = mem_find(g->low);
    if (m && g->high > g->low && mem_holds(m, g->high - a->bytes, a->bytes)) {
        g->alloc = m;
        *todo = 0;
        return true;
    }
    unsigned first = (unsigned)__builtin_ctzll(*todo);
    m = mem_find(a->addr[first]);
    if (!m || !mem_holds(m, a->addr[first], a->bytes)) {
        *todo &= *todo - 1;
        g->alloc = NULL;
        g->lanes = 1ull << first;
        return false;
    }
    uint64_t lanes = 0;
    for (uint64_t t = *todo; t; t &= t - 1)
        if (mem_holds(m, a->addr[__builtin_ctzll(t)], a->bytes))
            lanes |= t & (0 - t);
    *todo &= ~lanes;
    bounds(a, lanes, g);
    g->alloc = m;
    return true;
}

static void count(struct vmem_access *a, const struct mem_group *g) {
    uint64_t n = (uint64_t)__builtin_popcountll(g->lanes) * a->bytes;
    if (a->kind != VMEM_STORE) {
        atomic_fetch_add_explicit(&g->alloc->bytes_read, n, memory_order_relaxed);
        a->w->read_bytes += n;
    }
    if (a->kind == VMEM_LOAD)
        flight_add(a->w, a->in, g->alloc, n);
    if (a->w->timed)
        time_note_vector(a, g);
    if (a->kind != VMEM_LOAD) {
        atomic_fetch_add_explicit(&g->alloc->bytes_written, n, memory_order_relaxed);
        a->w->write_bytes += n;
    }
}

/* --- loads --- */

/* Coherent loads order what other waves published before. */
static void gather_coherent(const struct mem_group *g, unsigned bytes, lane_row *row) {
    if (bytes == 4 || bytes == 8) {
        bool aligned = true;
        for (int i = 0; i < LANES; i++)
            aligned &= g->addr[i] % bytes == 0;
        if (aligned && bytes == 4) {
            for (int i = 0; i < LANES; i++)
                row[0][i] = __atomic_load_n((const uint32_t *)(uintptr_t)g->addr[i], __ATOMIC_ACQUIRE);
            return;
        }
        if (aligned) {
            for (int i = 0; i < LANES; i++) {
                uint64_t x = __atomic_load_n((const uint64_t *)(uintptr_t)g->addr[i], __ATOMIC_ACQUIRE);
                row[0][i] = (uint32_t)x;
                row[1][i] = (uint32_t)(x >> 32);
            }
            return;
        }
    }
    mem_gather(g->addr, bytes, 0, row);
}

static void invert(lane_row *row, unsigned bytes) {
    uint32_t mask = bytes == 1 ? 0xff : bytes == 2 ? 0xffff : ~0u;
    for (unsigned d = 0; d < mem_dwords(bytes); d++)
        for (int i = 0; i < LANES; i++)
            row[d][i] = ~row[d][i] & mask;
}

static bool is_coherent(const struct insn *in) {
    return in->mods.sc0 || in->mods.sc1;
}

static void load_group(struct vmem_access *a, struct mem_group *g, lane_row *value, lane_row *undef) {
    bool whole = g->lanes == a->exec;
    lane_row v[4], u[4];
    lane_row *tv = whole ? value : v, *tu = whole ? undef : u;
    count(a, g);
    if (is_coherent(a->in))
        gather_coherent(g, a->bytes, tv);
    else
        mem_gather(g->addr, a->bytes, 0, tv);
    if (g->alloc->defined) {
        mem_gather(g->addr, a->bytes, (intptr_t)g->alloc->defined - (intptr_t)g->alloc->base, tu);
        invert(tu, a->bytes);
    } else {
        memset(tu, 0, sizeof(lane_row) * mem_dwords(a->bytes));
    }
    track_load(a, g, tv, tu);
    if (whole)
        return;
    for (unsigned d = 0; d < mem_dwords(a->bytes); d++) {
        lanes_blend(value[d], tv[d], g->lanes);
        lanes_blend(undef[d], tu[d], g->lanes);
    }
}

void vmem_load(struct vmem_access *a, lane_row *value, lane_row *undef) {
    struct mem_faults bad = {0};
    struct mem_group g;
    for (uint64_t todo = a->exec; todo;) {
        if (next_group(a, &todo, &g)) {
            load_group(a, &g, value, undef);
        } else {
            unsigned lane = (unsigned)__builtin_ctzll(g.lanes);
            mem_load_split(a, lane, value, undef);
            mem_fault_note(a, &bad, lane);
        }
    }
    if (bad.lanes)
        mem_faults_report(a, &bad);
}

/* --- stores --- */

static void scatter_coherent(const struct mem_group *g, unsigned bytes, const uint32_t *const row[]) {
    for (uint64_t t = g->lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        if (bytes == 4 && g->addr[i] % 4 == 0)
            __atomic_store_n((uint32_t *)(uintptr_t)g->addr[i], row[0][i], __ATOMIC_RELEASE);
        else if (bytes == 8 && g->addr[i] % 8 == 0)
            __atomic_store_n((uint64_t *)(uintptr_t)g->addr[i], row[0][i] | (uint64_t)row[1][i] << 32,
                             __ATOMIC_RELEASE);
        else
            mem_scatter(g->addr, 1ull << i, bytes, 0, row);
    }
}

static void store_group(struct vmem_access *a, struct mem_group *g, const uint32_t *const value[],
                        const uint32_t *const undef[]) {
    count(a, g);
    track_write(a, g, value);
    if (is_coherent(a->in))
        scatter_coherent(g, a->bytes, value);
    else
        mem_scatter(g->addr, g->lanes, a->bytes, 0, value);
    if (!g->alloc->defined)
        return;
    lane_row defined[4];
    const uint32_t *rows[4];
    for (unsigned d = 0; d < mem_dwords(a->bytes); d++) {
        for (int i = 0; i < LANES; i++)
            defined[d][i] = undef && undef[d] ? ~undef[d][i] : ~0u;
        rows[d] = defined[d];
    }
    mem_scatter(g->addr, g->lanes, a->bytes, (intptr_t)g->alloc->defined - (intptr_t)g->alloc->base, rows);
}

void vmem_store(struct vmem_access *a, const uint32_t *const value[], const uint32_t *const undef[]) {
    struct mem_faults bad = {0};
    struct mem_group g;
    for (uint64_t todo = a->exec; todo;) {
        if (next_group(a, &todo, &g))
            store_group(a, &g, value, undef);
        else
            mem_fault_note(a, &bad, (unsigned)__builtin_ctzll(g.lanes));
    }
    if (bad.lanes)
        mem_faults_report(a, &bad);
}

/* --- atomics --- */

static uint64_t update(uintptr_t p, const struct atomic_op *op, uint64_t data, uint64_t compare) {
    if (op->ndw == 1) {
        uint32_t *q = (uint32_t *)p, old = __atomic_load_n(q, __ATOMIC_RELAXED);
        while (!__atomic_compare_exchange_n(q, &old, (uint32_t)op->fn(old, data, compare), false, __ATOMIC_ACQ_REL,
                                            __ATOMIC_ACQUIRE))
            ;
        return old;
    }
    uint64_t *q = (uint64_t *)p, old = __atomic_load_n(q, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(q, &old, op->fn(old, data, compare), false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        ;
    return old;
}

/* The shadow after an update, and the shadow of the value before. */
static uint64_t update_shadow(uintptr_t p, const struct atomic_op *op, uint64_t undef) {
    uint64_t full = op->ndw == 1 ? 0xffffffffu : ~0ull;
    uint64_t defined = op->ndw == 1 ? __atomic_load_n((uint32_t *)p, __ATOMIC_RELAXED)
                                    : __atomic_load_n((uint64_t *)p, __ATOMIC_RELAXED);
    uint64_t before = ~defined & full;
    uint64_t after = op->overwrites ? undef : op->bitwise ? before | undef : before | undef ? full : 0;
    if (after == before)
        return before;
    if (op->ndw == 1)
        __atomic_store_n((uint32_t *)p, (uint32_t)~after, __ATOMIC_RELAXED);
    else
        __atomic_store_n((uint64_t *)p, ~after, __ATOMIC_RELAXED);
    return before;
}

static uint64_t pair(const uint32_t *const rows[], unsigned at, unsigned n, unsigned lane) {
    uint64_t x = rows[at] ? rows[at][lane] : 0;
    if (n == 2 && rows[at + 1])
        x |= (uint64_t)rows[at + 1][lane] << 32;
    return x;
}

static void atomic_group(struct vmem_access *a, struct mem_group *g, const struct atomic_op *op,
                         const uint32_t *const data[], const uint32_t *const undef[], lane_row *old,
                         lane_row *old_undef) {
    count(a, g);
    track_write(a, g, NULL);
    for (uint64_t t = g->lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uintptr_t p = (uintptr_t)g->addr[i];
        uint64_t datum = pair(data, 0, op->ndw, i), compare = op->compare ? pair(data, op->ndw, op->ndw, i) : 0;
        uint64_t u = pair(undef, 0, op->ndw, i);
        if (op->compare && pair(undef, op->ndw, op->ndw, i))
            u = ~0ull;
        uint64_t before = update(p, op, datum, compare);
        a->w->side_effects += op->fn(before, datum, compare) != before;
        uint64_t ubefore =
            g->alloc->defined ? update_shadow((uintptr_t)g->alloc->defined + (p - g->alloc->base), op, u) : 0;
        for (unsigned d = 0; d < op->ndw; d++) {
            old[d][i] = (uint32_t)(before >> (32 * d));
            old_undef[d][i] = (uint32_t)(ubefore >> (32 * d));
        }
    }
    track_written(a);
}

void vmem_atomic(struct vmem_access *a, const struct atomic_op *op, const uint32_t *const data[],
                 const uint32_t *const undef[], lane_row *old, lane_row *old_undef) {
    struct mem_faults bad = {0};
    uint64_t crooked = 0;
    for (uint64_t t = a->exec; t; t &= t - 1)
        if (a->addr[__builtin_ctzll(t)] % a->bytes)
            crooked |= t & (0 - t);
    if (crooked)
        report(a->w, a->in, CHECK_ALIGNMENT, NULL, crooked, "lane %d updates 0x%llx, which is not aligned to %u bytes",
               __builtin_ctzll(crooked), (unsigned long long)a->addr[__builtin_ctzll(crooked)], a->bytes);
    struct mem_group g;
    for (uint64_t todo = a->exec & ~crooked; todo;) {
        if (next_group(a, &todo, &g))
            atomic_group(a, &g, op, data, undef, old, old_undef);
        else
            mem_fault_note(a, &bad, (unsigned)__builtin_ctzll(g.lanes));
    }
    for (unsigned d = 0; d < op->ndw; d++)
        for (uint64_t t = bad.lanes | crooked; t; t &= t - 1) {
            old[d][__builtin_ctzll(t)] = 0;
            old_undef[d][__builtin_ctzll(t)] = ~0u;
        }
    if (bad.lanes)
        mem_faults_report(a, &bad);
}
