/* Local memory: static, dynamic, all widths, barriers. */
#include "kernel.h"

#ifdef DEVICE
static LDS u32 tile[16][17];
static LDS u32 partial[256];
static LDS u64 wide[256];
static LDS u8 bytes[1024];
static LDS u16 halves[512];
extern __attribute__((address_space(3))) u32 dynamic_lds[];
static LDS u32 histogram_bins[64];
static LDS f32 sums[4];
static LDS i32 extreme[2];
static LDS f64 sum64;
static LDS u64 counter64;
typedef u32 u32x4 __attribute__((ext_vector_type(4)));
static LDS u32x4 vectors[256];
#endif

/* Sum of 256 numbers a workgroup by halving. */
#ifdef DEVICE
KERNEL reduce(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 t = item_x();
    partial[t] = in[global_x()];
    barrier();
    for (u32 half = 128; half; half >>= 1) {
        if (t < half)
            partial[t] += partial[t + half];
        barrier();
    }
    if (t == 0)
        out[group_x()] = partial[0];
}
#else
CPU_WHOLE(reduce) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 g = 0; g < cpu_item.groups[0]; g++) {
        out[g] = 0;
        for (u32 k = 0; k < 256; k++)
            out[g] += in[256 * g + k];
    }
}
#endif

/* 64 x 32 matrix in tiles of 16 x 16. */
#ifdef DEVICE
KERNEL transpose(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 x = item_x(), y = item_y(), gx = group_x(), gy = group_y();
    tile[y][x] = in[(gy * 16 + y) * 64 + gx * 16 + x];
    barrier();
    out[(gx * 16 + y) * 32 + gy * 16 + x] = tile[x][y];
}
#else
CPU_WHOLE(transpose) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 r = 0; r < 32; r++)
        for (u32 c = 0; c < 64; c++)
            out[c * 32 + r] = in[r * 64 + c];
}
#endif

/* Inclusive scan in dynamic LDS: its size comes with the launch. */
#ifdef DEVICE
KERNEL scan_dynamic(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 t = item_x(), n = size_x();
    u32 from = 0, to = n;
    dynamic_lds[t] = in[global_x()];
    barrier();
    for (u32 d = 1; d < n; d <<= 1) {
        u32 v = dynamic_lds[from + t];
        if (t >= d)
            v += dynamic_lds[from + t - d];
        dynamic_lds[to + t] = v;
        barrier();
        u32 swap = from;
        from = to;
        to = swap;
    }
    out[global_x()] = dynamic_lds[from + t];
}
#else
CPU_WHOLE(scan_dynamic) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer, n = cpu_item.size[0];
    for (u32 i = 0; i < n * cpu_item.groups[0]; i++)
        out[i] = in[i] + (i % n ? out[i - 1] : 0);
}
#endif

/* Bytes, shorts, 64 and 128 bits written by one item and read by another. */
#ifdef DEVICE
KERNEL lds_widths(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 t = item_x(), v = in[t];
    bytes[4 * t] = (u8)v;
    bytes[4 * t + 1] = (u8)(v >> 8);
    bytes[4 * t + 2] = (u8)(v >> 16);
    bytes[4 * t + 3] = (u8)(v >> 24);
    halves[2 * t] = (u16)v;
    halves[2 * t + 1] = (u16)(v >> 16);
    wide[t] = (u64)v * v;
    vectors[t] = (u32x4){v, v + 1, v * 2, ~v};
    barrier();
    u32 p = (t * 37 + 11) & 255;
    i32 s = (i8)bytes[4 * p + 1] + (i16)halves[2 * p];
    u64 w = wide[p] + wide[p ^ 1];
    u32x4 q = vectors[p];
    u16 both = (u16)(halves[2 * p + 1] * bytes[4 * p + 3]);
    out[t] = (u32)s + (u32)w + (u32)(w >> 32) + (q.x ^ q.y) + (q.z ^ q.w) + both;
}
#else
CPU_WHOLE(lds_widths) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 t = 0; t < 256; t++) {
        u32 p = (t * 37 + 11) & 255, v = in[p], n = in[p ^ 1];
        i32 s = (i8)(v >> 8) + (i16)v;
        u64 w = (u64)v * v + (u64)n * n;
        u16 both = (u16)((v >> 16) * (v >> 24));
        out[t] = (u32)s + (u32)w + (u32)(w >> 32) + (v ^ (v + 1)) + (v * 2 ^ ~v) + both;
    }
}
#endif

#ifdef DEVICE
KERNEL lds_histogram(GLOBAL const u32 *in, GLOBAL u32 *out, u32 per_item) {
    u32 t = item_x();
    if (t < 64)
        histogram_bins[t] = 0;
    barrier();
    for (u32 k = 0; k < per_item; k++)
        __scoped_atomic_fetch_add(&histogram_bins[in[global_x() * per_item + k] >> 26], 1u, __ATOMIC_RELAXED,
                                  __MEMORY_SCOPE_WRKGRP);
    barrier();
    if (t < 64)
        out[group_x() * 64 + t] = histogram_bins[t];
}
#else
CPU_WHOLE(lds_histogram) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer, per_group = 256 * a[2].u;
    for (u32 g = 0; g < cpu_item.groups[0]; g++) {
        memset(out + 64 * g, 0, 256);
        for (u32 k = 0; k < per_group; k++)
            out[64 * g + (in[per_group * g + k] >> 26)]++;
    }
}
#endif

/* Float, minimum, maximum, 64-bit and compare-and-swap atomics in LDS. */
#ifdef DEVICE
KERNEL lds_atomics(GLOBAL const f32 *in, GLOBAL f32 *out, GLOBAL i32 *out_int, GLOBAL f64 *out64, GLOBAL u64 *out_u64) {
    u32 t = item_x();
    if (t < 4)
        sums[t] = 0;
    if (t == 0) {
        extreme[0] = 0x7fffffff;
        extreme[1] = -0x7fffffff;
        sum64 = 0;
        counter64 = 5;
    }
    barrier();
    f32 v = in[t];
    __scoped_atomic_fetch_add(&sums[t & 1], v, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    __scoped_atomic_fetch_add(&sum64, (f64)v, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    __scoped_atomic_fetch_min(&extreme[0], (i32)(v * 16), __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    __scoped_atomic_fetch_max(&extreme[1], (i32)(v * 16), __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    __scoped_atomic_fetch_add(&counter64, (u64)t << 30, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    /* A maximum of floats by compare and swap. */
    LDS_PTR u32 *cell = (LDS_PTR u32 *)&sums[2];
    u32 seen = __scoped_atomic_load_n(cell, __ATOMIC_RELAXED, __MEMORY_SCOPE_WRKGRP);
    while (v > f32_of_bits(seen) &&
           !__scoped_atomic_compare_exchange_n(cell, &seen, bits_of_f32(v), 0, __ATOMIC_RELAXED, __ATOMIC_RELAXED,
                                               __MEMORY_SCOPE_WRKGRP))
        ;
    barrier();
    if (t < 3)
        out[t] = sums[t];
    if (t == 0) {
        out_int[0] = extreme[0];
        out_int[1] = extreme[1];
        out64[0] = sum64;
        out_u64[0] = counter64;
    }
}
#else
CPU_WHOLE(lds_atomics) {
    const f32 *in = a[0].pointer;
    f32 *out = a[1].pointer;
    i32 *extreme = a[2].pointer;
    f64 *sum64 = a[3].pointer;
    u64 *counter = a[4].pointer;
    out[0] = out[1] = out[2] = 0;
    extreme[0] = 0x7fffffff;
    extreme[1] = -0x7fffffff;
    *sum64 = 0;
    *counter = 5;
    for (u32 t = 0; t < 256; t++) {
        out[t & 1] += in[t];
        *sum64 += in[t];
        i32 n = (i32)(in[t] * 16);
        extreme[0] = n < extreme[0] ? n : extreme[0];
        extreme[1] = n > extreme[1] ? n : extreme[1];
        *counter += (u64)t << 30;
        out[2] = in[t] > out[2] ? in[t] : out[2];
    }
}
#endif

/* Matrix product through LDS tiles: C[32x32] = A[32x48] B[48x32], integers in f32. */
#ifdef DEVICE
KERNEL matmul_tiles(GLOBAL const f32 *a, GLOBAL const f32 *b, GLOBAL f32 *c) {
    static LDS f32 left[16][16], right[16][17];
    u32 x = item_x(), y = item_y(), col = group_x() * 16 + x, row = group_y() * 16 + y;
    f32 sum = 0;
    for (u32 k0 = 0; k0 < 48; k0 += 16) {
        left[y][x] = a[row * 48 + k0 + x];
        right[y][x] = b[(k0 + y) * 32 + col];
        barrier();
        for (u32 k = 0; k < 16; k++)
            sum += left[y][k] * right[k][x];
        barrier();
    }
    c[row * 32 + col] = sum;
}
#else
CPU_WHOLE(matmul_tiles) {
    const f32 *l = a[0].pointer, *r = a[1].pointer;
    f32 *c = a[2].pointer;
    for (u32 i = 0; i < 32; i++)
        for (u32 j = 0; j < 32; j++) {
            f32 sum = 0;
            for (u32 k = 0; k < 48; k++)
                sum += l[i * 48 + k] * r[k * 32 + j];
            c[i * 32 + j] = sum;
        }
}
#endif

/* Generic pointers that are LDS, global or private memory, decided by the lane: flat instructions. */
#ifdef DEVICE
KERNEL generic_pointers(GLOBAL u32 *in, GLOBAL u32 *out) {
    u32 t = item_x();
    u32 mine[4] = {t, t * 3, t * 5, t * 7};
    partial[t] = t + 1000;
    barrier();
    volatile u32 *p = t % 3 == 0 ? (u32 *)&in[t] : t % 3 == 1 ? (u32 *)&partial[t ^ 1] : &mine[t >> 2 & 3];
    u32 v = *p;
    if (t % 3 == 2)
        *p = v + 1;
    out[t] = v * 2 + mine[t >> 2 & 3];
}
#else
CPU_WHOLE(generic_pointers) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 t = 0; t < 256; t++) {
        u32 own = t * (2 * (t >> 2 & 3) + 1);
        out[t] = t % 3 == 0 ? in[t] * 2 + own : t % 3 == 1 ? ((t ^ 1) + 1000) * 2 + own : own * 2 + own + 1;
    }
}
#endif

KERNEL_TESTS(lds,
             {.name = "reduce",
              .cpu = cpu_reduce,
              .groups = {5, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(5120, fill_bits), OUT(20)}},
             {.name = "transpose",
              .cpu = cpu_transpose,
              .groups = {4, 2, 1},
              .size = {16, 16, 1},
              .args = {IN(8192, fill_bits), OUT(8192)}},
             {.name = "scan_dynamic",
              .cpu = cpu_scan_dynamic,
              .groups = {2, 1, 1},
              .size = {200, 1, 1},
              .lds = 1600,
              .args = {IN(1600, fill_bits), OUT(1600)}},
             {.name = "lds_widths",
              .cpu = cpu_lds_widths,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_bits), OUT(1024)}},
             {.name = "lds_histogram",
              .cpu = cpu_lds_histogram,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(8192, fill_bits), OUT(512), U32(4)}},
             {.name = "lds_atomics",
              .cpu = cpu_lds_atomics,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_f32_integer), OUT(12), OUT(8), OUT(8), OUT(8)}},
             {.name = "matmul_tiles",
              .cpu = cpu_matmul_tiles,
              .groups = {2, 2, 1},
              .size = {16, 16, 1},
              .args = {IN(6144, fill_f32_integer), IN(6144, fill_f32_integer), OUT(4096)}},
             {.name = "generic_pointers",
              .cpu = cpu_generic_pointers,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(1024, fill_bits), OUT(1024)}});
