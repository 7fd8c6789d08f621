/* Where a work-item stands: ids, hidden arguments, the dispatch packet; constants and initialised globals. */
#include "kernel.h"

KERNEL ids_3d(GLOBAL u32 *out) {
    u32 width = groups_x() * size_x(), height = groups_y() * size_y();
    u32 x = group_x() * size_x() + item_x(), y = group_y() * size_y() + item_y(), z = group_z() * size_z() + item_z();
    u32 at = (z * height + y) * width + x;
    out[2 * at] = item_x() | item_y() << 8 | item_z() << 16 | group_x() << 24;
    out[2 * at + 1] = group_y() | group_z() << 8 | size_x() << 16 | groups_z() << 28;
}
CPU_ITEMS(ids_3d, ARG_PTR(0, u32))

/* Every hidden argument that AMDGPUUsage defines for block counts, sizes, remainders, offsets and dimensions; and the
 * same from the AQL packet. */
#ifdef DEVICE
KERNEL hidden_arguments(GLOBAL u32 *out) {
    CONSTANT const u8 *h = (CONSTANT const u8 *)__builtin_amdgcn_implicitarg_ptr();
    CONSTANT const u8 *p = (CONSTANT const u8 *)__builtin_amdgcn_dispatch_ptr();
    u32 i = (group_z() * groups_y() + group_y()) * groups_x() + group_x();
    if (item_x() | item_y() | item_z())
        return;
    out += 20 * i;
    for (u32 k = 0; k < 3; k++) {
#ifdef HIDDEN_V4 /* offsets come first, and sizes are in the packet only */
        u32 size = *(CONSTANT const u16 *)(p + 4 + 2 * k), items = *(CONSTANT const u32 *)(p + 12 + 4 * k);
        out[k] = items / size;
        out[3 + k] = size;
        out[6 + k] = items % size;
        out[9 + k] = (u32) * (CONSTANT const u64 *)(h + 8 * k);
#else
        out[k] = *(CONSTANT const u32 *)(h + 4 * k);
        out[3 + k] = *(CONSTANT const u16 *)(h + 12 + 2 * k);
        out[6 + k] = *(CONSTANT const u16 *)(h + 18 + 2 * k);
        out[9 + k] = (u32) * (CONSTANT const u64 *)(h + 40 + 8 * k);
#endif
        out[13 + k] = *(CONSTANT const u16 *)(p + 4 + 2 * k);
        out[16 + k] = *(CONSTANT const u32 *)(p + 12 + 4 * k);
    }
#ifdef HIDDEN_V4
    out[12] = *(CONSTANT const u16 *)(p + 2) & 3;
#else
    out[12] = *(CONSTANT const u16 *)(h + 64);
#endif
    out[19] = *(CONSTANT const u32 *)(p + 28); /* LDS bytes */
}
#else
CPU_WHOLE(hidden_arguments) {
    u32 *out = a[0].pointer, n = cpu_item.groups[0] * cpu_item.groups[1] * cpu_item.groups[2];
    for (u32 i = 0; i < n; i++, out += 20) {
        for (u32 k = 0; k < 3; k++) {
            out[k] = cpu_item.groups[k];
            out[3 + k] = out[13 + k] = cpu_item.size[k];
            out[6 + k] = out[9 + k] = 0;
            out[16 + k] = cpu_item.groups[k] * cpu_item.size[k];
        }
        out[12] = 3;
        out[19] = 0;
    }
}
#endif

static const u32 primes[16] = {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53};
static const char text[] = "forty-two kernels";
static const f64 weights[4] = {0.5, -1.25, 3.0, 1.0e-3};

KERNEL rodata(GLOBAL const u32 *in, GLOBAL f64 *out) {
    u32 i = global_x(), v = in[i];
    out[i] = primes[v & 15] * weights[v >> 4 & 3] + text[v % (sizeof text - 1)] + primes[group_x() & 15];
}
CPU_ITEMS(rodata, ARG_PTR(0, u32), ARG_PTR(1, f64))

/* Initialised, writable, one of them a pointer to the other: relocations. */
struct settings {
    u32 scale;
    u32 offsets[4];
};
static struct settings chosen = {3, {10, 20, 30, 40}};
static struct settings *volatile settings_pointer = &chosen;
static volatile u32 zeroed[4];

KERNEL globals(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x();
    struct settings *s = settings_pointer;
    out[i] = in[i] * s->scale + s->offsets[i & 3] + zeroed[i & 3] + chosen.offsets[in[i] & 3];
}
CPU_ITEMS(globals, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* All sizes and alignments of kernel arguments. */
KERNEL argument_kinds(GLOBAL u64 *out, u32 a, u64 b, f32 c, f64 d) {
    u32 i = global_x();
    out[i] = a * i + b + (u64)(c * 8.0f) + (u64)(d * 16.0);
}
#ifndef DEVICE
CPU_WHOLE(argument_kinds) {
    cpu_first();
    do
        argument_kinds(a[0].pointer, a[1].u, a[2].u64, a[3].f, a[4].d);
    while (cpu_next());
}
#endif

/* 16 groups in each dimension that a kernel of another shape would mix up. */
KERNEL mandelbrot(GLOBAL u8 *out, u32 limit) {
    u32 x = group_x() * size_x() + item_x(), y = group_y() * size_y() + item_y();
    f32 cr = (f32)x * 0.046875f - 2.25f, ci = (f32)y * 0.0625f - 1.25f, r = 0, i = 0;
    u32 n = 0;
    while (n < limit && r * r + i * i < 4.0f) {
        f32 t = r * r - i * i + cr;
        i = 2.0f * r * i + ci;
        r = t;
        n++;
    }
    out[y * groups_x() * size_x() + x] = (u8)n;
}
CPU_ITEMS(mandelbrot, ARG_PTR(0, u8), ARG_U32(1))

KERNEL_TESTS(grid, {.name = "ids_3d", .cpu = cpu_ids_3d, .groups = {2, 3, 2}, .size = {10, 3, 5}, .args = {OUT(14400)}},
             {.name = "hidden_arguments",
              .cpu = cpu_hidden_arguments,
              .groups = {3, 2, 2},
              .size = {16, 4, 2},
              .args = {OUT(960)}},
             {.name = "rodata",
              .cpu = cpu_rodata,
              .groups = {5, 1, 1},
              .size = {70, 1, 1},
              .args = {IN(1400, fill_bits), OUT(2800)}},
             {.name = "globals",
              .cpu = cpu_globals,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "argument_kinds",
              .cpu = cpu_argument_kinds,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {OUT(1024), U32(17), U64(0x123456789abcull), F32(2.5f), F64(1000.25)}},
             {.name = "mandelbrot",
              .cpu = cpu_mandelbrot,
              .groups = {4, 10, 1},
              .size = {16, 4, 1},
              .args = {OUT(2560), U32(60)}});
