/* Outstanding memory operations: the counters, late delivery, and the check that nothing touches a register before the
 * wait that covers it. Rules: ISA 4.4; vmcnt and LDS return in order, scalar loads in any order, FLAT on both sides. */
#include "../flight.h"

static void mark(struct wave *w, const struct pending *p, bool on) {
    if (p->deliver)
        return;
    uint64_t *bits = p->is_sgpr ? w->pend_s : w->pend_v;
    for (unsigned r = p->reg; r < (unsigned)p->reg + p->ndw; r++) {
        if (on)
            bits[r / 64] |= 1ull << (r % 64);
        else
            bits[r / 64] &= ~(1ull << (r % 64));
    }
}

static void deliver(struct wave *w, struct pending *p) {
    if (p->deliver) {
        p->deliver(w, p);
    } else if (p->is_sgpr) {
        for (unsigned d = 0; d < p->ndw; d++) {
            w->s[p->reg + d] = p->value[0][d];
            w->sundef[p->reg + d] = p->undef[0][d];
        }
    } else {
        for (unsigned d = 0; d < p->ndw; d++) {
            uint32_t any = 0;
            for (int i = 0; i < LANES; i++)
                any |= p->undef[d][i];
            wave_write_row_masked(w, p->reg + d, p->value[d], any ? p->undef[d] : NULL, p->exec,
                                  p->low_last && d + 1 == p->ndw ? 0xffff : p->write_mask);
        }
    }
    unsigned g = pending_group(w, p);
    flight_end(w, p, g);
    w->pending_free[g / 64] |= 1ull << (g % 64);
}

/* Delivers every entry that no counter holds back any more, oldest first. */
static void sweep(struct wave *w) {
    unsigned kept = 0;
    bool removed = false;
    for (unsigned i = 0; i < w->npending; i++) {
        struct pending *p = &w->pending[i];
        if (p->counter == 0) {
            deliver(w, p);
            mark(w, p, false);
            removed = true;
        } else {
            if (kept != i)
                w->pending[kept] = *p;
            kept++;
        }
    }
    w->npending = kept;
    if (removed)
        for (unsigned i = 0; i < kept; i++)
            mark(w, &w->pending[i], true);
}

static bool is_flat(const struct pending *p) {
    return (p->in->flags & F_FLAT) != 0;
}

/* In order of issue, takes `counter` off the oldest entries until at most `limit` hold it. */
static void release(struct wave *w, unsigned counter, unsigned *outstanding, unsigned limit) {
    for (unsigned i = 0; i < w->npending && *outstanding > limit; i++) {
        struct pending *p = &w->pending[i];
        if (!(p->counter & counter))
            continue;
        p->counter &= (uint8_t)~counter;
        --*outstanding;
    }
}

static void release_flat_done(struct wave *w) {
    unsigned flat = 0;
    for (unsigned i = 0; i < w->npending; i++)
        flat += is_flat(&w->pending[i]) && w->pending[i].counter;
    w->flat_outstanding = flat;
}

/* What lgkmcnt(limit) would cover if scalar loads returned in order, which the author may have believed. */
static void mark_trusted(struct wave *w, unsigned limit) {
    unsigned younger = 0;
    for (unsigned i = w->npending; i-- > 0;) {
        struct pending *p = &w->pending[i];
        if (!(p->counter & (PEND_LDS | PEND_SMEM)))
            continue;
        p->trusted |= younger >= limit;
        younger++;
    }
}

void pending_wait(struct wave *w, unsigned vmcnt, unsigned lgkmcnt) {
    if (w->npending == 0)
        return;
    if (w->smem_outstanding && lgkmcnt > 0)
        mark_trusted(w, lgkmcnt);
    if (w->flat_outstanding == 0 || vmcnt == 0)
        release(w, PEND_VM, &w->vm_outstanding, vmcnt);
    if (w->flat_outstanding == 0 || lgkmcnt == 0)
        release(w, PEND_LDS, &w->lds_outstanding, lgkmcnt);
    if (lgkmcnt == 0)
        release(w, PEND_SMEM, &w->smem_outstanding, 0);
    if (w->flat_outstanding)
        release_flat_done(w);
    sweep(w);
}

void pending_drain(struct wave *w) {
    pending_wait(w, 0, 0);
}

struct pending *pending_add(struct wave *w, const struct insn *in, unsigned counter, unsigned reg, unsigned ndw,
                            bool is_sgpr, uint64_t exec) {
    /* A full counter stalls issue until the oldest operation returns. */
    if ((counter & PEND_VM) && w->vm_outstanding >= 63)
        pending_wait(w, w->flat_outstanding ? 0 : 62, 15);
    if ((counter & PEND_LDS) && w->smem_outstanding == 0 && w->flat_outstanding == 0) {
        if (w->lds_outstanding >= 15)
            pending_wait(w, 63, 14);
    } else if ((counter & (PEND_LDS | PEND_SMEM)) && w->lds_outstanding + 2 * w->smem_outstanding >= 14) {
        pending_wait(w, 63, 0);
    }
    if (w->npending == PENDING_MAX)
        pending_drain(w);
    unsigned g = 0;
    while (!w->pending_free[g])
        g++;
    unsigned group = g * 64 + (unsigned)__builtin_ctzll(w->pending_free[g]);
    w->pending_free[g] &= w->pending_free[g] - 1;
    struct pending *p = &w->pending[w->npending++];
    *p = (struct pending){.in = in,
                          .exec = exec,
                          .reg = (uint16_t)reg,
                          .ndw = (uint8_t)ndw,
                          .is_sgpr = is_sgpr,
                          .counter = (uint8_t)counter,
                          .write_mask = ~0u};
    p->value = w->pending_rows + (size_t)group * 2 * PENDING_ROWS;
    p->undef = p->value + PENDING_ROWS;
    if (ndw)
        memset(p->undef, 0, sizeof(lane_row) * (is_sgpr ? 1 : ndw));
    w->side_effects += (in->flags & F_STORE) != 0;
    w->vm_outstanding += (counter & PEND_VM) != 0;
    w->vm_issued += (counter & PEND_VM) != 0;
    w->lds_outstanding += (counter & PEND_LDS) != 0;
    w->smem_outstanding += (counter & PEND_SMEM) != 0;
    w->flat_outstanding += (in->flags & F_FLAT) != 0;
    mark(w, p, true);
    return p;
}

void pending_at_barrier(struct wave *w) {
    w->nlate = 0;
    for (unsigned i = 0; i < w->npending; i++) {
        const struct pending *p = &w->pending[i];
        bool store = (p->in->flags & (F_STORE | F_ATOMIC)) && (p->counter & PEND_LDS);
        if (store && w->nlate < sizeof w->late_lds / sizeof *w->late_lds)
            w->late_lds[w->nlate++] = p->in;
    }
}

static bool overlaps(const struct pending *p, const struct reg_range *r) {
    return !p->deliver && p->is_sgpr == r->is_sgpr && r->reg < p->reg + p->ndw && p->reg < r->reg + r->ndw;
}

/* Loads of one in-order kind may follow one another into the same registers. */
static bool ordered_overwrite(const struct pending *p, const struct insn *in, const struct reg_range *r) {
    if (r->role &
        (ROLE_SRC | ROLE_SRC_ADDR | ROLE_SRC_DATA | ROLE_SRC_AB | ROLE_SRC_C | ROLE_SRC_LANESEL | ROLE_SRC_CARRY))
        return false;
    if (is_flat(p) || (in->flags & F_FLAT))
        return false;
    return (p->counter == PEND_VM && (in->flags & F_VMEM)) || (p->counter == PEND_LDS && (in->flags & F_LDS));
}

static void complain(struct wave *w, const struct insn *in, const struct pending *p, const struct reg_range *r) {
    unsigned check = p->counter & PEND_VM ? CHECK_WAIT_VMCNT : p->trusted ? CHECK_WAIT_SMEM_ORDER : CHECK_WAIT_LGKMCNT;
    unsigned younger = 0;
    for (const struct pending *q = p + 1; q < w->pending + w->npending; q++)
        younger += (q->counter & p->counter) != 0;
    unsigned first = r->reg > p->reg ? r->reg : p->reg;
    const char *file = p->is_sgpr ? "s" : first >= REG_ACC0 ? "a" : "v";
    if (!p->is_sgpr && first >= REG_ACC0)
        first -= REG_ACC0;
    const char *verb = r->role & ROLE_DST ? "writes" : "reads";
    if (p->counter & PEND_VM)
        report(w, in, check, p->in, p->exec,
               "%s %s%u while a load still writes it; s_waitcnt vmcnt(%u) must stand between", verb, file, first,
               is_flat(p) ? 0 : younger);
    else
        report(w, in, check, p->in, p->is_sgpr ? 0 : p->exec,
               "%s %s%u while a load still writes it; s_waitcnt lgkmcnt(%u) must stand between", verb, file, first,
               p->counter & PEND_SMEM || is_flat(p) || p->trusted ? 0 : younger);
}

void wait_check(struct wave *w, const struct insn *in) {
    for (unsigned i = 0; i < in->nranges; i++) {
        const struct reg_range *r = &in->range[i];
        const uint64_t *bits = r->is_sgpr ? w->pend_s : w->pend_v;
        bool hit = false;
        for (unsigned k = r->reg; k < (unsigned)r->reg + r->ndw; k++)
            hit |= bits[k / 64] >> (k % 64) & 1;
        if (!hit)
            continue;
        for (unsigned k = 0; k < w->npending; k++) {
            const struct pending *p = &w->pending[k];
            if (overlaps(p, r) && !ordered_overwrite(p, in, r))
                complain(w, in, p, r);
        }
    }
}
