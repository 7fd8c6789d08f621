/* Shorthand of the integer families of the vector unit. */
#ifndef GFX950SIM_VINT_H
#define GFX950SIM_VINT_H

#include "../lanes.h"

/* Lane functions with a saturating form, which the clamp bit of the instruction chooses. */
#define CLAMPED_FN2(fn, TD, T, wraps, saturates)                                                                       \
    LANE_FN2(fn##_wraps, TD, T, T, wraps)                                                                              \
    LANE_FN2(fn##_saturates, TD, T, T, saturates)                                                                      \
    static void fn(struct lane_args *x) {                                                                              \
        (x->in->mods.clamp ? fn##_saturates : fn##_wraps)(x);                                                          \
    }
#define CLAMPED_FN3(fn, TD, T, TC, wraps, saturates)                                                                   \
    LANE_FN3(fn##_wraps, TD, T, T, TC, wraps)                                                                          \
    LANE_FN3(fn##_saturates, TD, T, T, TC, saturates)                                                                  \
    static void fn(struct lane_args *x) {                                                                              \
        (x->in->mods.clamp ? fn##_saturates : fn##_wraps)(x);                                                          \
    }

/* Rows whose operands are all of one type; the lane function bears the mnemonic. */
#define VINT1(op, t, rule) {.name = #op, .flags = F_VALU, .dst = t, .src = {t}, .shadow = rule, .lanes = op}
#define VINT2(op, t, rule) {.name = #op, .flags = F_VALU, .dst = t, .src = {t, t}, .shadow = rule, .lanes = op}
#define VINT3(op, t, rule) {.name = #op, .flags = F_VALU, .dst = t, .src = {t, t, t}, .shadow = rule, .lanes = op}
/* Bits of some sources go where the others (bit i of `positions`: source i) say. */
#define VMOVE2(op, t, positions)                                                                                       \
    {.name = #op, .flags = F_VALU, .dst = t, .src = {t, t}, .shadow = SH_MOVE, .amounts = positions, .lanes = op}
#define VMOVE3(op, t, positions)                                                                                       \
    {.name = #op, .flags = F_VALU, .dst = t, .src = {t, t, t}, .shadow = SH_MOVE, .amounts = positions, .lanes = op}

#endif
