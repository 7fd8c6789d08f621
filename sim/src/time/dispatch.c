/* Workgroups to CUs. Workgroup n runs on XCD n mod 8; an XCD hands its workgroups out in order, to its shader engines
 * in turn and to the CUs of each in turn, where all their waves find registers, LDS, slots and a barrier. */
#include <stdlib.h>

#include "engine.h"

/* --- room --- */

static unsigned slots_for(const struct engine *e, const struct time_simd *s) {
    unsigned by_slots = e->slots - s->waves, by_vgprs = s->vgprs_free / e->vgprs;
    return by_slots < by_vgprs ? by_slots : by_vgprs;
}

static bool has_room(const struct engine *e, const struct time_cu *cu) {
    if (e->lds > cu->lds_free || (e->group_waves > 1 && cu->groups >= (unsigned)e->machine.chip_workgroups))
        return false;
    unsigned n = 0;
    for (unsigned s = 0; s < e->simds; s++)
        n += slots_for(e, &cu->simd[s]);
    return n >= e->group_waves;
}

static struct time_cu *cu_in(struct engine *e, unsigned xcd, unsigned se) {
    struct time_xcd *x = &e->xcd[xcd];
    for (unsigned i = 0; i < e->cus; i++) {
        unsigned at = (x->se_cu[se] + i) % e->cus;
        struct time_cu *cu = &e->cu[(xcd * e->ses + se) * e->cus + at];
        if (has_room(e, cu)) {
            x->se_cu[se] = (at + 1) % e->cus;
            return cu;
        }
    }
    return NULL;
}

/* --- placing --- */

/* SIMDs of a CU take waves in the order 0, 2, 1, 3. */
static struct time_simd *next_simd(struct engine *e, struct time_cu *cu) {
    static const unsigned order[] = {0, 2, 1, 3};
    for (unsigned i = 0; i < 4; i++) {
        unsigned at = (cu->next_simd + i) % 4;
        if (order[at] >= e->simds || !slots_for(e, &cu->simd[order[at]]))
            continue;
        cu->next_simd = (at + 1) % 4;
        return &cu->simd[order[at]];
    }
    return NULL;
}

static void start_wave(struct engine *e, struct time_group *g, unsigned i, uint64_t placed, uint64_t t) {
    struct time_simd *s = next_simd(e, g->cu);
    unsigned slot = 0;
    while (s->slot[slot].w)
        slot++;
    struct time_wave *tw = &s->slot[slot];
    memset(tw, 0, sizeof *tw);
    tw->w = &g->wg->waves[i];
    tw->w->timed = true;
    tw->group = g;
    tw->simd = s;
    tw->slot = (uint8_t)slot;
    tw->order = e->waves_launched++;
    tw->placed = placed;
    tw->launched = t;
    tw->since = placed;
    tw->followed = follow_wave(tw);
    g->wave[i] = tw;
    s->order[s->waves++] = (uint8_t)slot;
    s->vgprs_free -= e->vgprs;
    e->live_waves++;
    if (e->live_waves > e->t.peak_waves)
        e->t.peak_waves = (uint32_t)e->live_waves;
    s->priority[slot] = tw->w->priority;
    tw->next = known(e, tw->w->index);
    charge(e, tw, GFX950SIM_TIME_DISPATCH, t);
    depend(e, tw, t, NULL, false);
    simd_wake(e, s, tw->ready);
}

static struct time_group *new_group(struct engine *e) {
    struct time_group *g = e->free_groups;
    if (g) {
        e->free_groups = g->next_free;
        memset(g->wave, 0, sizeof g->wave);
        return g;
    }
    return calloc(1, sizeof *g);
}

static bool place(struct engine *e, struct time_cu *cu, uint64_t linear, uint64_t t) {
    struct time_group *g = new_group(e);
    struct workgroup *wg = g ? workgroup_new(e->run, linear) : NULL;
    if (!wg) {
        free(g);
        e->no_memory = true;
        return false;
    }
    g->wg = wg;
    g->cu = cu;
    g->live = wg->nwaves;
    g->lds = e->lds;
    cu->lds_free -= e->lds;
    cu->groups += e->group_waves > 1;
    e->live_groups++;
    e->placed_groups++;
    e->t.last_placed = t;
    g->number = sample_place();
    for (unsigned i = 0; i < wg->nwaves; i++)
        start_wave(e, g, i, t, t + (uint64_t)i * e->cost.wave_interval);
    return true;
}

void dispatch_run(struct engine *e, unsigned xcd, uint64_t t) {
    struct time_xcd *x = &e->xcd[xcd];
    e->next_event[e->nsimds + xcd] = UINT64_MAX;
    while (x->next_group < e->total_groups) {
        uint64_t soonest = UINT64_MAX;
        struct time_cu *cu = NULL;
        unsigned se = 0;
        for (unsigned i = 0; i < e->ses && !cu; i++) {
            se = (x->next_se + i) % e->ses;
            if (x->se_free[se] > t)
                soonest = x->se_free[se] < soonest ? x->se_free[se] : soonest;
            else
                cu = cu_in(e, xcd, se);
        }
        if (!cu) {
            if (soonest != UINT64_MAX)
                dispatch_wake(e, xcd, soonest);
            return; /* else the next wave that ends calls */
        }
        uint64_t launching = (uint64_t)(e->group_waves - 1) * e->cost.wave_interval;
        x->se_free[se] = t + (launching > e->cost.workgroup_interval ? launching : e->cost.workgroup_interval);
        x->next_se = (se + 1) % e->ses;
        uint64_t linear = x->next_group;
        x->next_group += e->xcds;
        if (!place(e, cu, linear, t))
            return;
    }
}

/* --- ends --- */

static void end_group(struct engine *e, struct time_group *g) {
    g->cu->lds_free += g->lds;
    g->cu->groups -= e->group_waves > 1;
    e->live_groups--;
    launch_retire(g->wg);
    g->wg = NULL;
    g->next_free = e->free_groups;
    e->free_groups = g;
}

void dispatch_end_wave(struct engine *e, struct time_wave *tw, uint64_t t) {
    struct time_group *g = tw->group;
    struct time_simd *s = tw->simd;
    if (tw->retired > t)
        charge(e, tw, GFX950SIM_TIME_TAIL, tw->retired);
    else
        tw->retired = t;
    records_wave(e, tw, t);
    sample_retire(g->number, tw->retired);
    unsigned at = 0;
    while (s->order[at] != tw->slot)
        at++;
    for (s->waves--; at < s->waves; at++)
        s->order[at] = s->order[at + 1];
    s->vgprs_free += e->vgprs;
    g->wave[tw->w->id] = NULL;
    tw->w = NULL;
    e->live_waves--;
    unsigned xcd = g->cu->xcd;
    if (--g->live == 0)
        end_group(e, g);
    else if (workgroup_release_barrier(g->wg))
        barrier_open(e, g, t);
    if (e->xcd[xcd].next_group < e->total_groups)
        dispatch_wake(e, xcd, t);
}
