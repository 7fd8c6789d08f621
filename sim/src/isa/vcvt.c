/* Conversions between integers, f16, bf16, f32 and f64. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

/* Towards zero, out of range to the nearest end, NaN to 0. Comparing before converting keeps C's conversion defined. */
static inline int32_t to_i32(double x) {
    x = x < -0x1p31 ? -0x1p31 : x;
    x = x > 0x1.fffffffcp30 ? 0x1.fffffffcp30 : x;
    return x == x ? (int32_t)x : 0;
}

/* By way of the signed conversion of x - 2^31, the only one that vectorises. */
static inline uint32_t to_u32(double x) {
    x = x > 0.0 ? trunc(x) : 0.0; /* NaN too */
    x = x > 0x1.fffffffep31 ? 0x1.fffffffep31 : x;
    return (uint32_t)(int32_t)(x - 0x1p31) ^ 0x80000000u;
}

static inline double from_u32(uint32_t x) {
    return (double)(int32_t)(x ^ 0x80000000u) + 0x1p31;
}

LANE_FN1(i32_f32, int32_t, lane_f32, to_i32(A))
LANE_FN1(u32_f32, uint32_t, lane_f32, to_u32(A))
LANE_FN1(i32_f64, int32_t, lane_f64, to_i32(A))
LANE_FN1(u32_f64, uint32_t, lane_f64, to_u32(A))
LANE_FN1(f32_i32, lane_f32, int32_t, A)
LANE_FN1(f32_u32, lane_f32, uint32_t, from_u32(A))
LANE_FN1(f64_i32, lane_f64, int32_t, A)
LANE_FN1(f64_u32, lane_f64, uint32_t, from_u32(A))
LANE_FN1(f32_f64, lane_f32, lane_f64, A)
LANE_FN1(f64_f32, lane_f64, lane_f32, A)
LANE_FN1(rpi, int32_t, lane_f32, to_i32(floor((double)A + 0.5)))
LANE_FN1(flr, int32_t, lane_f32, to_i32(floorf(A)))
LANE_FN1(ubyte0, lane_f32, uint32_t, (float)(int32_t)(A & 0xff))
LANE_FN1(ubyte1, lane_f32, uint32_t, (float)(int32_t)(A >> 8 & 0xff))
LANE_FN1(ubyte2, lane_f32, uint32_t, (float)(int32_t)(A >> 16 & 0xff))
LANE_FN1(ubyte3, lane_f32, uint32_t, (float)(int32_t)(A >> 24))
/* A signed nibble in sixteenths. */
LANE_FN1(off_i4, lane_f32, uint32_t, (float)((int32_t)(A << 28) >> 28) * 0.0625f)
LANE_FN1(f32_bf16, lane_u32, lane_u32, A << 16)

static void f16_f32(struct lane_args *x) {
    f32_row_to_f16(x->a, x->d);
}
static void f32_f16(struct lane_args *x) {
    f16_row_to_f32(x->a, x->d);
}

static void f16_u16(struct lane_args *x) {
    const uint32_t *a = x->a;
    float d[LANES];
    for (int i = 0; i < LANES; i++)
        d[i] = (float)(int32_t)(a[i] & 0xffff);
    f32_row_to_f16(d, x->d);
}

static void f16_i16(struct lane_args *x) {
    const uint32_t *a = x->a;
    float d[LANES];
    for (int i = 0; i < LANES; i++)
        d[i] = (float)(int16_t)a[i];
    f32_row_to_f16(d, x->d);
}

static inline float clamp_to(float x, float lo, float hi) {
    x = x < lo ? lo : x;
    x = x > hi ? hi : x;
    return x == x ? x : 0.0f;
}

static void u16_f16(struct lane_args *x) {
    uint32_t *d = x->d;
    float a[LANES];
    f16_row_to_f32(x->a, a);
    for (int i = 0; i < LANES; i++)
        d[i] = (uint32_t)(int32_t)clamp_to(a[i], 0.0f, 65535.0f);
}

static void i16_f16(struct lane_args *x) {
    uint32_t *d = x->d;
    float a[LANES];
    f16_row_to_f32(x->a, a);
    for (int i = 0; i < LANES; i++)
        d[i] = (uint32_t)(int32_t)clamp_to(a[i], -32768.0f, 32767.0f) & 0xffff;
}

/* --- normalised integers: -1 ... 1 or 0 ... 1 to the full range, nearest even --- */

static void norm_row(const float in[LANES], uint32_t out[LANES], bool is_signed) {
    float t[LANES];
    for (int i = 0; i < LANES; i++)
        t[i] = is_signed ? clamp_to(in[i], -1.0f, 1.0f) * 32767.0f : clamp_to(in[i], 0.0f, 1.0f) * 65535.0f;
    rndne32_row(t, t);
    for (int i = 0; i < LANES; i++)
        out[i] = (uint32_t)(int32_t)t[i] & 0xffff;
}

static void norm_f16(struct lane_args *x, bool is_signed) {
    float a[LANES];
    f16_row_to_f32(x->a, a);
    norm_row(a, x->d, is_signed);
}
static void norm_i16_f16(struct lane_args *x) {
    norm_f16(x, true);
}
static void norm_u16_f16(struct lane_args *x) {
    norm_f16(x, false);
}

static void pknorm(const float a[LANES], const float b[LANES], uint32_t d[LANES], bool is_signed) {
    uint32_t hi[LANES];
    norm_row(a, d, is_signed);
    norm_row(b, hi, is_signed);
    for (int i = 0; i < LANES; i++)
        d[i] |= hi[i] << 16;
}
static void pknorm_i16_f32(struct lane_args *x) {
    pknorm(x->a, x->b, x->d, true);
}
static void pknorm_u16_f32(struct lane_args *x) {
    pknorm(x->a, x->b, x->d, false);
}

static void pknorm_f16(struct lane_args *x, bool is_signed) {
    float a[LANES], b[LANES];
    f16_row_to_f32(x->a, a);
    f16_row_to_f32(x->b, b);
    pknorm(a, b, x->d, is_signed);
}
static void pknorm_i16_f16(struct lane_args *x) {
    pknorm_f16(x, true);
}
static void pknorm_u16_f16(struct lane_args *x) {
    pknorm_f16(x, false);
}

/* --- packed and stochastic --- */

static void pk_f16(struct lane_args *x) {
    f32_to_f16_pairs(x->a, x->b, x->d);
}

/* Towards zero: where rounding to nearest went away from zero, the number before it. */
static void pkrtz(struct lane_args *x) {
    const lane_f32 *a = x->a, *b = x->b;
    lane_u32 *d = x->d;
    float lo[LANES], hi[LANES];
    f32_to_f16_pairs(x->a, x->b, d);
    f16_pairs_to_f32(d, lo, hi);
    for (int i = 0; i < LANES; i++)
        d[i] -= (uint32_t)(fabsf(lo[i]) > fabsf(a[i])) + ((uint32_t)(fabsf(hi[i]) > fabsf(b[i])) << 16);
}

static inline uint32_t bf16_bits(uint32_t b) {
    uint32_t rounded = (b + 0x7fff + (b >> 16 & 1)) >> 16;
    return is_nan32(b) ? b >> 16 | 0x40 : rounded;
}
LANE_FN2(pack, lane_u32, lane_u32, lane_u32, A | B << 16)
LANE_FN2(pk_bf16, lane_u32, lane_u32, lane_u32, bf16_bits(A) | bf16_bits(B) << 16)

static void stochastic(struct lane_args *x, enum smallfloat format) {
    const lane_f32 *a = x->a;
    const lane_u32 *noise = x->b;
    lane_u32 *d = x->d;
    const uint32_t used = smallfloat_noise_bits(23, format);
    for (int i = 0; i < LANES; i++)
        d[i] = smallfloat_encode_sr(format, a[i], noise[i] & used, x->w->mode & MODE_FP16_OVFL);
}
static void sr_f16(struct lane_args *x) {
    stochastic(x, SF_F16);
}
static void sr_bf16(struct lane_args *x) {
    stochastic(x, SF_BF16);
}

static inline uint32_t byte_of(float a, uint32_t select, uint32_t old) {
    unsigned shift = 8 * (select & 3);
    uint32_t byte = (uint32_t)(int32_t)clamp_to(a, 0.0f, 255.0f);
    return (old & ~(0xffu << shift)) | byte << shift;
}
LANE_FN3(pk_u8, uint32_t, lane_f32, uint32_t, uint32_t, byte_of(A, B, C))

static inline uint32_t min_u32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}
static inline uint32_t sat_i16(int32_t a) {
    return (uint32_t)(a > 32767 ? 32767 : a < -32768 ? -32768 : a) & 0xffff;
}
LANE_FN2(pk_u16, uint32_t, uint32_t, uint32_t, min_u32(A, 65535) | min_u32(B, 65535) << 16)
LANE_FN2(pk_i16, uint32_t, int32_t, int32_t, sat_i16(A) | sat_i16(B) << 16)

/* Each half of a pair is one source's. */
static void pair_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa, *b = s->sb;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = (a[i] ? 0xffffu : 0) | (b[i] ? 0xffff0000u : 0);
}

static void pack_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa, *b = s->sb;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = a[i] | b[i] << 16;
}

static void bits_shadow(struct shadow_args *s, uint32_t read) {
    const lane_u32 *a = s->sa;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = a[i] & read ? ~0u : 0;
}
static void nibble_shadow(struct shadow_args *s) {
    bits_shadow(s, 0xf);
}
static void byte0_shadow(struct shadow_args *s) {
    bits_shadow(s, 0xff);
}
static void byte1_shadow(struct shadow_args *s) {
    bits_shadow(s, 0xff00);
}
static void byte2_shadow(struct shadow_args *s) {
    bits_shadow(s, 0xff0000);
}
static void byte3_shadow(struct shadow_args *s) {
    bits_shadow(s, 0xff000000);
}

static void insert_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa, *select = s->sb, *old = s->sc, *at = s->v->b;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++) {
        uint32_t byte = 0xffu << (8 * (at[i] & 3));
        d[i] = select[i] & 3 ? ~0u : (old[i] & ~byte) | (a[i] ? byte : 0);
    }
}

static void bf16_shadow(struct shadow_args *s) {
    const lane_u32 *a = s->sa;
    lane_u32 *d = s->sd;
    for (int i = 0; i < LANES; i++)
        d[i] = a[i] << 16;
}

#define CVT(mnemonic, to, from, mode, fn)                                                                              \
    {.name = mnemonic, .flags = F_VALU | (mode), .dst = to, .src = {from}, .lanes = fn}
#define PART(mnemonic, to, from, fn, bits)                                                                             \
    {.name = mnemonic, .flags = F_VALU, .dst = to, .src = {from}, .shadow = SH_CUSTOM, .shadow_fn = bits, .lanes = fn}
#define CVT2(mnemonic, to, from, fn)                                                                                   \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU,                                                                                                  \
     .dst = to,                                                                                                        \
     .src = {from, from},                                                                                              \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = pair_shadow,                                                                                         \
     .lanes = fn}

static const struct isa_op ops[] = {
    CVT("v_cvt_i32_f32", T_I32, T_F32, 0, i32_f32),
    CVT("v_cvt_u32_f32", T_U32, T_F32, 0, u32_f32),
    CVT("v_cvt_i32_f64", T_I32, T_F64, 0, i32_f64),
    CVT("v_cvt_u32_f64", T_U32, T_F64, 0, u32_f64),
    CVT("v_cvt_rpi_i32_f32", T_I32, T_F32, F_MODE32, rpi),
    CVT("v_cvt_flr_i32_f32", T_I32, T_F32, F_MODE32, flr),
    CVT("v_cvt_f32_i32", T_F32, T_I32, F_MODE32, f32_i32),
    CVT("v_cvt_f32_u32", T_F32, T_U32, F_MODE32, f32_u32),
    CVT("v_cvt_f64_i32", T_F64, T_I32, 0, f64_i32),
    CVT("v_cvt_f64_u32", T_F64, T_U32, 0, f64_u32),
    CVT("v_cvt_f32_f64", T_F32, T_F64, F_MODE32, f32_f64),
    CVT("v_cvt_f64_f32", T_F64, T_F32, F_MODE32, f64_f32),
    PART("v_cvt_f32_ubyte0", T_F32, T_U32, ubyte0, byte0_shadow),
    PART("v_cvt_f32_ubyte1", T_F32, T_U32, ubyte1, byte1_shadow),
    PART("v_cvt_f32_ubyte2", T_F32, T_U32, ubyte2, byte2_shadow),
    PART("v_cvt_f32_ubyte3", T_F32, T_U32, ubyte3, byte3_shadow),
    PART("v_cvt_off_f32_i4", T_F32, T_U32, off_i4, nibble_shadow),
    PART("v_cvt_f32_bf16", T_F32, T_BF16, f32_bf16, bf16_shadow),
    CVT("v_cvt_f16_f32", T_F16, T_F32, F_MODE64, f16_f32),
    CVT("v_cvt_f32_f16", T_F32, T_F16, F_MODE64, f32_f16),
    CVT("v_cvt_f16_u16", T_F16, T_U16, F_MODE64, f16_u16),
    CVT("v_cvt_f16_i16", T_F16, T_I16, F_MODE64, f16_i16),
    CVT("v_cvt_u16_f16", T_U16, T_F16, 0, u16_f16),
    CVT("v_cvt_i16_f16", T_I16, T_F16, 0, i16_f16),
    CVT("v_cvt_norm_i16_f16", T_I16, T_F16, 0, norm_i16_f16),
    CVT("v_cvt_norm_u16_f16", T_U16, T_F16, 0, norm_u16_f16),
    CVT2("v_cvt_pknorm_i16_f32", T_V2I16, T_F32, pknorm_i16_f32),
    CVT2("v_cvt_pknorm_u16_f32", T_V2U16, T_F32, pknorm_u16_f32),
    CVT2("v_cvt_pknorm_i16_f16", T_V2I16, T_F16, pknorm_i16_f16),
    CVT2("v_cvt_pknorm_u16_f16", T_V2U16, T_F16, pknorm_u16_f16),
    CVT2("v_cvt_pkrtz_f16_f32", T_V2F16, T_F32, pkrtz),
    CVT2("v_cvt_pk_f16_f32", T_V2F16, T_F32, pk_f16),
    CVT2("v_cvt_pk_bf16_f32", T_V2BF16, T_F32, pk_bf16),
    {.name = "v_pack_b32_f16",
     .flags = F_VALU,
     .dst = T_V2F16,
     .src = {T_F16, T_F16},
     .shadow = SH_CUSTOM,
     .shadow_fn = pack_shadow,
     .lanes = pack},
    CVT2("v_cvt_pk_u16_u32", T_V2U16, T_U32, pk_u16),
    CVT2("v_cvt_pk_i16_i32", T_V2I16, T_I32, pk_i16),
    {.name = "v_cvt_sr_f16_f32", .flags = F_VALU | F_HI_PRESERVE, .dst = T_F16, .src = {T_F32, T_U32}, .lanes = sr_f16},
    {.name = "v_cvt_sr_bf16_f32",
     .flags = F_VALU | F_HI_PRESERVE,
     .dst = T_BF16,
     .src = {T_F32, T_U32},
     .lanes = sr_bf16},
    {.name = "v_cvt_pk_u8_f32",
     .flags = F_VALU,
     .dst = T_U32,
     .src = {T_F32, T_U32, T_U32},
     .shadow = SH_CUSTOM,
     .shadow_fn = insert_shadow,
     .lanes = pk_u8},
    {.name = "v_cvt_pkaccum_u8_f32",
     .flags = F_VALU | F_RMW,
     .dst = T_U32,
     .src = {T_F32, T_U32, T_U32},
     .shadow = SH_CUSTOM,
     .shadow_fn = insert_shadow,
     .lanes = pk_u8},
};
ISA_FAMILY(vcvt, ops);
