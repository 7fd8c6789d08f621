/* f16, bf16, packed and dot instructions. Two roundings of f16 through f32 equal one for + - * /; the fused and dot
 * forms have references of their own. */
#include "kernel.h"

typedef f16 f16x2 __attribute__((vector_size(4)));

#ifndef DEVICE
static f32 f32_of_bf16(u16 x) {
    return f32_of_bits((u32)x << 16);
}

/* Nearest even; NaN stays NaN. */
static u16 bf16_of_f32(f32 x) {
    u32 u = bits_of_f32(x);
    if ((u & 0x7fffffff) > 0x7f800000)
        return (u16)(u >> 16 | 0x40);
    return (u16)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
#endif

KERNEL f16_basic(GLOBAL const f16 *x, GLOBAL const f16 *y, GLOBAL f16 *out) {
    u32 i = global_x();
    f16 a = x[i], b = y[i];
    out[4 * i] = a + b;
    out[4 * i + 1] = a - b;
    out[4 * i + 2] = a * b;
    out[4 * i + 3] = a / b;
}
CPU_ITEMS(f16_basic, ARG_PTR(0, f16), ARG_PTR(1, f16), ARG_PTR(2, f16))

KERNEL f16_compare(GLOBAL const f16 *x, GLOBAL const f16 *y, GLOBAL u32 *out) {
    u32 i = global_x();
    f16 a = x[i], b = y[i];
    out[i] = (u32)(a < b) | (u32)(a <= b) << 1 | (u32)(a == b) << 2 | (u32)(a != b) << 3 | (u32) !(a > b) << 4 |
             (u32)(a != a) << 5;
}
CPU_ITEMS(f16_compare, ARG_PTR(0, f16), ARG_PTR(1, f16), ARG_PTR(2, u32))

KERNEL f16_convert(GLOBAL const f16 *x, GLOBAL const f32 *y, GLOBAL f32 *out32, GLOBAL f16 *out16,
                   GLOBAL i32 *out_int) {
    u32 i = global_x();
    out32[i] = (f32)x[i];
    out16[2 * i] = (f16)y[i];
    out16[2 * i + 1] = (f16)(i16)(i * 77) + (f16)(u16)(i * 13);
    out_int[i] = (i32)(f16)(y[i] * 100.0f) + (i32)(u16)(f16)__builtin_fabsf(y[i]);
}
CPU_ITEMS(f16_convert, ARG_PTR(0, f16), ARG_PTR(1, f32), ARG_PTR(2, f32), ARG_PTR(3, f16), ARG_PTR(4, i32))

KERNEL f16_packed(GLOBAL const f16x2 *x, GLOBAL const f16x2 *y, GLOBAL f16x2 *out) {
    u32 i = global_x();
    f16x2 a = x[i], b = y[i];
    f16x2 swapped = {b[1], b[0]}, low = {a[0], a[0]};
    f16x2 sum = a + b;
    f16x2 product = sum * swapped;
    f16x2 second = low * b;
    out[i] = product - second;
}
CPU_ITEMS(f16_packed, ARG_PTR(0, f16x2), ARG_PTR(1, f16x2), ARG_PTR(2, f16x2))

#ifdef DEVICE
typedef f16 h2 __attribute__((ext_vector_type(2)));
typedef __bf16 b2 __attribute__((ext_vector_type(2)));
static inline f16 fma16(f16 a, f16 b, f16 c) {
    return __builtin_fmaf16(a, b, c);
}
#else
/* Exact in 113 bits for f16. */
static f16 fma16(f16 a, f16 b, f16 c) {
    return (f16)((__float128)a * (__float128)b + (__float128)c);
}
#endif

KERNEL f16_fused(GLOBAL const f16 *x, GLOBAL const f16 *y, GLOBAL const f16 *z, GLOBAL f16 *out) {
    u32 i = global_x();
    out[2 * i] = fma16(x[i], y[i], z[i]);
    out[2 * i + 1] = fma16(-x[i], z[i], y[i]);
}
CPU_ITEMS(f16_fused, ARG_PTR(0, f16), ARG_PTR(1, f16), ARG_PTR(2, f16), ARG_PTR(3, f16))

KERNEL f16_round(GLOBAL const f16 *x, GLOBAL const f16 *y, GLOBAL f16 *out) {
    u32 i = global_x();
    f16 a = x[i], b = y[i];
#ifdef DEVICE
    out[4 * i] = __builtin_floorf16(a);
    out[4 * i + 1] = __builtin_ceilf16(a) + __builtin_truncf16(b);
    out[4 * i + 2] = __builtin_fminf16(a, b);
    out[4 * i + 3] = __builtin_rintf16(__builtin_fmaxf16(a, b));
#else
    out[4 * i] = (f16)floorf(a);
    out[4 * i + 1] = (f16)(f32)ceilf(a) + (f16)truncf(b);
    out[4 * i + 2] = a < b ? a : b;
    out[4 * i + 3] = (f16)rintf(a > b ? a : b);
#endif
}
CPU_ITEMS(f16_round, ARG_PTR(0, f16), ARG_PTR(1, f16), ARG_PTR(2, f16))

KERNEL bf16_convert(GLOBAL const f32 *x, GLOBAL u16 *out, GLOBAL f32 *back) {
    u32 i = global_x();
#ifdef DEVICE
    union {
        __bf16 h[2];
        u32 u;
    } pack = {.h = {(__bf16)x[2 * i], (__bf16)x[2 * i + 1]}};
    ((GLOBAL u32 *)out)[i] = pack.u;
    back[i] = (f32)pack.h[0] - (f32)pack.h[1];
#else
    out[2 * i] = bf16_of_f32(x[2 * i]);
    out[2 * i + 1] = bf16_of_f32(x[2 * i + 1]);
    back[i] = f32_of_bf16(out[2 * i]) - f32_of_bf16(out[2 * i + 1]);
#endif
}
CPU_ITEMS(bf16_convert, ARG_PTR(0, f32), ARG_PTR(1, u16), ARG_PTR(2, f32))

KERNEL bf16_basic(GLOBAL const u16 *x, GLOBAL const u16 *y, GLOBAL u16 *out) {
    u32 i = global_x();
#ifdef DEVICE
    GLOBAL const __bf16 *p = (GLOBAL const __bf16 *)x, *q = (GLOBAL const __bf16 *)y;
    GLOBAL __bf16 *r = (GLOBAL __bf16 *)out;
    r[3 * i] = p[i] + q[i];
    r[3 * i + 1] = p[i] * q[i];
    r[3 * i + 2] = p[i] / q[i];
#else
    f32 a = f32_of_bf16(x[i]), b = f32_of_bf16(y[i]);
    out[3 * i] = bf16_of_f32(a + b);
    out[3 * i + 1] = bf16_of_f32(a * b);
    out[3 * i + 2] = bf16_of_f32(a / b);
#endif
}
CPU_ITEMS(bf16_basic, ARG_PTR(0, u16), ARG_PTR(1, u16), ARG_PTR(2, u16))

/* v_dot2 with f32 sums: the numbers are such that every order of addition gives the same. */
KERNEL dot_float(GLOBAL const f16 *x, GLOBAL const u16 *y, GLOBAL f32 *out) {
    u32 i = global_x();
#ifdef DEVICE
    GLOBAL const h2 *p = (GLOBAL const h2 *)x;
    GLOBAL const b2 *q = (GLOBAL const b2 *)y;
    f32 r = __builtin_amdgcn_fdot2(p[2 * i], p[2 * i + 1], 3.0f, 0);
    r = __builtin_amdgcn_fdot2(p[2 * i + 1], p[2 * i], r, 0);
    out[2 * i] = r;
    out[2 * i + 1] = __builtin_amdgcn_fdot2_f32_bf16(q[2 * i], q[2 * i + 1], r, 0);
#else
    f32 dot = (f32)x[4 * i] * (f32)x[4 * i + 2] + (f32)x[4 * i + 1] * (f32)x[4 * i + 3];
    out[2 * i] = 3.0f + dot + dot;
    out[2 * i + 1] = f32_of_bf16(y[4 * i]) * f32_of_bf16(y[4 * i + 2]) +
                     f32_of_bf16(y[4 * i + 1]) * f32_of_bf16(y[4 * i + 3]) + out[2 * i];
#endif
}
CPU_ITEMS(dot_float, ARG_PTR(0, f16), ARG_PTR(1, u16), ARG_PTR(2, f32))

KERNEL dot_int(GLOBAL const u32 *x, GLOBAL const u32 *y, GLOBAL i32 *out) {
    u32 i = global_x(), a = x[i], b = y[i];
#ifdef DEVICE
    i32 r = __builtin_amdgcn_sdot4((i32)a, (i32)b, 5, 0);
    r = __builtin_amdgcn_sdot4((i32)b, (i32)a, r, 0);
    r = (i32)__builtin_amdgcn_udot4(a, b, (u32)r, 0);
    r = __builtin_amdgcn_sdot8((i32)a, (i32)b, r, 0);
    r = (i32)__builtin_amdgcn_udot8(a, b, (u32)r, 0);
    typedef i16 s2 __attribute__((ext_vector_type(2)));
    typedef u16 us2 __attribute__((ext_vector_type(2)));
    union {
        u32 u;
        s2 s;
        us2 v;
    } pa = {.u = a}, pb = {.u = b};
    r = __builtin_amdgcn_sdot2(pa.s, pb.s, r, 0);
    r = (i32)__builtin_amdgcn_udot2(pa.v, pb.v, (u32)r, 0);
    out[i] = r ^ r >> 3;
#else
    u32 r = 5;
    for (int k = 0; k < 4; k++) {
        i32 sa = (i8)(a >> 8 * k), sb = (i8)(b >> 8 * k);
        r += (u32)(2 * sa * sb) + (u32)(u8)(a >> 8 * k) * (u8)(b >> 8 * k);
    }
    for (int k = 0; k < 8; k++) {
        i32 sa = (i32)(a << (28 - 4 * k)) >> 28, sb = (i32)(b << (28 - 4 * k)) >> 28;
        r += (u32)(sa * sb) + (a >> 4 * k & 15) * (b >> 4 * k & 15);
    }
    for (int k = 0; k < 2; k++) {
        r += (u32)((i32)(i16)(a >> 16 * k) * (i16)(b >> 16 * k));
        r += (u32)(u16)(a >> 16 * k) * (u16)(b >> 16 * k);
    }
    out[i] = (i32)r ^ (i32)r >> 3;
#endif
}
CPU_ITEMS(dot_int, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, i32))

/* Byte permutes, sums of absolute differences, bit-field builtins. */
KERNEL byte_builtins(GLOBAL const u32 *x, GLOBAL const u32 *y, GLOBAL u32 *out) {
    u32 i = global_x(), a = x[i], b = y[i];
#ifdef DEVICE
    u32 r = __builtin_amdgcn_perm(a, b, 0x07020501u);
    r += __builtin_amdgcn_sad_u8(a, b, 9);
    r ^= __builtin_amdgcn_alignbyte(a, b, i & 3);
    r += __builtin_amdgcn_alignbit(a, b, i & 31);
    r ^= __builtin_amdgcn_ubfe(a, 5, 11) + (u32)__builtin_amdgcn_sbfe((i32)b, 9, 7);
    r += __builtin_amdgcn_bitop3_b32(a, b, r, 0x96);
    r ^= __builtin_amdgcn_lerp(a, b, 0x01010101);
    out[i] = r;
#else
    static const u8 select[4] = {1, 5, 2, 7};
    u32 r = 0, sad = 9, lerp = 0;
    u64 pair = (u64)a << 32 | b;
    for (int k = 0; k < 4; k++) {
        i32 p = (u8)(a >> 8 * k), q = (u8)(b >> 8 * k);
        r |= (u32)(u8)(pair >> 8 * select[k]) << 8 * k;
        sad += (u32)(p > q ? p - q : q - p);
        lerp |= (u32)((p + q + 1) >> 1) << 8 * k;
    }
    r += sad;
    r ^= (u32)(pair >> 8 * (i & 3));
    r += (u32)(pair >> (i & 31));
    r ^= (a >> 5 & 0x7ff) + (u32)((i32)(b << 16) >> 25);
    r += a ^ b ^ r;
    r ^= lerp;
    out[i] = r;
#endif
}
CPU_ITEMS(byte_builtins, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, u32))

KERNEL_TESTS(half,
             {.name = "f16_basic",
              .cpu = cpu_f16_basic,
              .groups = {4, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f16_any), IN(2048, fill_f16_any), OUT_AS(8192, same_f16)}},
             {.name = "f16_compare",
              .cpu = cpu_f16_compare,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_f16_any), IN(1024, fill_f16_any), OUT(2048)}},
             {.name = "f16_convert",
              .cpu = cpu_f16_convert,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(512, fill_f16_any), IN(1024, fill_f32), OUT_AS(1024, same_f32), OUT_AS(1024, same_f16),
                       OUT(1024)}},
             {.name = "f16_packed",
              .cpu = cpu_f16_packed,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_f16), IN(1024, fill_f16), OUT_AS(1024, same_f16)}},
             {.name = "f16_fused",
              .cpu = cpu_f16_fused,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_f16_any), IN(1024, fill_f16_any), IN(1024, fill_f16_any), OUT_AS(2048, same_f16)}},
             {.name = "f16_round",
              .cpu = cpu_f16_round,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(256, fill_f16), IN(256, fill_f16), OUT_AS(1024, same_f16)}},
             {.name = "bf16_convert",
              .cpu = cpu_bf16_convert,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(2048, fill_f32_any), OUT_AS(1024, same_bf16), OUT_AS(1024, same_f32)}},
             {.name = "bf16_basic",
              .cpu = cpu_bf16_basic,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(512, fill_bf16), IN(512, fill_bf16), OUT_AS(1536, same_bf16)}},
             {.name = "dot_float",
              .cpu = cpu_dot_float,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_f16_integer), IN(1024, fill_bf16_integer), OUT_AS(1024, same_f32)}},
             {.name = "dot_int",
              .cpu = cpu_dot_int,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_bits), IN(1024, fill_bits), OUT(1024)}},
             {.name = "byte_builtins",
              .cpu = cpu_byte_builtins,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_bits), IN(1024, fill_bits), OUT(1024)}});
