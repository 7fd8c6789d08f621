/* Bits and bytes of 32-bit lanes: logic, shifts, fields, permutes, counts. */
#include "vint.h"

#include <string.h>

LANE_FN1(v_not_b32, uint32_t, uint32_t, ~A)
LANE_FN2(v_and_b32, uint32_t, uint32_t, uint32_t, (A) & (B))
LANE_FN2(v_or_b32, uint32_t, uint32_t, uint32_t, A | B)
LANE_FN2(v_xor_b32, uint32_t, uint32_t, uint32_t, A ^ B)
LANE_FN2(v_xnor_b32, uint32_t, uint32_t, uint32_t, ~(A ^ B))
LANE_FN3(v_or3_b32, uint32_t, uint32_t, uint32_t, uint32_t, A | B | C)
LANE_FN3(v_and_or_b32, uint32_t, uint32_t, uint32_t, uint32_t, (A & B) | C)
LANE_FN3(v_bfi_b32, uint32_t, uint32_t, uint32_t, uint32_t, (A & B) | (~A & C))

/* Bit {a, b, c} of the table, for each bit; the table's halves chosen by a, then b, then c. */
static inline uint32_t choose(uint32_t by, uint32_t ones, uint32_t zeros) {
    return (by & ones) | (~by & zeros);
}

static void v_bitop3(struct lane_args *x) {
    const uint32_t *restrict a = x->a, *restrict b = x->b, *restrict c = x->c;
    uint32_t *restrict d = x->d, t[8];
    for (int i = 0; i < 8; i++)
        t[i] = x->in->mods.bitop3 >> i & 1 ? ~0u : 0;
    for (int i = 0; i < LANES; i++) {
        uint32_t hi = choose(b[i], choose(c[i], t[7], t[6]), choose(c[i], t[5], t[4]));
        uint32_t lo = choose(b[i], choose(c[i], t[3], t[2]), choose(c[i], t[1], t[0]));
        d[i] = choose(a[i], hi, lo);
    }
}

/* --- shifts and fields --- */

LANE_FN2(v_lshlrev_b32, uint32_t, uint32_t, uint32_t, B << (A & 31))
LANE_FN2(v_lshrrev_b32, uint32_t, uint32_t, uint32_t, B >> (A & 31))
LANE_FN2(v_ashrrev_i32, uint32_t, uint32_t, int32_t, B >> (A & 31))
LANE_FN3(v_lshl_or_b32, uint32_t, uint32_t, uint32_t, uint32_t, A << (B & 31) | C)

/* op_sel takes the amount from the high half of its register. */
static inline unsigned high_amount(const struct lane_args *x) {
    return x->in->mods.op_sel & 4 ? 16 : 0;
}

LANE_FN3(v_alignbit_b32, uint32_t, uint32_t, uint32_t, uint32_t, ((uint64_t)A << 32 | B) >> (C >> high_amount(x) & 31))
LANE_FN3(v_alignbyte_b32, uint32_t, uint32_t, uint32_t, uint32_t,
         ((uint64_t)A << 32 | B) >> (8 * (C >> high_amount(x) & 3)))

LANE_FN2(v_bfm_b32, uint32_t, uint32_t, uint32_t, ((1u << (A & 31)) - 1) << (B & 31))
LANE_FN3(v_bfe_u32, uint32_t, uint32_t, uint32_t, uint32_t, A >> (B & 31) & ((1u << (C & 31)) - 1))

static inline uint32_t bfe_i32(int32_t a, unsigned offset, unsigned width) {
    unsigned unused = 31 & (32 - width); /* 0 for width 0, which is handled apart */
    return width ? (uint32_t)((int32_t)((uint32_t)(a >> offset) << unused) >> unused) : 0;
}

LANE_FN3(v_bfe_i32, uint32_t, int32_t, uint32_t, uint32_t, bfe_i32(A, B & 31, C & 31))

static uint32_t reverse(uint32_t v) {
    v = __builtin_bswap32(v);
    v = (v >> 4 & 0x0f0f0f0f) | (v & 0x0f0f0f0f) << 4;
    v = (v >> 2 & 0x33333333) | (v & 0x33333333) << 2;
    return (v >> 1 & 0x55555555) | (v & 0x55555555) << 1;
}

LANE_FN1(v_bfrev_b32, uint32_t, uint32_t, reverse(A))

/* --- permute --- */

/* Bytes 0 to 3 are b's, 4 to 7 a's; selectors 8 to 11 repeat the sign of bytes 1, 3, 5, 7; then 0x00 and 0xff. */
static inline uint8_t perm_byte(uint64_t bytes, unsigned sel) {
    if (sel < 8)
        return (uint8_t)(bytes >> (8 * sel));
    if (sel < 12)
        return bytes >> (16 * (sel - 8) + 15) & 1 ? 0xff : 0;
    return sel == 12 ? 0 : 0xff;
}

static inline uint32_t perm(uint64_t bytes, uint32_t sel) {
    uint32_t d = 0;
    for (unsigned k = 0; k < 32; k += 8)
        d |= (uint32_t)perm_byte(bytes, sel >> k & 255) << k;
    return d;
}

LANE_FN3(perm_any, uint32_t, uint32_t, uint32_t, uint32_t, perm((uint64_t)A << 32 | B, C))

/* Bytes of a and b only, the same for all lanes. */
static void perm_uniform(struct lane_args *x, uint32_t sel) {
    const uint32_t *const from[2] = {x->b, x->a};
    uint32_t *restrict d = x->d;
    memset(d, 0, LANES * sizeof *d);
    for (unsigned k = 0; k < 32; k += 8) {
        const uint32_t *restrict row = from[sel >> k >> 2 & 1];
        unsigned shift = 8 * (sel >> k & 3);
        for (int i = 0; i < LANES; i++)
            d[i] |= (row[i] >> shift & 255) << k;
    }
}

static void v_perm_b32(struct lane_args *x) {
    const uint32_t *c = x->c;
    uint32_t differ = 0;
    for (int i = 0; i < LANES; i++)
        differ |= c[i] ^ c[0];
    if (differ || (c[0] & 0xf8f8f8f8))
        perm_any(x);
    else
        perm_uniform(x, c[0]);
}

static void shadow_perm(struct shadow_args *s) {
    const uint32_t *a = s->sa, *b = s->sb, *c = s->sc, *sel = s->v->c;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++) {
        d[i] = perm((uint64_t)a[i] << 32 | b[i], sel[i]);
        for (unsigned k = 0; k < 32; k += 8) {
            if ((sel[i] >> k & 255) >= 12)
                d[i] &= ~(0xffu << k);
            if (c[i] >> k & 255)
                d[i] |= 0xffu << k;
        }
    }
}

/* --- counts --- */

LANE_FN2(v_bcnt_u32_b32, uint32_t, uint32_t, uint32_t, (uint32_t)__builtin_popcount(A) + B)
LANE_FN1(v_ffbh_u32, uint32_t, uint32_t, A ? (uint32_t)__builtin_clz(A) : ~0u)
LANE_FN1(v_ffbl_b32, uint32_t, uint32_t, A ? (uint32_t)__builtin_ctz(A) : ~0u)

static inline uint32_t leading_signs(int32_t a) {
    uint32_t differ = (uint32_t)(a ^ a >> 31);
    return differ ? (uint32_t)__builtin_clz(differ) : ~0u;
}

LANE_FN1(v_ffbh_i32, uint32_t, int32_t, leading_signs(A))

/* --- random numbers --- */

LANE_FN1(v_prng_b32, uint32_t, uint32_t, A << 1 ^ (A >> 31 ? 197 : 0))

static const struct isa_op ops[] = {
    VINT1(v_not_b32, T_B32, SH_BITWISE),
    VINT2(v_and_b32, T_B32, SH_BITWISE),
    VINT2(v_or_b32, T_B32, SH_BITWISE),
    VINT2(v_xor_b32, T_B32, SH_BITWISE),
    VINT2(v_xnor_b32, T_B32, SH_BITWISE),
    VINT3(v_or3_b32, T_B32, SH_BITWISE),
    VINT3(v_and_or_b32, T_B32, SH_BITWISE),
    VINT3(v_bfi_b32, T_B32, SH_BITWISE),
    {.name = "v_bitop3_b32",
     .flags = F_VALU,
     .dst = T_B32,
     .src = {T_B32, T_B32, T_B32},
     .shadow = SH_BITWISE,
     .lanes = v_bitop3},
    {.name = "v_bitop3_b16",
     .flags = F_VALU,
     .dst = T_B16,
     .src = {T_B16, T_B16, T_B16},
     .shadow = SH_BITWISE,
     .lanes = v_bitop3},
    VMOVE2(v_lshlrev_b32, T_B32, 1 << 0),
    VMOVE2(v_lshrrev_b32, T_B32, 1 << 0),
    {.name = "v_ashrrev_i32",
     .flags = F_VALU,
     .dst = T_I32,
     .src = {T_U32, T_I32},
     .shadow = SH_MOVE,
     .amounts = 1 << 0,
     .lanes = v_ashrrev_i32},
    VMOVE3(v_lshl_or_b32, T_B32, 1 << 1),
    VMOVE3(v_alignbit_b32, T_B32, 1 << 2),
    VMOVE3(v_alignbyte_b32, T_B32, 1 << 2),
    VINT2(v_bfm_b32, T_B32, SH_ALL),
    VMOVE3(v_bfe_u32, T_U32, 1 << 1 | 1 << 2),
    {.name = "v_bfe_i32",
     .flags = F_VALU,
     .dst = T_I32,
     .src = {T_I32, T_U32, T_U32},
     .shadow = SH_MOVE,
     .amounts = 1 << 1 | 1 << 2,
     .lanes = v_bfe_i32},
    {.name = "v_bfrev_b32", .flags = F_VALU, .dst = T_B32, .src = {T_B32}, .shadow = SH_MOVE, .lanes = v_bfrev_b32},
    {.name = "v_perm_b32",
     .flags = F_VALU,
     .dst = T_B32,
     .src = {T_B32, T_B32, T_B32},
     .shadow = SH_CUSTOM,
     .shadow_fn = shadow_perm,
     .lanes = v_perm_b32},
    VINT2(v_bcnt_u32_b32, T_U32, SH_ALL),
    VINT1(v_ffbh_u32, T_U32, SH_ALL),
    VINT1(v_ffbl_b32, T_B32, SH_ALL),
    VINT1(v_ffbh_i32, T_I32, SH_ALL),
    VINT1(v_prng_b32, T_B32, SH_ALL),
};
ISA_FAMILY(vbits, ops);
