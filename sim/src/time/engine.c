/* The loop over modelled time. Results come from the same executor as in every other run: a wave executes an
 * instruction at the clock at which the model lets it issue. */
#include "time.h"

#include <stdlib.h>

#include "../machine.h"
#include "engine.h"
#include "note.h"

static struct engine engine;
static uint64_t clocks_before; /* of the launches before this one */

uint64_t time_clocks(void) {
    return clocks_before + engine.now;
}

uint64_t time_100mhz(void) {
    return (uint64_t)((double)time_clocks() * 100 / engine.machine.chip_core_mhz);
}

/* Instructions that may still issue once the launch has an error: registers may hold anything then, loop counts too. */
enum { AFTER_ERROR = 1 << 20 };

/* Looks for what ends a launch early. False when it has to stop. */
static bool goes_on(struct engine *e) {
    struct run *run = e->run;
    if (settings.budget && e->issued >= settings.budget) {
        atomic_store(&run->spent, true);
        atomic_store(&run->stop, true);
        return false;
    }
    if (e->issued < e->look_at)
        return true;
    if (report_errors() > run->errors_before) {
        if (e->errors_at && e->issued >= e->errors_at + AFTER_ERROR) {
            atomic_store(&run->stop, true);
            return false;
        }
        e->errors_at = e->errors_at ? e->errors_at : e->issued;
    }
    struct time_wave *tw = watch_look(e);
    if (!tw)
        return true;
    const struct insn *in = wave_current(tw->w);
    report(tw->w, in, CHECK_DEADLOCK, NULL, 0,
           "repeats one state for ever (%llu workgroups wait, no other can free them)",
           (unsigned long long)e->live_groups);
    atomic_store(&run->stop, true);
    return false;
}

static void loop(struct engine *e) {
    struct heap_entry next;
    for (unsigned i = 0; i < e->xcds; i++)
        dispatch_wake(e, i, 0);
    while (!e->no_memory && event_pop(e, &next)) {
        e->now = next.time;
        if (e->next_event[next.actor] != next.time)
            continue; /* it was woken earlier */
        if (next.actor >= e->nsimds)
            dispatch_run(e, next.actor - e->nsimds, next.time);
        else
            issue_run(e, &e->simd[next.actor], next.time);
        if (!goes_on(e) || atomic_load_explicit(&e->run->stop, memory_order_relaxed))
            break;
    }
}

/* Waves that are left when a launch is stopped. */
static void abandon(struct engine *e) {
    for (unsigned i = 0; i < e->nsimds; i++)
        for (unsigned k = 0; k < e->simd[i].waves; k++) {
            struct time_wave *tw = simd_wave(&e->simd[i], k);
            tw->w->done = true;
            tw->w->at_barrier = tw->at_barrier = false;
        }
    for (unsigned i = 0; i < e->nsimds; i++)
        while (e->simd[i].waves) {
            struct time_wave *tw = simd_wave(&e->simd[i], 0);
            dispatch_end_wave(e, tw, tw->since > e->now ? tw->since : e->now);
        }
}

static bool prepare(struct engine *e, struct run *run, uint64_t workgroups) {
    const struct launch *l = run->launch;
    e->run = run;
    e->code = l->code;
    e->no_memory = false;
    memset(&e->t, 0, sizeof e->t);
    if (!chip_prepare(e, settings.time) || !classify(e) || !records_begin(e))
        return false;
    e->total_groups = sample_begin(e, workgroups);
    e->placed_groups = e->live_groups = 0;
    events_begin(e);
    e->issued = e->waves_launched = e->live_waves = 0;
    e->errors_at = 0;
    watch_begin(e);
    e->group_waves = (l->block[0] * l->block[1] * l->block[2] + LANES - 1) / LANES;
    unsigned granule = (unsigned)e->machine.chip_vgpr_granule;
    e->vgprs = (((l->kernel->rsrc1 & 63) + 1) * VGPR_GRANULE + granule - 1) / granule * granule;
    granule = (unsigned)e->machine.chip_lds_granule;
    e->lds = (l->kernel->group_segment_fixed_size + l->dynamic_lds + granule - 1) / granule * granule;
    for (unsigned i = 0; i < e->xcds; i++)
        e->xcd[i].next_group = i;
    return true;
}

bool time_run(struct run *run, uint64_t workgroups, uint64_t *timed) {
    struct engine *e = &engine;
    bool ok = prepare(e, run, workgroups);
    *timed = ok ? e->total_groups : workgroups;
    if (ok) {
        loop(e);
        bool aborted = e->live_groups || e->placed_groups < e->total_groups;
        bool unfit = aborted && !e->no_memory && !atomic_load(&run->stop);
        if (unfit)
            report(NULL, NULL, CHECK_DEADLOCK, NULL, 0,
                   "no workgroup of kernel %s can be placed or go on in the machine that the timing model was given",
                   run->launch->kernel->name);
        abandon(e);
        records_finish(e, aborted, settings.time);
        clocks_before += e->t.clocks;
        e->now = 0;
    }
    free(e->profile);
    e->profile = NULL;
    return ok && !e->no_memory;
}
