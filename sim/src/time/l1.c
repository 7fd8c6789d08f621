/* Vector memory of a CU: one address pipeline that takes instructions in order, the L1 behind it, and a limit of lines
 * that may be missing at a time; when that is reached the pipeline stands still, and with it what is queued. */
#include "engine.h"

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

static size_t l1_set(const struct cache *c, uint64_t line) {
    return (size_t)((line ^ line >> 4 ^ line >> 9) % c->sets);
}

/* A read of one line that starts at *at; moves *at on when it had to wait for a free miss entry. */
static uint64_t l1_read(struct engine *e, struct time_cu *cu, uint64_t line, uint64_t *at, struct line_policy p) {
    size_t set = l1_set(&cu->l1, line);
    int64_t found = p.sc1 ? CACHE_NONE : cache_find(&cu->l1, set, line);
    if (found >= 0) {
        e->t.level[GFX950SIM_L1].hits++;
        return later(*at + e->cost.total[GFX950SIM_L1], cu->l1.ready[found]);
    }
    e->t.level[GFX950SIM_L1].misses++;
    unsigned entries = (unsigned)e->machine.l1_misses;
    uint64_t *entry = &cu->miss[cu->misses++ % entries], victim;
    *at = later(*at, *entry);
    *entry = l2_serve_read(e, cu->xcd, line, *at + e->cost.arrive[GFX950SIM_L2], p);
    if (!p.sc1)
        cu->l1.ready[cache_insert(&cu->l1, set, line, p.nt, &victim)] = *entry;
    return *entry;
}

static uint64_t one_line(struct engine *e, struct time_cu *cu, const struct insn *in, uint64_t line, unsigned bytes,
                         uint64_t *at) {
    uint64_t arrive = *at + e->cost.arrive[GFX950SIM_L2];
    if (time_note.kind == VMEM_STORE)
        return l2_serve_write(e, cu->xcd, line, bytes, arrive, in->mods.sc1);
    if (time_note.kind == VMEM_ATOMIC)
        return l2_serve_atomic(e, line, bytes, arrive);
    return l1_read(e, cu, line, at, (struct line_policy){.sc1 = in->mods.sc1, .nt = in->mods.nt});
}

/* Cache control: nothing to look up, but what it does takes its time. */
static uint64_t control(struct engine *e, struct time_cu *cu, const struct insn *in, uint64_t at) {
    if (strcmp(in->mnemonic, "buffer_inv") == 0)
        cache_clear(&cu->l1);
    else if (strcmp(in->mnemonic, "buffer_wbl2") == 0 && in->mods.sc1)
        return l2_serve_flush(e, cu->xcd, at + e->cost.arrive[GFX950SIM_L2]);
    return at + e->cost.total[GFX950SIM_L1];
}

/* Loads to LDS also take the LDS for their bytes. */
static void fill_lds(struct engine *e, struct time_cu *cu, uint64_t at) {
    uint64_t ticks = (uint64_t)((double)time_note.lanes_bytes * TICKS / e->machine.lds_write_bytes);
    cu->lds_free_at = later(cu->lds_free_at, at) + ticks;
    e->t.lds_busy += ticks / TICKS;
}

void vmem_complete(struct engine *e, struct time_wave *tw, const struct insn *in, uint64_t t) {
    struct time_cu *cu = tw->simd->cu;
    unsigned n = time_note.nlines, bytes = n ? (unsigned)(time_note.lanes_bytes / n) : 0;
    uint64_t start = later(cu->ta_free, t * TICKS), at = start, done = start;
    uint64_t least = (uint64_t)e->cost.interval * TICKS;
    double line_ticks = (double)bytes * e->cost.l1_ticks_per_byte;
    if (line_ticks < e->cost.l1_ticks_per_line)
        line_ticks = e->cost.l1_ticks_per_line;
    double behind = 0; /* of the fraction of a tick */
    for (unsigned i = 0; i < n; i++) {
        done = later(done, one_line(e, cu, in, time_note.line[i], bytes, &at));
        behind += line_ticks;
        at += (uint64_t)behind;
        behind -= (double)(uint64_t)behind;
    }
    if (n == 0)
        done = in->op && in->op->data == 0 && (in->flags & F_STORE) ? control(e, cu, in, start)
                                                                    : start + e->cost.total[GFX950SIM_L1];
    if (in->flags & F_LDS_DMA)
        fill_lds(e, cu, at);
    cu->ta_free = later(at, start + least);
    e->t.vmem_busy += (cu->ta_free - start) / TICKS;
    cu->vmem.left[cu->vmem.issued++ % 64] = (cu->ta_free + TICKS - 1) / TICKS;
    uint64_t clock = (done + TICKS - 1) / TICKS;
    tw->simd->vm_ring[tw->simd->vm_issued++ % 64] = clock;
    if (in->flags & F_VMCNT)
        wave_counts_vm(tw, clock);
    if (in->flags & F_FLAT)
        wave_counts_lgkm(tw, later(clock, time_note.lds_ticks ? t + e->cost.lds_latency : 0), 1);
    if (!n)
        return;
    if (time_note.kind == VMEM_STORE) {
        level_write(e, GFX950SIM_L1, start, (unsigned)time_note.lanes_bytes);
    } else {
        level_read(e, GFX950SIM_L1, start, (unsigned)time_note.lanes_bytes);
        series_span(&e->series, &e->series.in_flight, t, clock, (double)time_note.lanes_bytes);
    }
    if (time_note.kind != VMEM_LOAD)
        tw->retired = later(tw->retired, clock);
}
