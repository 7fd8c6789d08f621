/* SOPK: a 16-bit immediate. (s_getreg and s_setreg: hwreg.c; s_call_b64 and s_cbranch_i_fork: branch.c, fork.c.) */
#include "salu.h"

SALU_FN(movk, x->d = a)
SALU_FN(cmovk, x->d = x->scc ? a : x->old)
SALU_FN(addk, x->d = x->old + a, x->scc = (~(x->old ^ a) & (x->old ^ x->d)) >> 31 & 1)
SALU_FN(mulk, x->d = x->old * a)
SALU_FN(eq, x->scc = a == b)
SALU_FN(lg, x->scc = a != b)
SALU_FN(gt_i, x->scc = (int64_t)a > (int64_t)b)
SALU_FN(ge_i, x->scc = (int64_t)a >= (int64_t)b)
SALU_FN(lt_i, x->scc = (int64_t)a < (int64_t)b)
SALU_FN(le_i, x->scc = (int64_t)a <= (int64_t)b)
SALU_FN(gt_u, x->scc = a > b)
SALU_FN(ge_u, x->scc = a >= b)
SALU_FN(lt_u, x->scc = a < b)
SALU_FN(le_u, x->scc = a <= b)

#define SOPK(mnemonic, fn, rule, more)                                                                                 \
    {.name = mnemonic, .flags = F_SALU | (more), .dst = T_I32, .src = {T_I16}, .shadow = rule, .scalar = fn}
#define CMPK_I(mnemonic, fn, rule)                                                                                     \
    {.name = mnemonic, .flags = F_SALU | F_SCC, .src = {T_I32, T_I16}, .shadow = rule, .scalar = fn}
#define CMPK_U(mnemonic, fn, rule)                                                                                     \
    {.name = mnemonic, .flags = F_SALU | F_SCC, .src = {T_U32, T_U16}, .shadow = rule, .scalar = fn}

static const struct isa_op ops[] = {
    SOPK("s_movk_i32", movk, SH_COPY, 0),
    {.name = "s_cmovk_i32",
     .flags = F_SALU | F_RMW,
     .dst = T_I32,
     .src = {T_I16},
     .shadow = SH_SELECT,
     .scalar = cmovk,
     .mask_src = 1},
    SOPK("s_addk_i32", addk, SH_ADD, F_RMW | F_SCC),
    SOPK("s_mulk_i32", mulk, SH_ADD, F_RMW),
    CMPK_I("s_cmpk_eq_i32", eq, SH_EQUAL),
    CMPK_I("s_cmpk_lg_i32", lg, SH_EQUAL),
    CMPK_I("s_cmpk_gt_i32", gt_i, SH_COMPARE),
    CMPK_I("s_cmpk_ge_i32", ge_i, SH_COMPARE),
    CMPK_I("s_cmpk_lt_i32", lt_i, SH_COMPARE),
    CMPK_I("s_cmpk_le_i32", le_i, SH_COMPARE),
    CMPK_U("s_cmpk_eq_u32", eq, SH_EQUAL),
    CMPK_U("s_cmpk_lg_u32", lg, SH_EQUAL),
    CMPK_U("s_cmpk_gt_u32", gt_u, SH_COMPARE),
    CMPK_U("s_cmpk_ge_u32", ge_u, SH_COMPARE),
    CMPK_U("s_cmpk_lt_u32", lt_u, SH_COMPARE),
    CMPK_U("s_cmpk_le_u32", le_u, SH_COMPARE),
};
ISA_FAMILY(sopk, ops);
