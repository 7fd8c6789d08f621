/* Private memory: arrays with run-time indices, spills, spills to AccVGPRs, arrays of run-time length. */
#include "kernel.h"

KERNEL private_array(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), stack[32];
    for (u32 k = 0; k < 32; k++)
        stack[k] = in[i] * (k + 1);
    for (u32 k = 0; k < 20; k++) {
        u32 at = in[i + k] & 31;
        stack[at] += stack[(at * 7 + k) & 31] ^ k;
    }
    u32 r = 0;
    for (u32 k = 0; k < 32; k++)
        r = r * 17 + stack[k];
    out[i] = r;
}
CPU_ITEMS(private_array, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* Selection sort of 24 numbers a lane. */
KERNEL private_sort(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), a[24];
    for (u32 k = 0; k < 24; k++)
        a[k] = in[24 * i + k];
    for (u32 k = 0; k < 23; k++) {
        u32 least = k;
        for (u32 m = k + 1; m < 24; m++)
            if (a[m] < a[least])
                least = m;
        u32 t = a[k];
        a[k] = a[least];
        a[least] = t;
    }
    for (u32 k = 0; k < 24; k++)
        out[24 * i + k] = a[k];
}
CPU_ITEMS(private_sort, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* Bytes, shorts and 64-bit words in private memory, one read as another. */
KERNEL private_bytes(GLOBAL const u64 *in, GLOBAL u64 *out) {
    u32 i = global_x();
    union {
        u8 b[64];
        u16 h[32];
        u32 w[16];
        u64 d[8];
    } m;
    for (u32 k = 0; k < 8; k++)
        m.d[k] = in[i] * (2 * k + 1);
    u32 at = (u32)in[i] & 15;
    m.b[at * 4 + 1] = (u8)i;
    m.h[at ^ 5] += 0x1234;
    m.w[at ^ 3] ^= m.b[63 - at];
    i16 s = (i16)m.h[at + 3];
    i8 c = (i8)m.b[at * 2];
    out[i] = m.d[at >> 1] + m.d[7 - (at >> 1)] + (u64)(i64)(s * c);
}
CPU_ITEMS(private_bytes, ARG_PTR(0, u64), ARG_PTR(1, u64))

/* `count` values alive at once. */
#define SPILL_BODY(count, first)                                                                                       \
    u32 v[count];                                                                                                      \
    UNROLL for (u32 k = 0; k < count; k++) v[k] = in[(first) + k];                                                     \
    for (u32 n = 0; n < rounds; n++) {                                                                                 \
        UNROLL for (u32 k = 0; k < count; k++) v[k] = v[k] * 5 + v[(k + 7) % count] + n;                               \
    }                                                                                                                  \
    u32 r = 0;                                                                                                         \
    UNROLL for (u32 k = 0; k < count; k++) r = r * 3 ^ v[k];                                                           \
    out[global_x()] = r + item_x();

/* 24 registers: the rest is in scratch. */
KERNEL_ATTR(amdgpu_num_vgpr(24))
spill_to_scratch(GLOBAL const u32 *in, GLOBAL u32 *out, u32 rounds){
    SPILL_BODY(48, global_x())} CPU_ITEMS(spill_to_scratch, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

    /* 8 waves per SIMD leave 64 registers, Acc and Arch together. */
    KERNEL_ATTR(amdgpu_waves_per_eu(8, 8), amdgpu_flat_work_group_size(1, 256))
        spill_occupancy(GLOBAL const u32 *in, GLOBAL u32 *out, u32 rounds){
            SPILL_BODY(80, global_x())} CPU_ITEMS(spill_occupancy, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

    /* What does not fit the 256 Arch VGPRs goes to AccVGPRs. */
    KERNEL_ATTR(amdgpu_waves_per_eu(1, 1), amdgpu_flat_work_group_size(1, 64))
        spill_to_agpr(GLOBAL const u32 *in, GLOBAL u32 *out, u32 rounds){
            SPILL_BODY(300, global_x())} CPU_ITEMS(spill_to_agpr, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

    /* Uniform values: SGPRs spilled to lanes of VGPRs. */
    KERNEL_ATTR(amdgpu_num_sgpr(40), amdgpu_flat_work_group_size(1, 64))
        spill_sgpr(GLOBAL const u32 *in, GLOBAL u32 *out, u32 rounds){
            SPILL_BODY(56, group_x())} CPU_ITEMS(spill_sgpr, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

            KERNEL variable_length(GLOBAL const u32 *in, GLOBAL u32 *out, u32 n) {
    u32 i = global_x(), r = 0;
    for (u32 len = n; len < n + 3; len++) {
        u32 a[len];
        for (u32 k = 0; k < len; k++)
            a[k] = in[(i + k) & 63] + len;
        r = r * 5 + a[in[i & 63] % len] + a[len - 1];
    }
    out[i] = r;
}
CPU_ITEMS(variable_length, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

KERNEL_TESTS(scratch,
             {.name = "private_array",
              .cpu = cpu_private_array,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1104, fill_bits), OUT(1024)}},
             {.name = "private_sort",
              .cpu = cpu_private_sort,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(6144, fill_bits), OUT(6144)}},
             {.name = "private_bytes",
              .cpu = cpu_private_bytes,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_bits), OUT(1024)}},
             {.name = "spill_to_scratch",
              .cpu = cpu_spill_to_scratch,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1452, fill_bits), OUT(512), U32(4)}},
             {.name = "spill_occupancy",
              .cpu = cpu_spill_occupancy,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1460, fill_bits), OUT(512), U32(4)}},
             {.name = "spill_to_agpr",
              .cpu = cpu_spill_to_agpr,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1708, fill_bits), OUT(512), U32(3)}},
             {.name = "spill_sgpr",
              .cpu = cpu_spill_sgpr,
              .groups = {3, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(232, fill_bits), OUT(768), U32(4)}},
             {.name = "variable_length",
              .cpu = cpu_variable_length,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(256, fill_bits), OUT(512), U32(9)}});
