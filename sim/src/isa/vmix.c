/* Fused multiply-add of a mixture of f32 and f16 sources; the driver hands all of them over as f32 (T_MIX). The f16
 * forms round the f32 result once more. */
#include "fp.h"
#include "lanes.h"

static void mix32(struct lane_args *x) {
    fma32_row(x->a, x->b, x->c, x->d, LANES);
}

static void mix16(struct lane_args *x) {
    float d[LANES];
    fma32_row(x->a, x->b, x->c, d, LANES);
    f32_row_to_f16(d, x->d);
}

static const struct isa_op ops[] = {
    {.name = "v_fma_mix_f32", .flags = F_VALU | F_MODE32, .dst = T_F32, .src = {T_MIX, T_MIX, T_MIX}, .lanes = mix32},
    {.name = "v_fma_mixlo_f16",
     .flags = F_VALU | F_MODE32 | F_HI_PRESERVE,
     .dst = T_F16,
     .src = {T_MIX, T_MIX, T_MIX},
     .lanes = mix16},
    {.name = "v_fma_mixhi_f16",
     .flags = F_VALU | F_MODE32 | F_HI_PRESERVE,
     .dst = T_F16_HIGH,
     .src = {T_MIX, T_MIX, T_MIX},
     .lanes = mix16},
};
ISA_FAMILY(vmix, ops);
