/* Divergent and uniform control flow. */
#include "kernel.h"

KERNEL collatz(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), n = (in[i] & 0x3ff) + 1, steps = 0;
    while (n != 1) {
        n = n & 1 ? 3 * n + 1 : n / 2;
        steps++;
    }
    out[i] = steps;
}
CPU_ITEMS(collatz, ARG_PTR(0, u32), ARG_PTR(1, u32))

KERNEL nested_loops(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), v = in[i], r = 0;
    for (u32 a = 0; a < (v & 7); a++) {
        if (a == 5)
            continue;
        for (u32 b = a; b < (v >> 3 & 15); b += 2) {
            r = r * 3 + b;
            if ((r & 31) == 7)
                break;
            if ((v >> b & 1) == 0)
                continue;
            r ^= a << b;
        }
        r += a;
    }
    out[i] = r;
}
CPU_ITEMS(nested_loops, ARG_PTR(0, u32), ARG_PTR(1, u32))

KERNEL switch_dense(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), v = in[i], r = v;
    for (u32 k = 0; k < 4; k++) {
        switch (v >> 4 * k & 15) {
        case 0:
            r += 11;
            break;
        case 1:
            r ^= 0x1234;
            break;
        case 2:
            r *= 3; /* fallthrough */
        case 3:
            r -= i;
            break;
        case 4:
            r = r << 5 | r >> 27;
            break;
        case 5:
            r /= 3;
            break;
        case 6:
            r = ~r;
            break;
        case 7:
            r += v % 7;
            break;
        case 9:
            r += in[k];
            break;
        case 12:
            r ^= r >> 11;
            break;
        case 15:
            k++;
            break;
        default:
            r += k;
        }
    }
    out[i] = r;
}
CPU_ITEMS(switch_dense, ARG_PTR(0, u32), ARG_PTR(1, u32))

/* A state machine on a uniform value: scalar branches only. */
KERNEL switch_uniform(GLOBAL const u32 *program, GLOBAL const u32 *in, GLOBAL u32 *out, u32 length) {
    u32 i = global_x(), r = in[i];
    for (u32 pc = 0; pc < length; pc++) {
        u32 word = program[pc], arg = word >> 3 & 31;
        switch (word & 7) {
        case 0:
            r += arg;
            break;
        case 1:
            r *= arg | 1;
            break;
        case 2:
            r ^= r >> (arg | 1);
            break;
        case 3:
            r = r << (arg & 7) | r >> (32 - (arg & 7 ? arg & 7 : 32)) % 32;
            break;
        case 4:
            pc += arg & 3;
            break;
        case 5:
            r -= in[arg];
            break;
        default:
            r = ~r + word;
        }
    }
    out[i] = r;
}
CPU_ITEMS(switch_uniform, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, u32), ARG_U32(3))

KERNEL early_return(GLOBAL const u32 *in, GLOBAL u32 *out, u32 n) {
    u32 i = global_x();
    if (i >= n)
        return;
    u32 v = in[i];
    out[i] = v;
    if ((v & 3) == 0)
        return;
    out[i] = v * 2;
    for (u32 k = 0; k < 10; k++) {
        if ((v >> k & 15) == 9)
            return;
        out[i] += k * v;
    }
}
CPU_ITEMS(early_return, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

/* A loop with two entries: irreducible control flow. */
KERNEL goto_maze(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = global_x(), v = in[i], r = 1, n = 0;
    if (v & 1)
        goto middle;
top:
    r = r * 3 + (v & 0xff);
    if (++n > 12)
        goto end;
middle:
    r ^= v >> (n & 15);
    if ((r & 7) == 3) {
        n += 2;
        goto top;
    }
    if ((r & 31) == 17)
        goto end;
    v = v * 5 + 1;
    if (++n < 14)
        goto top;
end:
    out[i] = r * 64 + n;
}
CPU_ITEMS(goto_maze, ARG_PTR(0, u32), ARG_PTR(1, u32))

KERNEL short_circuit(GLOBAL const i32 *in, GLOBAL u32 *out, u32 n) {
    u32 i = global_x();
    i32 v = in[i];
    u32 r = 0;
    if (v > 0 && (v % 3 == 0 || in[(u32)v % n] < 0) && !(v & 0x40 && i % 5 == 1))
        r |= 1;
    if ((v < -1000 || in[(i + 1) % n] > v) != (i & 1))
        r |= 2;
    r |= v < 0 ? (v & 4 ? 8u : i & 2 ? 16u : 32u) : v & 8 ? 64u : 128u;
    out[i] = r;
}
CPU_ITEMS(short_circuit, ARG_PTR(0, i32), ARG_PTR(1, u32), ARG_U32(2))

/* Binary search in a sorted table, the trip count differs. */
KERNEL binary_search(GLOBAL const u32 *keys, GLOBAL u32 *out, u32 n) {
    u32 i = global_x(), key = i * 3 + 1, low = 0, high = n;
    while (low < high) {
        u32 middle = (low + high) / 2;
        if (keys[middle] == key) {
            low = middle | 0x80000000u;
            break;
        }
        if (keys[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    out[i] = low;
}
CPU_ITEMS(binary_search, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

/* CRC-32 of a string a lane, lengths differ; the table is made in the loop. */
KERNEL crc(GLOBAL const u8 *in, GLOBAL u32 *out) {
    u32 i = global_x(), length = in[i] & 31, r = ~0u;
    for (u32 k = 0; k < length; k++) {
        r ^= in[i + k];
        for (u32 b = 0; b < 8; b++)
            r = r & 1 ? r >> 1 ^ 0xedb88320u : r >> 1;
    }
    out[i] = ~r;
}
CPU_ITEMS(crc, ARG_PTR(0, u8), ARG_PTR(1, u32))

#ifndef DEVICE
static void fill_sorted(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    u32 *word = to, at = 0;
    (void)base;
    for (size_t i = 0; i < bytes / 4; i++)
        word[i] = at += (u32)(random_next(seed) % 5);
}
#endif

KERNEL_TESTS(
    control,
    {.name = "collatz",
     .cpu = cpu_collatz,
     .groups = {2, 1, 1},
     .size = {128, 1, 1},
     .args = {IN(1024, fill_bits), OUT(1024)}},
    {.name = "nested_loops",
     .cpu = cpu_nested_loops,
     .groups = {2, 1, 1},
     .size = {128, 1, 1},
     .args = {IN(1024, fill_bits), OUT(1024)}},
    {.name = "switch_dense",
     .cpu = cpu_switch_dense,
     .groups = {2, 1, 1},
     .size = {100, 1, 1},
     .args = {IN(800, fill_bits), OUT(800)}},
    {.name = "switch_uniform",
     .cpu = cpu_switch_uniform,
     .groups = {1, 1, 1},
     .size = {256, 1, 1},
     .args = {IN(200, fill_bits), IN(1024, fill_bits), OUT(1024), U32(50)}},
    {.name = "early_return",
     .cpu = cpu_early_return,
     .groups = {2, 1, 1},
     .size = {256, 1, 1},
     .args = {IN(1200, fill_bits), OUT(1200), U32(300)}},
    {.name = "goto_maze",
     .cpu = cpu_goto_maze,
     .groups = {2, 1, 1},
     .size = {128, 1, 1},
     .args = {IN(1024, fill_bits), OUT(1024)}},
    {.name = "short_circuit",
     .cpu = cpu_short_circuit,
     .groups = {2, 1, 1},
     .size = {128, 1, 1},
     .args = {IN(1024, fill_bits), OUT(1024), U32(256)}},
    {.name = "binary_search",
     .cpu = cpu_binary_search,
     .groups = {2, 1, 1},
     .size = {128, 1, 1},
     .args = {IN(1600, fill_sorted), OUT(1024), U32(400)}},
    {.name = "crc", .cpu = cpu_crc, .groups = {1, 1, 1}, .size = {200, 1, 1}, .args = {IN(232, fill_bits), OUT(800)}});
