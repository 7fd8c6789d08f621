/* Transcendentals. The ISA promises 1 ulp; here f32 and f16 results are those of a double computation that is good to
 * about 2^-51, rounded once to nearest, and f64 ones are exact to the last place. f32 ones flush denormals whatever
 * MODE says (ISA 12.8), except sine and cosine, whose argument counts revolutions. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

typedef void row_fn(const float in[LANES], double out[LANES]);

/* Nearest integer of |x| < 2^51, as a double and as an integer. */
static inline double nearest(double x, int64_t *n) {
    double t = x + 0x1.8p52;
    *n = (int64_t)(f64_bits(t) - f64_bits(0x1.8p52));
    return t - 0x1.8p52;
}

/* 2^x: the integer part goes to the exponent, the rest (at most 1/2) through the Taylor series. */
static void exp2_row(const float in[LANES], double out[LANES]) {
    for (int i = 0; i < LANES; i++) {
        double x = in[i], p;
        int64_t n;
        x = x > 1000.0 ? 1000.0 : x;
        x = x < -1000.0 ? -1000.0 : x;
        double r = x - nearest(x, &n);
        p = 0x1.816193166d0f9p-40;
        p = p * r + 0x1.c3bd650fc2986p-36;
        p = p * r + 0x1.e8cac7351bb25p-32;
        p = p * r + 0x1.e4cf5158b8ecap-28;
        p = p * r + 0x1.b5253d395e7c4p-24;
        p = p * r + 0x1.62c0223a5c824p-20;
        p = p * r + 0x1.ffcbfc588b0c7p-17;
        p = p * r + 0x1.430912f86c787p-13;
        p = p * r + 0x1.5d87fe78a6731p-10;
        p = p * r + 0x1.3b2ab6fba4e77p-7;
        p = p * r + 0x1.c6b08d704a0c0p-5;
        p = p * r + 0x1.ebfbdff82c58fp-3;
        p = p * r + 0x1.62e42fefa39efp-1;
        p = p * r + 1.0;
        p *= f64_of((uint64_t)(n + 1023) << 52);
        out[i] = in[i] != in[i] ? (double)in[i] : p;
    }
}

/* log2(m 2^e) = e + log2(m), m between sqrt(1/2) and sqrt(2), with log m = 2 artanh((m - 1) / (m + 1)). */
static void log2_row(const float in[LANES], double out[LANES]) {
    for (int i = 0; i < LANES; i++) {
        uint64_t b = f64_bits((double)in[i]), fraction = b & ((1ull << 52) - 1);
        uint64_t high = fraction > 0x6a09e667f3bcdull; /* above sqrt(2) */
        double m = f64_of(fraction | (1023 - high) << 52);
        /* the exponent field as a double without a 64-bit integer conversion, which AVX2 lacks */
        double e = f64_of((b >> 52) + high + 0x4330000000000000ull) - (0x1p52 + 1023.0);
        double s = (m - 1.0) / (m + 1.0), q = s * s, p;
        p = 0x1.00ecd7e080215p-3;
        p = p * q + 0x1.1964ec6fc9491p-3;
        p = p * q + 0x1.3703c1f4d0ffep-3;
        p = p * q + 0x1.5b9ac9b743f0dp-3;
        p = p * q + 0x1.89f3b1694cffep-3;
        p = p * q + 0x1.c68f568d31760p-3;
        p = p * q + 0x1.0c9a84994022dp-2;
        p = p * q + 0x1.484b13d7c02a9p-2;
        p = p * q + 0x1.a61762a7aded9p-2;
        p = p * q + 0x1.2776c50ef9bfep-1;
        p = p * q + 0x1.ec709dc3a03fdp-1;
        p = p * q + 0x1.71547652b82fep+1;
        double r = e + s * p;
        r = in[i] == INFINITY ? INFINITY : r;
        r = in[i] == 0.0f ? -INFINITY : r;
        r = in[i] < 0.0f ? NAN : r;
        out[i] = in[i] != in[i] ? (double)in[i] : r;
    }
}

static inline double sin_series(double u) {
    double q = u * u, p = 0x1.952c77030ad4ap-49;
    p = p * q - 0x1.ae7f3e733b81fp-41;
    p = p * q + 0x1.6124613a86d09p-33;
    p = p * q - 0x1.ae64567f544e4p-26;
    p = p * q + 0x1.71de3a556c734p-19;
    p = p * q - 0x1.a01a01a01a01ap-13;
    p = p * q + 0x1.1111111111111p-7;
    p = p * q - 0x1.5555555555555p-3;
    return u + u * q * p;
}

static inline double cos_series(double u) {
    double q = u * u, p = 0x1.ae7f3e733b81fp-45;
    p = p * q - 0x1.93974a8c07c9dp-37;
    p = p * q + 0x1.1eed8eff8d898p-29;
    p = p * q - 0x1.27e4fb7789f5cp-22;
    p = p * q + 0x1.a01a01a01a01ap-16;
    p = p * q - 0x1.6c16c16c16c17p-10;
    p = p * q + 0x1.5555555555555p-5;
    p = p * q - 0.5;
    return p * q + 1.0;
}

/* sin(2 pi (x + quarter / 4)): whole revolutions drop out exactly, as do quarters. */
static inline void circle(const float in[LANES], double out[LANES], int quarter) {
    for (int i = 0; i < LANES; i++) {
        double x = in[i];
        int64_t whole, q;
        x = fabs(x) >= 0x1p24 ? x - x : x; /* NaN for infinity */
        double r = x - nearest(x, &whole), u = (r - 0.25 * nearest(4.0 * r, &q)) * 0x1.921fb54442d18p+2;
        q += quarter;
        double s = sin_series(u), c = cos_series(u), v = q & 1 ? c : s;
        v = (q & 2 ? -v : v) + 0.0; /* no -0 */
        out[i] = in[i] == 0.0f && quarter == 0 ? (double)in[i] : v;
    }
}
static void sin_row(const float in[LANES], double out[LANES]) {
    circle(in, out, 0);
}
static void cos_row(const float in[LANES], double out[LANES]) {
    circle(in, out, 1);
}

static void rcp_row(const float in[LANES], double out[LANES]) {
    for (int i = 0; i < LANES; i++)
        out[i] = 1.0 / (double)in[i];
}
static void sqrt_row(const float in[LANES], double out[LANES]) {
    double x[LANES];
    for (int i = 0; i < LANES; i++)
        x[i] = in[i];
    sqrt64_row(x, out, LANES);
}
static void rsq_row(const float in[LANES], double out[LANES]) {
    sqrt_row(in, out);
    for (int i = 0; i < LANES; i++)
        out[i] = 1.0 / out[i];
}

/* A double rounded twice, to f32 and then to f16, is right too when the first step is sticky. */
static void half(struct lane_args *x, row_fn *f) {
    float in[LANES];
    double out[LANES];
    f16_row_to_f32(x->a, in);
    f(in, out);
    for (int i = 0; i < LANES; i++)
        in[i] = f32_sticky(out[i]);
    f32_row_to_f16(in, x->d);
}

static void single(struct lane_args *x, row_fn *f, bool flush_in, bool flush_out) {
    const lane_u32 *a = x->a;
    lane_u32 *d = x->d;
    float in[LANES];
    double out[LANES];
    for (int i = 0; i < LANES; i++)
        in[i] = f32_of(flush32(a[i], flush_in));
    f(in, out);
    for (int i = 0; i < LANES; i++)
        d[i] = flush32(f32_bits((float)out[i]), flush_out);
}

#define BOTH(fn, row)                                                                                                  \
    static void fn##16(struct lane_args * x) {                                                                         \
        half(x, row);                                                                                                  \
    }                                                                                                                  \
    static void fn##32(struct lane_args * x) {                                                                         \
        single(x, row, true, true);                                                                                    \
    }
BOTH(exp, exp2_row)
BOTH(log, log2_row)
BOTH(rcp, rcp_row)
BOTH(rsq, rsq_row)
BOTH(sqrt, sqrt_row)
static void sin16(struct lane_args *x) {
    half(x, sin_row);
}
static void cos16(struct lane_args *x) {
    half(x, cos_row);
}
static void sin32(struct lane_args *x) {
    single(x, sin_row, mode_flush32_in(x->w), mode_flush32_out(x->w));
}
static void cos32(struct lane_args *x) {
    single(x, cos_row, mode_flush32_in(x->w), mode_flush32_out(x->w));
}

LANE_FN1(rcp64, lane_f64, lane_f64, 1.0 / A)
static void sqrt64(struct lane_args *x) {
    sqrt64_row(x->a, x->d, LANES);
}
static void rsq64(struct lane_args *x) {
    lane_f64 *d = x->d;
    sqrt64(x);
    for (int i = 0; i < LANES; i++)
        d[i] = 1.0 / d[i];
}

#define TRANS(mnemonic, type, mode, fn)                                                                                \
    {.name = mnemonic, .flags = F_VALU | F_TRANS | (mode), .dst = type, .src = {type}, .lanes = fn}

static const struct isa_op ops[] = {
    TRANS("v_exp_f16", T_F16, F_MODE64, exp16),   TRANS("v_log_f16", T_F16, F_MODE64, log16),
    TRANS("v_rcp_f16", T_F16, F_MODE64, rcp16),   TRANS("v_rsq_f16", T_F16, F_MODE64, rsq16),
    TRANS("v_sqrt_f16", T_F16, F_MODE64, sqrt16), TRANS("v_sin_f16", T_F16, F_MODE64, sin16),
    TRANS("v_cos_f16", T_F16, F_MODE64, cos16),   TRANS("v_exp_f32", T_F32, 0, exp32),
    TRANS("v_exp_legacy_f32", T_F32, 0, exp32),   TRANS("v_log_f32", T_F32, 0, log32),
    TRANS("v_log_legacy_f32", T_F32, 0, log32),   TRANS("v_rcp_f32", T_F32, 0, rcp32),
    TRANS("v_rcp_iflag_f32", T_F32, 0, rcp32),    TRANS("v_rsq_f32", T_F32, 0, rsq32),
    TRANS("v_sqrt_f32", T_F32, 0, sqrt32),        TRANS("v_sin_f32", T_F32, 0, sin32),
    TRANS("v_cos_f32", T_F32, 0, cos32),          TRANS("v_rcp_f64", T_F64, F_MODE64, rcp64),
    TRANS("v_rsq_f64", T_F64, F_MODE64, rsq64),   TRANS("v_sqrt_f64", T_F64, F_MODE64, sqrt64),
};
ISA_FAMILY(vtrans, ops);
