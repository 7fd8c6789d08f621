/* Conversions between f32 and fp8 or bf8 without a scale. The byte or word of a source comes selected by SDWA. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

static void decode1(struct lane_args *x, const float table[256]) {
    const lane_u32 *a = x->a;
    lane_f32 *d = x->d;
    for (int i = 0; i < LANES; i++)
        d[i] = table[a[i] & 0xff];
}
static void f32_fp8(struct lane_args *x) {
    decode1(x, smallfloat_fp8);
}
static void f32_bf8(struct lane_args *x) {
    decode1(x, smallfloat_bf8);
}

static void decode2(struct lane_args *x, const float table[256]) {
    const lane_u32 *a = x->a;
    lane_f32 *d = x->d;
    for (int i = 0; i < LANES; i++) {
        d[2 * i] = table[a[i] & 0xff];
        d[2 * i + 1] = table[a[i] >> 8 & 0xff];
    }
}
static void pk_f32_fp8(struct lane_args *x) {
    decode2(x, smallfloat_fp8);
}
static void pk_f32_bf8(struct lane_args *x) {
    decode2(x, smallfloat_bf8);
}

/* Nearest even without a branch: above the smallest normal number by adding half of the last place to the bits, below
 * it by adding a power of two to the value that puts the last place at the bottom of the f32. */
static inline uint32_t encode8(uint32_t b, unsigned mantissa, int emin, uint32_t max, uint32_t above) {
    const unsigned cut = 23 - mantissa;
    const uint32_t magic = (uint32_t)(23 + emin - (int)mantissa + 127) << 23;
    uint32_t m = b & 0x7fffffff, rounded = m + (1u << (cut - 1)) - 1 + (m >> cut & 1);
    uint32_t normal = (rounded >> cut) - ((uint32_t)(emin - 1 + 127) << mantissa);
    uint32_t denormal = f32_bits(f32_of(m) + f32_of(magic)) - magic;
    uint32_t code = m < (uint32_t)(emin + 127) << 23 ? denormal : normal;
    code = code > max ? above : code;
    code = m > 0x7f800000 ? 0x7f : code;
    return code | (b >> 24 & 0x80);
}
static inline uint32_t fp8_of(uint32_t b, uint32_t above) {
    return encode8(b, 3, -6, 0x7e, above);
}
static inline uint32_t bf8_of(uint32_t b, uint32_t above) {
    return encode8(b, 2, -14, 0x7b, above);
}

#define PACK(fn, encode, max, over)                                                                                    \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u32 *restrict a = x->a, *restrict b = x->b;                                                         \
        lane_u32 *restrict d = x->d;                                                                                   \
        const uint32_t above = x->w->mode & MODE_FP16_OVFL ? max : over;                                               \
        for (int i = 0; i < LANES; i++)                                                                                \
            d[i] = encode(a[i], above) | encode(b[i], above) << 8;                                                     \
    }
PACK(pk_fp8, fp8_of, 0x7e, 0x7f)
PACK(pk_bf8, bf8_of, 0x7b, 0x7c)

/* One byte of the destination, which op_sel[3:2] names; the others stay. */
static void stochastic(struct lane_args *x, enum smallfloat format) {
    const lane_f32 *a = x->a;
    const lane_u32 *noise = x->b, *old = x->c;
    lane_u32 *d = x->d;
    const unsigned shift = 8 * (x->in->mods.op_sel >> 2 & 3);
    const uint32_t used = smallfloat_noise_bits(23, format);
    for (int i = 0; i < LANES; i++) {
        uint32_t code = smallfloat_encode_sr(format, a[i], noise[i] & used, x->w->mode & MODE_FP16_OVFL);
        d[i] = (old[i] & ~(0xffu << shift)) | code << shift;
    }
}
static void sr_fp8(struct lane_args *x) {
    stochastic(x, SF_FP8);
}
static void sr_bf8(struct lane_args *x) {
    stochastic(x, SF_BF8);
}

static void sr_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa, *b = s->sb, *old = s->sc;
    lane_u32 *d = s->sd;
    uint32_t byte = 0xffu << (8 * (s->v->in->mods.op_sel >> 2 & 3));
    for (int i = 0; i < LANES; i++)
        d[i] = (old[i] & ~byte) | (a[i] | b[i] ? byte : 0);
}

static void byte_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = a[i] & 0xff ? ~0u : 0;
}

static void two_bytes_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++) {
        d[2 * i] = a[i] & 0xff ? ~0u : 0;
        d[2 * i + 1] = a[i] & 0xff00 ? ~0u : 0;
    }
}

static void pack_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa, *b = s->sb;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = (a[i] ? 0xffu : 0) | (b[i] ? 0xff00u : 0);
}

#define DECODE(mnemonic, to, fn, bits)                                                                                 \
    {.name = mnemonic, .flags = F_VALU, .dst = to, .src = {T_B32}, .shadow = SH_CUSTOM, .shadow_fn = bits, .lanes = fn}
#define ENCODE(mnemonic, fn)                                                                                           \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU | F_HI_PRESERVE,                                                                                  \
     .dst = T_B16,                                                                                                     \
     .src = {T_F32, T_F32},                                                                                            \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = pack_shadow,                                                                                         \
     .lanes = fn}
#define STOCHASTIC(mnemonic, fn)                                                                                       \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU | F_RMW,                                                                                          \
     .dst = T_B32,                                                                                                     \
     .src = {T_F32, T_U32, T_B32},                                                                                     \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = sr_shadow,                                                                                           \
     .lanes = fn}

static const struct isa_op ops[] = {
    DECODE("v_cvt_f32_fp8", T_F32, f32_fp8, byte_shadow),
    DECODE("v_cvt_f32_bf8", T_F32, f32_bf8, byte_shadow),
    DECODE("v_cvt_pk_f32_fp8", T_V2F32, pk_f32_fp8, two_bytes_shadow),
    DECODE("v_cvt_pk_f32_bf8", T_V2F32, pk_f32_bf8, two_bytes_shadow),
    ENCODE("v_cvt_pk_fp8_f32", pk_fp8),
    ENCODE("v_cvt_pk_bf8_f32", pk_bf8),
    STOCHASTIC("v_cvt_sr_fp8_f32", sr_fp8),
    STOCHASTIC("v_cvt_sr_bf8_f32", sr_bf8),
};
ISA_FAMILY(vcvt8, ops);
