/* SOPC: scalar comparisons, which write SCC. (s_setvskip and s_set_gpr_idx_on: issue_mode.c.) */
#include "salu.h"

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
SALU_FN(bit0_32, x->scc = !(a >> (b & 31) & 1))
SALU_FN(bit1_32, x->scc = a >> (b & 31) & 1)
SALU_FN(bit0_64, x->scc = !(a >> (b & 63) & 1))
SALU_FN(bit1_64, x->scc = a >> (b & 63) & 1)

#define SOPC(mnemonic, fn, a, b, rule)                                                                                 \
    {.name = mnemonic, .flags = F_SALU | F_SCC, .src = {a, b}, .shadow = rule, .scalar = fn}

static const struct isa_op ops[] = {
    SOPC("s_cmp_eq_i32", eq, T_I32, T_I32, SH_EQUAL),      SOPC("s_cmp_lg_i32", lg, T_I32, T_I32, SH_EQUAL),
    SOPC("s_cmp_gt_i32", gt_i, T_I32, T_I32, SH_COMPARE),  SOPC("s_cmp_ge_i32", ge_i, T_I32, T_I32, SH_COMPARE),
    SOPC("s_cmp_lt_i32", lt_i, T_I32, T_I32, SH_COMPARE),  SOPC("s_cmp_le_i32", le_i, T_I32, T_I32, SH_COMPARE),
    SOPC("s_cmp_eq_u32", eq, T_U32, T_U32, SH_EQUAL),      SOPC("s_cmp_lg_u32", lg, T_U32, T_U32, SH_EQUAL),
    SOPC("s_cmp_gt_u32", gt_u, T_U32, T_U32, SH_COMPARE),  SOPC("s_cmp_ge_u32", ge_u, T_U32, T_U32, SH_COMPARE),
    SOPC("s_cmp_lt_u32", lt_u, T_U32, T_U32, SH_COMPARE),  SOPC("s_cmp_le_u32", le_u, T_U32, T_U32, SH_COMPARE),
    SOPC("s_cmp_eq_u64", eq, T_U64, T_U64, SH_EQUAL),      SOPC("s_cmp_lg_u64", lg, T_U64, T_U64, SH_EQUAL),
    SOPC("s_bitcmp0_b32", bit0_32, T_B32, T_U32, SH_MOVE), SOPC("s_bitcmp1_b32", bit1_32, T_B32, T_U32, SH_MOVE),
    SOPC("s_bitcmp0_b64", bit0_64, T_B64, T_U32, SH_MOVE), SOPC("s_bitcmp1_b64", bit1_64, T_B64, T_U32, SH_MOVE),
};
ISA_FAMILY(sopc, ops);
