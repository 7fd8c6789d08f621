/* One workgroup: registers as the packet processor leaves them, waves in the order that the policy asks for, barriers.
 */
#include "workgroup.h"

#include <stdlib.h>

#include "machine.h"
#include "storage.h"

static unsigned bits(uint32_t word, unsigned low, unsigned n) {
    return word >> low & ((1u << n) - 1);
}

static void set_sgpr(struct wave *w, unsigned *at, uint32_t value) {
    if (*at < SREG_FLAT_SCRATCH) {
        w->s[*at] = value;
        w->sundef[*at] = 0;
    }
    ++*at;
}

static void set_sgpr64(struct wave *w, unsigned *at, uint64_t value) {
    set_sgpr(w, at, (uint32_t)value);
    set_sgpr(w, at, (uint32_t)(value >> 32));
}

/* User and system SGPRs in the order of AMDGPUUsage, "initial kernel execution state". */
static void initial_sgprs(struct wave *w, const struct kernel *k, const struct run *run) {
    unsigned at = 0, p = k->properties;
    if (p & 1)
        for (int i = 0; i < 4; i++)
            set_sgpr(w, &at, 0);
    if (p & 2)
        set_sgpr64(w, &at, run->dispatch_packet);
    if (p & 4)
        set_sgpr64(w, &at, run->queue);
    if (p & 8)
        set_sgpr64(w, &at, run->kernarg);
    if (p & 16)
        set_sgpr64(w, &at, run->dispatch_id);
    if (p & 32)
        set_sgpr64(w, &at, 0);
    if (p & 64)
        set_sgpr(w, &at, k->private_segment_fixed_size);
    unsigned preload = k->kernarg_preload & 127, offset = k->kernarg_preload >> 7;
    for (unsigned i = 0; settings.preload && i < preload; i++) {
        uint32_t value;
        memcpy(&value, (const char *)(uintptr_t)run->kernarg + 4 * (offset + i), 4);
        set_sgpr(w, &at, value);
    }
    at = bits(k->rsrc2, 1, 5);
    for (unsigned d = 0; d < 3; d++)
        if (k->rsrc2 >> (7 + d) & 1)
            set_sgpr(w, &at, w->wg->id[d]);
    if (k->rsrc2 >> 10 & 1)
        set_sgpr(w, &at, 0);
}

static void initial_vgprs(struct wave *w, const struct workgroup *wg, const uint32_t block[3]) {
    lane_row v0;
    uint64_t exec = 0, n = (uint64_t)block[0] * block[1] * block[2];
    for (unsigned lane = 0; lane < LANES; lane++) {
        uint64_t t = (uint64_t)w->id * LANES + lane;
        uint32_t x = (uint32_t)(t % block[0]), y = (uint32_t)(t / block[0] % block[1]),
                 z = (uint32_t)(t / block[0] / block[1]);
        v0[lane] = x | y << 10 | z << 20;
        if (t < n)
            exec |= 1ull << lane;
        else
            v0[lane] = 0;
    }
    unsigned ids = bits(wg->launch->kernel->rsrc2, 11, 2);
    uint32_t keep = ids == 0 ? 0x3ff : ids == 1 ? 0xfffff : 0x3fffffff;
    for (unsigned lane = 0; lane < LANES; lane++)
        v0[lane] &= keep;
    w->s64[SREG_EXEC / 2] = exec;
    wave_write_row(w, 0, v0, NULL, ~0ull);
}

/* f32 and f16/f64 rounding and denormals, DX10_CLAMP, IEEE, FP16_OVFL: rsrc1 to MODE. */
static uint32_t initial_mode(uint32_t rsrc1) {
    return bits(rsrc1, 12, 8) | bits(rsrc1, 21, 1) << 8 | bits(rsrc1, 23, 1) << 9 | bits(rsrc1, 26, 1) << 23;
}

static uint32_t entry_index(const struct code *code, const struct kernel *k) {
    uint64_t entry = k->entry + (settings.preload && (k->kernarg_preload & 127) ? 256 : 0);
    return entry / 4 < code->text_size / 4 ? code->index_at[entry / 4] : UINT32_MAX;
}

static void partial_block(const struct workgroup *wg, uint32_t block[3]) {
    for (unsigned d = 0; d < 3; d++) {
        block[d] = wg->launch->block[d];
        if (wg->launch->partial[d] && wg->id[d] == wg->launch->grid[d] - 1)
            block[d] = wg->launch->partial[d];
    }
}

struct workgroup *workgroup_new(struct run *run, uint64_t linear) {
    const struct launch *l = run->launch;
    const struct kernel *k = l->kernel;
    struct workgroup *wg = calloc(1, sizeof *wg);
    if (!wg)
        return NULL;
    wg->launch = l;
    wg->run = run;
    wg->linear = linear;
    wg->xcd = (unsigned)(linear % XCDS);
    wg->id[0] = (uint32_t)(linear % l->grid[0]);
    wg->id[1] = (uint32_t)(linear / l->grid[0] % l->grid[1]);
    wg->id[2] = (uint32_t)(linear / l->grid[0] / l->grid[1]);
    uint32_t block[3];
    partial_block(wg, block);
    uint64_t items = (uint64_t)block[0] * block[1] * block[2];
    wg->nwaves = (unsigned)((items + LANES - 1) / LANES);
    wg->lds_size = k->group_segment_fixed_size + l->dynamic_lds;
    wg->waves = calloc(wg->nwaves, sizeof *wg->waves);
    wg->storage_size = wave_storage_size() * wg->nwaves;
    wg->storage = storage_get(wg->storage_size);
    wg->lds = malloc(wg->lds_size + 1u);
    wg->lds_undef = malloc(wg->lds_size + 1u);
    if (k->private_segment_fixed_size || k->uses_dynamic_stack) {
        wg->scratch_lane_bytes = k->private_segment_fixed_size + (k->uses_dynamic_stack ? DYNAMIC_STACK_BYTES : 0);
        wg->scratch = mem_alloc((size_t)wg->nwaves * LANES * wg->scratch_lane_bytes, MEM_SCRATCH, l->device);
    }
    if (!wg->waves || !wg->storage || !wg->lds || !wg->lds_undef || (wg->scratch_lane_bytes && !wg->scratch)) {
        workgroup_free(wg);
        return NULL;
    }
    memset(wg->lds, 0xa5, wg->lds_size);
    memset(wg->lds_undef, 0xff, wg->lds_size);
    for (unsigned i = 0; i < wg->nwaves; i++) {
        struct wave *w = &wg->waves[i];
        wave_init(w, l->code, (char *)wg->storage + i * wave_storage_size());
        w->wg = wg;
        w->id = i;
        w->mode = initial_mode(k->rsrc1);
        w->index = entry_index(l->code, k);
        initial_sgprs(w, k, run);
        initial_vgprs(w, wg, block);
        if (wg->scratch) {
            unsigned at = SREG_FLAT_SCRATCH;
            uint64_t base = wg->scratch->base + (uint64_t)i * LANES * wg->scratch_lane_bytes;
            w->s[at] = (uint32_t)base;
            w->s[at + 1] = (uint32_t)(base >> 32);
            w->sundef[at] = w->sundef[at + 1] = 0;
        }
    }
    return wg;
}

void workgroup_free(struct workgroup *wg) {
    if (!wg)
        return;
    storage_put(wg->storage, wg->storage_size);
    if (wg->scratch)
        mem_free((void *)wg->scratch->base);
    free(wg->waves);
    free(wg->lds);
    free(wg->lds_undef);
    free(wg->lds_races);
    free(wg);
}

/* --- waves of a workgroup --- */

static uint64_t mix(uint64_t x) {
    x ^= x >> 33;
    x *= 0xff51afd7ed558ccdull;
    x ^= x >> 33;
    x *= 0xc4ceb9fe1a85ec53ull;
    return x ^ x >> 33;
}

bool workgroup_release_barrier(struct workgroup *wg) {
    struct wave *waiting = NULL;
    unsigned ended = 0;
    for (unsigned i = 0; i < wg->nwaves; i++) {
        if (wg->waves[i].at_barrier)
            waiting = &wg->waves[i];
        else if (wg->waves[i].done)
            ended++;
        else
            return false;
    }
    if (!waiting)
        return false;
    if (ended && wg->barrier_ended != ended) {
        const struct insn *in = &waiting->code->insn[waiting->index - 1];
        report(waiting, in, CHECK_BARRIER_DIVERGENCE, NULL, 0, "%u of %u waves ended without reaching this barrier",
               ended, wg->nwaves);
        wg->barrier_ended = ended;
    }
    for (unsigned i = 0; i < wg->nwaves; i++) {
        pending_at_barrier(&wg->waves[i]);
        wg->waves[i].at_barrier = false;
    }
    wg->barrier_epoch++;
    return true;
}

/* Which wave runs next, and for how many instructions. */
static struct wave *pick(struct workgroup *wg, uint64_t *quantum) {
    unsigned n = wg->nwaves, start = wg->rotate ? (unsigned)(wg->turn++ % n) : 0;
    *quantum = UINT64_MAX;
    if (settings.order == ORDER_LOCK_STEP) {
        *quantum = 1;
        start = (unsigned)(wg->turn++ % n);
    } else if (settings.order == ORDER_SHUFFLE) {
        uint64_t r = mix(settings.seed ^ mix(wg->linear) ^ mix(++wg->turn * 0x9e3779b97f4a7c15ull));
        start = (unsigned)(r % n);
        *quantum = 1 + (r >> 32) % 64;
    }
    for (unsigned i = 0; i < n; i++) {
        unsigned at = (start + i) % n;
        if (settings.order == ORDER_REVERSED)
            at = n - 1 - at;
        if (!wg->waves[at].done && !wg->waves[at].at_barrier)
            return &wg->waves[at];
    }
    return NULL;
}

/* Counts against settings.budget; true when the launch has no more. */
static bool budget_spent(struct run *run, uint64_t issued) {
    if (!settings.budget || atomic_fetch_add(&run->issued, issued) + issued < settings.budget)
        return false;
    atomic_store(&run->spent, true);
    atomic_store(&run->stop, true);
    return true;
}

/* Instructions of a turn: no more than the launch may still issue. */
static uint64_t within_budget(struct run *run, uint64_t quantum) {
    if (!settings.budget)
        return quantum;
    uint64_t issued = atomic_load(&run->issued), left = settings.budget > issued ? settings.budget - issued : 1;
    return quantum < left ? quantum : left;
}

enum workgroup_state workgroup_run(struct workgroup *wg, uint64_t budget) {
    uint64_t used = 0;
    while (used < budget && !atomic_load_explicit(&wg->run->stop, memory_order_relaxed)) {
        uint64_t quantum;
        struct wave *w = pick(wg, &quantum);
        if (!w) {
            if (workgroup_release_barrier(wg))
                continue;
            return WORKGROUP_DONE;
        }
        uint64_t before = w->instructions;
        wave_run(w, within_budget(wg->run, quantum < budget - used ? quantum : budget - used));
        used += w->instructions - before;
        if (budget_spent(wg->run, w->instructions - before))
            break;
    }
    wg->rotate = true; /* the wave that used the budget up may be waiting for another */
    return WORKGROUP_RUNNING;
}
