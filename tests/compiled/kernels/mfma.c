/* Matrix products by every dense MFMA type: D = sum over steps of A B, A and B as rows of K. The device loads by the
 * documented lane layout, the CPU multiplies matrices. Integers small enough that every order of addition is exact. */
#include "kernel.h"

#define WAVE KERNEL_ATTR(amdgpu_flat_work_group_size(64, 64))

#ifdef DEVICE

typedef f32 v4f __attribute__((ext_vector_type(4)));
typedef f32 v16f __attribute__((ext_vector_type(16)));
typedef f32 v32f __attribute__((ext_vector_type(32)));
typedef f64 v4d __attribute__((ext_vector_type(4)));
typedef i32 v4i __attribute__((ext_vector_type(4)));
typedef i32 v16i __attribute__((ext_vector_type(16)));
typedef i32 v32i __attribute__((ext_vector_type(32)));
typedef f16 v4h __attribute__((ext_vector_type(4)));
typedef f16 v8h __attribute__((ext_vector_type(8)));
typedef __bf16 v8b __attribute__((ext_vector_type(8)));
typedef i16 v4s __attribute__((ext_vector_type(4)));

/* Row of accumulator register v in lane l of an m x m tile (m 16 or 32). */
static inline u32 row_of(u32 m, u32 l, u32 v) {
    return m == 16 ? 4 * (l / 16) + v : v % 4 + 8 * (v / 4) + 4 * (l / 32);
}

/* One block of m x m, k in a step, `per` elements of a row in a lane one after another. */
#define MFMA_TILE(name, m, k, per, element, operand, accumulator, items, call)                                         \
    WAVE name(GLOBAL const element *a, GLOBAL const element *b, GLOBAL element##_sum *d, u32 steps) {                  \
        u32 l = item_x(), r = l % (m), g = l / (m), width = steps * (k);                                               \
        accumulator c = {0};                                                                                           \
        for (u32 s = 0; s < steps; s++) {                                                                              \
            operand x = *(GLOBAL const operand *)(a + r * width + s * (k) + g * (per));                                \
            operand y = *(GLOBAL const operand *)(b + r * width + s * (k) + g * (per));                                \
            c = call(x, y, c, 0, 0, 0);                                                                                \
        }                                                                                                              \
        UNROLL for (u32 v = 0; v < (items); v++) d[row_of(m, l, v) * (m) + r] = c[v];                                  \
    }

typedef f32 f16_sum, f32_sum, bf16_sum, u8_sum;
typedef i32 i8_sum;
typedef u16 bf16;

MFMA_TILE(mfma_f16_16x16x32, 16, 32, 8, f16, v8h, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x32_f16)
MFMA_TILE(mfma_f16_32x32x16, 32, 16, 8, f16, v8h, v16f, 16, __builtin_amdgcn_mfma_f32_32x32x16_f16)
MFMA_TILE(mfma_f16_16x16x16, 16, 16, 4, f16, v4h, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x16f16)
MFMA_TILE(mfma_f16_32x32x8, 32, 8, 4, f16, v4h, v16f, 16, __builtin_amdgcn_mfma_f32_32x32x8f16)
MFMA_TILE(mfma_bf16_16x16x32, 16, 32, 8, bf16, v8b, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x32_bf16)
MFMA_TILE(mfma_bf16_32x32x16, 32, 16, 8, bf16, v8b, v16f, 16, __builtin_amdgcn_mfma_f32_32x32x16_bf16)
MFMA_TILE(mfma_bf16_16x16x16, 16, 16, 4, bf16, v4s, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x16bf16_1k)
MFMA_TILE(mfma_i8_16x16x64, 16, 64, 16, i8, v4i, v4i, 4, __builtin_amdgcn_mfma_i32_16x16x64_i8)
MFMA_TILE(mfma_i8_32x32x32, 32, 32, 16, i8, v4i, v16i, 16, __builtin_amdgcn_mfma_i32_32x32x32_i8)
MFMA_TILE(mfma_i8_16x16x32, 16, 32, 8, i8, i64, v4i, 4, __builtin_amdgcn_mfma_i32_16x16x32_i8)
MFMA_TILE(mfma_f32_16x16x4, 16, 4, 1, f32, f32, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x4f32)
MFMA_TILE(mfma_f32_32x32x2, 32, 2, 1, f32, f32, v16f, 16, __builtin_amdgcn_mfma_f32_32x32x2f32)
MFMA_TILE(mfma_fp8_16x16x32, 16, 32, 8, u8, i64, v4f, 4, __builtin_amdgcn_mfma_f32_16x16x32_fp8_fp8)
MFMA_TILE(mfma_fp8_bf8_32x32x16, 32, 16, 8, u8, i64, v16f, 16, __builtin_amdgcn_mfma_f32_32x32x16_fp8_bf8)

/* f64: item v of lane l is row 4 v + l / 16. */
WAVE mfma_f64_16x16x4(GLOBAL const f64 *a, GLOBAL const f64 *b, GLOBAL f64 *d, u32 steps) {
    u32 l = item_x(), r = l % 16, g = l / 16;
    v4d c = {0};
    for (u32 s = 0; s < steps; s++)
        c = __builtin_amdgcn_mfma_f64_16x16x4f64(a[r * steps * 4 + s * 4 + g], b[r * steps * 4 + s * 4 + g], c, 0, 0,
                                                 0);
    UNROLL for (u32 v = 0; v < 4; v++) d[(4 * v + g) * 16 + r] = c[v];
}

/* Several independent blocks: A and B as [block][row], one k. */
WAVE mfma_f32_16x16x1(GLOBAL const f32 *a, GLOBAL const f32 *b, GLOBAL f32 *d, u32 steps) {
    u32 l = item_x();
    v16f c = {0};
    for (u32 s = 0; s < steps; s++)
        c = __builtin_amdgcn_mfma_f32_16x16x1f32(a[64 * s + l], b[64 * s + l], c, 0, 0, 0);
    UNROLL for (u32 v = 0; v < 16; v++) d[(v / 4) * 256 + (4 * (l / 16) + v % 4) * 16 + l % 16] = c[v];
}

WAVE mfma_f32_32x32x1(GLOBAL const f32 *a, GLOBAL const f32 *b, GLOBAL f32 *d, u32 steps) {
    u32 l = item_x();
    v32f c = {0};
    for (u32 s = 0; s < steps; s++)
        c = __builtin_amdgcn_mfma_f32_32x32x1f32(a[64 * s + l], b[64 * s + l], c, 0, 0, 0);
    UNROLL for (u32 v = 0; v < 32; v++) d[(v / 16) * 1024 + row_of(32, l, v % 16) * 32 + l % 32] = c[v];
}

WAVE mfma_f32_4x4x1(GLOBAL const f32 *a, GLOBAL const f32 *b, GLOBAL f32 *d, u32 steps) {
    u32 l = item_x();
    v4f c = {0};
    for (u32 s = 0; s < steps; s++)
        c = __builtin_amdgcn_mfma_f32_4x4x1f32(a[64 * s + l], b[64 * s + l], c, 0, 0, 0);
    UNROLL for (u32 v = 0; v < 4; v++) d[(l / 4) * 16 + v * 4 + l % 4] = c[v];
}

/* cbsz 2, abid 1: of every 4 blocks, A's block 1 is used by all. */
WAVE mfma_broadcast(GLOBAL const f32 *a, GLOBAL const f32 *b, GLOBAL f32 *d, u32 steps) {
    u32 l = item_x();
    v4f c = {0};
    for (u32 s = 0; s < steps; s++)
        c = __builtin_amdgcn_mfma_f32_4x4x1f32(a[64 * s + l], b[64 * s + l], c, 2, 1, 0);
    UNROLL for (u32 v = 0; v < 4; v++) d[(l / 4) * 16 + v * 4 + l % 4] = c[v];
}

/* Results of one MFMA are A of the next, through VALU and LDS: the long wait states. */
WAVE mfma_dependent(GLOBAL const f16 *a, GLOBAL const f16 *b, GLOBAL f32 *d, u32 steps) {
    static LDS f16 tile[16][40];
    u32 l = item_x(), r = l % 16, g = l / 16;
    v8h x = *(GLOBAL const v8h *)(a + r * 32 + g * 8), y = *(GLOBAL const v8h *)(b + r * 32 + g * 8);
    for (u32 s = 0; s < steps; s++) {
        v4f c = __builtin_amdgcn_mfma_f32_16x16x32_f16(x, y, (v4f){0}, 0, 0, 0);
        v4f e = __builtin_amdgcn_mfma_f32_16x16x32_f16(y, x, c, 0, 0, 0);
        UNROLL for (u32 v = 0; v < 4; v++) {
            f32 t = c[v] * 0.0078125f, u = e[v] * 0.0078125f;
            tile[4 * g + v][r] = (f16)(f32)(i32)t;
            tile[4 * g + v][16 + r] = (f16)(f32)((i32)u & 7);
        }
        barrier();
        UNROLL for (u32 k = 0; k < 8; k++) x[k] = tile[r][8 * g + k];
        barrier();
    }
    v4f c = __builtin_amdgcn_mfma_f32_16x16x32_f16(x, y, (v4f){0}, 0, 0, 0);
    UNROLL for (u32 v = 0; v < 4; v++) d[(4 * g + v) * 16 + r] = c[v];
}

/* Sparse: of every 4 elements of A two are kept, and the index says which. */
WAVE smfmac_f16(GLOBAL const f16 *a, GLOBAL const u32 *index, GLOBAL const f16 *b, GLOBAL f32 *d) {
    u32 l = item_x(), r = l % 16, g = l / 16;
    typedef f16 v16h __attribute__((ext_vector_type(16)));
    v8h x = *(GLOBAL const v8h *)(a + r * 32 + g * 8);
    v16h y = *(GLOBAL const v16h *)(b + r * 64 + g * 16);
    v4f c = {1, 2, 3, 4};
    c = __builtin_amdgcn_smfmac_f32_16x16x64_f16(x, y, c, (i32)index[l], 0, 0);
    UNROLL for (u32 v = 0; v < 4; v++) d[(4 * g + v) * 16 + r] = c[v];
}

#else

typedef f64 element_of(const void *from, size_t i);
static f64 get_f16(const void *p, size_t i) {
    return ((const f16 *)p)[i];
}
static f64 get_bf16(const void *p, size_t i) {
    return f32_of_bits((u32)((const u16 *)p)[i] << 16);
}
static f64 get_i8(const void *p, size_t i) {
    return ((const i8 *)p)[i];
}
static f64 get_f32(const void *p, size_t i) {
    return ((const f32 *)p)[i];
}
static f64 get_f64(const void *p, size_t i) {
    return ((const f64 *)p)[i];
}
/* Codes 0 to 7 only: multiples of the least denormal, 2^-9 and 2^-16. */
static f64 get_fp8(const void *p, size_t i) {
    return ldexp(((const u8 *)p)[i], -9);
}
static f64 get_bf8(const void *p, size_t i) {
    return ldexp(((const u8 *)p)[i], -16);
}

static void put(void *to, size_t i, f64 x, int kind) {
    if (kind == 'i')
        ((i32 *)to)[i] = (i32)x;
    else if (kind == 'd')
        ((f64 *)to)[i] = x;
    else
        ((f32 *)to)[i] = (f32)x;
}

static void product(const union cpu_arg *a, u32 m, u32 k, element_of *ga, element_of *gb, int kind) {
    size_t width = (size_t)k * a[3].u;
    for (u32 i = 0; i < m; i++)
        for (u32 j = 0; j < m; j++) {
            f64 sum = 0;
            for (size_t n = 0; n < width; n++)
                sum += ga(a[0].pointer, i * width + n) * gb(a[1].pointer, j * width + n);
            put(a[2].pointer, i * m + j, sum, kind);
        }
}

#define CPU_TILE(name, m, k, get, get_b, kind)                                                                         \
    CPU_WHOLE(name) {                                                                                                  \
        product(a, m, k, get, get_b, kind);                                                                            \
    }
CPU_TILE(mfma_f16_16x16x32, 16, 32, get_f16, get_f16, 'f')
CPU_TILE(mfma_f16_32x32x16, 32, 16, get_f16, get_f16, 'f')
CPU_TILE(mfma_f16_16x16x16, 16, 16, get_f16, get_f16, 'f')
CPU_TILE(mfma_f16_32x32x8, 32, 8, get_f16, get_f16, 'f')
CPU_TILE(mfma_bf16_16x16x32, 16, 32, get_bf16, get_bf16, 'f')
CPU_TILE(mfma_bf16_32x32x16, 32, 16, get_bf16, get_bf16, 'f')
CPU_TILE(mfma_bf16_16x16x16, 16, 16, get_bf16, get_bf16, 'f')
CPU_TILE(mfma_i8_16x16x64, 16, 64, get_i8, get_i8, 'i')
CPU_TILE(mfma_i8_32x32x32, 32, 32, get_i8, get_i8, 'i')
CPU_TILE(mfma_i8_16x16x32, 16, 32, get_i8, get_i8, 'i')
CPU_TILE(mfma_f32_16x16x4, 16, 4, get_f32, get_f32, 'f')
CPU_TILE(mfma_f32_32x32x2, 32, 2, get_f32, get_f32, 'f')
CPU_TILE(mfma_fp8_16x16x32, 16, 32, get_fp8, get_fp8, 'f')
CPU_TILE(mfma_fp8_bf8_32x32x16, 32, 16, get_fp8, get_bf8, 'f')
CPU_TILE(mfma_f64_16x16x4, 16, 4, get_f64, get_f64, 'd')

/* A's block for block b: b itself, or abid of its group of 2^cbsz. */
static void blocks(const union cpu_arg *a, u32 m, u32 cbsz, u32 abid) {
    const f32 *x = a[0].pointer, *y = a[1].pointer;
    f32 *d = a[2].pointer;
    for (u32 b = 0; b < 64 / m; b++)
        for (u32 i = 0; i < m; i++)
            for (u32 j = 0; j < m; j++) {
                f32 sum = 0;
                u32 from = (b >> cbsz << cbsz) + (cbsz ? abid : 0);
                for (u32 s = 0; s < a[3].u; s++)
                    sum += x[64 * s + from * m + i] * y[64 * s + b * m + j];
                d[b * m * m + i * m + j] = sum;
            }
}
CPU_WHOLE(mfma_f32_16x16x1) {
    blocks(a, 16, 0, 0);
}
CPU_WHOLE(mfma_f32_32x32x1) {
    blocks(a, 32, 0, 0);
}
CPU_WHOLE(mfma_f32_4x4x1) {
    blocks(a, 4, 0, 0);
}
CPU_WHOLE(mfma_broadcast) {
    blocks(a, 4, 2, 1);
}

static void multiply16(const f32 x[16][32], const f32 y[16][32], f32 c[16][16]) {
    for (u32 i = 0; i < 16; i++)
        for (u32 j = 0; j < 16; j++)
            for (u32 k = 0; k < 32; k++)
                c[i][j] += x[i][k] * y[j][k];
}

CPU_WHOLE(mfma_dependent) {
    const f16 *pa = a[0].pointer, *pb = a[1].pointer;
    f32 x[16][32], y[16][32], c[16][16];
    for (u32 i = 0; i < 512; i++) {
        x[i / 32][i % 32] = pa[i];
        y[i / 32][i % 32] = pb[i];
    }
    for (u32 s = 0; s < a[3].u; s++) {
        memset(c, 0, sizeof c);
        multiply16(x, y, c);
        f32 e[16][16];
        memcpy(e, c, sizeof e);
        multiply16(y, x, e);
        for (u32 i = 0; i < 16; i++)
            for (u32 j = 0; j < 16; j++) {
                x[i][j] = (f32)(i32)(c[i][j] * 0.0078125f);
                x[i][16 + j] = (f32)((i32)(e[i][j] * 0.0078125f) & 7);
            }
    }
    memset(c, 0, sizeof c);
    multiply16(x, y, c);
    memcpy(a[2].pointer, c, sizeof c);
}

CPU_WHOLE(smfmac_f16) {
    const f16 *pa = a[0].pointer, *pb = a[2].pointer;
    const u32 *index = a[1].pointer;
    f32 *d = a[3].pointer;
    for (u32 i = 0; i < 16; i++)
        for (u32 j = 0; j < 16; j++) {
            f32 sum = (f32)(i % 4 + 1);
            for (u32 g = 0; g < 4; g++)
                for (u32 e = 0; e < 8; e++) {
                    u32 at = index[16 * g + i] >> 2 * e & 3; /* of the 4 columns that elements 2n, 2n + 1 stand for */
                    sum += (f32)pa[32 * i + 8 * g + e] * (f32)pb[64 * j + 16 * g + 4 * (e / 2) + at];
                }
            d[16 * i + j] = sum;
        }
}

/* Pairs of different columns in growing order. */
static void fill_sparse_index(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    static const u32 pairs[6] = {0x4, 0x8, 0xc, 0x9, 0xd, 0xe};
    u32 *x = to;
    (void)base;
    for (size_t i = 0; i < bytes / 4; i++) {
        x[i] = 0;
        for (int k = 0; k < 8; k++)
            x[i] |= pairs[random_next(seed) % 6] << 4 * k;
    }
}

#endif

#define TILE_TEST(kernel, m, k, steps, bytes, fill, sum_bytes)                                                         \
    {                                                                                                                  \
        .name = #kernel, .cpu = cpu_##kernel, .groups = {1, 1, 1}, .size = {64, 1, 1}, .args = {                       \
            IN((m) * (k) * (steps) * (bytes), fill),                                                                   \
            IN((m) * (k) * (steps) * (bytes), fill),                                                                   \
            OUT((m) * (m) * (sum_bytes)),                                                                              \
            U32(steps)                                                                                                 \
        }                                                                                                              \
    }
#define BLOCK_TEST(kernel, steps, items)                                                                               \
    {                                                                                                                  \
        .name = #kernel, .cpu = cpu_##kernel, .groups = {1, 1, 1}, .size = {64, 1, 1}, .args = {                       \
            IN(256 * (steps), fill_f32_integer),                                                                       \
            IN(256 * (steps), fill_f32_integer),                                                                       \
            OUT(256 * (items)),                                                                                        \
            U32(steps)                                                                                                 \
        }                                                                                                              \
    }

KERNEL_TESTS(mfma, TILE_TEST(mfma_f16_16x16x32, 16, 32, 3, 2, fill_f16_integer, 4),
             TILE_TEST(mfma_f16_32x32x16, 32, 16, 3, 2, fill_f16_integer, 4),
             TILE_TEST(mfma_f16_16x16x16, 16, 16, 1, 2, fill_f16_integer, 4),
             TILE_TEST(mfma_f16_32x32x8, 32, 8, 2, 2, fill_f16_integer, 4),
             TILE_TEST(mfma_bf16_16x16x32, 16, 32, 2, 2, fill_bf16_integer, 4),
             TILE_TEST(mfma_bf16_32x32x16, 32, 16, 1, 2, fill_bf16_integer, 4),
             TILE_TEST(mfma_bf16_16x16x16, 16, 16, 2, 2, fill_bf16_integer, 4),
             TILE_TEST(mfma_i8_16x16x64, 16, 64, 2, 1, fill_bits, 4),
             TILE_TEST(mfma_i8_32x32x32, 32, 32, 2, 1, fill_bits, 4),
             TILE_TEST(mfma_i8_16x16x32, 16, 32, 1, 1, fill_bits, 4),
             TILE_TEST(mfma_f32_16x16x4, 16, 4, 5, 4, fill_f32_integer, 4),
             TILE_TEST(mfma_f32_32x32x2, 32, 2, 4, 4, fill_f32_integer, 4),
             TILE_TEST(mfma_fp8_16x16x32, 16, 32, 2, 1, fill_bytes_small, 4),
             TILE_TEST(mfma_fp8_bf8_32x32x16, 32, 16, 2, 1, fill_bytes_small, 4),
             TILE_TEST(mfma_f64_16x16x4, 16, 4, 3, 8, fill_f64_count, 8), BLOCK_TEST(mfma_f32_16x16x1, 3, 16),
             BLOCK_TEST(mfma_f32_32x32x1, 2, 32), BLOCK_TEST(mfma_f32_4x4x1, 4, 4), BLOCK_TEST(mfma_broadcast, 4, 4),
             {.name = "mfma_dependent",
              .cpu = cpu_mfma_dependent,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1024, fill_f16_integer), IN(1024, fill_f16_integer), OUT(1024), U32(3)}},
             {.name = "smfmac_f16",
              .cpu = cpu_smfmac_f16,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1024, fill_f16_integer), IN(256, fill_sparse_index), IN(2048, fill_f16_integer), OUT(1024)}});
