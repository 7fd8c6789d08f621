/* Sums of absolute differences of bytes and words, and averages of bytes. */
#include "../wave.h"
#include "vint.h"

static inline uint32_t absdiff(uint32_t a, uint32_t b) {
    return a > b ? a - b : b - a;
}

static inline uint32_t byte_of(uint32_t v, int k) {
    return v >> (8 * k) & 255;
}

static inline uint32_t sad_u8(uint32_t a, uint32_t b) {
    uint32_t sum = 0;
    for (int k = 0; k < 4; k++)
        sum += absdiff(byte_of(a, k), byte_of(b, k));
    return sum;
}

/* Bytes of the reference b that are zero do not count. */
static inline uint32_t masked_sad_u8(uint32_t a, uint32_t b) {
    uint32_t sum = 0;
    for (int k = 0; k < 4; k++)
        sum += byte_of(b, k) ? absdiff(byte_of(a, k), byte_of(b, k)) : 0;
    return sum;
}

static inline uint32_t sad_u16(uint32_t a, uint32_t b) {
    return absdiff(a & 0xffff, b & 0xffff) + absdiff(a >> 16, b >> 16);
}

static inline uint32_t add_sat(uint32_t a, uint32_t b) {
    return a + b < a ? UINT32_MAX : a + b;
}

static inline uint32_t shifted_add_sat(uint32_t sum, uint32_t c) {
    uint64_t exact = ((uint64_t)sum << 16) + c;
    return exact > UINT32_MAX ? UINT32_MAX : (uint32_t)exact;
}

CLAMPED_FN3(v_sad_u8, uint32_t, uint32_t, uint32_t, sad_u8(A, B) + C, add_sat(sad_u8(A, B), C))
CLAMPED_FN3(v_sad_hi_u8, uint32_t, uint32_t, uint32_t, (sad_u8(A, B) << 16) + C, shifted_add_sat(sad_u8(A, B), C))
CLAMPED_FN3(v_sad_u16, uint32_t, uint32_t, uint32_t, sad_u16(A, B) + C, add_sat(sad_u16(A, B), C))
CLAMPED_FN3(v_sad_u32, uint32_t, uint32_t, uint32_t, absdiff(A, B) + C, add_sat(absdiff(A, B), C))
CLAMPED_FN3(v_msad_u8, uint32_t, uint32_t, uint32_t, masked_sad_u8(A, B) + C, add_sat(masked_sad_u8(A, B), C))

static inline uint32_t lerp_u8(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t d = 0;
    for (int k = 0; k < 4; k++)
        d |= (byte_of(a, k) + byte_of(b, k) + (c >> (8 * k) & 1)) >> 1 << (8 * k);
    return d;
}

LANE_FN3(v_lerp_u8, uint32_t, uint32_t, uint32_t, uint32_t, lerp_u8(A, B, C))

/* --- four sums at once, of slices of eight bytes that start one byte apart --- */

static inline uint32_t slice(uint64_t a, int k) {
    return (uint32_t)(a >> (8 * k));
}

static inline uint64_t quad_u16(uint64_t a, uint32_t b, uint64_t c, uint32_t (*sad)(uint32_t, uint32_t), bool clamp) {
    uint64_t d = 0;
    for (int k = 0; k < 4; k++) {
        uint32_t sum = sad(slice(a, k), b) + (uint32_t)(c >> (16 * k) & 0xffff);
        d |= (uint64_t)(clamp && sum > 0xffff ? 0xffff : sum & 0xffff) << (16 * k);
    }
    return d;
}

LANE_FN3(v_qsad_pk_u16_u8, uint64_t, uint64_t, uint32_t, uint64_t, quad_u16(A, B, C, sad_u8, x->in->mods.clamp))
LANE_FN3(v_mqsad_pk_u16_u8, uint64_t, uint64_t, uint32_t, uint64_t, quad_u16(A, B, C, masked_sad_u8, x->in->mods.clamp))

/* Four dwords a lane in the accumulator and in the result: wider than the driver's operands. */
static void mqsad_u32(struct wave *w, const struct insn *in) {
    uint64_t exec = wave_exec(w);
    lane_row tmp[7], d[4];
    const uint32_t *lo = vsrc_row(w, in, 1, 0, tmp[0]), *hi = vsrc_row(w, in, 1, 1, tmp[1]);
    const uint32_t *b = vsrc_row(w, in, 2, 0, tmp[2]);
    uint64_t undef =
        vsrc_undef_lanes(w, in, 1, exec) | vsrc_undef_lanes(w, in, 2, exec) | vsrc_undef_lanes(w, in, 3, exec);
    for (unsigned k = 0; k < 4; k++) {
        const uint32_t *c = vsrc_row(w, in, 3, k, tmp[3 + k]);
        for (int i = 0; i < LANES; i++) {
            uint32_t sum = masked_sad_u8(slice(lo[i] | (uint64_t)hi[i] << 32, (int)k), b[i]);
            d[k][i] = in->mods.clamp ? add_sat(sum, c[i]) : sum + c[i];
        }
    }
    lane_row u;
    for (int i = 0; i < LANES; i++)
        u[i] = undef >> i & 1 ? ~0u : 0;
    for (unsigned k = 0; k < 4; k++)
        wave_write_row(w, in->opnd[0].reg + k, d[k], undef ? u : NULL, exec);
}

#define QUAD(op)                                                                                                       \
    {.name = #op, .flags = F_VALU, .dst = T_B64, .src = {T_B64, T_B32, T_B64}, .shadow = SH_ALL, .lanes = op}

static const struct isa_op ops[] = {
    VINT3(v_sad_u8, T_U32, SH_ALL),
    VINT3(v_sad_hi_u8, T_U32, SH_ALL),
    VINT3(v_sad_u16, T_U32, SH_ALL),
    VINT3(v_sad_u32, T_U32, SH_ALL),
    VINT3(v_msad_u8, T_U32, SH_ALL),
    VINT3(v_lerp_u8, T_U32, SH_ALL),
    QUAD(v_qsad_pk_u16_u8),
    QUAD(v_mqsad_pk_u16_u8),
    {.name = "v_mqsad_u32_u8", .flags = F_VALU, .dst = T_B32, .src = {T_B64, T_B32, T_B32}, .exec = mqsad_u32},
};
ISA_FAMILY(vsad, ops);
