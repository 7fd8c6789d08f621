/* Outstanding loads along all paths: a forward dataflow. A state is a set of loads with, for each, the fewest
 * operations of its counter that can have been issued after it; where paths meet, sets unite and counts take the
 * minimum. A wait for n removes the loads that n or more have followed. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "flow.h"

struct load {
    uint32_t at;     /* instruction */
    uint8_t counter; /* PEND_* bits still to be covered */
    uint8_t vm, lds; /* operations issued after it, at least; saturate at 63 and 15 */
    uint8_t lgkm;    /* LDS operations and scalar loads together, likewise */
    bool trusted;    /* a wait would have covered it if scalar loads returned in order */
};

struct state {
    struct load *load;
    unsigned n, room;
    bool known;
};

static unsigned counters_of(const struct insn *in) {
    if (in->flags & F_FLAT)
        return PEND_VM | PEND_LDS;
    if (in->flags & F_SMEM)
        return in->flags & F_LGKMCNT ? PEND_SMEM : 0;
    if (in->flags & F_LDS)
        return in->flags & F_LGKMCNT ? PEND_LDS : 0;
    return (in->flags & F_VMEM) && (in->flags & F_VMCNT) ? PEND_VM : 0;
}

static bool add(struct state *s, struct load l) {
    for (unsigned i = 0; i < s->n; i++)
        if (s->load[i].at == l.at) {
            s->load[i] = l;
            return true;
        }
    if (s->n == s->room) {
        unsigned room = s->room ? 2 * s->room : 16;
        struct load *more = realloc(s->load, room * sizeof *more);
        if (!more)
            return false;
        s->load = more;
        s->room = room;
    }
    s->load[s->n++] = l;
    return true;
}

static bool copy(struct state *to, const struct state *from) {
    to->n = 0;
    for (unsigned i = 0; i < from->n; i++)
        if (!add(to, from->load[i]))
            return false;
    return true;
}

/* to := to united with from; *changed when that told something new. */
static bool join(struct state *to, const struct state *from, bool *changed) {
    *changed = !to->known;
    to->known = true;
    for (unsigned i = 0; i < from->n; i++) {
        const struct load *l = &from->load[i];
        struct load *have = NULL;
        for (unsigned k = 0; k < to->n && !have; k++)
            if (to->load[k].at == l->at)
                have = &to->load[k];
        if (!have) {
            *changed = true;
            if (!add(to, *l))
                return false;
            continue;
        }
        struct load was = *have;
        have->counter |= l->counter;
        if (l->vm < have->vm)
            have->vm = l->vm;
        if (l->lds < have->lds)
            have->lds = l->lds;
        if (l->lgkm < have->lgkm)
            have->lgkm = l->lgkm;
        have->trusted |= l->trusted;
        *changed |= was.counter != have->counter || was.vm != have->vm || was.lds != have->lds ||
                    was.lgkm != have->lgkm || was.trusted != have->trusted;
    }
    return true;
}

static void wait(struct state *s, const struct code *code, unsigned vmcnt, unsigned lgkmcnt) {
    bool flat = false, smem = false;
    for (unsigned i = 0; i < s->n; i++) {
        flat |= (code->insn[s->load[i].at].flags & F_FLAT) != 0;
        smem |= (s->load[i].counter & PEND_SMEM) != 0;
    }
    unsigned kept = 0;
    for (unsigned i = 0; i < s->n; i++) {
        struct load l = s->load[i];
        if (vmcnt == 0 || (!flat && vmcnt < 63 && l.vm >= vmcnt))
            l.counter &= (uint8_t)~PEND_VM;
        if (lgkmcnt == 0)
            l.counter &= (uint8_t)~(PEND_LDS | PEND_SMEM);
        else if (!flat && lgkmcnt < 15 && l.lds >= lgkmcnt)
            l.counter &= (uint8_t)~PEND_LDS;
        if ((l.counter & (PEND_LDS | PEND_SMEM)) && smem && lgkmcnt < 15 && l.lgkm >= lgkmcnt)
            l.trusted = true;
        if (l.counter)
            s->load[kept++] = l;
    }
    s->n = kept;
}

static const struct reg_range *result_of(const struct insn *in) {
    for (unsigned i = 0; i < in->nranges; i++)
        if (in->range[i].role & ROLE_DST)
            return &in->range[i];
    return NULL;
}

static bool in_order(const struct load *l, const struct insn *from, const struct insn *to, const struct reg_range *r) {
    if ((r->role & ~(unsigned)(ROLE_DST | ROLE_DST_OLD)) || ((from->flags | to->flags) & F_FLAT))
        return false;
    return (l->counter == PEND_VM && (to->flags & F_VMEM)) || (l->counter == PEND_LDS && (to->flags & F_LDS));
}

/* s[30:31] holds the return address in LLVM's calling convention. */
static bool returns(const struct insn *in) {
    return flow_is(in, "s_setpc") && in->nranges && in->range[0].is_sgpr && in->range[0].reg == 30;
}

static void check(struct flow *f, const struct state *s, const struct insn *in) {
    if (s->n && returns(in))
        report(&f->wave, in, CHECK_WAIT_CALL, &f->code->insn[s->load[0].at], 0,
               "on some path a load is outstanding when the function returns; s_waitcnt must stand between");
    for (unsigned i = 0; i < s->n; i++) {
        const struct load *l = &s->load[i];
        const struct insn *from = &f->code->insn[l->at];
        const struct reg_range *d = result_of(from);
        for (unsigned k = 0; d && k < in->nranges; k++) {
            const struct reg_range *r = &in->range[k];
            if (r->is_sgpr != d->is_sgpr || r->reg >= d->reg + d->ndw || d->reg >= r->reg + r->ndw ||
                in_order(l, from, in, r))
                continue;
            bool vm = l->counter & PEND_VM;
            report(&f->wave, in,
                   vm           ? CHECK_WAIT_VMCNT
                   : l->trusted ? CHECK_WAIT_SMEM_ORDER
                                : CHECK_WAIT_LGKMCNT,
                   from, 0, "on some path a load still writes %s%u; s_waitcnt %s(%u) must stand between",
                   r->is_sgpr ? "s" : "v", (unsigned)(r->reg > d->reg ? r->reg : d->reg) & 255u,
                   vm ? "vmcnt" : "lgkmcnt",
                   (from->flags & F_FLAT) || (l->counter & PEND_SMEM) || l->trusted ? 0u
                   : vm                                                             ? l->vm
                                                                                    : l->lds);
        }
    }
}

static bool step(struct flow *f, struct state *s, uint32_t at) {
    const struct insn *in = &f->code->insn[at];
    if (flow_is(in, "s_waitcnt")) {
        wait(s, f->code, in->waitcnt & 255u, in->waitcnt >> 8);
        return true;
    }
    if (flow_is_call(in)) {
        s->n = 0;
        return true;
    }
    unsigned counter = counters_of(in);
    if (!counter)
        return true;
    for (unsigned i = 0; i < s->n; i++) {
        struct load *l = &s->load[i];
        if ((counter & PEND_VM) && l->vm < 63)
            l->vm++;
        if ((counter & PEND_LDS) && l->lds < 15)
            l->lds++;
        if ((counter & (PEND_LDS | PEND_SMEM)) && l->lgkm < 15)
            l->lgkm++;
    }
    bool writes = result_of(in) && !(in->flags & F_LDS_DMA);
    return !writes || add(s, (struct load){.at = at, .counter = (uint8_t)counter});
}

static bool is_leader(const struct code *code, const uint8_t *target, uint32_t at) {
    return at == 0 || target[at] || flow_is(&code->insn[at - 1], "s_cbranch") ||
           flow_is(&code->insn[at - 1], "s_branch") || flow_is(&code->insn[at - 1], "s_endpgm") ||
           flow_is(&code->insn[at - 1], "s_setpc");
}

/* From a block's entry to its end; with `complain`, reports on the way. */
static bool run_block(struct flow *f, struct state *s, const uint8_t *leader, uint32_t *at, bool complain) {
    for (;; ++*at) {
        if (complain)
            check(f, s, &f->code->insn[*at]);
        if (!step(f, s, *at))
            return false;
        if (*at + 1 >= f->code->ninsn || leader[*at + 1])
            return true;
    }
}

bool lint_waits(struct flow *f, const uint32_t roots[2]) {
    const struct code *code = f->code;
    uint32_t n = code->ninsn, nwork = 0;
    uint8_t *leader = calloc(n + 1u, 1), *queued = calloc(n + 1u, 1);
    uint32_t *work = calloc(n + 1u, sizeof *work);
    struct state *in_state = calloc(n + 1u, sizeof *in_state), now = {NULL, 0, 0, true};
    bool ok = leader && queued && work && in_state;
    for (uint32_t i = 0; ok && i < n; i++)
        if (code->insn[i].target < n)
            leader[code->insn[i].target] = 1;
    for (unsigned i = 0; ok && i < code->nfunctions; i++)
        if (code->functions[i] / 4 < code->text_size / 4 && code->index_at[code->functions[i] / 4] < n)
            leader[code->index_at[code->functions[i] / 4]] = 1;
    for (int i = 0; ok && i < 2; i++)
        if (roots[i] < n)
            leader[roots[i]] = 1;
    for (uint32_t i = n; ok && i-- > 0;)
        leader[i] = is_leader(code, leader, i);
    for (uint32_t i = 0; ok && i < n; i++)
        if (leader[i] && f->reached[i]) {
            in_state[i].known = i == roots[0] || i == roots[1];
            work[nwork++] = i;
            queued[i] = 1;
        }
    while (ok && nwork) {
        uint32_t start = work[--nwork], at = start, next[2];
        queued[start] = 0;
        ok = copy(&now, &in_state[start]) && run_block(f, &now, leader, &at, false);
        unsigned s = ok ? flow_successors(code, at, next) : 0;
        while (s-- && ok) {
            bool changed;
            ok = join(&in_state[next[s]], &now, &changed);
            if (changed && !queued[next[s]]) {
                queued[next[s]] = 1;
                work[nwork++] = next[s];
            }
        }
    }
    for (uint32_t i = 0; ok && i < n; i++)
        if (leader[i] && f->reached[i]) {
            uint32_t at = i;
            ok = copy(&now, &in_state[i]) && run_block(f, &now, leader, &at, true);
        }
    for (uint32_t i = 0; in_state && i < n; i++)
        free(in_state[i].load);
    free(in_state);
    free(now.load);
    free(leader);
    free(queued);
    free(work);
    return ok;
}
