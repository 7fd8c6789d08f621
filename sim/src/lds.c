#include "lds.h"

#include "race.h"
#include "time/note.h"

static uint32_t lds_size(const struct wave *w) {
    return w->wg && w->wg->lds ? w->wg->lds_size : 0;
}

static const char *verb(unsigned kind) {
    return kind == VMEM_LOAD ? "reads" : kind == VMEM_STORE ? "writes" : "updates";
}

/* Largest natural alignment that hardware asks for outside unaligned mode: LDS widths above 64 bits need 16. */
static unsigned wanted_alignment(const struct lds_access *a) {
    return a->bytes > 8 ? 16 : a->bytes;
}

static void check_alignment(struct lds_access *a, uint64_t lanes) {
    unsigned want = wanted_alignment(a);
    if (want == 1)
        return;
    uint32_t low = 0;
    for (int i = 0; i < LANES; i++)
        low |= a->addr[i] & (0u - (uint32_t)(lanes >> i & 1));
    if (!(low & (want - 1)))
        return;
    unsigned first = (unsigned)__builtin_ctzll(lanes);
    while (!(lanes >> first & 1) || !(a->addr[first] & (want - 1)))
        first++;
    if (a->kind == VMEM_ATOMIC)
        report(a->w, a->in, CHECK_ALIGNMENT, NULL, 1ull << first,
               "lane %u updates LDS address 0x%x, which is not aligned to %u bytes", first, a->addr[first], want);
    else if (a->bytes >= 8)
        report(a->w, a->in, CHECK_LDS_ALIGNMENT, NULL, 1ull << first,
               "lane %u %s %u bytes at LDS address 0x%x, which is not aligned to %u", first, verb(a->kind), a->bytes,
               a->addr[first], want);
}

static uint64_t inside(const struct lds_access *a) {
    uint32_t size = lds_size(a->w);
    uint64_t lanes = 0;
    if (size >= a->bytes)
        for (int i = 0; i < LANES; i++)
            lanes |= (uint64_t)(a->addr[i] <= size - a->bytes) << i;
    return lanes & a->exec;
}

/* Lanes inside LDS; the others are reported. */
static uint64_t in_bounds(struct lds_access *a) {
    uint64_t lanes = inside(a), bad = a->exec & ~lanes;
    if (bad) {
        unsigned lane = (unsigned)__builtin_ctzll(bad);
        report(a->w, a->in, CHECK_LDS_BOUNDS, NULL, bad,
               "lane %u %s %u bytes at LDS address 0x%x; the workgroup has %u bytes", lane, verb(a->kind), a->bytes,
               a->addr[lane], lds_size(a->w));
    }
    return lanes;
}

void lds_announce(struct lds_access *a) {
    uint64_t lanes = inside(a);
    if (lanes)
        lds_race_write(a, lanes, NULL);
}

/* Host addresses; lanes outside the mask get one that is inside LDS. */
static void host_addresses(const struct lds_access *a, uint64_t lanes, uint64_t *addr) {
    uint64_t base = (uint64_t)(uintptr_t)a->w->wg->lds;
    uint32_t home = a->addr[__builtin_ctzll(lanes)];
    for (int i = 0; i < LANES; i++)
        addr[i] = base + (lanes >> i & 1 ? a->addr[i] : home);
}

static intptr_t shadow_delta(const struct wave *w) {
    return (intptr_t)((uintptr_t)w->wg->lds_undef - (uintptr_t)w->wg->lds);
}

void lds_load(struct lds_access *a, lane_row *value, lane_row *undef) {
    unsigned n = (a->bytes + 3u) / 4u;
    uint64_t lanes = in_bounds(a), addr[LANES];
    if (lanes) {
        check_alignment(a, lanes);
        host_addresses(a, lanes, addr);
        mem_gather(addr, a->bytes, 0, value);
        mem_gather(addr, a->bytes, shadow_delta(a->w), undef);
        lds_race_read(a, lanes);
        if (a->w->timed)
            time_note_lds(a, lanes);
    }
    if (lanes != a->exec) {
        mem_poison_lanes(value, undef, n, a->exec & ~lanes);
        for (uint64_t t = a->exec & ~lanes; t; t &= t - 1)
            for (unsigned d = 0; d < n; d++)
                value[d][__builtin_ctzll(t)] = 0;
    }
}

void lds_store(struct lds_access *a, const uint32_t *const value[], const uint32_t *const undef[]) {
    uint64_t lanes = in_bounds(a), addr[LANES];
    if (!lanes)
        return;
    check_alignment(a, lanes);
    lds_race_write(a, lanes, value);
    if (a->w->timed)
        time_note_lds(a, lanes);
    host_addresses(a, lanes, addr);
    mem_scatter(addr, lanes, a->bytes, 0, value);
    static const lane_row defined;
    const uint32_t *rows[4];
    for (unsigned d = 0; d < (a->bytes + 3u) / 4u; d++)
        rows[d] = undef && undef[d] ? undef[d] : defined;
    mem_scatter(addr, lanes, a->bytes, shadow_delta(a->w), rows);
}

static uint64_t pair(const uint32_t *const rows[], unsigned at, unsigned n, unsigned lane) {
    uint64_t x = rows[at] ? rows[at][lane] : 0;
    if (n == 2 && rows[at + 1])
        x |= (uint64_t)rows[at + 1][lane] << 32;
    return x;
}

void lds_atomic(struct lds_access *a, const struct atomic_op *op, const uint32_t *const data[],
                const uint32_t *const undef[], lane_row *old, lane_row *old_undef) {
    uint64_t lanes = in_bounds(a), full = op->ndw == 1 ? 0xffffffffu : ~0ull;
    if (lanes) {
        check_alignment(a, lanes);
        lds_race_write(a, lanes, NULL);
        if (a->w->timed)
            time_note_lds(a, lanes);
    }
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint8_t *p = a->w->wg->lds + a->addr[i], *s = a->w->wg->lds_undef + a->addr[i];
        uint64_t before = 0, ubefore = 0;
        memcpy(&before, p, 4u * op->ndw);
        memcpy(&ubefore, s, 4u * op->ndw);
        uint64_t compare = op->compare ? pair(data, op->ndw, op->ndw, i) : 0;
        uint64_t u = pair(undef, 0, op->ndw, i);
        if (op->compare && pair(undef, op->ndw, op->ndw, i))
            u = full;
        uint64_t after = op->fn(before, pair(data, 0, op->ndw, i), compare);
        uint64_t uafter = op->overwrites ? u : op->bitwise ? u | ubefore : u | ubefore ? full : 0;
        a->w->side_effects += after != before;
        memcpy(p, &after, 4u * op->ndw);
        memcpy(s, &uafter, 4u * op->ndw);
        for (unsigned d = 0; old && d < op->ndw; d++) {
            old[d][i] = (uint32_t)(before >> (32 * d));
            old_undef[d][i] = (uint32_t)(ubefore >> (32 * d));
        }
    }
    if (old && lanes != a->exec)
        mem_poison_lanes(old, old_undef, op->ndw, a->exec & ~lanes);
}
