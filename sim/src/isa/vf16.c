/* f16 arithmetic: computed in f32 (f64 for fused operations), rounded to f16 once. Two roundings of a sum, product or
 * quotient of f16 values, first to f32, give the same f16 as one. Denormals and MODE.FP16_OVFL are the driver's. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

#define HALF1(fn, expr)                                                                                                \
    static void fn(struct lane_args *x) {                                                                              \
        float a[LANES], d[LANES];                                                                                      \
        f16_row_to_f32(x->a, a);                                                                                       \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const float A = a[i];                                                                                      \
            d[i] = expr;                                                                                               \
        }                                                                                                              \
        f32_row_to_f16(d, x->d);                                                                                       \
    }
#define HALF2(fn, expr)                                                                                                \
    static void fn(struct lane_args *x) {                                                                              \
        float a[LANES], b[LANES], d[LANES];                                                                            \
        f16_row_to_f32(x->a, a);                                                                                       \
        f16_row_to_f32(x->b, b);                                                                                       \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const float A = a[i], B = b[i];                                                                            \
            d[i] = expr;                                                                                               \
        }                                                                                                              \
        f32_row_to_f16(d, x->d);                                                                                       \
    }

HALF2(add, A + B)
HALF2(sub, A - B)
HALF2(subrev, B - A)
HALF2(mul, A *B)
HALF1(trunc_, truncf(A))
HALF1(ceil_, ceilf(A))
HALF1(floor_, floorf(A))

static void fma_(struct lane_args *x) {
    float a[LANES], b[LANES], c[LANES];
    f16_row_to_f32(x->a, a);
    f16_row_to_f32(x->b, b);
    f16_row_to_f32(x->c, c);
    for (int i = 0; i < LANES; i++)
        c[i] = fma16(a[i], b[i], c[i]);
    f32_row_to_f16(c, x->d);
}

/* Not fused: the product is rounded to f16 before the addition. */
static void mad(struct lane_args *x) {
    float a[LANES], b[LANES], c[LANES];
    mul(x);
    f16_row_to_f32(x->d, a);
    f16_row_to_f32(x->c, b);
    for (int i = 0; i < LANES; i++)
        c[i] = a[i] + b[i];
    f32_row_to_f16(c, x->d);
}

static void rndne(struct lane_args *x) {
    float a[LANES], d[LANES];
    f16_row_to_f32(x->a, a);
    rndne32_row(a, d);
    f32_row_to_f16(d, x->d);
}

static inline float fract1(float a) {
    const float below_one = 0x1.ffcp-1f, d = a - floorf(a);
    return d > below_one ? below_one : d;
}
HALF1(fract, fract1(A))

/* Beyond 2^+-60 every f16 has left the range; the product is exact in f32. */
static void ldexp_(struct lane_args *x) {
    float a[LANES];
    const int32_t *b = x->b;
    f16_row_to_f32(x->a, a);
    for (int i = 0; i < LANES; i++) {
        int32_t e = b[i] > 60 ? 60 : b[i] < -60 ? -60 : b[i];
        a[i] *= f32_of((uint32_t)(e + 127) << 23);
    }
    f32_row_to_f16(a, x->d);
}

/* As for f32. */
LANE_FN1(frexp_exp, uint32_t, uint32_t, (A >> 10 & 31) == 31 ? 0 : (A >> 10 & 31) - 14)

/* An f16 is normal in f32, so the mantissa can be read there. */
static void frexp_mant(struct lane_args *x) {
    float a[LANES];
    f16_row_to_f32(x->a, a);
    for (int i = 0; i < LANES; i++) {
        uint32_t b = f32_bits(a[i]), m = b & 0x7fffffff;
        a[i] = f32_of(m == 0 || m >= 0x7f800000 ? b : (b & 0x807fffff) | 126u << 23);
    }
    f32_row_to_f16(a, x->d);
}

static inline uint32_t med3_1(uint32_t a, uint32_t b, uint32_t c, bool ieee) {
    return fany_nan16(a, b, c) ? fmin16(fmin16(a, b, ieee), c, ieee) : fmiddle16(a, b, c);
}

LANE_MINMAX2(min, fmin16(A, B, ieee))
LANE_MINMAX2(max, fmax16(A, B, ieee))
LANE_MINMAX3(min3, fmin16(fmin16(A, B, ieee), C, ieee))
LANE_MINMAX3(max3, fmax16(fmax16(A, B, ieee), C, ieee))
LANE_MINMAX3(med3, med3_1(A, B, C, ieee))

#define F16_1(mnemonic, fn) {.name = mnemonic, .flags = F_VALU | F_MODE64, .dst = T_F16, .src = {T_F16}, .lanes = fn}
#define F16_2(mnemonic, fn)                                                                                            \
    {.name = mnemonic, .flags = F_VALU | F_MODE64, .dst = T_F16, .src = {T_F16, T_F16}, .lanes = fn}
#define F16_3(mnemonic, fn, more)                                                                                      \
    {.name = mnemonic, .flags = F_VALU | F_MODE64 | (more), .dst = T_F16, .src = {T_F16, T_F16, T_F16}, .lanes = fn}

static const struct isa_op ops[] = {
    F16_2("v_add_f16", add),
    F16_2("v_sub_f16", sub),
    F16_2("v_subrev_f16", subrev),
    F16_2("v_mul_f16", mul),
    F16_3("v_mac_f16", mad, F_RMW),
    F16_3("v_madak_f16", mad, 0),
    F16_3("v_madmk_f16", mad, 0),
    F16_3("v_mad_f16", mad, F_HI_PRESERVE),
    F16_3("v_mad_legacy_f16", mad, 0),
    F16_3("v_fma_f16", fma_, F_HI_PRESERVE),
    F16_3("v_fma_legacy_f16", fma_, 0),
    F16_2("v_min_f16", min),
    F16_2("v_max_f16", max),
    F16_3("v_min3_f16", min3, 0),
    F16_3("v_max3_f16", max3, 0),
    F16_3("v_med3_f16", med3, 0),
    F16_1("v_trunc_f16", trunc_),
    F16_1("v_ceil_f16", ceil_),
    F16_1("v_floor_f16", floor_),
    F16_1("v_rndne_f16", rndne),
    F16_1("v_fract_f16", fract),
    F16_1("v_frexp_mant_f16", frexp_mant),
    {.name = "v_frexp_exp_i16_f16", .flags = F_VALU, .dst = T_I16, .src = {T_F16}, .lanes = frexp_exp},
    {.name = "v_ldexp_f16", .flags = F_VALU | F_MODE64, .dst = T_F16, .src = {T_F16, T_I16}, .lanes = ldexp_},
};
ISA_FAMILY(vf16, ops);
