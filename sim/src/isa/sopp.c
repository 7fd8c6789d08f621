/* SOPP: waits, barriers and hints. (Branches, traps and the end of the program: branch.c.) */
#include "salu.h"

/* What has no effect that a functional run could show: time, messages to the host, performance counters, and the
 * instruction cache, since code does not change while it runs. s_nop's wait states are counted by the decoder. */
static void nothing(struct wave *w, const struct insn *in) {
    (void)w, (void)in;
}

static void waitcnt(struct wave *w, const struct insn *in) {
    if (w->npending)
        pending_wait(w, in->waitcnt & 0xff, in->waitcnt >> 8);
}

static void barrier(struct wave *w, const struct insn *in) {
    (void)in;
    w->at_barrier = true;
}

static void setprio(struct wave *w, const struct insn *in) {
    w->priority = in->opnd[0].imm & 3;
}

#define SOPP(mnemonic, fn) {.name = mnemonic, .flags = F_SALU, .exec = fn}

static const struct isa_op ops[] = {
    SOPP("s_nop", nothing),          SOPP("s_waitcnt", waitcnt),    SOPP("s_barrier", barrier),
    SOPP("s_setprio", setprio),      SOPP("s_sleep", nothing),      SOPP("s_wakeup", nothing),
    SOPP("s_sendmsg", nothing),      SOPP("s_icache_inv", nothing), SOPP("s_incperflevel", nothing),
    SOPP("s_decperflevel", nothing), SOPP("s_ttracedata", nothing),
};
ISA_FAMILY(sopp, ops);
