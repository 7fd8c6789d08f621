/* Integer comparisons: v_cmp_*, and v_cmpx_*, which write EXEC too. */
#include "vint.h"

#define COMPARES(t, T)                                                                                                 \
    LANE_CMP(lt_##t, T, T, A < B)                                                                                      \
    LANE_CMP(eq_##t, T, T, A == B)                                                                                     \
    LANE_CMP(le_##t, T, T, A <= B)                                                                                     \
    LANE_CMP(gt_##t, T, T, A > B)                                                                                      \
    LANE_CMP(ne_##t, T, T, A != B)                                                                                     \
    LANE_CMP(ge_##t, T, T, A >= B)
/* 16-bit sources arrive as 32-bit numbers. */
COMPARES(i32, int32_t)
COMPARES(u32, uint32_t)
COMPARES(i64, int64_t)
COMPARES(u64, uint64_t)

static void never(struct lane_args *x) {
    x->mask_out = 0;
}

static void always(struct lane_args *x) {
    x->mask_out = ~0ull;
}

#define CMP(condition, type, fn, operand, rule)                                                                        \
    {.name = "v_cmp_" condition "_" type,                                                                              \
     .flags = F_VALU,                                                                                                  \
     .dst = T_MASK,                                                                                                    \
     .src = {operand, operand},                                                                                        \
     .shadow = rule,                                                                                                   \
     .lanes = fn},                                                                                                     \
    {                                                                                                                  \
        .name = "v_cmpx_" condition "_" type, .flags = F_VALU | F_CMPX, .dst = T_MASK, .src = {operand, operand},      \
        .shadow = rule, .lanes = fn                                                                                    \
    }
#define CMP_ALL(type, operand, wide)                                                                                   \
    CMP("f", type, never, operand, SH_COMPARE), CMP("lt", type, lt_##wide, operand, SH_COMPARE),                       \
        CMP("eq", type, eq_##wide, operand, SH_EQUAL), CMP("le", type, le_##wide, operand, SH_COMPARE),                \
        CMP("gt", type, gt_##wide, operand, SH_COMPARE), CMP("ne", type, ne_##wide, operand, SH_EQUAL),                \
        CMP("ge", type, ge_##wide, operand, SH_COMPARE), CMP("t", type, always, operand, SH_COMPARE)

static const struct isa_op ops[] = {
    CMP_ALL("i16", T_I16, i32), CMP_ALL("u16", T_U16, u32), CMP_ALL("i32", T_I32, i32),
    CMP_ALL("u32", T_U32, u32), CMP_ALL("i64", T_I64, i64), CMP_ALL("u64", T_U64, u64),
};
ISA_FAMILY(vcmp_int, ops);
