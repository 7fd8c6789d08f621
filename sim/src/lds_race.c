/* Races between the waves of a workgroup in LDS: who wrote and who read each dword since the last barrier. */
#include "race.h"

struct lds_record {
    uint32_t wepoch : 16, repoch : 16; /* barriers passed, modulo 65536 */
    uint32_t readers : 16;             /* waves that read since the barrier */
    uint32_t rbytes : 4;               /* bytes that each of those reads had in common */
    uint32_t wbytes : 4;               /* bytes of the last write */
    uint32_t writer : 5;               /* 1 + wave of the last write, 0: none */
    uint32_t several : 1;              /* other waves wrote since the barrier as well */
    uint32_t wmarked : 1, rmarked : 1; /* by atomics only */
    uint32_t wpc, rpc;                 /* instruction indices */
};

size_t lds_records_size(uint32_t lds_size) { return (lds_size + 3) / 4 * sizeof(struct lds_record); }

void lds_race_forget(struct workgroup *wg, struct track_group *g) {
    if (g->lds)
        memset(g->lds, 0, lds_records_size(wg->lds_size));
}

struct access {
    struct lds_access *a;
    struct track_group *g;
    uint16_t epoch;
    uint32_t pc;
    bool marked, told;
};

static bool returns_value(const struct insn *in) { return in->nranges && (in->range[0].role & ROLE_DST); }

static bool begin(struct access *x, struct lds_access *a) {
    if (!a->w->wg || a->w->wg->nwaves < 2)
        return false;
    x->a = a;
    x->g = track_group_of(a->w);
    if (!x->g || !x->g->lds)
        return false;
    x->epoch = (uint16_t)x->g->epoch;
    x->pc = (uint32_t)(a->in - a->w->code->insn);
    x->marked = a->kind == VMEM_ATOMIC;
    x->told = false;
    if (x->marked) {
        struct track_wave *tw = &x->g->wave[a->w->id];
        tw->released_epoch = x->g->epoch + 1;
        if (returns_value(a->in))
            tw->acquired_epoch = x->g->epoch + 1;
    }
    return true;
}

/* The other wave has published through an atomic since the barrier, and this one has received a value from one. */
static bool synchronised(const struct access *x, unsigned wave) {
    uint32_t now = x->g->epoch + 1;
    return x->g->wave[wave].released_epoch == now && x->g->wave[x->a->w->id].acquired_epoch == now;
}

static void complain(struct access *x, unsigned lane, unsigned wave, uint32_t pc, const char *did) {
    struct lds_access *a = x->a;
    const char *verb = a->kind == VMEM_LOAD ? "reads" : a->kind == VMEM_STORE ? "writes" : "updates";
    x->told = true;
    report(a->w, a->in, CHECK_LDS_RACE, &a->w->code->insn[pc], 1ull << lane,
           "lane %u %s LDS address 0x%x, which wave %u %s; s_barrier must stand between (after s_waitcnt lgkmcnt(0))", lane, verb,
           a->addr[lane], wave, did);
}

static unsigned covered(uint32_t dword, uint32_t addr, unsigned n) {
    uint32_t start = 4 * dword, low = addr > start ? addr - start : 0, end = addr + n - start, high = end < 4 ? end : 4;
    return ((1u << high) - 1) & ~((1u << low) - 1);
}

static void check_writer(struct access *x, const struct lds_record *r, unsigned bytes, unsigned lane) {
    unsigned me = x->a->w->id;
    if (x->told || r->writer == 0 || r->wepoch != x->epoch || !(r->wbytes & bytes) || (x->marked && r->wmarked))
        return;
    /* Of several writers only atomics are known to have met the same bytes. */
    if (r->several ? !r->wmarked : r->writer == me + 1)
        return;
    if (!synchronised(x, r->writer - 1u))
        complain(x, lane, r->writer - 1u, r->wpc, r->several ? "and others updated" : "wrote");
}

/* --- loads to LDS under way ---------------------------------------------------------------------------------------------- */

/* First lane that touches what the load will write, or LANES. */
static unsigned meets(const struct lds_access *a, uint64_t lanes, const struct pending *p) {
    unsigned bytes = mem_width_of(p->in)->bytes, step = bytes > 4 ? 16 : 4, size = bytes < 4 ? 4 : bytes;
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        for (unsigned b = 0; b < a->bytes; b += a->bytes > 4 ? 4 : a->bytes) {
            uint32_t at = a->addr[i] + b - p->write_mask;
            if (at / step < LANES && (p->exec >> (at / step) & 1) && at % step < size)
                return i;
        }
    }
    return LANES;
}

static void check_dma(struct lds_access *a, uint64_t lanes) {
    struct workgroup *wg = a->w->wg;
    const struct track_group *g = wg ? wg->lds_races : NULL;
    if (!g || !g->dma)
        return;
    for (unsigned v = 0; v < wg->nwaves; v++) {
        struct wave *other = &wg->waves[v];
        for (unsigned i = 0; i < other->npending; i++) {
            struct pending *p = &other->pending[i];
            unsigned lane = p->deliver ? meets(a, lanes, p) : LANES;
            if (lane == LANES)
                continue;
            if (other == a->w)
                report(a->w, a->in, CHECK_WAIT_LDS_DMA, p->in, 1ull << lane,
                       "lane %u touches LDS address 0x%x while a load to LDS still writes it; s_waitcnt vmcnt must stand between", lane,
                       a->addr[lane]);
            else
                report(a->w, a->in, CHECK_LDS_RACE, p->in, 1ull << lane,
                       "lane %u touches LDS address 0x%x while a load to LDS of wave %u still writes it; that wave needs s_waitcnt vmcnt and "
                       "then both a barrier",
                       lane, a->addr[lane], v);
            return;
        }
    }
}

void lds_race_read(struct lds_access *a, uint64_t lanes) {
    struct access x;
    check_dma(a, lanes);
    if (!begin(&x, a))
        return;
    uint32_t bit = 1u << a->w->id;
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t addr = a->addr[i], last = (addr + a->bytes - 1) / 4;
        for (uint32_t d = addr / 4; d <= last; d++) {
            struct lds_record *r = &x.g->lds[d];
            unsigned bytes = covered(d, addr, a->bytes);
            check_writer(&x, r, bytes, i);
            if (r->repoch != x.epoch || r->readers == 0) {
                r->repoch = x.epoch;
                r->readers = bit & 0xffff;
                r->rbytes = bytes & 15;
                r->rmarked = x.marked;
            } else {
                r->readers |= bit & 0xffff;
                r->rbytes &= bytes & 15;
                r->rmarked &= x.marked;
            }
            r->rpc = x.pc;
        }
    }
}

static bool changes_nothing(const struct lds_access *a, const uint32_t *const value[], unsigned lane) {
    if (!value)
        return false;
    uint32_t words[4];
    for (unsigned d = 0; d < (a->bytes + 3u) / 4u; d++)
        words[d] = value[d][lane];
    return memcmp(a->w->wg->lds + a->addr[lane], words, a->bytes) == 0;
}

static void check_readers(struct access *x, const struct lds_record *r, unsigned bytes, unsigned lane) {
    unsigned others = r->readers & ~(1u << x->a->w->id);
    if (x->told || r->repoch != x->epoch || !others || !(r->rbytes & bytes) || (x->marked && r->rmarked))
        return;
    unsigned wave = (unsigned)__builtin_ctz(others);
    if (!synchronised(x, wave))
        complain(x, lane, wave, r->rpc, "read");
}

void lds_race_write(struct lds_access *a, uint64_t lanes, const uint32_t *const value[]) {
    struct access x;
    if (!(a->in->flags & F_LDS_DMA))
        check_dma(a, lanes);
    if (!begin(&x, a))
        return;
    unsigned me = a->w->id;
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t addr = a->addr[i], last = (addr + a->bytes - 1) / 4;
        bool same = changes_nothing(a, value, i);
        for (uint32_t d = addr / 4; d <= last; d++) {
            struct lds_record *r = &x.g->lds[d];
            unsigned bytes = covered(d, addr, a->bytes);
            if (!same) {
                check_writer(&x, r, bytes, i);
                check_readers(&x, r, bytes, i);
            }
            bool continues = r->writer && r->wepoch == x.epoch;
            r->several = continues && (r->several || r->writer != me + 1);
            r->wbytes = (continues ? r->wbytes | bytes : bytes) & 15;
            r->wmarked = x.marked && (!continues || r->wmarked);
            r->writer = (me + 1) & 31;
            r->wepoch = x.epoch;
            r->wpc = x.pc;
        }
    }
}
