/* Packed 16-bit integers: VOP3P arithmetic, and saturating packs of bytes. */
#include "vint.h"

/* The 64 pairs of a row as 128 elements. */
typedef uint16_t pk_u16 __attribute__((may_alias));
typedef int16_t pk_i16 __attribute__((may_alias));

#define PK_FN2(fn, T, expr)                                                                                            \
    static void fn(struct lane_args *x) {                                                                              \
        const pk_##T *restrict a_ = x->a, *restrict b_ = x->b;                                                         \
        pk_u16 *restrict d_ = x->d;                                                                                    \
        for (int i = 0; i < 2 * LANES; i++) {                                                                          \
            const pk_##T A = a_[i], B = b_[i];                                                                         \
            d_[i] = (uint16_t)(expr);                                                                                  \
        }                                                                                                              \
    }
#define PK_FN3(fn, T, expr)                                                                                            \
    static void fn(struct lane_args *x) {                                                                              \
        const pk_##T *restrict a_ = x->a, *restrict b_ = x->b, *restrict c_ = x->c;                                    \
        pk_u16 *restrict d_ = x->d;                                                                                    \
        for (int i = 0; i < 2 * LANES; i++) {                                                                          \
            const pk_##T A = a_[i], B = b_[i], C = c_[i];                                                              \
            d_[i] = (uint16_t)(expr);                                                                                  \
        }                                                                                                              \
    }
#define CLAMPED(fn)                                                                                                    \
    static void fn(struct lane_args *x) {                                                                              \
        (x->in->mods.clamp ? fn##_saturates : fn##_wraps)(x);                                                          \
    }
#define PK_CLAMPED_FN2(fn, T, exact)                                                                                   \
    PK_FN2(fn##_wraps, T, exact)                                                                                       \
    PK_FN2(fn##_saturates, T, saturate_##T(exact))                                                                     \
    CLAMPED(fn)
#define PK_CLAMPED_FN3(fn, T, exact)                                                                                   \
    PK_FN3(fn##_wraps, T, exact)                                                                                       \
    PK_FN3(fn##_saturates, T, saturate_##T(exact))                                                                     \
    CLAMPED(fn)

static inline int32_t saturate_i16(int64_t v) {
    return (int32_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

static inline uint32_t saturate_u16(int64_t v) {
    return v > UINT16_MAX ? UINT16_MAX : v < 0 ? 0 : (uint32_t)v;
}

PK_CLAMPED_FN2(v_pk_add_u16, u16, A + B)
PK_CLAMPED_FN2(v_pk_sub_u16, u16, A - B)
PK_CLAMPED_FN2(v_pk_add_i16, i16, A + B)
PK_CLAMPED_FN2(v_pk_sub_i16, i16, A - B)
PK_CLAMPED_FN2(v_pk_mul_lo_u16, u16, (uint32_t)(A) * (B))
PK_CLAMPED_FN3(v_pk_mad_u16, u16, (int64_t)((uint32_t)(A) * (B)) + C)
PK_CLAMPED_FN3(v_pk_mad_i16, i16, (int64_t)((A) * (B)) + C)
PK_FN2(v_pk_min_u16, u16, A < B ? A : B)
PK_FN2(v_pk_max_u16, u16, A > B ? A : B)
PK_FN2(v_pk_min_i16, i16, A < B ? A : B)
PK_FN2(v_pk_max_i16, i16, A > B ? A : B)
PK_FN2(v_pk_lshlrev_b16, u16, (uint32_t)B << (A & 15))
PK_FN2(v_pk_lshrrev_b16, u16, (uint32_t)B >> (A & 15))
PK_FN2(v_pk_ashrrev_i16, i16, B >> (A & 15))

/* --- packs of bytes --- */

static inline uint32_t saturate_u8(int32_t v) {
    return v < 0 ? 0 : v > 255 ? 255 : (uint32_t)v;
}

static inline uint32_t saturate_i8(int32_t v) {
    return (uint32_t)(v < -128 ? -128 : v > 127 ? 127 : v) & 255;
}

LANE_FN1(v_sat_pk_u8_i16, uint32_t, uint32_t, saturate_u8((int16_t)A) | saturate_u8((int16_t)(A >> 16)) << 8)
LANE_FN3(v_ashr_pk_i8_i32, uint32_t, int32_t, int32_t, uint32_t,
         saturate_i8(A >> (C & 31)) | saturate_i8(B >> (C & 31)) << 8)
LANE_FN3(v_ashr_pk_u8_i32, uint32_t, int32_t, int32_t, uint32_t,
         saturate_u8(A >> (C & 31)) | saturate_u8(B >> (C & 31)) << 8)

#define ASHR_PK(op)                                                                                                    \
    {.name = #op, .flags = F_VALU, .dst = T_B16, .src = {T_I32, T_I32, T_U32}, .shadow = SH_ALL, .lanes = op}

static const struct isa_op ops[] = {
    VINT2(v_pk_add_u16, T_V2U16, SH_PK16),
    VINT2(v_pk_sub_u16, T_V2U16, SH_PK16),
    VINT2(v_pk_add_i16, T_V2I16, SH_PK16),
    VINT2(v_pk_sub_i16, T_V2I16, SH_PK16),
    VINT2(v_pk_mul_lo_u16, T_V2U16, SH_PK16),
    VINT3(v_pk_mad_u16, T_V2U16, SH_PK16),
    VINT3(v_pk_mad_i16, T_V2I16, SH_PK16),
    VINT2(v_pk_min_u16, T_V2U16, SH_PK16),
    VINT2(v_pk_max_u16, T_V2U16, SH_PK16),
    VINT2(v_pk_min_i16, T_V2I16, SH_PK16),
    VINT2(v_pk_max_i16, T_V2I16, SH_PK16),
    VMOVE2(v_pk_lshlrev_b16, T_V2U16, 1 << 0),
    VMOVE2(v_pk_lshrrev_b16, T_V2U16, 1 << 0),
    VMOVE2(v_pk_ashrrev_i16, T_V2I16, 1 << 0),
    {.name = "v_sat_pk_u8_i16",
     .flags = F_VALU,
     .dst = T_B16,
     .src = {T_B32},
     .shadow = SH_ALL,
     .lanes = v_sat_pk_u8_i16},
    ASHR_PK(v_ashr_pk_i8_i32),
    ASHR_PK(v_ashr_pk_u8_i32),
};
ISA_FAMILY(vpk16, ops);
