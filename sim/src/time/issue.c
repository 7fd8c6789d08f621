/* A SIMD at one clock: the oldest wave that can issues, then the next on another unit. */
#include "engine.h"

static uint64_t later(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

/* When the queue has room for the SIMD. Who has found it full stands in line. */
static uint64_t queue_room(struct time_queue *q, unsigned depth, const struct time_simd *s, uint64_t t) {
    uint64_t room = q->issued >= depth ? q->left[(q->issued - depth) % 64] : 0;
    unsigned at = 0;
    while (at < q->waiting && q->turn[at] != s->id)
        at++;
    if (room > t && at == q->waiting)
        q->turn[q->waiting++] = s->id;
    return room <= t && q->waiting && at ? t + 1 : room;
}

static void leave_line(struct time_queue *q, const struct time_simd *s) {
    if (!q->waiting || q->turn[0] != s->id)
        return;
    q->waiting--;
    for (unsigned i = 0; i < q->waiting; i++)
        q->turn[i] = q->turn[i + 1];
}

/* When the unit can take the instruction; *cause says what it waits for. */
static uint64_t available(const struct engine *e, struct time_simd *s, const struct time_insn *ti, uint64_t now,
                          unsigned *cause) {
    uint64_t t = s->unit_free[ti->unit], matrix = 0, queue = 0;
    *cause = GFX950SIM_TIME_ARBITRATION;
    if (ti->unit == UNIT_INTERNAL)
        return now;
    if (ti->unit == UNIT_VALU) {
        matrix = ti->never_coissue ? s->mfma_end : s->valu_blocked;
    } else if (ti->unit == UNIT_MFMA) {
        t = later(t, s->unit_free[UNIT_VALU]);
        matrix = s->mfma_end;
    } else if (ti->unit == UNIT_VMEM && t <= now) {
        unsigned most = (unsigned)e->machine.l1_instructions;
        if (s->vm_issued >= most)
            queue = s->vm_ring[(s->vm_issued - most) % 64];
        if (queue <= now)
            queue = queue_room(&s->cu->vmem, (unsigned)e->machine.l1_queue, s, now);
    } else if (ti->unit == UNIT_LDS && t <= now) {
        queue = queue_room(&s->cu->lds, (unsigned)e->machine.lds_queue, s, now);
    }
    if (matrix > t)
        *cause = GFX950SIM_TIME_MFMA, t = matrix;
    if (queue > t)
        *cause = GFX950SIM_TIME_QUEUE, t = queue;
    return t;
}

static void take_unit(struct engine *e, struct time_simd *s, struct time_wave *tw, const struct insn *in,
                      const struct time_insn *ti, uint64_t t) {
    unsigned interval = e->cost.interval;
    s->unit_free[ti->unit] = t + interval;
    switch (ti->unit) {
    case UNIT_VALU:
        s->unit_free[UNIT_VALU] = t + ti->busy;
        e->t.valu_busy += ti->busy;
        break;
    case UNIT_MFMA: {
        uint64_t end = t + ti->busy;
        tw->done = tw->counted = end + e->cost.mfma_result;
        s->unit_free[UNIT_VALU] = t + interval;
        s->mfma_end = end;
        s->valu_blocked = t + e->cost.valu_blocked;
        e->t.mfma_busy += ti->busy;
        tw->matrix[tw->matrices++ % MATRIX_RING] =
            (struct time_matrix){in, end + e->cost.mfma_result, end + e->cost.mfma_chain};
        if (tw->matrices >= 2 * MATRIX_RING)
            tw->matrices -= MATRIX_RING;
        break;
    }
    case UNIT_SALU:
        e->t.salu_busy += interval;
        break;
    case UNIT_VMEM:
        leave_line(&s->cu->vmem, s);
        break;
    case UNIT_LDS:
        leave_line(&s->cu->lds, s);
        break;
    default:
        break;
    }
}

static void remember(struct time_wave *tw, const struct insn *in, uint64_t t) {
    for (unsigned i = RECENT - 1; i; i--) {
        tw->recent[i] = tw->recent[i - 1];
        tw->recent_at[i] = tw->recent_at[i - 1];
    }
    tw->recent[0] = in;
    tw->recent_at[0] = t;
}

/* The barrier opened: its waves go on. */
void barrier_open(struct engine *e, struct time_group *g, uint64_t t) {
    uint64_t at = g->wg->nwaves > 1 ? t + e->cost.barrier : t + e->cost.interval;
    for (unsigned i = 0; i < g->wg->nwaves; i++) {
        struct time_wave *tw = g->wave[i];
        if (!tw || !tw->at_barrier)
            continue;
        tw->at_barrier = false;
        charge(e, tw, GFX950SIM_TIME_BARRIER, at);
        const struct insn *barrier = &e->code->insn[tw->next];
        tw->next = known(e, tw->w->index);
        depend(e, tw, later(at, tw->since), barrier, false);
        simd_wake(e, tw->simd, tw->ready);
    }
}

static void complete(struct engine *e, struct time_wave *tw, const struct insn *in, const struct time_insn *ti,
                     uint64_t t) {
    if (ti->unit == UNIT_VMEM)
        vmem_complete(e, tw, in, t);
    else if (ti->unit == UNIT_LDS)
        lds_complete(e, tw, in, t);
    else if (ti->unit == UNIT_SMEM)
        smem_complete(e, tw, in, t);
}

/* Executes the wave's next instruction, and with it those behind it that neither see nor touch anything outside the
 * wave: nobody can tell when they run, and a wave's registers are fetched once for all of them. True when w has
 * moved on to where nobody knew it. */
static bool execute(struct engine *e, struct time_wave *tw, const struct time_insn *ti) {
    if (tw->ahead) {
        tw->ahead--;
        return false;
    }
    note_begin();
    wave_run(tw->w, ti->run);
    tw->ahead = tw->w->done ? 0 : ti->run - 1;
    tw->simd->priority[tw->slot] = tw->w->priority;
    if (__builtin_expect(e->watching, 0))
        watch_wave(e, tw);
    return true;
}

/* Issues the wave's next instruction at t. False when the wave has ended. */
static bool issue(struct engine *e, struct time_simd *s, struct time_wave *tw, uint64_t t) {
    uint32_t index = tw->next;
    const struct insn *in = &e->code->insn[index];
    const struct time_insn *ti = &e->insn[index];
    struct wave *w = tw->w;
    charge(e, tw, tw->cause, t);
    e->profile[index].issues++;
    e->issued++;
    bool looked = execute(e, tw, ti), done = looked && w->done;
    unsigned own = ti->kind == KIND_SLEEP ? e->cost.interval : ti->own;
    if (done)
        own = e->cost.wave_end;
    tw->done = tw->counted = later(t + ti->busy, t + 1);
    take_unit(e, s, tw, in, ti, t);
    complete(e, tw, in, ti, t);
    remember(tw, in, t);
    if (__builtin_expect(tw->followed, 0))
        follow_issue(tw, t, t + own);
    charge(e, tw, GFX950SIM_TIME_ISSUE, t + own);
    if (done) {
        dispatch_end_wave(e, tw, t + own);
        return false;
    }
    if (ti->kind == KIND_SLEEP)
        charge(e, tw, GFX950SIM_TIME_SLEEP, t + ti->own);
    if (looked && w->at_barrier) {
        tw->at_barrier = true;
        s->ready[tw->slot] = UINT64_MAX;
        if (workgroup_release_barrier(tw->group->wg))
            barrier_open(e, tw->group, t);
        return true;
    }
    uint32_t next = looked && !tw->ahead ? w->index : index + 1;
    tw->next = known(e, next);
    depend(e, tw, t + ti->own, in, next != index + 1);
    return true;
}

static unsigned top_priority(const struct time_simd *s) {
    unsigned top = 0;
    for (unsigned i = 0; i < s->waves; i++)
        top = s->priority[s->order[i]] > top ? s->priority[s->order[i]] : top;
    return top;
}

void issue_run(struct engine *e, struct time_simd *s, uint64_t t) {
    uint64_t next = UINT64_MAX;
    e->next_event[s->id] = t; /* nothing that happens here need wake it */
    for (int priority = (int)top_priority(s); priority >= 0; priority--) {
        for (unsigned i = 0; i < s->waves;) {
            unsigned slot = s->order[i];
            if (s->priority[slot] != priority || s->ready[slot] > t) {
                i++;
                continue;
            }
            struct time_wave *tw = &s->slot[slot];
            unsigned cause;
            uint64_t when = available(e, s, &e->insn[tw->next], t, &cause);
            if (when > t) {
                charge(e, tw, tw->cause, t);
                tw->cause = (uint8_t)cause;
                s->ready[slot] = when;
                i++;
            } else if (issue(e, s, tw, t)) {
                i++;
            }
        }
    }
    for (unsigned i = 0; i < s->waves; i++)
        next = s->ready[s->order[i]] < next ? s->ready[s->order[i]] : next;
    e->next_event[s->id] = UINT64_MAX;
    if (next != UINT64_MAX)
        simd_wake(e, s, next > t ? next : t + 1);
}
