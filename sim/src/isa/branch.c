/* Where a wave goes next: branches, calls, the program counter, traps and the end of the program. */
#include "salu.h"

/* STATUS: flags that a debugger sets */
enum { STATUS_PRIV = 1 << 5, STATUS_COND_DBG_USER = 1 << 20, STATUS_COND_DBG_SYS = 1 << 21 };

static void stop(struct wave *w) {
    wave_end(w);
    if (w->wg)
        atomic_store(&w->wg->run->stop, true);
}

static void take(struct wave *w, const struct insn *in) {
    if (__builtin_expect(in->target != UINT32_MAX, 1))
        w->index = in->target;
    else
        wave_jump(w, in, wave_address_after(w, in) + 4 * (uint64_t)(int16_t)in->opnd[in->noperands - 1].imm);
}

static void undefined_branch(struct wave *w, const struct insn *in, const char *what) {
    report(w, in, CHECK_UNINIT_BRANCH, NULL, 0, "the branch depends on %s, which was never written", what);
}

static void branch(struct wave *w, const struct insn *in) {
    take(w, in);
}

static void on_scc(struct wave *w, const struct insn *in, bool wanted) {
    if (__builtin_expect(w->scc_undef, 0))
        undefined_branch(w, in, "SCC");
    if (w->scc == wanted)
        take(w, in);
}

static void on_vcc(struct wave *w, const struct insn *in, bool wanted_zero) {
    uint64_t vcc = wave_vcc(w), undef = w->sundef[SREG_VCC] | (uint64_t)w->sundef[SREG_VCC + 1] << 32;
    if (__builtin_expect(undef != 0, 0) && !(vcc & ~undef))
        undefined_branch(w, in, "VCC");
    if ((vcc == 0) == wanted_zero)
        take(w, in);
}

static void cbranch_scc0(struct wave *w, const struct insn *in) {
    on_scc(w, in, false);
}

static void cbranch_scc1(struct wave *w, const struct insn *in) {
    on_scc(w, in, true);
}

static void cbranch_vccz(struct wave *w, const struct insn *in) {
    on_vcc(w, in, true);
}

static void cbranch_vccnz(struct wave *w, const struct insn *in) {
    on_vcc(w, in, false);
}

static void cbranch_execz(struct wave *w, const struct insn *in) {
    if (wave_exec(w) == 0)
        take(w, in);
}

static void cbranch_execnz(struct wave *w, const struct insn *in) {
    if (wave_exec(w) != 0)
        take(w, in);
}

static void cbranch_cdbgsys(struct wave *w, const struct insn *in) {
    if (w->status & STATUS_COND_DBG_SYS)
        take(w, in);
}

static void cbranch_cdbguser(struct wave *w, const struct insn *in) {
    if (w->status & STATUS_COND_DBG_USER)
        take(w, in);
}

static void cbranch_cdbgsys_or_user(struct wave *w, const struct insn *in) {
    if (w->status & (STATUS_COND_DBG_SYS | STATUS_COND_DBG_USER))
        take(w, in);
}

static void cbranch_cdbgsys_and_user(struct wave *w, const struct insn *in) {
    if ((w->status & STATUS_COND_DBG_SYS) && (w->status & STATUS_COND_DBG_USER))
        take(w, in);
}

/* --- program counter --- */

static uint64_t target_address(struct wave *w, const struct insn *in, unsigned i) {
    uint64_t undef, address = salu_source(w, in, i, T_B64, &undef);
    if (undef)
        undefined_branch(w, in, "the address that it goes to");
    return address;
}

static void getpc(struct wave *w, const struct insn *in) {
    scalar_dst64(w, &in->opnd[0], wave_address_after(w, in), 0);
}

static void setpc(struct wave *w, const struct insn *in) {
    wave_jump(w, in, target_address(w, in, 0));
}

static void swappc(struct wave *w, const struct insn *in) {
    uint64_t address = target_address(w, in, 1);
    getpc(w, in);
    wave_jump(w, in, address);
}

static void call(struct wave *w, const struct insn *in) {
    getpc(w, in);
    take(w, in);
}

/* Outside a trap handler there is nothing to restore but the program counter. */
static void rfe(struct wave *w, const struct insn *in) {
    w->status &= ~(uint32_t)STATUS_PRIV;
    setpc(w, in);
}

/* --- end, trap and halt --- */

static void endpgm(struct wave *w, const struct insn *in) {
    (void)in;
    wave_end(w);
}

/* Trap 3 is the runtime's debug trap: without a debugger its handler goes on behind it. Every other one ends the
 * kernel, as the runtime's handler does. */
static void trap(struct wave *w, const struct insn *in) {
    unsigned id = in->opnd[0].imm & 255;
    if (id == 3)
        return;
    report(w, in, CHECK_TRAP, NULL, 0, "the kernel stops itself with trap %u", id);
    stop(w);
}

static void sethalt(struct wave *w, const struct insn *in) {
    if (!(in->opnd[0].imm & 1))
        return;
    report(w, in, CHECK_TRAP, NULL, 0, "the wave halts, and only a debugger could make it go on");
    stop(w);
}

static void sendmsghalt(struct wave *w, const struct insn *in) {
    report(w, in, CHECK_TRAP, NULL, 0, "the wave halts after its message, and only the host could make it go on");
    stop(w);
}

static void setkill(struct wave *w, const struct insn *in) {
    if (in->opnd[0].imm & 1)
        wave_end(w);
}

#define BRANCH(mnemonic, fn) {.name = mnemonic, .flags = F_SALU | F_BRANCH, .exec = fn}
#define END(mnemonic, fn) {.name = mnemonic, .flags = F_SALU | F_END, .exec = fn}

static const struct isa_op ops[] = {
    {.name = "s_branch", .flags = F_SALU | F_BRANCH | F_END, .exec = branch},
    BRANCH("s_cbranch_scc0", cbranch_scc0),
    BRANCH("s_cbranch_scc1", cbranch_scc1),
    BRANCH("s_cbranch_vccz", cbranch_vccz),
    BRANCH("s_cbranch_vccnz", cbranch_vccnz),
    BRANCH("s_cbranch_execz", cbranch_execz),
    BRANCH("s_cbranch_execnz", cbranch_execnz),
    BRANCH("s_cbranch_cdbgsys", cbranch_cdbgsys),
    BRANCH("s_cbranch_cdbguser", cbranch_cdbguser),
    BRANCH("s_cbranch_cdbgsys_or_user", cbranch_cdbgsys_or_user),
    BRANCH("s_cbranch_cdbgsys_and_user", cbranch_cdbgsys_and_user),
    {.name = "s_getpc_b64", .flags = F_SALU, .dst = T_B64, .exec = getpc},
    {.name = "s_setpc_b64", .flags = F_SALU | F_BRANCH | F_END, .src = {T_B64}, .exec = setpc},
    {.name = "s_swappc_b64", .flags = F_SALU | F_BRANCH, .dst = T_B64, .src = {T_B64}, .exec = swappc},
    {.name = "s_call_b64", .flags = F_SALU | F_BRANCH, .dst = T_B64, .exec = call},
    {.name = "s_rfe_b64", .flags = F_SALU | F_BRANCH | F_END, .src = {T_B64}, .exec = rfe},
    {.name = "s_rfe_restore_b64", .flags = F_SALU | F_BRANCH | F_END, .src = {T_B64, T_B32}, .exec = rfe},
    END("s_endpgm", endpgm),
    END("s_endpgm_saved", endpgm),
    END("s_endpgm_ordered_ps_done", endpgm),
    {.name = "s_trap", .flags = F_SALU, .exec = trap},
    {.name = "s_sethalt", .flags = F_SALU, .exec = sethalt},
    {.name = "s_sendmsghalt", .flags = F_SALU, .exec = sendmsghalt},
    {.name = "s_setkill", .flags = F_SALU, .exec = setkill},
};
ISA_FAMILY(branch, ops);
