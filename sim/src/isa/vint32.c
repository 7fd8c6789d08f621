/* 32-bit integer arithmetic of the vector unit. */
#include "../lanes.h"
#include "vint.h"

/* --- add, subtract; saturating under clamp --- */

static inline uint32_t add_u32(uint32_t a, uint32_t b) {
    return a + b;
}

static inline uint32_t add_u32_sat(uint32_t a, uint32_t b) {
    return a + b < a ? UINT32_MAX : a + b;
}

static inline uint32_t sub_u32_sat(uint32_t a, uint32_t b) {
    return a < b ? 0 : a - b;
}

static inline int32_t saturate32(int64_t v) {
    return (int32_t)(v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}

CLAMPED_FN2(v_add_u32, uint32_t, uint32_t, add_u32(A, B), add_u32_sat(A, B))
CLAMPED_FN2(v_sub_u32, uint32_t, uint32_t, A - B, sub_u32_sat(A, B))
CLAMPED_FN2(v_subrev_u32, uint32_t, uint32_t, B - A, sub_u32_sat(B, A))
CLAMPED_FN2(v_add_i32, uint32_t, int32_t, (uint32_t)A + (uint32_t)B, saturate32((int64_t)A + B))
CLAMPED_FN2(v_sub_i32, uint32_t, int32_t, (uint32_t)A - (uint32_t)B, saturate32((int64_t)A - B))

/* With carry: `sum` is the exact result of the lane as a 64-bit number, whose bit 32 is carry or borrow. */
#define CARRY_FN(fn, sum, limit)                                                                                       \
    static void fn(struct lane_args *x) {                                                                              \
        const uint32_t *restrict a = x->a, *restrict b = x->b;                                                         \
        uint32_t *restrict d = x->d;                                                                                   \
        uint8_t carry[LANES];                                                                                          \
        for (int first = 0; first < LANES; first += 32) {                                                              \
            const uint32_t carry_in = (uint32_t)(x->mask_in >> first);                                                 \
            for (int i = 0; i < 32; i++) {                                                                             \
                const uint64_t A = a[first + i], B = b[first + i], C = carry_in >> i & 1;                              \
                const uint64_t exact = sum;                                                                            \
                (void)C;                                                                                               \
                d[first + i] = (uint32_t)exact;                                                                        \
                carry[first + i] = exact >> 32 & 1;                                                                    \
            }                                                                                                          \
        }                                                                                                              \
        for (int i = 0; i < LANES && x->in->mods.clamp; i++)                                                           \
            d[i] = carry[i] ? limit : d[i];                                                                            \
        x->mask_out = lanes_pack_bits(carry);                                                                          \
    }
CARRY_FN(v_add_co_u32, A + B, UINT32_MAX)
CARRY_FN(v_sub_co_u32, A - B, 0)
CARRY_FN(v_subrev_co_u32, B - A, 0)
CARRY_FN(v_addc_co_u32, A + B + C, UINT32_MAX)
CARRY_FN(v_subb_co_u32, A - B - C, 0)
CARRY_FN(v_subbrev_co_u32, B - A - C, 0)

LANE_FN3(v_add3_u32, uint32_t, uint32_t, uint32_t, uint32_t, A + B + C)
LANE_FN3(v_add_lshl_u32, uint32_t, uint32_t, uint32_t, uint32_t, (A + B) << (C & 31))
LANE_FN3(v_lshl_add_u32, uint32_t, uint32_t, uint32_t, uint32_t, (A << (B & 31)) + C)
LANE_FN3(v_xad_u32, uint32_t, uint32_t, uint32_t, uint32_t, (A ^ B) + C)

static uint32_t smear_left(uint32_t u) {
    return u ? ~((u & (0 - u)) - 1) : 0;
}

static void shadow_lshl_add(struct shadow_args *s) {
    const uint32_t *a = s->sa, *b = s->sb, *c = s->sc, *amount = s->v->b;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = b[i] & 31 ? ~0u : smear_left(a[i] << (amount[i] & 31) | c[i]);
}

static void shadow_add_lshl(struct shadow_args *s) {
    const uint32_t *a = s->sa, *b = s->sb, *c = s->sc, *amount = s->v->c;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = c[i] & 31 ? ~0u : smear_left(a[i] | b[i]) << (amount[i] & 31);
}

/* --- multiply --- */

static inline int32_t i24(int32_t v) {
    return (int32_t)((uint32_t)v << 8) >> 8;
}

static inline uint32_t u24(uint32_t v) {
    return v & 0xffffff;
}

LANE_FN2(v_mul_lo_u32, uint32_t, uint32_t, uint32_t, (A) * (B))
LANE_FN2(v_mul_hi_u32, uint32_t, uint32_t, uint32_t, (uint64_t)(A) * (B) >> 32)
LANE_FN2(v_mul_hi_i32, uint32_t, int32_t, int32_t, (int64_t)(A) * (B) >> 32)
CLAMPED_FN2(v_mul_i32_i24, uint32_t, int32_t, (uint32_t)i24(A) * (uint32_t)i24(B), saturate32((int64_t)i24(A) * i24(B)))
CLAMPED_FN2(v_mul_u32_u24, uint32_t, uint32_t, u24(A) * u24(B),
            (uint64_t)u24(A) * u24(B) > UINT32_MAX ? UINT32_MAX : u24(A) * u24(B))
LANE_FN2(v_mul_hi_i32_i24, uint32_t, int32_t, int32_t, (int64_t)i24(A) * i24(B) >> 32)
LANE_FN2(v_mul_hi_u32_u24, uint32_t, uint32_t, uint32_t, (uint64_t)u24(A) * u24(B) >> 32)

static inline uint32_t saturate_u32(uint64_t v) {
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

CLAMPED_FN3(v_mad_i32_i24, uint32_t, int32_t, int32_t, (uint32_t)i24(A) * (uint32_t)i24(B) + (uint32_t)C,
            saturate32((int64_t)i24(A) * i24(B) + C))
CLAMPED_FN3(v_mad_u32_u24, uint32_t, uint32_t, uint32_t, u24(A) * u24(B) + C,
            saturate_u32((uint64_t)u24(A) * u24(B) + C))
CLAMPED_FN3(v_mad_i32_i16, uint32_t, int32_t, int32_t, (uint32_t)((A) * (B)) + (uint32_t)C,
            saturate32((int64_t)(A) * (B) + C))
CLAMPED_FN3(v_mad_u32_u16, uint32_t, uint32_t, uint32_t, (A) * (B) + C, saturate_u32((uint64_t)(A) * (B) + C))

/* Bits 31:24 of the factors have no say. */
static void shadow_mul24(struct shadow_args *s) {
    const uint32_t *a = s->sa, *b = s->sb, *c = s->sc;
    bool mad = s->v->in->op->src[2] != T_NONE;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = smear_left(u24(a[i] | b[i]) | (mad ? c[i] : 0));
}

static void shadow_mul_hi24(struct shadow_args *s) {
    const uint32_t *a = s->sa, *b = s->sb;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = u24(a[i] | b[i]) ? ~0u : 0;
}

/* --- minimum, maximum, median --- */

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MED3(a, b, c) MAX(MIN(a, b), MIN(MAX(a, b), c))

LANE_FN2(v_min_u32, uint32_t, uint32_t, uint32_t, MIN(A, B))
LANE_FN2(v_max_u32, uint32_t, uint32_t, uint32_t, MAX(A, B))
LANE_FN2(v_min_i32, uint32_t, int32_t, int32_t, MIN(A, B))
LANE_FN2(v_max_i32, uint32_t, int32_t, int32_t, MAX(A, B))
LANE_FN3(v_min3_u32, uint32_t, uint32_t, uint32_t, uint32_t, MIN(MIN(A, B), C))
LANE_FN3(v_max3_u32, uint32_t, uint32_t, uint32_t, uint32_t, MAX(MAX(A, B), C))
LANE_FN3(v_med3_u32, uint32_t, uint32_t, uint32_t, uint32_t, MED3(A, B, C))
LANE_FN3(v_min3_i32, uint32_t, int32_t, int32_t, int32_t, MIN(MIN(A, B), C))
LANE_FN3(v_max3_i32, uint32_t, int32_t, int32_t, int32_t, MAX(MAX(A, B), C))
LANE_FN3(v_med3_i32, uint32_t, int32_t, int32_t, int32_t, MED3(A, B, C))

/* Carry-out and carry-in masks: mask_dst, mask_src. */
#define CARRY(op, in)                                                                                                  \
    {.name = #op,                                                                                                      \
     .flags = F_VALU,                                                                                                  \
     .dst = T_U32,                                                                                                     \
     .src = {T_U32, T_U32},                                                                                            \
     .shadow = SH_ADD,                                                                                                 \
     .lanes = op,                                                                                                      \
     .mask_dst = 1,                                                                                                    \
     .mask_src = in}
#define SHIFT_ADD(op, rule)                                                                                            \
    {.name = #op,                                                                                                      \
     .flags = F_VALU,                                                                                                  \
     .dst = T_U32,                                                                                                     \
     .src = {T_U32, T_U32, T_U32},                                                                                     \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = rule,                                                                                                \
     .lanes = op}
#define MUL24(op, t)                                                                                                   \
    {.name = #op, .flags = F_VALU, .dst = t, .src = {t, t}, .shadow = SH_CUSTOM, .shadow_fn = shadow_mul24, .lanes = op}
#define MAD24(op, t)                                                                                                   \
    {.name = #op,                                                                                                      \
     .flags = F_VALU,                                                                                                  \
     .dst = t,                                                                                                         \
     .src = {t, t, t},                                                                                                 \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = shadow_mul24,                                                                                        \
     .lanes = op}
#define MULHI24(op, t)                                                                                                 \
    {.name = #op,                                                                                                      \
     .flags = F_VALU,                                                                                                  \
     .dst = t,                                                                                                         \
     .src = {t, t},                                                                                                    \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = shadow_mul_hi24,                                                                                     \
     .lanes = op}

static const struct isa_op ops[] = {
    VINT2(v_add_u32, T_U32, SH_ADD),
    VINT2(v_sub_u32, T_U32, SH_ADD),
    VINT2(v_subrev_u32, T_U32, SH_ADD),
    VINT2(v_add_i32, T_I32, SH_ADD),
    VINT2(v_sub_i32, T_I32, SH_ADD),
    CARRY(v_add_co_u32, 0),
    CARRY(v_sub_co_u32, 0),
    CARRY(v_subrev_co_u32, 0),
    CARRY(v_addc_co_u32, 1),
    CARRY(v_subb_co_u32, 1),
    CARRY(v_subbrev_co_u32, 1),
    VINT3(v_add3_u32, T_U32, SH_ADD),
    SHIFT_ADD(v_add_lshl_u32, shadow_add_lshl),
    SHIFT_ADD(v_lshl_add_u32, shadow_lshl_add),
    VINT3(v_xad_u32, T_U32, SH_ADD),
    VINT2(v_mul_lo_u32, T_U32, SH_ADD),
    VINT2(v_mul_hi_u32, T_U32, SH_ALL),
    VINT2(v_mul_hi_i32, T_I32, SH_ALL),
    MUL24(v_mul_i32_i24, T_I32),
    MUL24(v_mul_u32_u24, T_U32),
    MULHI24(v_mul_hi_i32_i24, T_I32),
    MULHI24(v_mul_hi_u32_u24, T_U32),
    MAD24(v_mad_i32_i24, T_I32),
    MAD24(v_mad_u32_u24, T_U32),
    {.name = "v_mad_i32_i16",
     .flags = F_VALU,
     .dst = T_I32,
     .src = {T_I16, T_I16, T_I32},
     .shadow = SH_ADD,
     .lanes = v_mad_i32_i16},
    {.name = "v_mad_u32_u16",
     .flags = F_VALU,
     .dst = T_U32,
     .src = {T_U16, T_U16, T_U32},
     .shadow = SH_ADD,
     .lanes = v_mad_u32_u16},
    VINT2(v_min_u32, T_U32, SH_ALL),
    VINT2(v_max_u32, T_U32, SH_ALL),
    VINT2(v_min_i32, T_I32, SH_ALL),
    VINT2(v_max_i32, T_I32, SH_ALL),
    VINT3(v_min3_u32, T_U32, SH_ALL),
    VINT3(v_max3_u32, T_U32, SH_ALL),
    VINT3(v_med3_u32, T_U32, SH_ALL),
    VINT3(v_min3_i32, T_I32, SH_ALL),
    VINT3(v_max3_i32, T_I32, SH_ALL),
    VINT3(v_med3_i32, T_I32, SH_ALL),
};
ISA_FAMILY(vint32, ops);
