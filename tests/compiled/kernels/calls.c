/* Function calls: arguments in registers and on the stack, recursion, function pointers, structures by value. */
#include "kernel.h"

NOINLINE static u32 mix(u32 a, u32 b) {
    return (a ^ b) * 0x9e3779b9u + (a >> 3);
}

NOINLINE static u64 mix64(u64 a, u32 b, u64 c) {
    return a * b + (c ^ mix(b, (u32)a));
}

KERNEL call_chain(GLOBAL const u32 *in, GLOBAL u64 *out) {
    u32 i = global_x(), v = in[i];
    u64 r = mix64(v, i, v * 3ull);
    if (v & 1)
        r = mix64(r, v, r >> 5) + mix(v, i);
    out[i] = r + mix((u32)r, v);
}
CPU_ITEMS(call_chain, ARG_PTR(0, u32), ARG_PTR(1, u64))

/* 40 arguments: more than fit the argument registers. */
#define FORTY(m)                                                                                                       \
    m(0) m(1) m(2) m(3) m(4) m(5) m(6) m(7) m(8) m(9) m(10) m(11) m(12) m(13) m(14) m(15) m(16) m(17) m(18) m(19)      \
        m(20) m(21) m(22) m(23) m(24) m(25) m(26) m(27) m(28) m(29) m(30) m(31) m(32) m(33) m(34) m(35) m(36) m(37)    \
            m(38)
#define PARAMETER(n) u32 p##n,
#define ARGUMENT(n) v *(n + 1) + (v >> (n & 15)),
#define COMBINE(n) r = r * 3 + p##n;
NOINLINE static u32 many(FORTY(PARAMETER) u32 last) {
    u32 r = last;
    FORTY(COMBINE)
    return r;
}

KERNEL call_many_arguments(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), v = in[i];
    out[i] = many(FORTY(ARGUMENT) i);
}
CPU_ITEMS(call_many_arguments, ARG_PTR(0, u32), ARG_PTR(1, u32))

struct triple {
    u64 a;
    f32 b;
    u32 c[9];
};

NOINLINE static struct triple make(u32 v) {
    struct triple t = {.a = v * 77ull, .b = (f32)(v & 0xff) * 0.25f, .c = {v, v + 1}};
    t.c[v % 9] += 5;
    return t;
}
NOINLINE static u64 spend(struct triple t, u32 k) {
    t.c[k % 9] ^= k;
    u64 r = t.a + (u64)t.b;
    for (u32 n = 0; n < 9; n++)
        r = r * 7 + t.c[n];
    return r;
}

KERNEL call_structures(GLOBAL const u32 *in, GLOBAL u64 *out) {
    u32 i = global_x();
    struct triple t = make(in[i]);
    u64 r = spend(t, i);
    out[i] = r + t.c[in[i] % 9];
}
CPU_ITEMS(call_structures, ARG_PTR(0, u32), ARG_PTR(1, u64))

/* Depth differs from lane to lane, at most 12. */
NOINLINE static u32 fibonacci(u32 n) {
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

KERNEL recursion(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x();
    out[i] = fibonacci(in[i] % 9);
}
CPU_ITEMS(recursion, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* The recursion keeps an array in every frame. */
NOINLINE static u32 descend(u32 v, u32 depth) {
    u32 local[4] = {v, v >> 8, v >> 16, v >> 24};
    if (depth == 0)
        return v;
    u32 r = descend(v * 5 + depth, depth - 1);
    local[r & 3] += r;
    return local[0] ^ local[1] * 3 ^ local[2] * 5 ^ local[3] * 7;
}

KERNEL recursion_frames(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x();
    out[i] = descend(in[i], in[i] & 7);
}
CPU_ITEMS(recursion_frames, ARG_PTR(0, u32), ARG_PTR(1, u32))

typedef u32 operation(u32 a, u32 b);
NOINLINE static u32 op_add(u32 a, u32 b) {
    return a + b;
}
NOINLINE static u32 op_mul(u32 a, u32 b) {
    return a * b;
}
NOINLINE static u32 op_mix(u32 a, u32 b) {
    return mix(a, b) + 1;
}
NOINLINE static u32 op_div(u32 a, u32 b) {
    return a / (b | 1);
}

static operation *const operations[4] = {op_add, op_mul, op_mix, op_div};

/* The pointer differs from lane to lane: the compiler loops over the distinct ones. */
KERNEL function_pointers(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), r = i + 1;
    for (u32 k = 0; k < 6; k++)
        r = operations[in[i] >> 2 * k & 3](r, in[i] >> k);
    out[i] = r;
}
CPU_ITEMS(function_pointers, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* A uniform one. */
KERNEL function_pointer_uniform(GLOBAL const u32 *in, GLOBAL u32 *out, u32 which) {
    u32 i = global_x();
    operation *f = operations[(which + group_x()) & 3];
    out[i] = f(in[i], f(i, 7));
}
CPU_ITEMS(function_pointer_uniform, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

KERNEL_TESTS(calls,
             {.name = "call_chain",
              .cpu = cpu_call_chain,
              .groups = {2, 1, 1},
              .size = {96, 1, 1},
              .args = {IN(768, fill_bits), OUT(1536)}},
             {.name = "call_many_arguments",
              .cpu = cpu_call_many_arguments,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "call_structures",
              .cpu = cpu_call_structures,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(1024)}},
             {.name = "recursion",
              .cpu = cpu_recursion,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "recursion_frames",
              .cpu = cpu_recursion_frames,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "function_pointers",
              .cpu = cpu_function_pointers,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "function_pointer_uniform",
              .cpu = cpu_function_pointer_uniform,
              .groups = {4, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1024, fill_bits), OUT(1024), U32(1)}});
