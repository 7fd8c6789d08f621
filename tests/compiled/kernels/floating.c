/* f32 and f64 against IEEE arithmetic; approximations of the transcendental unit against the C library. */
#include "kernel.h"

#ifdef DEVICE
#define FMA32(a, b, c) __builtin_fmaf(a, b, c)
#define FMA64(a, b, c) __builtin_fma(a, b, c)
#define EXP2(x) __builtin_amdgcn_exp2f(x)
#define LOG2(x) __builtin_amdgcn_logf(x)
#define RCP(x) __builtin_amdgcn_rcpf(x)
#define RSQ(x) __builtin_amdgcn_rsqf(x)
#define SIN_TURNS(x) __builtin_amdgcn_sinf(x)
#define COS_TURNS(x) __builtin_amdgcn_cosf(x)
#define RCP64(x) __builtin_amdgcn_rcp(x)
#define RSQ64(x) __builtin_amdgcn_rsq(x)
#define FRACT(x) __builtin_amdgcn_fractf(x)
#define MED3(a, b, c) __builtin_amdgcn_fmed3f(a, b, c)
#else
#define FMA32(a, b, c) fmaf(a, b, c)
#define FMA64(a, b, c) fma(a, b, c)
#define EXP2(x) exp2f(x)
#define LOG2(x) log2f(x)
#define RCP(x) (1.0f / (x))
#define RSQ(x) ((f32)(1.0 / sqrt(x)))
#define SIN_TURNS(x) ((f32)sin(6.283185307179586 * (x)))
#define COS_TURNS(x) ((f32)cos(6.283185307179586 * (x)))
#define RCP64(x) (1.0 / (x))
#define RSQ64(x) (1.0 / sqrt(x))
#define FRACT(x) ((x) - floorf(x))
#define MED3(a, b, c) fmaxf(fminf(a, b), fminf(fmaxf(a, b), c))
#endif

KERNEL f32_basic(GLOBAL const f32 *x, GLOBAL const f32 *y, GLOBAL f32 *out) {
    u32 i = global_x();
    f32 a = x[i], b = y[i];
    out[4 * i] = a + b;
    out[4 * i + 1] = a - b;
    out[4 * i + 2] = a * b;
    out[4 * i + 3] = (a * 2.0f - b * 0.5f) * -a;
}
CPU_ITEMS(f32_basic, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, f32))

KERNEL f32_divide(GLOBAL const f32 *x, GLOBAL const f32 *y, GLOBAL f32 *out) {
    u32 i = global_x();
    out[2 * i] = x[i] / y[i];
    out[2 * i + 1] = __builtin_sqrtf(x[i]);
}
CPU_ITEMS(f32_divide, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, f32))

KERNEL f32_fused(GLOBAL const f32 *x, GLOBAL const f32 *y, GLOBAL const f32 *z, GLOBAL f32 *out) {
    u32 i = global_x();
    f32 a = x[i], b = y[i], c = z[i];
    out[4 * i] = FMA32(a, b, c);
    out[4 * i + 1] = FMA32(-a, b, c);
    out[4 * i + 2] = FMA32(a, b, -__builtin_fabsf(c));
    out[4 * i + 3] = FMA32(a, 3.0f, FMA32(b, c, 0.15915494f));
}
CPU_ITEMS(f32_fused, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, f32), ARG_PTR(3, f32))

typedef f32 f32x2 __attribute__((vector_size(8)));

KERNEL f32_packed(GLOBAL const f32x2 *x, GLOBAL const f32x2 *y, GLOBAL f32x2 *out) {
    u32 i = global_x();
    f32x2 a = x[i], b = y[i];
    f32x2 swapped = {b[1], b[0]};
    f32x2 low = {a[0], a[0]};
    out[i] = (a + b) * swapped - (low * b + a) * (f32x2){1.5f, -2.0f};
}
CPU_ITEMS(f32_packed, ARG_PTR(0, f32x2), ARG_PTR(1, f32x2), ARG_PTR(2, f32x2))

KERNEL f32_compare(GLOBAL const f32 *x, GLOBAL const f32 *y, GLOBAL u32 *out) {
    u32 i = global_x();
    f32 a = x[i], b = y[i];
    u32 r = (u32)(a < b) | (u32)(a <= b) << 1 | (u32)(a == b) << 2 | (u32)(a != b) << 3 | (u32)(a > b) << 4 |
            (u32)(a >= b) << 5 | (u32) !(a < b) << 6 | (u32) !(a >= b) << 7;
    r |= (u32)(a != a) << 8 | (u32)__builtin_isinf(a) << 9 | (u32)__builtin_isfinite(b) << 10;
    r |=
        (u32)__builtin_isnan(b) << 11 | (u32)__builtin_isunordered(a, b) << 12 | (u32)(__builtin_signbit(a) != 0) << 13;
    r |= (u32)__builtin_isnormal(a) << 14 | (u32)__builtin_islessgreater(a, b) << 15;
    out[i] = r;
}
CPU_ITEMS(f32_compare, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, u32))

/* No NaN: C and AMD's IEEE mode treat a signalling one differently. */
KERNEL f32_round(GLOBAL const f32 *x, GLOBAL const f32 *y, GLOBAL f32 *out) {
    u32 i = global_x();
    f32 a = x[i] * 37.0f, b = y[i];
    out[8 * i] = __builtin_floorf(a);
    out[8 * i + 1] = __builtin_ceilf(a);
    out[8 * i + 2] = __builtin_truncf(a);
    out[8 * i + 3] = __builtin_rintf(a);
    out[8 * i + 4] = __builtin_fminf(a, b) + __builtin_fmaxf(a, 1.0f);
    out[8 * i + 5] = __builtin_copysignf(a, b);
    out[8 * i + 6] = MED3(a, b, 1.0f);
    out[8 * i + 7] = FRACT(a);
}
CPU_ITEMS(f32_round, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, f32))

KERNEL f64_basic(GLOBAL const f64 *x, GLOBAL const f64 *y, GLOBAL f64 *out) {
    u32 i = global_x();
    f64 a = x[i], b = y[i];
    out[4 * i] = a + b;
    out[4 * i + 1] = a - b;
    out[4 * i + 2] = a * b;
    out[4 * i + 3] = FMA64(a, b, -a);
}
CPU_ITEMS(f64_basic, ARG_PTR(0, f64), ARG_PTR(1, f64), ARG_PTR(2, f64))

KERNEL f64_divide(GLOBAL const f64 *x, GLOBAL const f64 *y, GLOBAL f64 *out) {
    u32 i = global_x();
    out[2 * i] = x[i] / y[i];
    out[2 * i + 1] = __builtin_sqrt(x[i]);
}
CPU_ITEMS(f64_divide, ARG_PTR(0, f64), ARG_PTR(1, f64), ARG_PTR(2, f64))

KERNEL f64_round(GLOBAL const f64 *x, GLOBAL const f64 *y, GLOBAL f64 *out, GLOBAL u32 *flags) {
    u32 i = global_x();
    f64 a = x[i] * 11.0, b = y[i];
    out[4 * i] = __builtin_floor(a) + __builtin_ceil(b);
    out[4 * i + 1] = __builtin_trunc(a) * __builtin_rint(b);
    out[4 * i + 2] = __builtin_fmin(a, b) - __builtin_fmax(a, b);
    out[4 * i + 3] = __builtin_fabs(a) + (a < b ? 1.0 : -b);
    flags[i] = (u32)(a < b) | (u32)(a >= b) << 1 | (u32)(a == b) << 2 | (u32)__builtin_isfinite(a) << 3;
}
CPU_ITEMS(f64_round, ARG_PTR(0, f64), ARG_PTR(1, f64), ARG_PTR(2, f64), ARG_PTR(3, u32))

KERNEL f64_dot(GLOBAL const f64 *x, GLOBAL const f64 *y, GLOBAL f64 *out, u32 n) {
    u32 i = global_x();
    f64 sum = 0, fused = 1;
    for (u32 k = 0; k < n; k++) {
        sum += x[i + k] * y[i + 2 * k];
        fused = FMA64(x[i + k], y[i + 2 * k], fused);
    }
    out[i] = sum * 0.5 + fused;
}
CPU_ITEMS(f64_dot, ARG_PTR(0, f64), ARG_PTR(1, f64), ARG_PTR(2, f64), ARG_U32(3))

KERNEL convert(GLOBAL const u64 *bits, GLOBAL const f32 *x, GLOBAL const f64 *y, GLOBAL f32 *out32, GLOBAL f64 *out64,
               GLOBAL u64 *out_int) {
    u32 i = global_x();
    u64 w = bits[i];
    out32[4 * i] = (f32)(u32)w;
    out32[4 * i + 1] = (f32)(i32)w;
    out32[4 * i + 2] = (f32)w;
    out32[4 * i + 3] = (f32)(i64)w + (f32)(u8)(w >> 8) + (f32)(i16)(w >> 16);
    out64[4 * i] = (f64)(u32)w;
    out64[4 * i + 1] = (f64)(i32)w;
    out64[4 * i + 2] = (f64)w + (f64)(i64)w;
    out64[4 * i + 3] = (f64)x[i] + (f64)(f32)y[i];
    f32 s = x[i] * 1000.0f;
    f64 d = y[i] * 1.0e6;
    out_int[2 * i] = (u64)(u32)__builtin_fabsf(s) ^ (u64)(u32)(i32)s << 32;
    out_int[2 * i + 1] = (u64)(i64)d ^ (u64)__builtin_fabs(d) ^ (u64)(i64)s ^ (u64)(u32)(i32)(d * 0.001);
}
CPU_ITEMS(convert, ARG_PTR(0, u64), ARG_PTR(1, f32), ARG_PTR(2, f64), ARG_PTR(3, f32), ARG_PTR(4, f64), ARG_PTR(5, u64))

#ifdef DEVICE
#define FREXP_MANT(x) __builtin_amdgcn_frexp_mantf(x)
#define FREXP_EXP(x) __builtin_amdgcn_frexp_expf(x)
#define LDEXP(x, e) __builtin_ldexpf(x, e)
#define FREXP_MANT64(x) __builtin_amdgcn_frexp_mant(x)
#define FREXP_EXP64(x) __builtin_amdgcn_frexp_exp(x)
#define LDEXP64(x, e) __builtin_ldexp(x, e)
#else
static f32 FREXP_MANT(f32 x) {
    int e;
    return frexpf(x, &e);
}
static int FREXP_EXP(f32 x) {
    int e;
    frexpf(x, &e);
    return e;
}
static f64 FREXP_MANT64(f64 x) {
    int e;
    return frexp(x, &e);
}
static int FREXP_EXP64(f64 x) {
    int e;
    frexp(x, &e);
    return e;
}
#define LDEXP(x, e) ldexpf(x, e)
#define LDEXP64(x, e) ldexp(x, e)
#endif

KERNEL exponents(GLOBAL const f32 *x, GLOBAL const f64 *y, GLOBAL f32 *out32, GLOBAL f64 *out64) {
    u32 i = global_x();
    f32 a = x[i];
    f64 b = y[i];
    out32[2 * i] = FREXP_MANT(a) + (f32)FREXP_EXP(a);
    out32[2 * i + 1] = LDEXP(a, (i32)(i % 300) - 150);
    out64[2 * i] = FREXP_MANT64(b) + (f64)FREXP_EXP64(b);
    out64[2 * i + 1] = LDEXP64(b, (i32)(i % 2200) - 1100);
}
CPU_ITEMS(exponents, ARG_PTR(0, f32), ARG_PTR(1, f64), ARG_PTR(2, f32), ARG_PTR(3, f64))

KERNEL transcendental(GLOBAL const f32 *x, GLOBAL f32 *out) {
    u32 i = global_x();
    f32 a = x[i];
    out[6 * i] = EXP2(a);
    out[6 * i + 1] = LOG2(a);
    out[6 * i + 2] = RCP(a + 0.5f);
    out[6 * i + 3] = RSQ(a + 0.5f);
    out[6 * i + 4] = SIN_TURNS(a);
    out[6 * i + 5] = COS_TURNS(a) + EXP2(LOG2(a) * 0.5f);
}
#ifndef DEVICE
static void cpu_transcendental(const union cpu_arg *a) {
    cpu_first();
    do
        transcendental(a[0].pointer, a[1].pointer);
    while (cpu_next());
}
#endif

KERNEL reciprocal64(GLOBAL const f64 *x, GLOBAL f64 *out) {
    u32 i = global_x();
    f64 a = x[i] * x[i] + 0.25;
    out[2 * i] = RCP64(a);
    out[2 * i + 1] = RSQ64(a);
}
CPU_ITEMS(reciprocal64, ARG_PTR(0, f64), ARG_PTR(1, f64))

/* A numeric loop with a data-dependent exit: square root by Newton's method, both types. */
KERNEL newton(GLOBAL const f32 *x, GLOBAL f32 *out, GLOBAL u32 *steps) {
    u32 i = global_x(), n = 0;
    f32 a = x[i] < 0 ? -x[i] : x[i], r = a > 1 ? a : 1;
    while (n < 40) {
        f32 next = 0.5f * (r + a / r);
        n++;
        if (next == r)
            break;
        r = next;
    }
    out[i] = r;
    steps[i] = n;
}
CPU_ITEMS(newton, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, u32))

KERNEL_TESTS(floating,
             {.name = "f32_basic",
              .cpu = cpu_f32_basic,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f32_any), IN(2048, fill_f32_any), OUT_AS(8192, same_f32)}},
             {.name = "f32_divide",
              .cpu = cpu_f32_divide,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f32_any), IN(2048, fill_f32_any), OUT_AS(4096, same_f32)}},
             {.name = "f32_fused",
              .cpu = cpu_f32_fused,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f32_any), IN(2048, fill_f32_any), IN(2048, fill_f32_any), OUT_AS(8192, same_f32)}},
             {.name = "f32_packed",
              .cpu = cpu_f32_packed,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f32), IN(2048, fill_f32), OUT_AS(2048, same_f32)}},
             {.name = "f32_compare",
              .cpu = cpu_f32_compare,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f32_any), IN(2048, fill_f32_any), OUT(2048)}},
             {.name = "f32_round",
              .cpu = cpu_f32_round,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_f32), IN(1024, fill_f32), OUT_AS(8192, same_f32)}},
             {.name = "f64_basic",
              .cpu = cpu_f64_basic,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f64_any), IN(2048, fill_f64_any), OUT_AS(8192, same_f64)}},
             {.name = "f64_divide",
              .cpu = cpu_f64_divide,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f64_any), IN(2048, fill_f64_any), OUT_AS(4096, same_f64)}},
             {.name = "f64_round",
              .cpu = cpu_f64_round,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_f64), IN(2048, fill_f64), OUT_AS(8192, same_f64), OUT(1024)}},
             {.name = "f64_dot",
              .cpu = cpu_f64_dot,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(2048, fill_f64), IN(2048, fill_f64), OUT_AS(1024, same_f64), U32(40)}},
             {.name = "convert",
              .cpu = cpu_convert,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_bits), IN(1024, fill_f32), IN(2048, fill_f64), OUT_AS(4096, same_f32),
                       OUT_AS(8192, same_f64), OUT(4096)}},
             {.name = "exponents",
              .cpu = cpu_exponents,
              .groups = {5, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(5120, fill_f32), IN(10240, fill_f64), OUT_AS(10240, same_f32), OUT_AS(20480, same_f64)}},
             {.name = "transcendental",
              .cpu = cpu_transcendental,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_f32_unit), OUT_NEAR(6144, near_f32, 1.0e-6)}},
             {.name = "reciprocal64",
              .cpu = cpu_reciprocal64,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(512, fill_f64), OUT_NEAR(1024, near_f64, 1.0e-7)}},
             {.name = "newton",
              .cpu = cpu_newton,
              .groups = {1, 1, 1},
              .size = {200, 1, 1},
              .args = {IN(800, fill_f32), OUT(800), OUT(800)}});
