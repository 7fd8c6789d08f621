/* The chip for a machine: made when the machine changes, kept from launch to launch, emptied as the mode says. */
#include <stdlib.h>

#include "engine.h"
#include "pages.h"

static uint64_t ticks(double clocks) {
    return (uint64_t)(clocks * TICKS + 0.5);
}

static void latencies(struct engine *e) {
    const struct time_machine *m = &e->machine;
    struct time_costs *c = &e->cost;
    double ns = m->chip_core_mhz / 1000, slot = m->issue_interval;
    /* to the use behind a wait: the wait's own slot is not part of what memory takes */
    const double level[GFX950SIM_LEVELS] = {m->l1_hit, m->l2_hit, m->mall_latency * ns, m->hbm_latency * ns};
    for (unsigned i = 0; i < GFX950SIM_LEVELS; i++) {
        c->total[i] = ticks(level[i] > slot ? level[i] - slot : 1);
        c->arrive[i] = i ? c->total[i - 1] / 2 : 0;
    }
    c->scalar_hit = ticks(m->scalar_hit > slot ? m->scalar_hit - slot : 1);
    c->kernarg = ticks(m->scalar_kernarg > slot ? m->scalar_kernarg - slot : 1);
    if (c->kernarg < c->total[GFX950SIM_L2])
        c->kernarg = c->total[GFX950SIM_L2];
    c->scalar_interval = ticks(m->scalar_interval);
    c->write = ticks(m->l2_write);
    if (c->write < c->arrive[GFX950SIM_L2])
        c->write = c->arrive[GFX950SIM_L2];
    c->atomic = ticks(m->atomic_latency * ns);
    if (c->atomic < c->arrive[GFX950SIM_MALL])
        c->atomic = c->arrive[GFX950SIM_MALL];
    c->atomic_interval = ticks(m->atomic_interval * ns);
}

static void rates(struct engine *e) {
    const struct time_machine *m = &e->machine;
    struct time_costs *c = &e->cost;
    double clocks_per_second = m->chip_core_mhz * 1e6;
    c->l1_ticks_per_byte = TICKS / m->l1_bandwidth;
    c->l1_ticks_per_line = TICKS / m->l1_tags;
    c->l2_read = ticks(128 / m->l2_read_bytes);
    c->l2_write = TICKS / m->l2_write_bytes;
    c->fabric = ticks(128 / m->l2_fabric_bytes);
    c->mall = ticks(128 * m->mall_slices * clocks_per_second / (m->mall_bandwidth * 1e9));
    c->hbm = ticks(128 * m->hbm_channels * clocks_per_second / (m->hbm_bandwidth * 1e9));
    time_lds_ticks_per_byte[0] = TICKS / m->lds_read_bytes;
    time_lds_ticks_per_byte[1] = TICKS / m->lds_write_bytes;
    time_lds_banks = (unsigned)m->lds_banks;
    const double clock = m->chip_core_mhz * 1e6 / 1e9, units = m->chip_xcds;
    double cus = units * m->chip_shader_engines * m->chip_cus;
    e->t.roof_gbps[GFX950SIM_L1] = cus * m->l1_bandwidth * clock;
    e->t.roof_gbps[GFX950SIM_L2] = units * m->l2_channels * m->l2_read_bytes * clock;
    e->t.roof_gbps[GFX950SIM_MALL] = m->mall_bandwidth;
    e->t.roof_gbps[GFX950SIM_HBM] = m->hbm_bandwidth;
}

static void costs(struct engine *e) {
    const struct time_machine *m = &e->machine;
    struct time_costs *c = &e->cost;
    c->interval = (unsigned)m->issue_interval;
    c->valu_to_memory = (unsigned)m->issue_valu_to_memory;
    c->salu_to_vmem = (unsigned)m->issue_salu_to_vmem;
    c->saveexec = (unsigned)m->issue_saveexec_to_branch;
    c->barrier = (unsigned)m->issue_barrier;
    c->wave_end = (unsigned)m->dispatch_wave_end;
    c->workgroup_interval = (unsigned)m->dispatch_workgroup_interval;
    c->wave_interval = (unsigned)m->dispatch_wave_interval;
    c->mfma_pass = (unsigned)m->mfma_pass;
    c->mfma_chain = (unsigned)m->mfma_chain;
    c->mfma_result = (unsigned)m->mfma_result;
    c->valu_blocked = (unsigned)m->mfma_valu_blocked;
    c->fetch_hit = (unsigned)m->fetch_hit;
    c->fetch_miss = (unsigned)m->fetch_miss;
    c->fetch_stream = (unsigned)m->fetch_stream_interval;
    c->branch_taken = (unsigned)m->fetch_branch_taken;
    if (c->branch_taken < c->interval)
        c->branch_taken = c->interval;
    c->lds_latency = (unsigned)m->lds_latency;
    c->lds_write_latency = (unsigned)m->lds_write_latency;
    latencies(e);
    rates(e);
}

/* --- making --- */

static void destroy(struct engine *e) {
    for (unsigned i = 0; e->cu && i < e->ncus; i++) {
        cache_free(&e->cu[i].l1);
        free(e->cu[i].miss);
    }
    for (unsigned i = 0; e->pair && i < (e->ncus + 1) / 2; i++) {
        cache_free(&e->pair[i].fetch);
        cache_free(&e->pair[i].scalar);
    }
    for (unsigned i = 0; e->xcd && i < e->xcds; i++) {
        struct time_xcd *x = &e->xcd[i];
        for (unsigned k = 0; x->channel && k < (unsigned)e->machine.l2_channels; k++)
            free(x->channel[k].miss);
        cache_free(&x->l2);
        free(x->channel);
        free(x->se_free);
        free(x->se_cu);
    }
    cache_free(&e->mall);
    free(e->cu);
    free(e->pair);
    free(e->xcd);
    pages_free(e->simd, e->nsimds * sizeof *e->simd);
    free(e->mall_slice);
    free(e->hbm);
    free(e->atomic);
    e->cu = NULL, e->pair = NULL, e->xcd = NULL, e->simd = NULL;
    e->mall_slice = e->hbm = e->atomic = NULL;
}

static bool make_xcd(struct engine *e, struct time_xcd *x) {
    const struct time_machine *m = &e->machine;
    unsigned channels = (unsigned)m->l2_channels;
    bool ok = cache_make(&x->l2, (size_t)m->l2_bytes / 128, (unsigned)m->l2_ways);
    x->channel = calloc(channels, sizeof *x->channel);
    x->se_free = calloc(e->ses, sizeof *x->se_free);
    x->se_cu = calloc(e->ses, sizeof *x->se_cu);
    for (unsigned k = 0; x->channel && k < channels; k++) {
        x->channel[k].miss = calloc((size_t)m->l2_misses, sizeof(uint64_t));
        ok &= x->channel[k].miss != NULL;
    }
    return ok && x->channel && x->se_free && x->se_cu;
}

static bool make_cu(struct engine *e, unsigned i) {
    const struct time_machine *m = &e->machine;
    struct time_cu *cu = &e->cu[i];
    cu->xcd = i / (e->ses * e->cus);
    cu->se = i / e->cus % e->ses;
    cu->cu = i % e->cus;
    cu->simd = &e->simd[i * e->simds];
    cu->pair = &e->pair[i / 2];
    cu->miss = calloc((size_t)m->l1_misses, sizeof *cu->miss);
    for (unsigned s = 0; s < e->simds; s++) {
        cu->simd[s].cu = cu;
        cu->simd[s].id = i * e->simds + s;
    }
    return cache_make(&cu->l1, (size_t)(m->l1_bytes / m->l1_line_bytes), (unsigned)m->l1_ways) && cu->miss;
}

static bool make(struct engine *e) {
    const struct time_machine *m = &e->machine;
    e->xcds = (unsigned)m->chip_xcds;
    e->ses = (unsigned)m->chip_shader_engines;
    e->cus = (unsigned)m->chip_cus;
    e->simds = (unsigned)m->chip_simds;
    e->slots = (unsigned)m->chip_waves;
    e->ncus = e->xcds * e->ses * e->cus;
    e->nsimds = e->ncus * e->simds;
    e->slices = (unsigned)m->mall_slices;
    e->hbm_channels = (unsigned)m->hbm_channels;
    unsigned pairs = (e->ncus + 1) / 2;
    e->xcd = calloc(e->xcds, sizeof *e->xcd);
    e->cu = calloc(e->ncus, sizeof *e->cu);
    e->pair = calloc(pairs, sizeof *e->pair);
    e->simd = pages_get(e->nsimds * sizeof *e->simd);
    e->mall_slice = calloc(e->slices, sizeof *e->mall_slice);
    e->atomic = calloc(e->slices, sizeof *e->atomic);
    e->hbm = calloc(e->hbm_channels, sizeof *e->hbm);
    if (!e->xcd || !e->cu || !e->pair || !e->simd || !e->mall_slice || !e->atomic || !e->hbm)
        return false;
    bool ok = cache_make(&e->mall, (size_t)m->mall_bytes / 128, (unsigned)m->mall_ways);
    for (unsigned i = 0; i < e->xcds; i++)
        ok &= make_xcd(e, &e->xcd[i]);
    for (unsigned i = 0; i < e->ncus; i++)
        ok &= make_cu(e, i);
    for (unsigned i = 0; i < pairs; i++)
        ok &= cache_make(&e->pair[i].fetch, (size_t)(m->fetch_cache_bytes / m->fetch_line_bytes),
                         (unsigned)m->fetch_cache_ways) &&
              cache_make(&e->pair[i].scalar, (size_t)(m->scalar_cache_bytes / m->scalar_line_bytes),
                         (unsigned)m->scalar_ways);
    return ok;
}

/* --- before a launch --- */

static void reset_cu(struct engine *e, struct time_cu *cu) {
    cu->next_simd = cu->groups = 0;
    cu->lds_free = (unsigned)e->machine.chip_lds_bytes;
    cu->ta_free = cu->lds_free_at = 0;
    memset(&cu->vmem, 0, sizeof cu->vmem);
    memset(&cu->lds, 0, sizeof cu->lds);
    cu->misses = 0;
    memset(cu->miss, 0, (size_t)e->machine.l1_misses * sizeof *cu->miss);
    cache_clear(&cu->l1);
    for (unsigned s = 0; s < e->simds; s++) {
        struct time_simd *simd = &cu->simd[s];
        simd->waves = 0;
        memset(simd->unit_free, 0, sizeof simd->unit_free);
        simd->mfma_end = simd->valu_blocked = 0;
        simd->vm_issued = 0;
        simd->vgprs_free = (unsigned)e->machine.chip_vgprs;
        for (unsigned k = 0; k < SLOTS; k++)
            simd->slot[k].w = NULL;
    }
}

static void reset_xcd(struct engine *e, struct time_xcd *x, unsigned mode) {
    for (unsigned k = 0; k < (unsigned)e->machine.l2_channels; k++) {
        struct time_channel *c = &x->channel[k];
        server_reset(&c->read, 16 * TICKS);
        server_reset(&c->write, 16 * TICKS);
        server_reset(&c->fabric, 16 * TICKS);
        c->misses = 0;
        memset(c->miss, 0, (size_t)e->machine.l2_misses * sizeof *c->miss);
    }
    if (mode == GFX950SIM_TIME_WARM)
        cache_settle(&x->l2);
    else
        cache_clear(&x->l2);
    x->next_se = 0;
    memset(x->se_free, 0, e->ses * sizeof *x->se_free);
    memset(x->se_cu, 0, e->ses * sizeof *x->se_cu);
}

/* As an earlier launch of the same code leaves an instruction cache. */
static void hold_code(const struct engine *e, struct cache *c) {
    const struct insn *last = &e->code->insn[e->code->ninsn ? e->code->ninsn - 1 : 0];
    uint64_t lines = e->code->ninsn ? last->pc / (uint64_t)e->machine.fetch_line_bytes + 1 : 0, victim;
    for (uint64_t line = 0; line < lines; line++)
        c->ready[cache_insert(c, line % c->sets, line, false, &victim)] = 0;
}

bool chip_prepare(struct engine *e, unsigned mode) {
    const struct time_machine *m = time_machine();
    if (!e->cu || memcmp(m, &e->machine, sizeof *m) != 0) {
        destroy(e);
        e->machine = *m;
        if (!make(e)) {
            destroy(e);
            return false;
        }
    }
    costs(e);
    for (unsigned i = 0; i < e->ncus; i++)
        reset_cu(e, &e->cu[i]);
    for (unsigned i = 0; i < e->xcds; i++)
        reset_xcd(e, &e->xcd[i], mode);
    for (unsigned i = 0; i < (e->ncus + 1) / 2; i++) {
        if (mode == GFX950SIM_TIME_FIRST || mode == GFX950SIM_TIME_COLD)
            cache_clear(&e->pair[i].fetch);
        if (mode == GFX950SIM_TIME_COLD)
            hold_code(e, &e->pair[i].fetch);
        cache_settle(&e->pair[i].fetch);
        cache_clear(&e->pair[i].scalar);
        e->pair[i].scalar_free = 0;
    }
    for (unsigned i = 0; i < e->slices; i++) {
        server_reset(&e->mall_slice[i], 64 * TICKS);
        server_reset(&e->atomic[i], 64 * TICKS);
    }
    for (unsigned i = 0; i < e->hbm_channels; i++)
        server_reset(&e->hbm[i], 64 * TICKS);
    if (mode == GFX950SIM_TIME_FIRST || mode == GFX950SIM_TIME_COLD) {
        cache_clear(&e->mall);
        note_places_anew();
    } else {
        cache_settle(&e->mall);
    }
    return true;
}
