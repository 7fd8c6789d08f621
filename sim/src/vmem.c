/* Vector memory accesses: which allocation, which bytes, what is defined, what is wrong. */
#include "vmem.h"
#include "track.h"

#include <stdio.h>

enum { OVER_READ = 256 }; /* bytes past the end of an allocation that real kernels are known to read */

const struct mem_width mem_widths[] = {
    [D_U8] = {1, 1, 0, 0, ~0u},          [D_I8] = {1, 1, 8, 0, ~0u},
    [D_U16] = {2, 1, 0, 0, ~0u},         [D_I16] = {2, 1, 16, 0, ~0u},
    [D_B32] = {4, 1, 0, 0, ~0u},         [D_B64] = {8, 2, 0, 0, ~0u},
    [D_B96] = {12, 3, 0, 0, ~0u},        [D_B128] = {16, 4, 0, 0, ~0u},
    [D_U8_D16] = {1, 1, 0, 0, 0xffffu},  [D_U8_D16_HI] = {1, 1, 0, 16, 0xffff0000u},
    [D_I8_D16] = {1, 1, 8, 0, 0xffffu},  [D_I8_D16_HI] = {1, 1, 8, 16, 0xffff0000u},
    [D_B16_D16] = {2, 1, 0, 0, 0xffffu}, [D_B16_D16_HI] = {2, 1, 0, 16, 0xffff0000u},
    [D_B8_HI] = {1, 1, 0, 16, ~0u},      [D_B16_HI] = {2, 1, 0, 16, ~0u},
};

/* --- findings -------------------------------------------------------------------------------------------------------
 */

static const char *verb(unsigned kind) {
    return kind == VMEM_LOAD ? "reads" : kind == VMEM_STORE ? "writes" : "updates";
}

static const char *kind_of_alloc(const struct mem_alloc *a) {
    static const char *const names[] = {"device", "host", "managed", "code", "kernarg", "scratch"};
    return names[a->kind];
}

static unsigned classify(const struct vmem_access *a, uint64_t addr) {
    if (mem_was_freed(addr))
        return CHECK_USE_AFTER_FREE;
    const struct mem_alloc *n = mem_nearest(addr);
    if (a->kind == VMEM_LOAD && n && addr >= n->base && addr + a->bytes - (n->base + n->size) <= OVER_READ)
        return CHECK_OVER_READ;
    return CHECK_OUT_OF_BOUNDS;
}

static void describe(const struct vmem_access *a, unsigned check, uint64_t lanes) {
    unsigned lane = (unsigned)__builtin_ctzll(lanes);
    uint64_t addr = a->addr[lane];
    const struct mem_alloc *n = mem_nearest(addr);
    char where[200];
    if (check == CHECK_USE_AFTER_FREE) {
        snprintf(where, sizeof where, "memory that was freed");
    } else if (addr < MEM_RED_ZONE) {
        snprintf(where, sizeof where, "through a null pointer");
    } else if (!n) {
        snprintf(where, sizeof where, "no memory is allocated at all");
    } else if (addr >= n->base) {
        uint64_t end = n->base + n->size;
        snprintf(where, sizeof where, "%llu bytes past the end of allocation #%u (%s, %zu bytes at 0x%llx)",
                 (unsigned long long)(addr + a->bytes - end), n->id, kind_of_alloc(n), n->size,
                 (unsigned long long)n->base);
    } else {
        snprintf(where, sizeof where, "%llu bytes before the start of allocation #%u (%s, %zu bytes at 0x%llx)",
                 (unsigned long long)(n->base - addr), n->id, kind_of_alloc(n), n->size, (unsigned long long)n->base);
    }
    report(a->w, a->in, check, NULL, lanes, "lane %u %s %u bytes at 0x%llx: %s", lane, verb(a->kind), a->bytes,
           (unsigned long long)addr, where);
}

uint64_t mem_address_defined(struct wave *w, const struct insn *in, unsigned opnd, uint64_t exec) {
    uint64_t undef = vsrc_undef_lanes(w, in, opnd, exec);
    if (!undef)
        return exec;
    const struct operand *o = &in->opnd[opnd];
    const char *file = o->kind == OPND_SGPR ? "s" : o->reg >= REG_ACC0 ? "a" : "v";
    report(w, in, CHECK_UNINIT_ADDRESS, NULL, undef,
           "the address in %s%u of lane %d depends on bits that were never written", file, o->reg & 255u,
           __builtin_ctzll(undef));
    return check_severity(CHECK_UNINIT_ADDRESS) == SEV_OFF ? exec : exec & ~undef;
}

/* --- groups of lanes in one allocation
 * --------------------------------------------------------------------------------- */

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

static bool holds(const struct mem_alloc *m, uint64_t addr, unsigned bytes) {
    return addr >= m->base && m->size >= bytes && addr - m->base <= m->size - bytes;
}

/* Takes from *todo the lanes of one allocation. False when the first of them lies in none: then it alone is taken. */
static bool next_group(const struct vmem_access *a, uint64_t *todo, struct mem_group *g) {
    bounds(a, *todo, g);
    struct mem_alloc *m = mem_find(g->low);
    if (m && g->high > g->low && holds(m, g->high - a->bytes, a->bytes)) {
        g->alloc = m;
        *todo = 0;
        return true;
    }
    unsigned first = (unsigned)__builtin_ctzll(*todo);
    m = mem_find(a->addr[first]);
    if (!m || !holds(m, a->addr[first], a->bytes)) {
        *todo &= *todo - 1;
        g->alloc = NULL;
        g->lanes = 1ull << first;
        return false;
    }
    uint64_t lanes = 0;
    for (uint64_t t = *todo; t; t &= t - 1)
        if (holds(m, a->addr[__builtin_ctzll(t)], a->bytes))
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
    if (a->kind != VMEM_LOAD) {
        atomic_fetch_add_explicit(&g->alloc->bytes_written, n, memory_order_relaxed);
        a->w->write_bytes += n;
    }
}

/* Lanes in bad memory, by the finding that they make. */
struct bad_lanes {
    uint64_t lanes;
    uint64_t of[3];
};

static void note_bad(const struct vmem_access *a, struct bad_lanes *b, unsigned lane) {
    unsigned c = classify(a, a->addr[lane]);
    b->of[c == CHECK_USE_AFTER_FREE ? 0 : c == CHECK_OVER_READ ? 1 : 2] |= 1ull << lane;
    b->lanes |= 1ull << lane;
}

static void report_bad(const struct vmem_access *a, const struct bad_lanes *b) {
    static const unsigned checks[3] = {CHECK_USE_AFTER_FREE, CHECK_OVER_READ, CHECK_OUT_OF_BOUNDS};
    for (int i = 0; i < 3; i++)
        if (b->of[i])
            describe(a, checks[i], b->of[i]);
}

/* --- loads
 * ---------------------------------------------------------------------------------------------------------------- */

void mem_gather(const uint64_t *addr, unsigned bytes, intptr_t delta, lane_row *row) {
    switch (bytes) {
    case 1:
        for (int i = 0; i < LANES; i++)
            row[0][i] = *(const uint8_t *)(uintptr_t)(addr[i] + (uint64_t)delta);
        break;
    case 2:
        for (int i = 0; i < LANES; i++) {
            uint16_t x;
            memcpy(&x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 2);
            row[0][i] = x;
        }
        break;
    case 4:
        for (int i = 0; i < LANES; i++)
            memcpy(&row[0][i], (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 4);
        break;
    case 8:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[2];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 8);
            row[0][i] = x[0];
            row[1][i] = x[1];
        }
        break;
    case 12:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[3];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 12);
            for (int d = 0; d < 3; d++)
                row[d][i] = x[d];
        }
        break;
    default:
        for (int i = 0; i < LANES; i++) {
            uint32_t x[4];
            memcpy(x, (const void *)(uintptr_t)(addr[i] + (uint64_t)delta), 16);
            for (int d = 0; d < 4; d++)
                row[d][i] = x[d];
        }
    }
}

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

static unsigned dwords(unsigned bytes) {
    return (bytes + 3) / 4;
}

static void invert(lane_row *row, unsigned bytes) {
    uint32_t mask = bytes == 1 ? 0xff : bytes == 2 ? 0xffff : ~0u;
    for (unsigned d = 0; d < dwords(bytes); d++)
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
        memset(tu, 0, sizeof(lane_row) * dwords(a->bytes));
    }
    track_load(a, g, tv, tu);
    if (whole)
        return;
    for (unsigned d = 0; d < dwords(a->bytes); d++) {
        lanes_blend(value[d], tv[d], g->lanes);
        lanes_blend(undef[d], tu[d], g->lanes);
    }
}

/* A lane that leaves its allocation: the bytes inside are read, the others are undefined. */
static void load_split(struct vmem_access *a, unsigned lane, lane_row *value, lane_row *undef) {
    uint32_t v[4], u[4];
    memset(v, 0, sizeof v);
    memset(u, 0xff, sizeof u);
    uint64_t addr = a->addr[lane];
    for (unsigned b = 0; b < a->bytes; b++) {
        struct mem_alloc *m = mem_find(addr + b);
        if (!m)
            continue;
        ((uint8_t *)v)[b] = *(const uint8_t *)(uintptr_t)(addr + b);
        ((uint8_t *)u)[b] = m->defined ? (uint8_t)~m->defined[addr + b - m->base] : 0;
    }
    if (a->bytes < 4)
        u[0] &= a->bytes == 1 ? 0xff : 0xffff;
    for (unsigned d = 0; d < dwords(a->bytes); d++) {
        value[d][lane] = v[d];
        undef[d][lane] = u[d];
    }
}

void vmem_load(struct vmem_access *a, lane_row *value, lane_row *undef) {
    struct bad_lanes bad = {0};
    struct mem_group g;
    for (uint64_t todo = a->exec; todo;) {
        if (next_group(a, &todo, &g)) {
            load_group(a, &g, value, undef);
        } else {
            unsigned lane = (unsigned)__builtin_ctzll(g.lanes);
            load_split(a, lane, value, undef);
            note_bad(a, &bad, lane);
        }
    }
    if (bad.lanes)
        report_bad(a, &bad);
}

/* --- stores
 * --------------------------------------------------------------------------------------------------------------- */

void mem_scatter(const uint64_t *addr, uint64_t lanes, unsigned bytes, intptr_t delta, const uint32_t *const row[]) {
    if (lanes == ~0ull && bytes == 4) {
        for (int i = 0; i < LANES; i++)
            memcpy((void *)(uintptr_t)(addr[i] + (uint64_t)delta), &row[0][i], 4);
        return;
    }
    unsigned n = dwords(bytes);
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t x[4];
        for (unsigned d = 0; d < n; d++)
            x[d] = row[d][i];
        uint8_t *p = (uint8_t *)(uintptr_t)(addr[i] + (uint64_t)delta);
        switch (bytes) {
        case 1:
            memcpy(p, x, 1);
            break;
        case 2:
            memcpy(p, x, 2);
            break;
        case 4:
            memcpy(p, x, 4);
            break;
        case 8:
            memcpy(p, x, 8);
            break;
        case 12:
            memcpy(p, x, 12);
            break;
        default:
            memcpy(p, x, 16);
        }
    }
}

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
    for (unsigned d = 0; d < dwords(a->bytes); d++) {
        for (int i = 0; i < LANES; i++)
            defined[d][i] = undef && undef[d] ? ~undef[d][i] : ~0u;
        rows[d] = defined[d];
    }
    mem_scatter(g->addr, g->lanes, a->bytes, (intptr_t)g->alloc->defined - (intptr_t)g->alloc->base, rows);
}

void vmem_store(struct vmem_access *a, const uint32_t *const value[], const uint32_t *const undef[]) {
    struct bad_lanes bad = {0};
    struct mem_group g;
    for (uint64_t todo = a->exec; todo;) {
        if (next_group(a, &todo, &g))
            store_group(a, &g, value, undef);
        else
            note_bad(a, &bad, (unsigned)__builtin_ctzll(g.lanes));
    }
    if (bad.lanes)
        report_bad(a, &bad);
}

/* --- atomics
 * --------------------------------------------------------------------------------------------------------------- */

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
    struct bad_lanes bad = {0};
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
            note_bad(a, &bad, (unsigned)__builtin_ctzll(g.lanes));
    }
    for (unsigned d = 0; d < op->ndw; d++)
        for (uint64_t t = bad.lanes | crooked; t; t &= t - 1) {
            old[d][__builtin_ctzll(t)] = 0;
            old_undef[d][__builtin_ctzll(t)] = ~0u;
        }
    if (bad.lanes)
        report_bad(a, &bad);
}

/* --- scalar memory
 * ---------------------------------------------------------------------------------------------------------- */

static struct mem_alloc *scalar_target(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes,
                                       unsigned kind) {
    struct mem_alloc *m = mem_find(addr);
    if (m && holds(m, addr, bytes))
        return m;
    struct vmem_access a = {.w = w, .in = in, .kind = (uint8_t)kind, .bytes = (uint8_t)bytes};
    a.addr[0] = addr;
    describe(&a, classify(&a, addr), 1);
    return NULL;
}

bool vmem_scalar_load(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, uint32_t *value,
                      uint32_t *undef) {
    struct mem_alloc *m = scalar_target(w, in, addr, bytes, VMEM_LOAD);
    if (!m) {
        struct vmem_access a = {.w = w, .in = in, .kind = VMEM_LOAD, .bytes = 4};
        lane_row v, u;
        for (unsigned b = 0; b < bytes; b += 4) {
            a.addr[0] = addr + b;
            load_split(&a, 0, &v, &u);
            value[b / 4] = v[0];
            undef[b / 4] = u[0];
        }
        return false;
    }
    memcpy(value, (const void *)(uintptr_t)addr, bytes);
    atomic_fetch_add_explicit(&m->bytes_read, bytes, memory_order_relaxed);
    if (!m->defined) {
        memset(undef, 0, bytes);
        return true;
    }
    memcpy(undef, m->defined + (addr - m->base), bytes);
    for (unsigned d = 0; d < bytes / 4; d++)
        undef[d] = ~undef[d];
    return true;
}

bool vmem_scalar_store(struct wave *w, const struct insn *in, uint64_t addr, unsigned bytes, const uint32_t *value,
                       const uint32_t *undef) {
    struct mem_alloc *m = scalar_target(w, in, addr, bytes, VMEM_STORE);
    if (!m)
        return false;
    memcpy((void *)(uintptr_t)addr, value, bytes);
    atomic_fetch_add_explicit(&m->bytes_written, bytes, memory_order_relaxed);
    if (m->defined)
        for (unsigned d = 0; d < bytes / 4; d++) {
            uint32_t defined = ~undef[d];
            memcpy(m->defined + (addr - m->base) + 4 * d, &defined, 4);
        }
    return true;
}

/* --- results and data registers
 * ---------------------------------------------------------------------------------------------------------- */

void mem_zero_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes) {
    for (uint64_t t = lanes; t; t &= t - 1)
        for (unsigned d = 0; d < ndw; d++)
            value[d][__builtin_ctzll(t)] = undef[d][__builtin_ctzll(t)] = 0;
}

void mem_poison_lanes(lane_row *value, lane_row *undef, unsigned ndw, uint64_t lanes) {
    for (uint64_t t = lanes; t; t &= t - 1)
        for (unsigned d = 0; d < ndw; d++) {
            value[d][__builtin_ctzll(t)] = POISON;
            undef[d][__builtin_ctzll(t)] = ~0u;
        }
}

void mem_place(const struct mem_width *k, lane_row *value, lane_row *undef) {
    uint32_t *v = value[0], *u = undef[0];
    if (k->sign) {
        unsigned up = 32u - k->sign;
        for (int i = 0; i < LANES; i++) {
            v[i] = (uint32_t)((int32_t)(v[i] << up) >> up);
            u[i] = (uint32_t)((int32_t)(u[i] << up) >> up);
        }
    }
    if (k->shift)
        for (int i = 0; i < LANES; i++) {
            v[i] <<= k->shift;
            u[i] <<= k->shift;
        }
}

void mem_data_rows(struct wave *w, const struct insn *in, unsigned opnd, unsigned n, const uint32_t **value,
                   const uint32_t **undef, lane_row *utmp) {
    unsigned reg = in->opnd[opnd].reg;
    for (unsigned d = 0; d < n; d++) {
        value[d] = wave_row(w, reg + d);
        undef[d] = w->vstate[reg + d] == REG_DEFINED ? NULL : wave_undef_row(w, reg + d, utmp[d]);
    }
}

void mem_store_rows(struct wave *w, const struct insn *in, unsigned opnd, const uint32_t **value,
                    const uint32_t **undef, lane_row *tmp, lane_row *utmp) {
    const struct mem_width *k = mem_width_of(in);
    mem_data_rows(w, in, opnd, k->ndw, value, undef, utmp);
    if (!k->shift)
        return;
    for (int i = 0; i < LANES; i++)
        tmp[0][i] = value[0][i] >> k->shift;
    value[0] = tmp[0];
    if (undef[0]) {
        lane_row u;
        for (int i = 0; i < LANES; i++)
            u[i] = undef[0][i] >> k->shift;
        memcpy(utmp[0], u, sizeof u);
        undef[0] = utmp[0];
    }
}
