/* Static findings of a kernel: reachability, the walk that looks for missing wait states, and what needs no path. */
#define _GNU_SOURCE
#include "lint.h"

#include <stdlib.h>

#include "../wave.h"
#include "flow.h"
#include "hazard.h"

/* --- wait states --- */

struct walk {
    struct flow *flow;
    const struct insn *from;
    uint16_t *best; /* per instruction: fewest wait states seen on a path from the producer, + 1 */
    uint32_t *touched;
    uint32_t ntouched;
};

static void compare(struct walk *k, const struct insn *to, unsigned have) {
    for (int word = 0; word < 2; word++)
        for (uint64_t both = k->from->haz_produces[word] & to->haz_consumes[word]; both; both &= both - 1) {
            unsigned r = (unsigned)(word * 64 + __builtin_ctzll(both));
            int reg;
            bool is_sgpr;
            unsigned need = hazard_waits(r);
            if (have < need && hazard_overlap(r, k->from, to, &reg, &is_sgpr))
                report(&k->flow->wave, to, CHECK_HAZARD0 + r, k->from, 0,
                       "%u wait states on some path, %u needed: put s_nop %u before it", have, need, need - have - 1);
        }
}

static void follow(struct walk *k, uint32_t at, unsigned have) {
    const struct code *code = k->flow->code;
    while (have < k->from->haz_span) {
        if (k->best[at] && k->best[at] <= have + 1)
            return;
        if (!k->best[at])
            k->touched[k->ntouched++] = at;
        k->best[at] = (uint16_t)(have + 1);
        const struct insn *in = &code->insn[at];
        compare(k, in, have);
        if (flow_is_call(in))
            return;
        have += in->slots;
        uint32_t next[2];
        unsigned n = flow_successors(code, at, next);
        if (n == 0)
            return;
        if (n == 2)
            follow(k, next[0], have);
        at = next[n - 1];
    }
}

static bool check_wait_states(struct flow *f) {
    const struct code *code = f->code;
    struct walk k = {.flow = f};
    k.best = calloc(code->ninsn + 1u, sizeof *k.best);
    k.touched = calloc(code->ninsn + 1u, sizeof *k.touched);
    bool ok = k.best && k.touched;
    for (uint32_t i = 0; ok && i < code->ninsn; i++) {
        if (!f->reached[i] || !code->insn[i].haz_span)
            continue;
        k.from = &code->insn[i];
        uint32_t next[2];
        unsigned n = flow_successors(code, i, next);
        for (unsigned s = 0; s < n; s++)
            follow(&k, next[s], 0);
        while (k.ntouched)
            k.best[k.touched[--k.ntouched]] = 0;
    }
    free(k.best);
    free(k.touched);
    return ok;
}

/* --- what needs no path --- */

static bool is_padding(const struct insn *in) {
    return flow_is(in, "s_nop") || flow_is(in, "s_code_end") || flow_is(in, "s_endpgm") || flow_is(in, "invalid");
}

static void check_unreachable(struct flow *f) {
    const struct code *code = f->code;
    for (uint32_t i = 0; i < code->ninsn; i++) {
        if (f->reached[i] || is_padding(&code->insn[i]))
            continue;
        report(&f->wave, &code->insn[i], CHECK_UNREACHABLE, NULL, 0, "nothing reaches this instruction");
        while (i + 1 < code->ninsn && !f->reached[i + 1])
            i++;
    }
}

static void check_known(struct flow *f) {
    for (uint32_t i = 0; i < f->code->ninsn; i++) {
        const struct insn *in = &f->code->insn[i];
        if (f->reached[i] && !in->op)
            report(&f->wave, in, CHECK_NOT_IMPLEMENTED, NULL, 0, "not implemented: %s", code_text(f->code, in));
    }
}

/* A trap ends the kernel, and a call need not return. */
static bool goes_on(const struct insn *in) {
    return !flow_is(in, "s_endpgm") && !flow_is(in, "s_branch") && !flow_is(in, "s_setpc") && !flow_is(in, "s_rfe") &&
           !flow_is(in, "s_trap") && !flow_is_call(in);
}

static void check_leaving(struct flow *f) {
    const struct code *code = f->code;
    for (uint32_t i = 0; i < code->ninsn; i++) {
        const struct insn *in = &code->insn[i];
        if (!f->reached[i])
            continue;
        if ((flow_is(in, "s_branch") || flow_is(in, "s_cbranch")) && !strstr(in->mnemonic, "_fork") &&
            !strstr(in->mnemonic, "_join") && in->target == UINT32_MAX)
            report(&f->wave, in, CHECK_BAD_PC, NULL, 0, "the branch leads to no instruction of this code object");
        else if (i + 1 == code->ninsn && goes_on(in))
            report(&f->wave, in, CHECK_BAD_PC, NULL, 0, "execution runs past the end of the code");
    }
}

static bool is_kernel(const struct code *code, uint64_t entry) {
    for (unsigned i = 0; i < code->nkernels; i++)
        if (code->kernels[i].entry == entry)
            return true;
    return false;
}

/* Callers leave loads outstanding: LLVM's functions wait for everything first. */
static void check_entries(struct flow *f) {
    const struct code *code = f->code;
    for (unsigned i = 0; i < code->nfunctions; i++) {
        uint32_t at =
            code->functions[i] / 4 < code->text_size / 4 ? code->index_at[code->functions[i] / 4] : UINT32_MAX;
        if (at >= code->ninsn || !f->reached[at] || is_kernel(code, code->functions[i]))
            continue;
        const struct insn *in = &code->insn[at];
        if (!flow_is(in, "s_waitcnt") || in->waitcnt)
            report(&f->wave, in, CHECK_WAIT_CALL, NULL, 0,
                   "the function does not begin with s_waitcnt vmcnt(0) lgkmcnt(0); its callers may have loads "
                   "outstanding");
    }
}

/* --- driver --- */

static bool reach(struct flow *f, uint32_t root) {
    uint32_t *stack = malloc(((size_t)f->code->ninsn * 2 + 2) * sizeof *stack);
    size_t n = 0;
    if (!stack)
        return false;
    stack[n++] = root;
    while (n) {
        uint32_t at = stack[--n], next[2];
        if (at >= f->code->ninsn || f->reached[at])
            continue;
        f->reached[at] = 1;
        unsigned s = flow_successors(f->code, at, next);
        while (s)
            stack[n++] = next[--s];
    }
    free(stack);
    return true;
}

static uint32_t index_of(const struct code *code, uint64_t pc) {
    return pc / 4 < code->text_size / 4 ? code->index_at[pc / 4] : UINT32_MAX;
}

static bool lint_kernel(const struct code *code, const struct kernel *k) {
    struct flow f = {.code = code};
    struct launch launch = {.code = code, .kernel = k, .grid = {1, 1, 1}, .block = {64, 1, 1}};
    struct workgroup wg = {.launch = &launch};
    f.wave.code = code;
    f.wave.wg = &wg;
    f.reached = calloc(code->ninsn + 1u, 1);
    uint32_t roots[2] = {index_of(code, k->entry), UINT32_MAX};
    if (k->kernarg_preload & 127)
        roots[1] = index_of(code, k->entry + 256);
    bool ok = f.reached != NULL;
    for (int i = 0; ok && i < 2; i++)
        if (roots[i] != UINT32_MAX)
            ok = reach(&f, roots[i]);
    /* Which functions a kernel calls is not known here: their registers are checked when they run. */
    if (ok)
        lint_registers(&f, k);
    /* functions that are called: every call's target is unknown, so all other function symbols are entries too */
    bool calls = false;
    for (uint32_t i = 0; ok && i < code->ninsn; i++)
        calls |= f.reached[i] && flow_is_call(&code->insn[i]);
    for (unsigned i = 0; ok && calls && i < code->nfunctions; i++) {
        uint32_t at = index_of(code, code->functions[i]);
        if (at != UINT32_MAX)
            ok = reach(&f, at);
    }
    if (ok) {
        check_known(&f);
        check_leaving(&f);
        if (calls)
            check_entries(&f);
        if (code->nkernels == 1)
            check_unreachable(&f);
        ok = check_wait_states(&f) && lint_waits(&f, roots);
    }
    free(f.reached);
    return ok;
}

bool lint_code(const struct code *code, const struct kernel *kernel) {
    for (unsigned i = 0; i < code->nkernels; i++)
        if (!kernel || kernel == &code->kernels[i])
            if (!lint_kernel(code, &code->kernels[i]))
                return false;
    return true;
}
