/* f32 arithmetic. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

LANE_FN2(add, lane_f32, lane_f32, lane_f32, A + B)
LANE_FN2(sub, lane_f32, lane_f32, lane_f32, A - B)
LANE_FN2(subrev, lane_f32, lane_f32, lane_f32, B - A)
LANE_FN2(mul, lane_f32, lane_f32, lane_f32, A *B)
LANE_FN2(mul_legacy, lane_f32, lane_f32, lane_f32, (A == 0.0f) | (B == 0.0f) ? 0.0f : A * B)
static void fma_(struct lane_args *x) {
    fma32_row(x->a, x->b, x->c, x->d, LANES);
}

/* The driver's control word says nothing about integers: minimum and maximum flush denormals themselves. */
#define MINMAX2(fn, expr)                                                                                              \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u32 *restrict a_ = x->a, *restrict b_ = x->b;                                                       \
        lane_u32 *restrict d_ = x->d;                                                                                  \
        const bool ieee = x->w->mode & MODE_IEEE, in = mode_flush32_in(x->w), out = mode_flush32_out(x->w);            \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const uint32_t A = flush32(a_[i], in), B = flush32(b_[i], in);                                             \
            d_[i] = flush32(expr, out);                                                                                \
        }                                                                                                              \
    }
#define MINMAX3(fn, expr)                                                                                              \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u32 *restrict a_ = x->a, *restrict b_ = x->b, *restrict c_ = x->c;                                  \
        lane_u32 *restrict d_ = x->d;                                                                                  \
        const bool ieee = x->w->mode & MODE_IEEE, in = mode_flush32_in(x->w), out = mode_flush32_out(x->w);            \
        (void)ieee;                                                                                                    \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const uint32_t A = flush32(a_[i], in), B = flush32(b_[i], in), C = flush32(c_[i], in);                     \
            d_[i] = flush32(expr, out);                                                                                \
        }                                                                                                              \
    }
MINMAX2(min, fmin32(A, B, ieee))
MINMAX2(max, fmax32(A, B, ieee))
MINMAX3(min3, fmin32(fmin32(A, B, ieee), C, ieee))
MINMAX3(max3, fmax32(fmax32(A, B, ieee), C, ieee))

/* With a NaN the least of the three, else the median: two loops, because one would not be vectorised. */
static void med3(struct lane_args *x) {
    const lane_u32 *restrict a = x->a, *restrict b = x->b, *restrict c = x->c;
    lane_u32 *restrict d = x->d;
    const bool in = mode_flush32_in(x->w), out = mode_flush32_out(x->w);
    min3(x);
    for (int i = 0; i < LANES; i++) {
        const uint32_t A = flush32(a[i], in), B = flush32(b[i], in), C = flush32(c[i], in);
        const uint32_t middle = flush32(fmiddle32(A, B, C), out);
        d[i] = fany_nan32(A, B, C) ? d[i] : middle;
    }
}
MINMAX3(minimum3, fminimum32(fminimum32(A, B), C))
MINMAX3(maximum3, fmaximum32(fmaximum32(A, B), C))

LANE_FN1(trunc_, lane_f32, lane_f32, truncf(A))
LANE_FN1(ceil_, lane_f32, lane_f32, ceilf(A))
LANE_FN1(floor_, lane_f32, lane_f32, floorf(A))
static void rndne(struct lane_args *x) {
    rndne32_row(x->a, x->d);
}

static inline float fract1(float a) {
    const float below_one = 0x1.fffffep-1f, d = a - floorf(a);
    return d > below_one ? below_one : d;
}
LANE_FN1(fract, lane_f32, lane_f32, fract1(A))

/* 2^b leaves every f32 at zero or infinity long before a double's exponent ends; the conversion rounds once. */
static inline float scale_by(float a, int32_t b) {
    b = b > 400 ? 400 : b < -400 ? -400 : b;
    return (float)((double)a * exp2_int(b));
}
LANE_FN2(ldexp_, lane_f32, lane_f32, int32_t, scale_by(A, B))

/* The exponent field, so that zero and denormals count as 2^-126: the ISA's pseudo-code to the letter. */
LANE_FN1(frexp_exp, uint32_t, uint32_t, (A >> 23 & 0xff) == 255 ? 0 : (A >> 23 & 0xff) - 126)

/* The mantissa of the normalised number, between 1/2 and 1; a denormal's is that of its integer mantissa. */
static inline uint32_t mantissa(uint32_t b) {
    uint32_t m = b & 0x7fffffff, n = m < 0x800000 ? f32_bits((float)(int32_t)m) : m;
    uint32_t r = (b & 0x80000000) | 126u << 23 | (n & 0x7fffff);
    return (m == 0) | (m >= 0x7f800000) ? b : r;
}

static void frexp_mant(struct lane_args *x) {
    const lane_u32 *restrict a = x->a;
    lane_u32 *restrict d = x->d;
    const bool in = mode_flush32_in(x->w);
    for (int i = 0; i < LANES; i++)
        d[i] = mantissa(flush32(a[i], in));
}

/* Cube maps: the face is that of the largest coordinate, z before y before x. */
static inline int face(float x, float y, float z) {
    float ax = fabsf(x), ay = fabsf(y), az = fabsf(z);
    return (az >= ax) & (az >= ay) ? 2 : ay >= ax ? 1 : 0;
}

static inline float cubeid1(float x, float y, float z) {
    int f = face(x, y, z);
    float c = f == 2 ? z : f == 1 ? y : x;
    return (float)(2 * f) + (c < 0.0f ? 1.0f : 0.0f);
}

static inline float cubesc1(float x, float y, float z) {
    int f = face(x, y, z);
    return f == 2 ? (z < 0.0f ? -x : x) : f == 1 ? x : x < 0.0f ? z : -z;
}

static inline float cubetc1(float x, float y, float z) {
    return face(x, y, z) == 1 ? (y < 0.0f ? -z : z) : -y;
}

static inline float cubema1(float x, float y, float z) {
    int f = face(x, y, z);
    return 2.0f * (f == 2 ? z : f == 1 ? y : x);
}
LANE_FN3(cubeid, lane_f32, lane_f32, lane_f32, lane_f32, cubeid1(A, B, C))
LANE_FN3(cubesc, lane_f32, lane_f32, lane_f32, lane_f32, cubesc1(A, B, C))
LANE_FN3(cubetc, lane_f32, lane_f32, lane_f32, lane_f32, cubetc1(A, B, C))
LANE_FN3(cubema, lane_f32, lane_f32, lane_f32, lane_f32, cubema1(A, B, C))

#define F32_1(mnemonic, fn) {.name = mnemonic, .flags = F_VALU | F_MODE32, .dst = T_F32, .src = {T_F32}, .lanes = fn}
#define F32_2(mnemonic, fn)                                                                                            \
    {.name = mnemonic, .flags = F_VALU | F_MODE32, .dst = T_F32, .src = {T_F32, T_F32}, .lanes = fn}
#define F32_3(mnemonic, fn)                                                                                            \
    {.name = mnemonic, .flags = F_VALU | F_MODE32, .dst = T_F32, .src = {T_F32, T_F32, T_F32}, .lanes = fn}

static const struct isa_op ops[] = {
    F32_2("v_add_f32", add),
    F32_2("v_sub_f32", sub),
    F32_2("v_subrev_f32", subrev),
    F32_2("v_mul_f32", mul),
    F32_2("v_mul_legacy_f32", mul_legacy),
    F32_3("v_fma_f32", fma_),
    F32_3("v_fmaak_f32", fma_),
    F32_3("v_fmamk_f32", fma_),
    {.name = "v_fmac_f32",
     .flags = F_VALU | F_MODE32 | F_RMW,
     .dst = T_F32,
     .src = {T_F32, T_F32, T_F32},
     .lanes = fma_},
    F32_2("v_min_f32", min),
    F32_2("v_max_f32", max),
    F32_3("v_min3_f32", min3),
    F32_3("v_max3_f32", max3),
    F32_3("v_med3_f32", med3),
    F32_3("v_minimum3_f32", minimum3),
    F32_3("v_maximum3_f32", maximum3),
    F32_1("v_trunc_f32", trunc_),
    F32_1("v_ceil_f32", ceil_),
    F32_1("v_floor_f32", floor_),
    F32_1("v_rndne_f32", rndne),
    F32_1("v_fract_f32", fract),
    F32_1("v_frexp_mant_f32", frexp_mant),
    {.name = "v_frexp_exp_i32_f32", .flags = F_VALU, .dst = T_I32, .src = {T_F32}, .lanes = frexp_exp},
    {.name = "v_ldexp_f32", .flags = F_VALU | F_MODE32, .dst = T_F32, .src = {T_F32, T_I32}, .lanes = ldexp_},
    F32_3("v_cubeid_f32", cubeid),
    F32_3("v_cubesc_f32", cubesc),
    F32_3("v_cubetc_f32", cubetc),
    F32_3("v_cubema_f32", cubema),
};
ISA_FAMILY(vf32, ops);
