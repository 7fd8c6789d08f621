/* The division macro: scaling of its operands, its last multiply-add, its special cases; and the segments of 2/pi that
 * argument reduction multiplies by. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

/* --- v_div_scale --- */

/* a is scaled; it is the denominator b or the numerator c. The flag says that v_div_fmas has to scale the quotient.
 *   c/b near the largest number, or c/b and 1/b denormal: b goes towards c, flag
 *   b denormal, or c so small that the remainder would be:  both up
 *   1/b denormal:                                           both down
 *   c/b denormal:                                           c up, flag
 * The ISA's pseudo-code scales b up where 1/b and c/b are denormal, which would overflow, and leaves the flag clear for
 * a zero operand; the hardware sets it there. */
static inline uint32_t scale32(uint32_t a, uint32_t b, uint32_t c, uint8_t *flag) {
    uint32_t mb = b & 0x7fffffff, mc = c & 0x7fffffff;
    int32_t eb = (int32_t)(mb >> 23), ec = (int32_t)(mc >> 23);
    double q = (double)f32_of(mc) / (double)f32_of(mb);
    bool tiny_q = q < 0x1p-126 && q != 0.0, tiny_r = mb > 0x7e800000 && mb < 0x7f800000;
    float up = f32_of(a) * 0x1p64f, down = f32_of(a) * 0x1p-64f, same = f32_of(a), d = same;
    bool den = a == b, num = a == c;
    *flag = 0;
    if (!mb || !mc) {
        d = NAN;
        *flag = 1;
    } else if (ec - eb >= 96) {
        d = den ? up : same;
        *flag = 1;
    } else if (eb == 0) {
        d = up;
    } else if (tiny_r && tiny_q) {
        d = den ? down : same;
        *flag = 1;
    } else if (tiny_r) {
        d = down;
    } else if (tiny_q) {
        d = num ? up : same;
        *flag = 1;
    } else if (ec <= 23) {
        d = up;
    }
    return f32_bits(d);
}

static void div_scale32(struct lane_args *x) {
    const lane_u32 *a = x->a, *b = x->b, *c = x->c;
    lane_u32 *d = x->d;
    const bool in = mode_flush32_in(x->w);
    uint8_t flag[LANES];
    for (int i = 0; i < LANES; i++)
        d[i] = scale32(flush32(a[i], in), flush32(b[i], in), flush32(c[i], in), &flag[i]);
    x->mask_out = lanes_pack_bits(flag);
}

static inline uint64_t scale64(uint64_t a, uint64_t b, uint64_t c, uint8_t *flag) {
    const uint64_t magnitude = ~(1ull << 63), inf = 0x7ffull << 52;
    uint64_t mb = b & magnitude, mc = c & magnitude;
    int eb = (int)(mb >> 52), ec = (int)(mc >> 52);
    double q = f64_of(mc) / f64_of(mb);
    bool tiny_q = q < 0x1p-1022 && mb < inf, tiny_r = mb > 0x7fdull << 52 && mb < inf;
    double up = f64_of(a) * 0x1p128, down = f64_of(a) * 0x1p-128, same = f64_of(a), d = same;
    bool den = a == b, num = a == c;
    *flag = 0;
    if (!mb || !mc) {
        d = NAN;
        *flag = 1;
    } else if (ec - eb >= 768) {
        d = den ? up : same;
        *flag = 1;
    } else if (eb == 0) {
        d = up;
    } else if (tiny_r && tiny_q) {
        d = den ? down : same;
        *flag = 1;
    } else if (tiny_r) {
        d = down;
    } else if (tiny_q) {
        d = num ? up : same;
        *flag = 1;
    } else if (ec <= 53) {
        d = up;
    }
    return f64_bits(d);
}

static void div_scale64(struct lane_args *x) {
    const lane_u64 *a = x->a, *b = x->b, *c = x->c;
    lane_u64 *d = x->d;
    const bool in = mode_flush16_in(x->w);
    uint8_t flag[LANES];
    for (int i = 0; i < LANES; i++)
        d[i] = scale64(flush64(a[i], in), flush64(b[i], in), flush64(c[i], in), &flag[i]);
    x->mask_out = lanes_pack_bits(flag);
}

/* --- v_div_fmas --- */

/* The flag undoes v_div_scale: a quotient above one was scaled down, one below was scaled up. Where that ends among the
 * denormals the quotient is rounded once. Denormal sources count whatever MODE says. */
static void div_fmas32(struct lane_args *x) {
    const lane_f32 *a = x->a, *b = x->b, *c = x->c;
    lane_u32 *d = x->d;
    const bool out = mode_flush32_out(x->w);
    fma32_row(a, b, c, d, LANES);
    for (int i = 0; i < LANES; i++) {
        if (x->mask_in >> i & 1) {
            bool above = (f32_bits(c[i]) >> 23 & 0xff) > 127;
            d[i] = f32_bits((float)(((double)a[i] * b[i] + c[i]) * (above ? 0x1p64 : 0x1p-64)));
        }
        d[i] = flush32(d[i], out);
    }
}

static void div_fmas64(struct lane_args *x) {
    const lane_f64 *a = x->a, *b = x->b, *c = x->c;
    lane_u64 *d = x->d;
    const bool out = mode_flush16_out(x->w);
    fma64_row(a, b, c, d, LANES);
    for (int i = 0; i < LANES; i++) {
        if (x->mask_in >> i & 1) {
            bool above = (f64_bits(c[i]) >> 52 & 0x7ff) > 1023;
            d[i] = f64_bits((double)(((_Float128)a[i] * b[i] + c[i]) * (above ? 0x1p128 : 0x1p-128)));
        }
        d[i] = flush64(d[i], out);
    }
}

/* --- v_div_fixup --- */

/* q quotient, b denominator, c numerator, as bits: sign, infinity, quiet bit, exponent shift, least exponent of a
 * quotient. In f32 and f64 a NaN as the estimate of an ordinary quotient stands for overflow, as on hardware. The ISA
 * does not say what underflow gives; it is the smallest denormal here, unless the estimate is a zero of the right sign,
 * as v_div_fmas makes it when rounding to nearest. */
#define FIXUP(suffix, type, sign, inf, quiet, shift, least, nan)                                                       \
    static inline type fixup##suffix(type q, type b, type c) {                                                         \
        type mb = b & ~(sign), mc = c & ~(sign), mq = q & ~(sign), out = (b ^ c) & (sign);                             \
        type r = mq > (inf) ? out | (nan) : out | mq;                                                                  \
        int under = (int)(mc >> (shift)) - (int)(mb >> (shift)) < (least);                                             \
        r = under ? out | (q != out) : r;                                                                              \
        r = (mb == (inf)) | (mc == 0) ? out : r;                                                                       \
        r = (mb == 0) | (mc == (inf)) ? out | (inf) : r;                                                               \
        r = ((mb == 0) & (mc == 0)) | ((mb == (inf)) & (mc == (inf))) ? (sign) | (inf) | (quiet) : r;                  \
        r = mb > (inf) ? b | (quiet) : r;                                                                              \
        return mc > (inf) ? c | (quiet) : r;                                                                           \
    }
FIXUP(16, uint32_t, 0x8000u, 0x7c00u, 0x200u, 10, -1000, mq)
FIXUP(32, uint32_t, 0x80000000u, 0x7f800000u, 0x400000u, 23, -150, 0x7f800000u)
FIXUP(64, uint64_t, 1ull << 63, 0x7ffull << 52, 1ull << 51, 52, -1075, 0x7ffull << 52)

LANE_FN3(div_fixup16, lane_u32, lane_u32, lane_u32, lane_u32, fixup16(A, B, C))

static void div_fixup32(struct lane_args *x) {
    const lane_u32 *restrict a = x->a, *restrict b = x->b, *restrict c = x->c;
    lane_u32 *restrict d = x->d;
    const bool in = mode_flush32_in(x->w), out = mode_flush32_out(x->w);
    for (int i = 0; i < LANES; i++)
        d[i] = flush32(fixup32(flush32(a[i], in), flush32(b[i], in), flush32(c[i], in)), out);
}

static void div_fixup64(struct lane_args *x) {
    const lane_u64 *restrict a = x->a, *restrict b = x->b, *restrict c = x->c;
    lane_u64 *restrict d = x->d;
    const bool in = mode_flush16_in(x->w), out = mode_flush16_out(x->w);
    for (int i = 0; i < LANES; i++)
        d[i] = flush64(fixup64(flush64(a[i], in), flush64(b[i], in), flush64(c[i], in)), out);
}

/* --- v_trig_preop --- */

/* 2/pi after the binary point, first bit highest. */
static const uint32_t two_over_pi[38] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046, 0xfc7b6bab};
enum { TWO_OVER_PI_BITS = 1201 };

static double trig_preop1(uint64_t a, uint32_t segment) {
    int e = (int)(a >> 52 & 0x7ff), shift = (int)(segment & 31) * 53;
    if (e > 1077)
        shift += e - 1077;
    uint64_t bits = 0;
    for (int k = 0; k < 53; k++) {
        int at = shift + k;
        uint64_t bit = at < TWO_OVER_PI_BITS ? two_over_pi[at / 32] >> (31 - at % 32) & 1 : 0;
        bits = bits << 1 | bit;
    }
    int scale = -53 - shift + (e >= 1968 ? 128 : 0);
    if (scale < -1074) { /* towards zero */
        bits = scale < -1074 - 53 ? 0 : bits >> (-1074 - scale);
        scale = -1074;
    }
    return ldexp((double)bits, scale);
}
LANE_FN2(trig_preop, lane_f64, lane_u64, lane_u32, trig_preop1(A, B))

static const struct isa_op ops[] = {
    {.name = "v_div_scale_f32",
     .flags = F_VALU,
     .dst = T_F32,
     .src = {T_F32, T_F32, T_F32},
     .mask_dst = 1,
     .lanes = div_scale32},
    {.name = "v_div_scale_f64",
     .flags = F_VALU,
     .dst = T_F64,
     .src = {T_F64, T_F64, T_F64},
     .mask_dst = 1,
     .lanes = div_scale64},
    {.name = "v_div_fmas_f32",
     .flags = F_VALU,
     .dst = T_F32,
     .src = {T_F32, T_F32, T_F32},
     .mask_src = 2,
     .lanes = div_fmas32},
    {.name = "v_div_fmas_f64",
     .flags = F_VALU,
     .dst = T_F64,
     .src = {T_F64, T_F64, T_F64},
     .mask_src = 2,
     .lanes = div_fmas64},
    {.name = "v_div_fixup_f16",
     .flags = F_VALU | F_MODE64 | F_HI_PRESERVE,
     .dst = T_F16,
     .src = {T_F16, T_F16, T_F16},
     .lanes = div_fixup16},
    {.name = "v_div_fixup_legacy_f16",
     .flags = F_VALU | F_MODE64,
     .dst = T_F16,
     .src = {T_F16, T_F16, T_F16},
     .lanes = div_fixup16},
    {.name = "v_div_fixup_f32", .flags = F_VALU, .dst = T_F32, .src = {T_F32, T_F32, T_F32}, .lanes = div_fixup32},
    {.name = "v_div_fixup_f64", .flags = F_VALU, .dst = T_F64, .src = {T_F64, T_F64, T_F64}, .lanes = div_fixup64},
    {.name = "v_trig_preop_f64", .flags = F_VALU, .dst = T_F64, .src = {T_F64, T_U32}, .lanes = trig_preop},
};
ISA_FAMILY(vdiv, ops);
