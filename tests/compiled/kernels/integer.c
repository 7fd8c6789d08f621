/* Integer arithmetic of 8 to 64 bits. */
#include "kernel.h"

KERNEL int32_mix(GLOBAL const u32 *x, GLOBAL const u32 *y, GLOBAL u32 *out) {
    u32 i = global_x(), a = x[i], b = y[i];
    u32 s = b & 31;
    u32 r = a + b;
    r ^= (a - b) * 0x9e3779b9u;
    r += (a << s) | (a >> ((32 - s) & 31));
    r ^= (u32)((i32)a >> s);
    r += (i32)a < (i32)b ? a : b;
    r ^= a > b ? a : b;
    r += (a & ~b) ^ (a | b);
    r = r * a + b;
    r += (a << 3) + b + 17;
    r ^= (i32)a < 0 ? 0u - a : a;
    out[i] = r;
}
CPU_ITEMS(int32_mix, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, u32))

KERNEL int8_mix(GLOBAL const i8 *x, GLOBAL const u8 *y, GLOBAL i8 *out_s, GLOBAL u8 *out_u, GLOBAL i32 *wide) {
    u32 i = global_x();
    i8 a = x[i];
    u8 b = y[i];
    out_s[i] = (i8)(a * 3 + b - (a >> 2));
    out_u[i] = (u8)((b << 1) ^ (u8)a ^ (b / 5));
    wide[i] = a * b + (a == (i8)b) - (a < 0 ? -a : a) * 100;
}
CPU_ITEMS(int8_mix, ARG_PTR(0, i8), ARG_PTR(1, u8), ARG_PTR(2, i8), ARG_PTR(3, u8), ARG_PTR(4, i32))

KERNEL int16_mix(GLOBAL const i16 *x, GLOBAL const u16 *y, GLOBAL i16 *out_s, GLOBAL u16 *out_u) {
    u32 i = global_x();
    i16 a = x[i];
    u16 b = y[i];
    i16 low = a < (i16)b ? a : (i16)b;
    u16 high = (u16)a > b ? (u16)a : b;
    out_s[i] = (i16)(low * 7 - (a >> (b & 15)) + (i16)(a * (i16)b));
    out_u[i] = (u16)((u16)(high << (a & 15)) + (u16)(b >> 3) * (u16)a + b);
}
CPU_ITEMS(int16_mix, ARG_PTR(0, i16), ARG_PTR(1, u16), ARG_PTR(2, i16), ARG_PTR(3, u16))

typedef u16 u16x2 __attribute__((vector_size(4)));
typedef i16 i16x2 __attribute__((vector_size(4)));

KERNEL packed_int16(GLOBAL const u16x2 *x, GLOBAL const u16x2 *y, GLOBAL u16x2 *out) {
    u32 i = global_x();
    u16x2 a = x[i], b = y[i];
    u16x2 r = a + b;
    r ^= a - b;
    r += a * b + r;
    r ^= a << (b & 15);
    r += a >> (b & 15);
    r ^= (u16x2)((i16x2)a >> (i16x2)(b & 15));
    i16x2 sa = (i16x2)a, sb = (i16x2)b;
    i16x2 least = sa < sb;
    r += (u16x2)((sa & least) | (sb & ~least));
    out[i] = r;
}
CPU_ITEMS(packed_int16, ARG_PTR(0, u16x2), ARG_PTR(1, u16x2), ARG_PTR(2, u16x2))

KERNEL int64_mix(GLOBAL const u64 *x, GLOBAL const u64 *y, GLOBAL u64 *out) {
    u32 i = global_x();
    u64 a = x[i], b = y[i];
    u32 s = (u32)b & 63;
    u64 r = a + b;
    r ^= (a - b) * 0x9e3779b97f4a7c15ull;
    r += a << s;
    r ^= a >> s;
    r += (u64)((i64)a >> s);
    r ^= (i64)a < (i64)b ? a : b;
    r += a >= b ? a : b;
    r = r * a + b;
    r ^= (a << 3) + b;
    r += (i64)a < 0 ? 0 - a : a;
    out[i] = r;
}
CPU_ITEMS(int64_mix, ARG_PTR(0, u64), ARG_PTR(1, u64), ARG_PTR(2, u64))

KERNEL multiply_high(GLOBAL const u64 *x, GLOBAL const u64 *y, GLOBAL u64 *out) {
    u32 i = global_x();
    u64 a = x[i], b = y[i];
    u32 high_u = (u32)(((u64)(u32)a * (u32)b) >> 32);
    i32 high_s = (i32)(((i64)(i32)a * (i32)b) >> 32);
    u32 mul24 = (u32)(a & 0xffffff) * (u32)(b & 0xffffff);
    u64 mad = (u64)(u32)(a >> 32) * (u32)b + a;
    i64 mads = (i64)(i32)(a >> 32) * (i32)b + (i64)b;
    u64 high64 = (u64)(((unsigned __int128)a * b) >> 64);
    out[i] = ((u64)high_u << 32 | (u32)high_s) ^ mul24 ^ mad ^ (u64)mads ^ high64;
}
CPU_ITEMS(multiply_high, ARG_PTR(0, u64), ARG_PTR(1, u64), ARG_PTR(2, u64))

KERNEL divide32(GLOBAL const u32 *x, GLOBAL const u32 *y, GLOBAL u32 *out, u32 uniform) {
    u32 i = global_x(), a = x[i], b = (y[i] >> (i & 31)) | 1;
    u32 r = a / b;
    r ^= (a % b) << 3;
    r += (u32)((i32)a / (i32)(b >> 1 | 1));
    r ^= (u32)((i32)a % (i32)(b >> 1 | 1));
    r += a / 10 + a % 1000;
    r ^= (u32)((i32)a / 7) + (u32)((i32)a % -31);
    r += a / uniform + 100000 / uniform;
    out[i] = r;
}
CPU_ITEMS(divide32, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, u32), ARG_U32(3))

KERNEL divide64(GLOBAL const u64 *x, GLOBAL const u64 *y, GLOBAL u64 *out) {
    u32 i = global_x();
    u64 a = x[i], b = (y[i] >> (i & 63)) | 1;
    u64 r = a / b;
    r ^= a % b;
    r += (u64)((i64)a / (i64)(b >> 1 | 1));
    r ^= (u64)((i64)a % (i64)(b >> 1 | 1));
    r += a / 1000000007u;
    out[i] = r;
}
CPU_ITEMS(divide64, ARG_PTR(0, u64), ARG_PTR(1, u64), ARG_PTR(2, u64))

KERNEL bit_operations(GLOBAL const u64 *x, GLOBAL const u64 *y, GLOBAL u32 *out) {
    u32 i = global_x();
    u64 wide = x[i];
    u32 a = (u32)wide, b = (u32)(wide >> 32), c = (u32)y[i];
    u32 r = (u32)__builtin_popcount(a) + ((u32)__builtin_popcountll(wide) << 8);
    r ^= (u32)__builtin_clz(a | 1) << 4 ^ (u32)__builtin_ctz(b | 0x80000000u) << 12;
    r += (u32)__builtin_clzll(wide | 1) ^ (u32)__builtin_ctzll(wide | 1ull << 63) << 3;
    r ^= __builtin_bswap32(a) + (u32)__builtin_bswap64(wide);
    r += (a & c) | (b & ~c);                /* bfi */
    r ^= (a >> (c & 31)) & ((1u << 5) - 1); /* bfe */
    r += (u32)((i32)(a << 7) >> 20);
    r ^= a ^ b ^ c;
    r += (a & b) | (b & c) | (a & c);
    r ^= ((a | b) & ~(b & c)) ^ ~(a ^ c);
    r += (a << 4 | b) + ((a & b) << 2 | c);
    r ^= (u32)((wide << 13 | wide >> 51) >> (c & 31));
    out[i] = r;
}
CPU_ITEMS(bit_operations, ARG_PTR(0, u64), ARG_PTR(1, u64), ARG_PTR(2, u32))

/* Carries, borrows and overflow flags over four words. */
KERNEL carry_chains(GLOBAL const u32 *x, GLOBAL const u32 *y, GLOBAL u32 *out) {
    u32 i = global_x();
    u64 carry = 0, borrow = 0;
    u32 flags = 0;
    for (u32 k = 0; k < 4; k++) {
        u32 a = x[4 * i + k], b = y[4 * i + k], sum;
        u64 add = (u64)a + b + carry;
        u64 sub = (u64)a - b - borrow;
        carry = add >> 32;
        borrow = sub >> 63;
        i32 overflow;
        flags = flags << 2 | (u32)__builtin_add_overflow(a, b, &sum) |
                (u32)__builtin_sub_overflow((i32)a, (i32)b, &overflow) << 1;
        out[8 * i + 2 * k] = (u32)add ^ sum;
        out[8 * i + 2 * k + 1] = (u32)sub ^ (u32)overflow ^ flags;
    }
}
CPU_ITEMS(carry_chains, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, u32))

/* The scalar unit: everything here is uniform. */
KERNEL scalar_mix(GLOBAL const u32 *x, GLOBAL u32 *out, u32 n) {
    u32 a = x[group_x()], r = 1;
    u64 wide = ((u64)x[group_x() + 1] << 32) | a;
    for (u32 k = 0; k < n; k++) {
        r = r * a + (a >> (k & 31)) + (u32)((i32)a >> 3);
        r ^= (u32)__builtin_popcountll(wide) + (u32)__builtin_ctz(r | 0x100);
        wide = (wide << (k & 63)) - (wide >> 7) + (u64)a * r;
        a = a > r ? a - r : (i32)a < (i32)r ? r & ~a : r | a;
        r += (u32)((u64)a * r >> 32) ^ (u32)(i32)(i16)a ^ (a & 0xff00) >> 8;
        r = r & 1 ? r >> 1 ^ 0xedb88320u : r >> 1;
    }
    out[global_x()] = (r ^ (u32)wide ^ (u32)(wide >> 32)) + item_x();
}
CPU_ITEMS(scalar_mix, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

KERNEL_TESTS(integer,
             {.name = "int32_mix",
              .cpu = cpu_int32_mix,
              .groups = {3, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(3072, fill_bits), IN(3072, fill_bits), OUT(3072)}},
             {.name = "int8_mix",
              .cpu = cpu_int8_mix,
              .groups = {3, 1, 1},
              .size = {100, 1, 1},
              .args = {IN(300, fill_bits), IN(300, fill_bits), OUT(300), OUT(300), OUT(1200)}},
             {.name = "int16_mix",
              .cpu = cpu_int16_mix,
              .groups = {2, 1, 1},
              .size = {192, 1, 1},
              .args = {IN(768, fill_bits), IN(768, fill_bits), OUT(768), OUT(768)}},
             {.name = "packed_int16",
              .cpu = cpu_packed_int16,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_bits), IN(1024, fill_bits), OUT(1024)}},
             {.name = "int64_mix",
              .cpu = cpu_int64_mix,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(4096, fill_bits), IN(4096, fill_bits), OUT(4096)}},
             {.name = "multiply_high",
              .cpu = cpu_multiply_high,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(4096, fill_bits), IN(4096, fill_bits), OUT(4096)}},
             {.name = "divide32",
              .cpu = cpu_divide32,
              .groups = {2, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_bits), IN(2048, fill_bits), OUT(2048), U32(37)}},
             {.name = "divide64",
              .cpu = cpu_divide64,
              .groups = {1, 1, 1},
              .size = {256, 1, 1},
              .args = {IN(2048, fill_bits), IN(2048, fill_bits), OUT(2048)}},
             {.name = "bit_operations",
              .cpu = cpu_bit_operations,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(2048, fill_bits), IN(2048, fill_bits), OUT(1024)}},
             {.name = "carry_chains",
              .cpu = cpu_carry_chains,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(2048, fill_bits), IN(2048, fill_bits), OUT(4096)}},
             {.name = "scalar_mix",
              .cpu = cpu_scalar_mix,
              .groups = {5, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(24, fill_bits), OUT(1280), U32(29)}});
