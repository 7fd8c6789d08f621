/* Atomics in global memory. Results that depend on order are not looked at; sums are of integers. */
#include "kernel.h"

KERNEL atomics_int(GLOBAL const u32 *in, GLOBAL u32 *out, GLOBAL i32 *extreme) {
    u32 i = global_x(), v = in[i];
    atomic_add(&out[0], v);
    atomic_sub(&out[1], v >> 3);
    atomic_and(&out[2], v | 0xfff00000u >> (i & 15));
    atomic_or(&out[3], 1u << (v & 31));
    atomic_xor(&out[4], v * 7);
    atomic_min(&out[5], v);
    atomic_max(&out[6], v);
    atomic_min(&extreme[0], (i32)v);
    atomic_max(&extreme[1], (i32)v);
    atomic_add(&out[8 + (v & 7)], i);
}
CPU_ITEMS(atomics_int, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, i32))

KERNEL atomics_int64(GLOBAL const u64 *in, GLOBAL u64 *out, GLOBAL i64 *extreme) {
    u32 i = global_x();
    u64 v = in[i];
    atomic_add(&out[0], v);
    atomic_sub(&out[1], v >> 3);
    atomic_and(&out[2], v | 0xfff0000000ull << (i & 15));
    atomic_or(&out[3], 1ull << (v & 63));
    atomic_xor(&out[4], v * 7);
    atomic_min(&out[5], v);
    atomic_max(&out[6], v);
    atomic_min(&extreme[0], (i64)v);
    atomic_max(&extreme[1], (i64)v);
}
CPU_ITEMS(atomics_int64, ARG_PTR(0, u64), ARG_PTR(1, u64), ARG_PTR(2, i64))

/* The old values: each item has a cell of its own. */
KERNEL atomics_return(GLOBAL u32 *cells, GLOBAL u64 *wide, GLOBAL const u32 *in, GLOBAL u64 *out) {
    u32 i = global_x(), v = in[i];
    u64 r = atomic_add(&cells[i], v);
    r = r * 3 + atomic_exchange(&cells[i], v ^ 5);
    r = r * 3 + atomic_xor(&cells[i], i);
    r = r * 3 + atomic_max(&cells[i], 0x70000000u);
    u32 expected = i & 1 ? v : (v ^ 5) ^ i;
    bool swapped = atomic_cas(&cells[i], &expected, 77u);
    r = r * 3 + swapped + expected;
    r = r * 3 + atomic_add(&wide[i], (u64)v << 20);
    r = r * 3 + atomic_exchange(&wide[i], r);
    u64 expected64 = i & 1 ? 3 : atomic_load(&wide[i]);
    swapped = atomic_cas(&wide[i], &expected64, 99ull);
    r = r * 3 + swapped + expected64;
    out[i] = r;
}
CPU_ITEMS(atomics_return, ARG_PTR(0, u32), ARG_PTR(1, u64), ARG_PTR(2, u32), ARG_PTR(3, u64))

KERNEL atomics_float(GLOBAL const f32 *in, GLOBAL f32 *out, GLOBAL f64 *out64) {
    u32 i = global_x();
    f32 v = in[i];
    atomic_add(&out[i & 3], v);
    atomic_add(&out64[i & 1], (f64)v * 0.5);
    f64 old = atomic_add(&out64[2 + i], 1.25);
    atomic_add(&out64[2 + i], old);
#ifdef DEVICE
    __scoped_atomic_fetch_min(&out64[0], 1.0e9, __ATOMIC_RELAXED, __MEMORY_SCOPE_DEVICE);
    __builtin_amdgcn_global_atomic_fadd_f64(&out64[1], 0.5 * v);
#else
    out64[1] += 0.5 * v;
#endif
}
CPU_ITEMS(atomics_float, ARG_PTR(0, f32), ARG_PTR(1, f32), ARG_PTR(2, f64))

/* Two f16 or bf16 sums in one dword. */
KERNEL atomics_packed(GLOBAL const u8 *in, GLOBAL u32 *out) {
    u32 i = global_x();
    u32 k = (i & 7) * 2, v = in[i] & 3;
#ifdef DEVICE
    typedef f16 h2 __attribute__((ext_vector_type(2)));
    typedef i16 s2 __attribute__((ext_vector_type(2)));
    __builtin_amdgcn_global_atomic_fadd_v2f16((GLOBAL h2 *)&out[k], (h2){(f16)v, (f16)1});
    u32 b = bits_of_f32((f32)v) >> 16 | bits_of_f32(2.0f);
    union {
        u32 u;
        s2 s;
    } pack = {.u = b};
    __builtin_amdgcn_global_atomic_fadd_v2bf16((GLOBAL s2 *)&out[k + 1], pack.s);
#else
    f16 h[2];
    memcpy(h, &out[k], 4);
    h[0] += (f16)v;
    h[1] += (f16)1;
    memcpy(&out[k], h, 4);
    f32 low = f32_of_bits(out[k + 1] << 16) + (f32)v, high = f32_of_bits(out[k + 1] & 0xffff0000u) + 2.0f;
    out[k + 1] = bits_of_f32(low) >> 16 | (bits_of_f32(high) & 0xffff0000u);
#endif
}
CPU_ITEMS(atomics_packed, ARG_PTR(0, u8), ARG_PTR(1, u32))

/* A product of floats and a saturating counter: no instruction does them, a loop of compare-and-swap does. */
KERNEL cas_loops(GLOBAL const u32 *in, GLOBAL f32 *product, GLOBAL u64 *saturating) {
    u32 i = global_x(), v = in[i];
    f32 factor = v & 1 ? 2.0f : 0.5f;
    GLOBAL u32 *cell = (GLOBAL u32 *)&product[i & 3];
    u32 seen = atomic_load(cell);
    while (!atomic_cas(cell, &seen, bits_of_f32(f32_of_bits(seen) * factor)))
        ;
    u64 old = atomic_load(&saturating[0]);
    do {
        if (old >= 200)
            break;
    } while (!atomic_cas(&saturating[0], &old, old + 1));
}
CPU_ITEMS(cas_loops, ARG_PTR(0, u32), ARG_PTR(1, f32), ARG_PTR(2, u64))

/* Increment and decrement with wrap-around. */
KERNEL atomics_wrap(GLOBAL u32 *out, GLOBAL u64 *out64) {
    u32 i = global_x();
#ifdef DEVICE
    __builtin_amdgcn_atomic_inc32((GLOBAL u32 *)&out[i & 3], 9u, __ATOMIC_RELAXED, "agent");
    __builtin_amdgcn_atomic_dec32((GLOBAL u32 *)&out[4], 6u, __ATOMIC_RELAXED, "agent");
    __builtin_amdgcn_atomic_inc64((GLOBAL u64 *)&out64[0], 99ull + (i & 0), __ATOMIC_RELAXED, "agent");
    __builtin_amdgcn_atomic_dec64((GLOBAL u64 *)&out64[1], 5ull, __ATOMIC_RELAXED, "agent");
#else
    out[i & 3] = out[i & 3] >= 9 ? 0 : out[i & 3] + 1;
    out[4] = out[4] == 0 || out[4] > 6 ? 6 : out[4] - 1;
    out64[0] = out64[0] >= 99 ? 0 : out64[0] + 1;
    out64[1] = out64[1] == 0 || out64[1] > 5 ? 5 : out64[1] - 1;
#endif
}
CPU_ITEMS(atomics_wrap, ARG_PTR(0, u32), ARG_PTR(1, u64))

/* The last workgroup to arrive adds up what the others left: release and acquire at device scope, over all XCDs. */
#ifdef DEVICE
static LDS u32 arrived;
static LDS u32 part[64];

KERNEL last_workgroup(GLOBAL const u32 *in, GLOBAL u32 *partials, GLOBAL u32 *ticket, GLOBAL u32 *out) {
    u32 t = item_x(), groups = groups_x();
    part[t] = in[global_x()];
    barrier();
    if (t == 0) {
        u32 sum = 0;
        for (u32 k = 0; k < 64; k++)
            sum += part[k];
        partials[group_x()] = sum;
        arrived = __scoped_atomic_fetch_add(ticket, 1u, __ATOMIC_ACQ_REL, __MEMORY_SCOPE_DEVICE);
    }
    barrier();
    if (arrived == groups - 1) {
        __builtin_amdgcn_fence(__ATOMIC_ACQUIRE, "agent");
        if (t == 0) {
            u32 sum = 0;
            for (u32 k = 0; k < groups; k++)
                sum = sum * 3 + partials[k];
            out[0] = sum;
            ticket[0] = 0;
        }
    }
}
#else
CPU_WHOLE(last_workgroup) {
    const u32 *in = a[0].pointer;
    u32 *partials = a[1].pointer, *ticket = a[2].pointer, *out = a[3].pointer;
    out[0] = 0;
    for (u32 g = 0; g < cpu_item.groups[0]; g++) {
        partials[g] = 0;
        for (u32 k = 0; k < 64; k++)
            partials[g] += in[64 * g + k];
        out[0] = out[0] * 3 + partials[g];
    }
    ticket[0] = 0;
}
#endif

KERNEL_TESTS(atomics,
             {.name = "atomics_int",
              .cpu = cpu_atomics_int,
              .groups = {4, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(2048, fill_bits), INOUT(64, fill_bits), INOUT(8, fill_bits)}},
             {.name = "atomics_int64",
              .cpu = cpu_atomics_int64,
              .groups = {4, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(2048, fill_bits), INOUT(56, fill_bits), INOUT(16, fill_bits)}},
             {.name = "atomics_return",
              .cpu = cpu_atomics_return,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {INOUT(1024, fill_bits), INOUT(2048, fill_bits), IN(1024, fill_bits), OUT(2048)}},
             {.name = "atomics_float",
              .cpu = cpu_atomics_float,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_f32_integer), INOUT(16, fill_zero), INOUT(2064, fill_zero)}},
             {.name = "atomics_packed",
              .cpu = cpu_atomics_packed,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(256, fill_bits), INOUT(64, fill_zero)}},
             {.name = "cas_loops",
              .cpu = cpu_cas_loops,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_bits), INOUT(16, fill_f32_integer), INOUT(8, fill_zero)}},
             {.name = "atomics_wrap",
              .cpu = cpu_atomics_wrap,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {INOUT(20, fill_zero), INOUT(16, fill_zero)}},
             {.name = "last_workgroup",
              .cpu = cpu_last_workgroup,
              .groups = {19, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(4864, fill_bits), OUT(76), INOUT(4, fill_zero), OUT(4)}});
