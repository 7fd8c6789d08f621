/* 16-bit integer arithmetic, one element a lane. Sources are in bits 15:0, sign-extended for the signed types; the
 * driver keeps the low 16 bits of the result. */
#include "vint.h"

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define MED3(a, b, c) MAX(MIN(a, b), MIN(MAX(a, b), c))

static inline int32_t saturate_i16(int64_t v) {
    return (int32_t)(v > INT16_MAX ? INT16_MAX : v < INT16_MIN ? INT16_MIN : v);
}

static inline uint32_t saturate_u16(uint64_t v) {
    return v > UINT16_MAX ? UINT16_MAX : (uint32_t)v;
}

CLAMPED_FN2(v_add_u16, uint32_t, uint32_t, A + B, saturate_u16(A + B))
CLAMPED_FN2(v_sub_u16, uint32_t, uint32_t, A - B, A < B ? 0 : A - B)
CLAMPED_FN2(v_subrev_u16, uint32_t, uint32_t, B - A, B < A ? 0 : B - A)
CLAMPED_FN2(v_mul_lo_u16, uint32_t, uint32_t, (A) * (B), saturate_u16((A) * (B)))
CLAMPED_FN2(v_add_i16, uint32_t, int32_t, A + B, saturate_i16(A + B))
CLAMPED_FN2(v_sub_i16, uint32_t, int32_t, A - B, saturate_i16(A - B))
CLAMPED_FN3(v_mad_u16, uint32_t, uint32_t, uint32_t, (A) * (B) + C, saturate_u16((uint64_t)(A) * (B) + C))
CLAMPED_FN3(v_mad_i16, uint32_t, int32_t, int32_t, (uint32_t)((A) * (B)) + (uint32_t)C,
            saturate_i16((int64_t)(A) * (B) + C))

LANE_FN2(v_lshlrev_b16, uint32_t, uint32_t, uint32_t, B << (A & 15))
LANE_FN2(v_lshrrev_b16, uint32_t, uint32_t, uint32_t, (B & 0xffff) >> (A & 15))
LANE_FN2(v_ashrrev_i16, uint32_t, uint32_t, uint32_t, (int16_t)B >> (A & 15))

LANE_FN2(v_min_u16, uint32_t, uint32_t, uint32_t, MIN(A, B))
LANE_FN2(v_max_u16, uint32_t, uint32_t, uint32_t, MAX(A, B))
LANE_FN2(v_min_i16, uint32_t, int32_t, int32_t, MIN(A, B))
LANE_FN2(v_max_i16, uint32_t, int32_t, int32_t, MAX(A, B))
LANE_FN3(v_min3_u16, uint32_t, uint32_t, uint32_t, uint32_t, MIN(MIN(A, B), C))
LANE_FN3(v_max3_u16, uint32_t, uint32_t, uint32_t, uint32_t, MAX(MAX(A, B), C))
LANE_FN3(v_med3_u16, uint32_t, uint32_t, uint32_t, uint32_t, MED3(A, B, C))
LANE_FN3(v_min3_i16, uint32_t, int32_t, int32_t, int32_t, MIN(MIN(A, B), C))
LANE_FN3(v_max3_i16, uint32_t, int32_t, int32_t, int32_t, MAX(MAX(A, B), C))
LANE_FN3(v_med3_i16, uint32_t, int32_t, int32_t, int32_t, MED3(A, B, C))

#define MAD(mnemonic, t, fn, more)                                                                                     \
    {.name = mnemonic, .flags = F_VALU | (more), .dst = t, .src = {t, t, t}, .shadow = SH_ADD, .lanes = fn}

static const struct isa_op ops[] = {
    VINT2(v_add_u16, T_U16, SH_ADD),
    VINT2(v_sub_u16, T_U16, SH_ADD),
    VINT2(v_subrev_u16, T_U16, SH_ADD),
    VINT2(v_mul_lo_u16, T_U16, SH_ADD),
    VINT2(v_add_i16, T_I16, SH_ADD),
    VINT2(v_sub_i16, T_I16, SH_ADD),
    MAD("v_mad_u16", T_U16, v_mad_u16, F_HI_PRESERVE),
    MAD("v_mad_i16", T_I16, v_mad_i16, F_HI_PRESERVE),
    MAD("v_mad_legacy_u16", T_U16, v_mad_u16, 0),
    MAD("v_mad_legacy_i16", T_I16, v_mad_i16, 0),
    VMOVE2(v_lshlrev_b16, T_B16, 1 << 0),
    VMOVE2(v_lshrrev_b16, T_B16, 1 << 0),
    VMOVE2(v_ashrrev_i16, T_B16, 1 << 0),
    VINT2(v_min_u16, T_U16, SH_ALL),
    VINT2(v_max_u16, T_U16, SH_ALL),
    VINT2(v_min_i16, T_I16, SH_ALL),
    VINT2(v_max_i16, T_I16, SH_ALL),
    VINT3(v_min3_u16, T_U16, SH_ALL),
    VINT3(v_max3_u16, T_U16, SH_ALL),
    VINT3(v_med3_u16, T_U16, SH_ALL),
    VINT3(v_min3_i16, T_I16, SH_ALL),
    VINT3(v_max3_i16, T_I16, SH_ALL),
    VINT3(v_med3_i16, T_I16, SH_ALL),
};
ISA_FAMILY(vint16, ops);
