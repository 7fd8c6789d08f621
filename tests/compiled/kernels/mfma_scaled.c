/* Block-scaled matrix products (f8f6f4): 1 x 32 blocks with E8M0 scales, all kinds of formats, scale bytes picked by
 * op_sel. The CPU multiplies the decoded matrices. */
#include "formats.h"

#define WAVE KERNEL_ATTR(amdgpu_flat_work_group_size(64, 64))

#ifdef DEVICE
typedef f32 v4f __attribute__((ext_vector_type(4)));
typedef f32 v16f __attribute__((ext_vector_type(16)));
typedef i32 v8i __attribute__((ext_vector_type(8)));
typedef i32 v4i __attribute__((ext_vector_type(4)));
typedef i32 v2i __attribute__((ext_vector_type(2)));

/* What lane group g of `groups` holds of a row of 32 * groups items. */
static inline v8i operand(GLOBAL const u8 *row, u32 g, u32 groups, u32 format) {
    v8i r = {0};
    if (format <= BF8) { /* two runs of 16, half a row apart */
        r.lo = *(GLOBAL const v4i *)(row + 16 * g);
        r.hi = *(GLOBAL const v4i *)(row + 16 * (groups + g));
    } else if (format == FP4) {
        r.lo = *(GLOBAL const v4i *)(row + 16 * g);
    } else {
        UNROLL for (u32 k = 0; k < 3; k++) {
            v2i part = *(GLOBAL const v2i *)(row + 24 * g + 8 * k);
            r[2 * k] = part.x;
            r[2 * k + 1] = part.y;
        }
    }
    return r;
}

static inline u32 bits_of_format(u32 format) {
    return format <= BF8 ? 8 : format == FP4 ? 4 : 6;
}

/* The scale of the lane's block goes to byte `at` of a dword that is 0xff (NaN) elsewhere. */
static inline i32 scale_at(GLOBAL const u8 *scales, u32 i, u32 at) {
    return (i32)((u32)scales[i] << 8 * at | ~(0xffu << 8 * at));
}

#define SCALED(name, m, k, accumulator, items, call, fa, fb, byte_a, byte_b)                                           \
    WAVE name(GLOBAL const u8 *a, GLOBAL const u8 *b, GLOBAL const u8 *sa, GLOBAL const u8 *sb, GLOBAL f32 *d,         \
              u32 steps) {                                                                                             \
        u32 l = item_x(), r = l % (m), g = l / (m), groups = 64 / (m);                                                 \
        u32 bytes_a = (k) * bits_of_format(fa) / 8, bytes_b = (k) * bits_of_format(fb) / 8;                            \
        accumulator c = {0};                                                                                           \
        for (u32 s = 0; s < steps; s++) {                                                                              \
            v8i x = operand(a + (r * steps + s) * bytes_a, g, groups, fa);                                             \
            v8i y = operand(b + (r * steps + s) * bytes_b, g, groups, fb);                                             \
            i32 p = scale_at(sa, (r * steps + s) * groups + g, byte_a);                                                \
            i32 q = scale_at(sb, (r * steps + s) * groups + g, byte_b);                                                \
            c = call(x, y, c, fa, fb, byte_a, p, byte_b, q);                                                           \
        }                                                                                                              \
        UNROLL for (u32 v = 0; v < (items); v++) {                                                                     \
            u32 row = (m) == 16 ? 4 * g + v : v % 4 + 8 * (v / 4) + 4 * g;                                             \
            d[row * (m) + r] = c[v];                                                                                   \
        }                                                                                                              \
    }
#define SCALED_16(name, fa, fb, byte_a, byte_b)                                                                        \
    SCALED(name, 16, 128, v4f, 4, __builtin_amdgcn_mfma_scale_f32_16x16x128_f8f6f4, fa, fb, byte_a, byte_b)
#define SCALED_32(name, fa, fb, byte_a, byte_b)                                                                        \
    SCALED(name, 32, 64, v16f, 16, __builtin_amdgcn_mfma_scale_f32_32x32x64_f8f6f4, fa, fb, byte_a, byte_b)
#else
static void scaled_product(const union cpu_arg *a, u32 m, u32 k, u32 fa, u32 fb) {
    const u8 *x = a[0].pointer, *y = a[1].pointer, *sx = a[2].pointer, *sy = a[3].pointer;
    f32 *d = a[4].pointer;
    u32 width = k * a[5].u;
    for (u32 i = 0; i < m; i++)
        for (u32 j = 0; j < m; j++) {
            f64 sum = 0;
            for (u32 n = 0; n < width; n++) {
                f64 p = format_decode(fa, format_get(fa, x, (size_t)i * width + n));
                f64 q = format_decode(fb, format_get(fb, y, (size_t)j * width + n));
                int scale = sx[(i * width + n) / 32] + sy[(j * width + n) / 32] - 254;
                sum += ldexp(p * q, scale);
            }
            d[i * m + j] = (f32)sum;
        }
}
#define SCALED_16(name, fa, fb, byte_a, byte_b)                                                                        \
    CPU_WHOLE(name) {                                                                                                  \
        scaled_product(a, 16, 128, fa, fb);                                                                            \
    }
#define SCALED_32(name, fa, fb, byte_a, byte_b)                                                                        \
    CPU_WHOLE(name) {                                                                                                  \
        scaled_product(a, 32, 64, fa, fb);                                                                             \
    }

/* Codes of 0, 1/2, 1, 3/2, 2, 3 and their negatives: products and sums are exact. */
static void fill_codes(unsigned format, void *to, size_t bytes, uint64_t *seed) {
    memset(to, 0, bytes);
    static const f64 values[] = {0, 0.5, 1, 1.5, 2, 3, -0.5, -1, -1.5, -2, -3};
    for (size_t k = 0; k < bytes * 8 / format_bits(format); k++)
        format_put(format, to, k, format_encode(format, values[random_next(seed) % 11]));
}
static void fill_FP8(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    fill_codes(FP8, to, bytes, seed);
}

static void fill_BF8(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    fill_codes(BF8, to, bytes, seed);
}

static void fill_FP6(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    fill_codes(FP6, to, bytes, seed);
}

static void fill_BF6(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    fill_codes(BF6, to, bytes, seed);
}

static void fill_FP4(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    fill_codes(FP4, to, bytes, seed);
}

static void fill_scales(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    for (size_t k = 0; k < bytes; k++)
        ((u8 *)to)[k] = (u8)(125 + random_next(seed) % 5);
}
#endif

SCALED_16(scaled_16_fp8_fp8, FP8, FP8, 0, 0)
SCALED_16(scaled_16_fp8_fp8_bytes, FP8, FP8, 1, 2)
SCALED_16(scaled_16_bf8_fp8, BF8, FP8, 3, 1)
SCALED_16(scaled_16_fp4_fp4, FP4, FP4, 2, 3)
SCALED_16(scaled_16_fp6_bf6, FP6, BF6, 0, 1)
SCALED_16(scaled_16_fp8_fp4, FP8, FP4, 1, 0)
SCALED_16(scaled_16_fp4_bf8, FP4, BF8, 0, 3)
SCALED_16(scaled_16_bf6_fp8, BF6, FP8, 2, 2)
SCALED_32(scaled_32_fp8_fp8, FP8, FP8, 3, 0)
SCALED_32(scaled_32_fp4_fp4, FP4, FP4, 0, 2)
SCALED_32(scaled_32_fp6_fp6, FP6, FP6, 1, 1)
SCALED_32(scaled_32_fp8_fp4, FP8, FP4, 2, 1)
SCALED_32(scaled_32_bf8_fp6, BF8, FP6, 0, 0)

#define BITS_FP8 8
#define BITS_BF8 8
#define BITS_FP6 6
#define BITS_BF6 6
#define BITS_FP4 4
#define SCALED_TEST(kernel, m, k, fa, fb, steps)                                                                       \
    {                                                                                                                  \
        .name = #kernel, .cpu = cpu_##kernel, .groups = {1, 1, 1}, .size = {64, 1, 1}, .args = {                       \
            IN((m) * (k) * (steps) * BITS_##fa / 8, fill_##fa),                                                        \
            IN((m) * (k) * (steps) * BITS_##fb / 8, fill_##fb),                                                        \
            IN((m) * (k) * (steps) / 32, fill_scales),                                                                 \
            IN((m) * (k) * (steps) / 32, fill_scales),                                                                 \
            OUT((m) * (m) * 4),                                                                                        \
            U32(steps)                                                                                                 \
        }                                                                                                              \
    }

KERNEL_TESTS(mfma_scaled, SCALED_TEST(scaled_16_fp8_fp8, 16, 128, FP8, FP8, 3),
             SCALED_TEST(scaled_16_fp8_fp8_bytes, 16, 128, FP8, FP8, 2),
             SCALED_TEST(scaled_16_bf8_fp8, 16, 128, BF8, FP8, 1), SCALED_TEST(scaled_16_fp4_fp4, 16, 128, FP4, FP4, 3),
             SCALED_TEST(scaled_16_fp6_bf6, 16, 128, FP6, BF6, 2), SCALED_TEST(scaled_16_fp8_fp4, 16, 128, FP8, FP4, 2),
             SCALED_TEST(scaled_16_fp4_bf8, 16, 128, FP4, BF8, 1), SCALED_TEST(scaled_16_bf6_fp8, 16, 128, BF6, FP8, 2),
             SCALED_TEST(scaled_32_fp8_fp8, 32, 64, FP8, FP8, 3), SCALED_TEST(scaled_32_fp4_fp4, 32, 64, FP4, FP4, 2),
             SCALED_TEST(scaled_32_fp6_fp6, 32, 64, FP6, FP6, 2), SCALED_TEST(scaled_32_fp8_fp4, 32, 64, FP8, FP4, 2),
             SCALED_TEST(scaled_32_bf8_fp6, 32, 64, BF8, FP6, 1));
