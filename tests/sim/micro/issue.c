/* Issue, VALU, MFMA: chains and streams of one instruction. */
#include "micro.h"

#define INTERVAL(n) "issue.interval", n

const struct micro micro_issue[] = {
    FORM("issue.interval", micro_chain, 8, "nop", 64, 4, 1, {NULL, 0}),
    FORM("issue.valu_to_memory", micro_chain, 20, "valu_to_lds", 64, 4, 1, {"lds.latency", 1}, {INTERVAL(9)}),
    FORM("issue.salu_to_vmem", micro_chain, 16, "salu_to_vmem", 64, 4, 1, {"l1.hit", 1}),
    FORM("issue.saveexec_to_branch", micro_chain, 12, "saveexec", 64, 4, 1, {INTERVAL(1)}),
    FORM("issue.barrier", micro_chain, 32, "barrier", 256, 4, 1, {NULL, 0}),
    FORM("issue.sleep_unit", micro_chain, 100, "sleep", 64, 4, 2, {INTERVAL(1)}),
    FORM("valu.plain", micro_chain, 6, "valu_chain", 64, 4, 1, {NULL, 0}),
    FORM("valu.packed", micro_chain, 8, "valu_packed", 64, 4, 1, {NULL, 0}),
    FORM("valu.trans", micro_chain, 16, "valu_trans", 64, 4, 1, {NULL, 0}),
    FORM("valu.f64", micro_chain, 8, "valu_f64", 64, 4, 1, {NULL, 0}),
    FORM("valu.mul32", micro_chain, 16, "valu_mul32", 64, 4, 1, {NULL, 0}),
    FORM("valu.dot", micro_chain, 8, "valu_dot", 64, 4, 1, {NULL, 0}),
    FORM("valu.convert", micro_chain, 8, "valu_convert", 64, 4, 1, {NULL, 0}),
    FORM("valu.permute", micro_chain, 8, "valu_permute", 64, 4, 1, {NULL, 0}),
    FORM("mfma.pass", micro_chain, 6, "mfma_free", 64, 4, 4, {NULL, 0}),
    FORM("mfma.chain", micro_chain, 6, "mfma_chain", 64, 4, 1, {"mfma.pass", 4}),
    FORM("mfma.result", micro_chain, 16, "mfma_result", 64, 4, 1, {"mfma.pass", 4}, {INTERVAL(1)}),
    FORM("mfma.valu_blocked", micro_chain, 12, "mfma_shadow", 64, 4, 1, {INTERVAL(17)}),
    {.parameter = NULL},
};
