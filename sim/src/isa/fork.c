/* Divergent branches that the hardware keeps a stack for: s_cbranch_{g,i}_fork and s_cbranch_join. The stack is SGPRs,
 * four for each entry: the mask of the lanes that have yet to run, and the address where they go on. */
#include "salu.h"

enum { CSP_SHIFT = 29 }; /* MODE[31:29]: entries on the stack */

static unsigned csp(const struct wave *w) {
    return w->mode >> CSP_SHIFT;
}

static void set_csp(struct wave *w, unsigned value) {
    w->mode = (w->mode & ~(7u << CSP_SHIFT)) | (value & 7) << CSP_SHIFT;
}

static void set_sgprs(struct wave *w, unsigned reg, uint64_t value) {
    const struct operand o = {.kind = OPND_SGPR, .reg = (uint16_t)reg, .ndw = 2};
    scalar_dst64(w, &o, value, 0);
}

static void fork_waves(struct wave *w, const struct insn *in, uint64_t target) {
    uint64_t undef, exec = wave_exec(w), mask = salu_source(w, in, 0, T_B64, &undef);
    uint64_t pass = mask & exec, fail = ~mask & exec, next = wave_address_after(w, in);
    if (undef & exec)
        report(w, in, CHECK_UNINIT_BRANCH, NULL, undef & exec,
               "the mask of the branch has bits that were never written");
    if (pass == exec) {
        wave_jump(w, in, target);
        return;
    }
    if (fail == exec)
        return;
    /* the smaller half runs first, so the stack never holds more than log2(64) entries */
    bool fail_first = __builtin_popcountll(fail) < __builtin_popcountll(pass);
    unsigned at = 4 * csp(w);
    set_sgprs(w, at, fail_first ? pass : fail);
    set_sgprs(w, at + 2, fail_first ? target : next);
    set_csp(w, csp(w) + 1);
    w->s64[SREG_EXEC / 2] = fail_first ? fail : pass;
    if (!fail_first)
        wave_jump(w, in, target);
}

static void g_fork(struct wave *w, const struct insn *in) {
    uint64_t undef, target = salu_source(w, in, 1, T_B64, &undef);
    if (undef)
        report(w, in, CHECK_UNINIT_BRANCH, NULL, 0, "the address of the branch was never written");
    fork_waves(w, in, target);
}

static void i_fork(struct wave *w, const struct insn *in) {
    fork_waves(w, in, wave_address_after(w, in) + 4 * (uint64_t)(int16_t)in->opnd[1].imm);
}

static void join(struct wave *w, const struct insn *in) {
    uint64_t undef, saved = salu_source(w, in, 0, T_U32, &undef);
    if (undef)
        report(w, in, CHECK_UNINIT_BRANCH, NULL, 0, "the saved stack pointer was never written");
    if (saved == csp(w))
        return;
    set_csp(w, csp(w) - 1);
    unsigned at = 4 * csp(w);
    salu_write_exec(w, in, w->s64[at / 2], w->sundef[at] | (uint64_t)w->sundef[at + 1] << 32);
    if (w->sundef[at + 2] | w->sundef[at + 3])
        report(w, in, CHECK_UNINIT_BRANCH, NULL, 0, "s[%u:%u], where the other half should go on, was never written",
               at + 2, at + 3);
    wave_jump(w, in, w->s64[at / 2 + 1]);
}

static const struct isa_op ops[] = {
    {.name = "s_cbranch_g_fork", .flags = F_SALU | F_BRANCH, .src = {T_B64, T_B64}, .exec = g_fork},
    {.name = "s_cbranch_i_fork", .flags = F_SALU | F_BRANCH, .src = {T_B64}, .exec = i_fork},
    {.name = "s_cbranch_join", .flags = F_SALU | F_BRANCH, .src = {T_U32}, .exec = join},
};
ISA_FAMILY(fork, ops);
