/* Conversions to and from fp8, bf8, fp6, bf6 and fp4, plain and with a scale. Encoded values stay inside the range:
 * what happens at its end depends on MODE. */
#include "formats.h"

#ifdef DEVICE
typedef f32 v2f __attribute__((ext_vector_type(2)));
typedef f32 v16f __attribute__((ext_vector_type(16)));
typedef f32 v32f __attribute__((ext_vector_type(32)));
typedef f16 v2h __attribute__((ext_vector_type(2)));
typedef f16 v32h __attribute__((ext_vector_type(32)));
typedef __bf16 v2b __attribute__((ext_vector_type(2)));
typedef i16 v2s __attribute__((ext_vector_type(2)));
typedef u32 v6u __attribute__((ext_vector_type(6)));
static inline i32 word_of(v2s x) {
    return __builtin_bit_cast(i32, x);
}
static inline v2s pair_of(u32 x) {
    return __builtin_bit_cast(v2s, x);
}
#endif

KERNEL fp8_to_f32(GLOBAL const u32 *in, GLOBAL f32 *out) {
    u32 i = global_x(), v = in[i];
    out += 12 * i;
#ifdef DEVICE
    i32 w = (i32)v;
    out[0] = __builtin_amdgcn_cvt_f32_fp8(w, 0);
    out[1] = __builtin_amdgcn_cvt_f32_fp8(w, 1);
    out[2] = __builtin_amdgcn_cvt_f32_fp8(w, 2);
    out[3] = __builtin_amdgcn_cvt_f32_fp8(w, 3);
    out[4] = __builtin_amdgcn_cvt_f32_bf8(w, 0);
    out[5] = __builtin_amdgcn_cvt_f32_bf8(w, 3);
    v2f p = __builtin_amdgcn_cvt_pk_f32_fp8(w, 0), q = __builtin_amdgcn_cvt_pk_f32_fp8(w, 1);
    v2f r = __builtin_amdgcn_cvt_pk_f32_bf8(w, 1);
    out[6] = p.x;
    out[7] = p.y;
    out[8] = q.x;
    out[9] = q.y;
    out[10] = r.x;
    out[11] = r.y;
#else
    u8 b[4] = {(u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24)};
    for (int k = 0; k < 4; k++)
        out[k] = out[6 + k] = format_decode(FP8, b[k]);
    out[4] = format_decode(BF8, b[0]);
    out[5] = out[11] = format_decode(BF8, b[3]);
    out[10] = format_decode(BF8, b[2]);
#endif
}
CPU_ITEMS(fp8_to_f32, ARG_PTR(0, u32), ARG_PTR(1, f32))

KERNEL f32_to_fp8(GLOBAL const f32 *in, GLOBAL u32 *out) {
    u32 i = global_x();
    f32 a = in[4 * i], b = in[4 * i + 1], c = in[4 * i + 2], d = in[4 * i + 3];
#ifdef DEVICE
    i32 lo = __builtin_amdgcn_cvt_pk_fp8_f32(a, b, 0, 0);
    out[3 * i] = (u32)__builtin_amdgcn_cvt_pk_fp8_f32(c, d, lo, 1);
    i32 hi = __builtin_amdgcn_cvt_pk_bf8_f32(c, d, 0x1234, 1);
    out[3 * i + 1] = (u32)hi;
    out[3 * i + 2] = (u32)__builtin_amdgcn_cvt_pk_bf8_f32(a, b, hi, 0);
#else
    f32 v[4] = {a, b, c, d};
    u32 fp8 = 0, bf8 = 0;
    for (int k = 0; k < 4; k++) {
        fp8 |= format_encode(FP8, v[k]) << 8 * k;
        bf8 |= format_encode(BF8, v[k]) << 8 * k;
    }
    out[3 * i] = fp8;
    out[3 * i + 1] = (bf8 & 0xffff0000u) | 0x1234;
    out[3 * i + 2] = bf8;
#endif
}
CPU_ITEMS(f32_to_fp8, ARG_PTR(0, f32), ARG_PTR(1, u32))

/* Stochastic rounding: the top bits of the seed are added below the last bit that is kept, the rest is cut off. */
KERNEL f32_to_fp8_stochastic(GLOBAL const f32 *in, GLOBAL const u32 *seeds, GLOBAL u32 *out) {
    u32 i = global_x();
    f32 a = in[i];
    u32 seed = seeds[i];
#ifdef DEVICE
    i32 r = __builtin_amdgcn_cvt_sr_fp8_f32(a, (i32)seed, 0, 0);
    r = __builtin_amdgcn_cvt_sr_bf8_f32(a, (i32)seed, r, 1);
    r = __builtin_amdgcn_cvt_sr_fp8_f32(-a, (i32)(seed * 3), r, 2);
    r = __builtin_amdgcn_cvt_sr_bf8_f32(-a, (i32)(seed * 5), r, 3);
    out[i] = (u32)r;
#else
    u32 fp8[2] = {seed, seed * 3}, bf8[2] = {seed, seed * 5}, r = 0;
    for (int k = 0; k < 2; k++) {
        f32 x = k ? -a : a;
        f32 y = f32_of_bits((bits_of_f32(x) + (fp8[k] >> 12)) & 0xfff00000u);
        f32 z = f32_of_bits((bits_of_f32(x) + (bf8[k] >> 11)) & 0xffe00000u);
        r |= (format_encode(FP8, y) | format_encode(BF8, z) << 8) << 16 * k;
    }
    out[i] = r;
#endif
}
CPU_ITEMS(f32_to_fp8_stochastic, ARG_PTR(0, f32), ARG_PTR(1, u32), ARG_PTR(2, u32))

/* Down: value / scale rounded to the small type. Up: value * scale. Sources f32, f16 and bf16. */
KERNEL scaled_down(GLOBAL const f32 *in, GLOBAL u32 *out, f32 scale) {
    u32 i = global_x();
    f32 a = in[2 * i], b = in[2 * i + 1];
    out += 6 * i;
#ifdef DEVICE
    v2h h = {(f16)a, (f16)b};
    v2b y = {(__bf16)a, (__bf16)b};
    v2s r = pair_of(0);
    r = __builtin_amdgcn_cvt_scalef32_pk_fp8_f32(r, a, b, scale, 0);
    r = __builtin_amdgcn_cvt_scalef32_pk_fp8_f16(r, h, scale, 1);
    out[0] = (u32)word_of(r);
    r = __builtin_amdgcn_cvt_scalef32_pk_bf8_bf16(r, y, scale, 0);
    out[1] = (u32)word_of(r);
    r = __builtin_amdgcn_cvt_scalef32_pk_bf8_f32(pair_of(0), a, b, scale, 1);
    r = __builtin_amdgcn_cvt_scalef32_pk_bf8_f16(r, h, scale, 0);
    out[2] = (u32)word_of(r);
    u32 q = __builtin_amdgcn_cvt_scalef32_pk_fp4_f32(0, a, b, scale, 0);
    q = __builtin_amdgcn_cvt_scalef32_pk_fp4_f16(q, h, scale, 1);
    q = __builtin_amdgcn_cvt_scalef32_pk_fp4_bf16(q, y, scale, 2);
    q = __builtin_amdgcn_cvt_scalef32_pk_fp4_f32(q, b, a, scale, 3);
    out[3] = q;
    out[4] = (u32)word_of(__builtin_amdgcn_cvt_scalef32_pk_fp8_bf16(pair_of(0x55aa), y, scale, 1));
    out[5] = __builtin_amdgcn_cvt_scalef32_pk_fp4_bf16(0xffffffffu, y, scale, 1);
#else
    f64 x = (f64)a / scale, y = (f64)b / scale;
    f64 xh = (f64)(f32)(f16)a / scale, yh = (f64)(f32)(f16)b / scale;
    f64 xb = (f64)f32_of_bits((bits_of_f32(a) + 0x7fff + (bits_of_f32(a) >> 16 & 1)) & 0xffff0000u) / scale;
    f64 yb = (f64)f32_of_bits((bits_of_f32(b) + 0x7fff + (bits_of_f32(b) >> 16 & 1)) & 0xffff0000u) / scale;
#define PAIR(format, p, q) (format_encode(format, p) | format_encode(format, q) << format_bits(format))
    out[0] = PAIR(FP8, x, y) | PAIR(FP8, xh, yh) << 16;
    out[1] = PAIR(BF8, xb, yb) | (out[0] & 0xffff0000u);
    out[2] = PAIR(BF8, xh, yh) | PAIR(BF8, x, y) << 16;
    out[3] = PAIR(FP4, x, y) | PAIR(FP4, xh, yh) << 8 | PAIR(FP4, xb, yb) << 16 | PAIR(FP4, y, x) << 24;
    out[4] = 0x55aa | PAIR(FP8, xb, yb) << 16;
    out[5] = 0xffff00ffu | PAIR(FP4, xb, yb) << 8;
#undef PAIR
#endif
}
CPU_ITEMS(scaled_down, ARG_PTR(0, f32), ARG_PTR(1, u32), ARG_F32(2))

KERNEL scaled_up(GLOBAL const u32 *in, GLOBAL f32 *out, f32 scale) {
    u32 i = global_x(), v = in[i];
    out += 14 * i;
#ifdef DEVICE
    v2f p = __builtin_amdgcn_cvt_scalef32_pk_f32_fp8(v, scale, 0);
    v2f q = __builtin_amdgcn_cvt_scalef32_pk_f32_bf8(v, scale, 1);
    v2f r = __builtin_amdgcn_cvt_scalef32_pk_f32_fp4(v, scale, 2);
    v2h h = __builtin_amdgcn_cvt_scalef32_pk_f16_fp8(v, scale, 1);
    v2h g = __builtin_amdgcn_cvt_scalef32_pk_f16_fp4(v, scale, 3);
    v2b y = __builtin_amdgcn_cvt_scalef32_pk_bf16_bf8(v, scale, 0);
    out[0] = p.x;
    out[1] = p.y;
    out[2] = q.x;
    out[3] = q.y;
    out[4] = r.x;
    out[5] = r.y;
    out[6] = (f32)h.x;
    out[7] = (f32)h.y;
    out[8] = (f32)g.x;
    out[9] = (f32)g.y;
    out[10] = (f32)y.x;
    out[11] = (f32)y.y;
    out[12] = __builtin_amdgcn_cvt_scalef32_f32_fp8((i32)v, scale, 2);
    out[13] = __builtin_amdgcn_cvt_scalef32_f32_bf8((i32)v, scale, 1);
#else
    u8 b[4] = {(u8)v, (u8)(v >> 8), (u8)(v >> 16), (u8)(v >> 24)};
    out[0] = format_decode(FP8, b[0]) * scale;
    out[1] = format_decode(FP8, b[1]) * scale;
    out[2] = format_decode(BF8, b[2]) * scale;
    out[3] = format_decode(BF8, b[3]) * scale;
    out[4] = format_decode(FP4, b[2] & 15) * scale;
    out[5] = format_decode(FP4, b[2] >> 4) * scale;
    out[6] = (f32)(f16)(format_decode(FP8, b[2]) * scale);
    out[7] = (f32)(f16)(format_decode(FP8, b[3]) * scale);
    out[8] = format_decode(FP4, b[3] & 15) * scale;
    out[9] = format_decode(FP4, b[3] >> 4) * scale;
    out[10] = format_decode(BF8, b[0]) * scale;
    out[11] = format_decode(BF8, b[1]) * scale;
    out[12] = format_decode(FP8, b[2]) * scale;
    out[13] = format_decode(BF8, b[1]) * scale;
#endif
}
CPU_ITEMS(scaled_up, ARG_PTR(0, u32), ARG_PTR(1, f32), ARG_F32(2))

/* 32 six-bit items at a time. */
KERNEL six_bits(GLOBAL const f32 *in, GLOBAL u32 *out, GLOBAL f32 *back, f32 scale) {
    u32 i = global_x();
#ifdef DEVICE
    v32h h;
    v16f lo, hi;
    for (u32 k = 0; k < 32; k++)
        h[k] = (f16)in[32 * i + k];
    for (u32 k = 0; k < 16; k++) {
        lo[k] = in[32 * i + k];
        hi[k] = in[32 * i + 16 + k];
    }
    v6u fp6 = __builtin_amdgcn_cvt_scalef32_pk32_fp6_f16(h, scale);
    v6u bf6 = __builtin_amdgcn_cvt_scalef32_pk32_bf6_f16(h, scale);
    v6u mixed = __builtin_amdgcn_cvt_scalef32_2xpk16_fp6_f32(lo, hi, scale);
    v32f up = __builtin_amdgcn_cvt_scalef32_pk32_f32_fp6(fp6, scale);
    v32h up16 = __builtin_amdgcn_cvt_scalef32_pk32_f16_bf6(bf6, scale);
    for (u32 k = 0; k < 6; k++) {
        out[18 * i + k] = fp6[k];
        out[18 * i + 6 + k] = bf6[k];
        out[18 * i + 12 + k] = mixed[k];
    }
    for (u32 k = 0; k < 32; k++)
        back[32 * i + k] = up[k] - (f32)up16[k] * 4.0f;
#else
    u8 *fp6 = (u8 *)(out + 18 * i), *bf6 = fp6 + 24, *mixed = fp6 + 48;
    for (u32 k = 0; k < 32; k++) {
        f32 x = in[32 * i + k], h = (f32)(f16)x;
        unsigned a = format_encode(FP6, (f64)h / scale), b = format_encode(BF6, (f64)h / scale);
        format_put(FP6, fp6, k, a);
        format_put(BF6, bf6, k, b);
        /* the two sources alternate: item 2j comes from the first, 2j + 1 from the second */
        f32 m = k % 2 ? in[32 * i + 16 + k / 2] : in[32 * i + k / 2];
        format_put(FP6, mixed, k, format_encode(FP6, (f64)m / scale));
        back[32 * i + k] = format_decode(FP6, a) * scale - format_decode(BF6, b) * scale * 4.0f;
    }
#endif
}
CPU_ITEMS(six_bits, ARG_PTR(0, f32), ARG_PTR(1, u32), ARG_PTR(2, f32), ARG_F32(3))

#ifndef DEVICE
/* Both signs, 1/8 to 5: inside every format's range once divided by a scale of 1 or 2. */
static void fill_f32_near_one(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    f32 *x = to;
    (void)base;
    for (size_t k = 0; k < bytes / 4; k++) {
        uint64_t r = random_next(seed);
        x[k] = (0.125f + (f32)(r >> 40) * (4.875f / 16777216.0f)) * (r & 1 ? 1.0f : -1.0f);
    }
}
#endif

KERNEL_TESTS(fp8,
             {.name = "fp8_to_f32",
              .cpu = cpu_fp8_to_f32,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_bits), OUT_AS(12288, same_f32)}},
             {.name = "f32_to_fp8",
              .cpu = cpu_f32_to_fp8,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(2048, fill_f32), OUT(1536)}},
             {.name = "f32_to_fp8_stochastic",
              .cpu = cpu_f32_to_fp8_stochastic,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_f32_near_one), IN(512, fill_bits), OUT(512)}},
             {.name = "scaled_down",
              .cpu = cpu_scaled_down,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_f32_near_one), OUT(3072), F32(2.0f)}},
             {.name = "scaled_up",
              .cpu = cpu_scaled_up,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT_AS(7168, same_f32), F32(0.25f)}},
             {.name = "six_bits",
              .cpu = cpu_six_bits,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(8192, fill_f32_near_one), OUT(4608), OUT_AS(8192, same_f32), F32(2.0f)}});
