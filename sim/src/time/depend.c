/* What holds the next instruction of a wave back, and until when. Every clock of the wait is booked on one cause, as
 * soon as it is known: causes are looked at in a fixed order, and each gets the clocks by which it alone prolongs the
 * wait. Arbitration, which depends on other waves, is booked when the wave tries to issue (issue.c). */
#include "engine.h"

void charge(struct engine *e, struct time_wave *tw, unsigned cause, uint64_t until) {
    if (until <= tw->since)
        return;
    uint64_t n = until - tw->since;
    e->profile[tw->next].clocks[cause] += n;
    e->t.cause_clocks[cause] += n;
    if (__builtin_expect(tw->followed, 0))
        follow_charge(tw, cause, n);
    tw->since = until;
}

static void hold(struct engine *e, struct time_wave *tw, unsigned cause, uint64_t until) {
    if (until <= tw->ready)
        return;
    charge(e, tw, cause, until);
    tw->ready = until;
}

/* --- counters --- */

void wave_counts_vm(struct time_wave *tw, uint64_t done) {
    uint64_t last = tw->vm_issued ? tw->vm_done[(tw->vm_issued - 1) % VM_RING] : 0;
    tw->done = done;
    tw->counted = done > last ? done : last; /* they return in order */
    tw->vm_done[tw->vm_issued++ % VM_RING] = tw->counted;
}

void wave_counts_lgkm(struct time_wave *tw, uint64_t done, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        tw->lgkm_done[tw->lgkm_issued++ % LGKM_RING] = done;
    if (done > tw->lgkm_all)
        tw->lgkm_all = done;
    if (done > tw->done)
        tw->done = done;
    if (done > tw->counted)
        tw->counted = done;
}

/* When at most n operations are outstanding. */
uint64_t wait_vmcnt(const struct time_wave *tw, unsigned n) {
    if (tw->vm_issued <= n || n >= VM_RING)
        return 0;
    return tw->vm_done[(tw->vm_issued - 1 - n) % VM_RING];
}

/* Scalar loads return in any order, so that the n + 1 last to return are sought. */
uint64_t wait_lgkmcnt(const struct time_wave *tw, unsigned n) {
    if (n == 0)
        return tw->lgkm_all;
    unsigned have = tw->lgkm_issued < LGKM_RING ? (unsigned)tw->lgkm_issued : LGKM_RING;
    if (have <= n)
        return 0;
    uint64_t last[LGKM_RING];
    for (unsigned i = 0; i < have; i++) {
        uint64_t x = tw->lgkm_done[(tw->lgkm_issued - 1 - i) % LGKM_RING];
        unsigned at = i;
        while (at && last[at - 1] < x) {
            last[at] = last[at - 1];
            at--;
        }
        last[at] = x;
    }
    return last[n];
}

/* --- registers --- */

static bool meets(const struct reg_range *a, const struct reg_range *b) {
    return a->is_sgpr == b->is_sgpr && a->reg < b->reg + b->ndw && b->reg < a->reg + a->ndw;
}

/* `in` uses a register that `producer` writes. */
static bool uses_result(const struct insn *in, const struct insn *producer) {
    for (unsigned i = 0; i < producer->nranges; i++) {
        if (!(producer->range[i].role & ROLE_DST))
            continue;
        for (unsigned k = 0; k < in->nranges; k++)
            if (meets(&in->range[k], &producer->range[i]))
                return true;
    }
    return false;
}

static uint64_t forwarded(const struct engine *e, const struct time_wave *tw, const struct insn *in,
                          const struct time_insn *ti) {
    uint64_t until = 0;
    for (unsigned i = 0; i < RECENT && tw->recent[i]; i++) {
        const struct insn *p = tw->recent[i];
        const struct time_insn *pi = &e->insn[p - e->code->insn];
        unsigned clocks = 0;
        if (pi->unit == UNIT_VALU && ti->memory)
            clocks = e->cost.valu_to_memory;
        else if (pi->unit == UNIT_SALU && ti->unit == UNIT_VMEM)
            clocks = e->cost.salu_to_vmem;
        else if (pi->saveexec && ti->execz_branch)
            clocks = e->cost.saveexec;
        if (!clocks || tw->recent_at[i] + clocks <= tw->ready || (!ti->execz_branch && !uses_result(in, p)))
            continue;
        if (tw->recent_at[i] + clocks > until)
            until = tw->recent_at[i] + clocks;
    }
    return until;
}

/* The accumulator of `in` is exactly what the producer writes, in an instruction of the same kind. */
static bool chains(const struct insn *in, const struct insn *producer, const struct reg_range *dst) {
    if (!(in->flags & F_MFMA) || in->op != producer->op || in->passes != producer->passes)
        return false;
    bool same = false;
    for (unsigned k = 0; k < in->nranges; k++) {
        const struct reg_range *r = &in->range[k];
        if (!meets(r, dst))
            continue;
        bool accumulator = (r->role & (ROLE_SRC_C | ROLE_DST)) && !(r->role & ROLE_SRC_AB);
        if (!accumulator || r->reg != dst->reg || r->ndw != dst->ndw)
            return false;
        same = true;
    }
    return same;
}

static uint64_t matrix_ready(const struct time_wave *tw, const struct insn *in) {
    uint64_t until = 0;
    for (unsigned i = 0; i < MATRIX_RING && i < tw->matrices; i++) {
        const struct time_matrix *m = &tw->matrix[i];
        if (m->result <= tw->ready && m->chain <= tw->ready)
            continue;
        for (unsigned d = 0; d < m->in->nranges; d++) {
            const struct reg_range *dst = &m->in->range[d];
            if (!(dst->role & ROLE_DST))
                continue;
            bool met = false;
            for (unsigned k = 0; k < in->nranges && !met; k++)
                met = meets(&in->range[k], dst);
            if (!met)
                continue;
            uint64_t t = chains(in, m->in, dst) ? m->chain : m->result;
            until = t > until ? t : until;
        }
    }
    return until;
}

/* --- all of it --- */

static void waits(struct engine *e, struct time_wave *tw, const struct insn *in, const struct time_insn *ti) {
    if (ti->kind == KIND_WAIT) {
        unsigned vm = in->waitcnt & 0xff, lgkm = in->waitcnt >> 8;
        if (vm < 63)
            hold(e, tw, GFX950SIM_TIME_VMCNT, wait_vmcnt(tw, vm));
        if (lgkm < 15)
            hold(e, tw, GFX950SIM_TIME_LGKMCNT, wait_lgkmcnt(tw, lgkm));
        return;
    }
    if (ti->unit == UNIT_VMEM)
        hold(e, tw, GFX950SIM_TIME_QUEUE, wait_vmcnt(tw, 62)); /* the counter ends at 63 */
    if (ti->lgkm)
        hold(e, tw, GFX950SIM_TIME_QUEUE, wait_lgkmcnt(tw, 15u - ti->lgkm));
}

void depend(struct engine *e, struct time_wave *tw, uint64_t t_free, const struct insn *last, bool taken) {
    uint32_t index = tw->next;
    const struct insn *in = &e->code->insn[index];
    const struct time_insn *ti = &e->insn[index];
    tw->ready = t_free;
    tw->cause = GFX950SIM_TIME_ARBITRATION;
    if (__builtin_expect(tw->followed, 0))
        follow_next(tw);
    bool new_line = !last || taken || ti->line2 != e->insn[last - e->code->insn].line2;
    if (taken)
        hold(e, tw, GFX950SIM_TIME_FETCH, t_free - e->cost.interval + e->cost.branch_taken);
    if (new_line)
        hold(e, tw, GFX950SIM_TIME_FETCH, fetch_ready(e, tw, ti, tw->ready));
    waits(e, tw, in, ti);
    if (ti->memory || ti->execz_branch)
        hold(e, tw, GFX950SIM_TIME_FORWARD, forwarded(e, tw, in, ti));
    if (tw->matrices)
        hold(e, tw, GFX950SIM_TIME_MFMA, matrix_ready(tw, in));
    tw->simd->ready[tw->slot] = tw->ready;
}
