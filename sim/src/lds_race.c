/* Races between the waves of a workgroup in LDS: who wrote and who read each dword since the last barrier. */
#include "race.h"

/* Packed, as every dword that LDS instructions touch has one.
 *   write: 15:0 barriers passed modulo 65536, 20:16 1 + wave of the last write (0: none), 21 other waves wrote since
 * the barrier as well, 22 by atomics only, 27:24 bytes of the dword, 63:32 instruction index read:  15:0 barriers,
 * 31:16 waves that read since, 35:32 bytes that those reads have in common, 36 by atomics only, 63:37 instruction index
 * of the last */
struct lds_record {
    uint64_t write, read;
};
enum { WRITER = 16, SEVERAL = 21, WMARKED = 22, WBYTES = 24, WPC = 32 };
enum { READERS = 16, RBYTES = 32, RMARKED = 36, RPC = 37 };

static uint64_t bits(uint64_t word, unsigned low, unsigned n) {
    return word >> low & ((1ull << n) - 1);
}

size_t lds_records_size(uint32_t lds_size) {
    return (lds_size + 3) / 4 * sizeof(struct lds_record);
}

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

static bool returns_value(const struct insn *in) {
    return in->nranges && (in->range[0].role & ROLE_DST);
}

/* All lanes at one address of up to 64 bits: it may be a relaxed atomic, which is no different instruction in LDS. */
static bool may_be_atomic(const struct lds_access *a, uint64_t lanes) {
    uint32_t home = a->addr[__builtin_ctzll(lanes)];
    for (uint64_t t = lanes; t; t &= t - 1)
        if (a->addr[__builtin_ctzll(t)] != home)
            return false;
    return a->bytes == 4 || a->bytes == 8;
}

static bool begin(struct access *x, struct lds_access *a, uint64_t lanes) {
    if (!a->w->wg || a->w->wg->nwaves < 2)
        return false;
    x->a = a;
    x->g = track_group_of(a->w);
    if (!x->g || !x->g->lds)
        return false;
    x->epoch = (uint16_t)x->g->epoch;
    x->pc = (uint32_t)(a->in - a->w->code->insn);
    x->marked = a->kind == VMEM_ATOMIC || (settings.preset != PRESET_OWN && may_be_atomic(a, lanes));
    x->told = false;
    if (x->marked) {
        struct track_wave *tw = &x->g->wave[a->w->id];
        if (a->kind != VMEM_LOAD)
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

static void complain(struct access *x, enum check check, unsigned lane, unsigned wave, uint32_t pc, const char *did) {
    struct lds_access *a = x->a;
    const char *verb = a->kind == VMEM_LOAD ? "reads" : a->kind == VMEM_STORE ? "writes" : "updates";
    x->told = true;
    report(a->w, a->in, check, &a->w->code->insn[pc], 1ull << lane,
           "lane %u %s LDS address 0x%x, which wave %u %s; s_barrier must stand between (after s_waitcnt lgkmcnt(0))",
           lane, verb, a->addr[lane], wave, did);
}

static unsigned covered(uint32_t dword, uint32_t addr, unsigned n) {
    uint32_t start = 4 * dword, low = addr > start ? addr - start : 0, end = addr + n - start, high = end < 4 ? end : 4;
    return ((1u << high) - 1) & ~((1u << low) - 1);
}

/* Written by another wave before the last barrier, which that wave reached without waiting for the write. */
static bool late_write(const struct access *x, uint64_t w) {
    unsigned wave = (unsigned)bits(w, WRITER, 5);
    if ((uint16_t)(w + 1) != x->epoch || wave == x->a->w->id + 1)
        return false;
    const struct wave *writer = &x->a->w->wg->waves[wave - 1];
    for (unsigned i = 0; i < writer->nlate; i++)
        if (writer->late_lds[i] == &writer->code->insn[w >> WPC])
            return true;
    return false;
}

static void check_writer(struct access *x, uint64_t w, unsigned bytes, unsigned lane) {
    unsigned me = x->a->w->id, writer = (unsigned)bits(w, WRITER, 5);
    bool atomics = bits(w, WMARKED, 1), several = bits(w, SEVERAL, 1);
    if (x->told || !(bits(w, WBYTES, 4) & bytes) || (x->marked && atomics))
        return;
    if ((uint16_t)w != x->epoch) {
        if (late_write(x, w))
            complain(x, CHECK_LDS_RACE, lane, writer - 1, (uint32_t)(w >> WPC),
                     "wrote and did not wait for before the barrier");
        return;
    }
    /* Of several writers only atomics are known to have met the same bytes. */
    if (several ? !atomics : writer == me + 1)
        return;
    if (!synchronised(x, writer - 1))
        complain(x, x->a->kind == VMEM_LOAD && atomics ? CHECK_LDS_ATOMIC_RACE : CHECK_LDS_RACE, lane, writer - 1,
                 (uint32_t)(w >> WPC), several ? "and others updated" : "wrote");
}

/* --- loads to LDS under way --- */

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
                       "lane %u touches LDS address 0x%x while a load to LDS still writes it; s_waitcnt vmcnt must "
                       "stand between",
                       lane, a->addr[lane]);
            else
                report(a->w, a->in, CHECK_LDS_RACE, p->in, 1ull << lane,
                       "lane %u touches LDS address 0x%x while a load to LDS of wave %u still writes it; that wave "
                       "needs s_waitcnt vmcnt and "
                       "then both a barrier",
                       lane, a->addr[lane], v);
            return;
        }
    }
}

void lds_race_read(struct lds_access *a, uint64_t lanes) {
    struct access x;
    check_dma(a, lanes);
    if (!begin(&x, a, lanes))
        return;
    uint64_t pc = (uint64_t)x.pc << RPC,
             first = pc | x.epoch | 1ull << (READERS + a->w->id) | (uint64_t)x.marked << RMARKED;
    uint64_t common = ~(15ull << RBYTES) & ~((uint64_t)!x.marked << RMARKED) & ((1ull << RPC) - 1);
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t addr = a->addr[i], last = (addr + a->bytes - 1) / 4;
        for (uint32_t d = addr / 4; d <= last; d++) {
            struct lds_record *r = &x.g->lds[d];
            uint64_t bytes = covered(d, addr, a->bytes);
            if (r->write)
                check_writer(&x, r->write, (unsigned)bytes, i);
            if ((uint16_t)r->read != x.epoch || !(r->read >> READERS))
                r->read = first | bytes << RBYTES;
            else
                r->read = (r->read & (common | bytes << RBYTES)) | (first & ~(1ull << RMARKED));
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

static void check_readers(struct access *x, uint64_t r, unsigned bytes, unsigned lane) {
    unsigned others = (unsigned)bits(r, READERS, 16) & ~(1u << x->a->w->id);
    if (x->told || (uint16_t)r != x->epoch || !others || !(bits(r, RBYTES, 4) & bytes) ||
        (x->marked && bits(r, RMARKED, 1)))
        return;
    unsigned wave = (unsigned)__builtin_ctz(others);
    if (!synchronised(x, wave))
        complain(x, x->marked ? CHECK_LDS_ATOMIC_RACE : CHECK_LDS_RACE, lane, wave, (uint32_t)(r >> RPC), "read");
}

void lds_race_write(struct lds_access *a, uint64_t lanes, const uint32_t *const value[]) {
    struct access x;
    if (!(a->in->flags & F_LDS_DMA))
        check_dma(a, lanes);
    if (!begin(&x, a, lanes))
        return;
    uint64_t me = a->w->id + 1u, first = (uint64_t)x.pc << WPC | me << WRITER | x.epoch | (uint64_t)x.marked << WMARKED;
    uint64_t kept = 15ull << WBYTES | 1ull << SEVERAL | (uint64_t)x.marked << WMARKED;
    for (uint64_t t = lanes; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t addr = a->addr[i], last = (addr + a->bytes - 1) / 4;
        int same = -1; /* not compared yet */
        for (uint32_t d = addr / 4; d <= last; d++) {
            struct lds_record *r = &x.g->lds[d];
            uint64_t bytes = covered(d, addr, a->bytes), w = r->write;
            bool continues = w && (uint16_t)w == x.epoch, others = continues && bits(w, WRITER, 5) != me;
            bool before = w && (uint16_t)(w + 1) == x.epoch; /* the barrier: it may not have waited */
            if (others || before || (uint16_t)r->read == x.epoch) {
                if (same < 0)
                    same = changes_nothing(a, value, i);
                if (!same && (continues || before))
                    check_writer(&x, w, (unsigned)bytes, i);
                if (!same)
                    check_readers(&x, r->read, (unsigned)bytes, i);
            }
            if (continues)
                r->write = (first & ~(1ull << WMARKED)) | (w & kept) | bytes << WBYTES | (uint64_t)others << SEVERAL;
            else
                r->write = first | bytes << WBYTES;
        }
    }
}
