/* Patterns of global memory. */
#include "kernel.h"

typedef u32 u32x2 __attribute__((vector_size(8)));
typedef u32 u32x4 __attribute__((vector_size(16)));

struct triple {
    u32 x, y, z;
};
struct packed_word {
    u32 v;
} __attribute__((packed));
struct packed_wide {
    u64 v[2];
} __attribute__((packed));

KERNEL copy_widths(GLOBAL const u8 *in8, GLOBAL u8 *out8, GLOBAL const u16 *in16, GLOBAL u16 *out16,
                   GLOBAL const u32x2 *in64, GLOBAL u32x2 *out64, GLOBAL const u32x4 *in128, GLOBAL u32x4 *out128) {
    u32 i = global_x();
    out8[i] = in8[i];
    out16[i] = in16[i];
    out64[i] = in64[i];
    out128[i] = in128[i];
}
CPU_ITEMS(copy_widths, ARG_PTR(0, u8), ARG_PTR(1, u8), ARG_PTR(2, u16), ARG_PTR(3, u16), ARG_PTR(4, u32x2),
          ARG_PTR(5, u32x2), ARG_PTR(6, u32x4), ARG_PTR(7, u32x4))

KERNEL copy_triples(GLOBAL const struct triple *in, GLOBAL struct triple *out) {
    u32 i = global_x();
    struct triple t = in[i];
    out[i] = (struct triple){t.z, t.x + 1, t.y};
}
CPU_ITEMS(copy_triples, ARG_PTR(0, struct triple), ARG_PTR(1, struct triple))

KERNEL extend(GLOBAL const i8 *in8, GLOBAL const i16 *in16, GLOBAL i32 *out, GLOBAL u32 *out_u) {
    u32 i = global_x();
    out[i] = in8[i] + in16[i];
    out_u[i] = (u32)(u8)in8[i] << 16 | (u16)in16[i];
    ((GLOBAL u8 *)out_u)[4 * i + 3] = (u8)(in16[i] >> 8);
}
CPU_ITEMS(extend, ARG_PTR(0, i8), ARG_PTR(1, i16), ARG_PTR(2, i32), ARG_PTR(3, u32))

KERNEL unaligned(GLOBAL const u8 *in, GLOBAL u8 *out) {
    u32 i = global_x();
    u32 a = ((GLOBAL const struct packed_word *)(in + 5 * i + 1))->v;
    struct packed_wide w = *(GLOBAL const struct packed_wide *)(in + 3 * i + 2);
    struct packed_wide r = {{w.v[0] + a, w.v[1] ^ a}};
    *(GLOBAL struct packed_wide *)(out + 17 * i) = r;
    out[17 * i + 16] = (u8)a;
}
CPU_ITEMS(unaligned, ARG_PTR(0, u8), ARG_PTR(1, u8))

KERNEL strided(GLOBAL const u32 *in, GLOBAL u32 *out, u32 n, u32 stride) {
    u32 i = global_x(), sum = 0;
    for (u32 k = i; k < n; k += stride)
        sum += in[k] * (k + 1);
    out[i * 3] = sum;
    out[i * 3 + 1] = in[n - 1 - i];
    out[i * 3 + 2] = in[(i * 7) % n];
}
CPU_ITEMS(strided, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2), ARG_U32(3))

KERNEL gather_scatter(GLOBAL const u32 *index, GLOBAL const u64 *in, GLOBAL u64 *out) {
    u32 i = global_x(), n = groups_x() * size_x();
    u32 from = index[i] % n;
    out[(i * 5 + 3) % n] = in[from] + i; /* 5 and n have no common factor */
}
CPU_ITEMS(gather_scatter, ARG_PTR(0, u32), ARG_PTR(1, u64), ARG_PTR(2, u64))

/* 64-bit pointers kept in memory; each lane follows its own chain until it meets null. */
struct node {
    GLOBAL struct node *next;
    u64 value;
};

KERNEL pointer_chase(GLOBAL const struct node *nodes, GLOBAL u64 *out) {
    u32 i = global_x();
    u64 sum = 0;
    for (GLOBAL const struct node *n = &nodes[i]; n; n = n->next)
        sum = sum * 31 + n->value;
    out[i] = sum;
}
CPU_ITEMS(pointer_chase, ARG_PTR(0, struct node), ARG_PTR(1, u64))

#ifndef DEVICE
static void fill_nodes(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    uint64_t *word = to;
    for (size_t i = 0; i < bytes / 16; i++) {
        uint64_t r = random_next(seed);
        word[2 * i] = i < 4 || r % 11 == 0 ? 0 : base + 16 * (r % i);
        word[2 * i + 1] = r >> 7;
    }
}
#endif

KERNEL block_copy(GLOBAL const u8 *in, GLOBAL u8 *out) {
    u32 i = global_x();
    u8 buffer[48];
    __builtin_memcpy(buffer, (const void *)(in + 48 * i), 48);
    buffer[i % 48] ^= 0x55;
    __builtin_memcpy((void *)(out + 64 * i), buffer, 48);
    __builtin_memset((void *)(out + 64 * i + 48), 0x5a, 16);
}
CPU_ITEMS(block_copy, ARG_PTR(0, u8), ARG_PTR(1, u8))

KERNEL volatile_chain(GLOBAL volatile u32 *cells, GLOBAL u32 *out) {
    u32 i = global_x();
    cells[2 * i] = i + 1;
    cells[2 * i + 1] = cells[2 * i] * 2;
    cells[2 * i] = cells[2 * i + 1] + 5;
#ifdef DEVICE
    u32 streamed = __builtin_nontemporal_load(&out[i]);
    __builtin_nontemporal_store(streamed + cells[2 * i], &out[i]);
#else
    out[i] += cells[2 * i];
#endif
}
CPU_ITEMS(volatile_chain, ARG_PTR(0, volatile u32), ARG_PTR(1, u32))

/* Uniform addresses: the scalar cache, with offsets in registers, and values kept over stores. */
KERNEL scalar_loads(GLOBAL const u32 *restrict table, GLOBAL const u64 *restrict wide, GLOBAL u64 *restrict out,
                    u32 k) {
    u32 g = group_x();
    u64 sum = table[g] + table[k] + table[g * 3 + k];
    for (u32 i = 0; i < k; i++)
        sum = sum * 5 + wide[i + g];
    for (u32 i = 0; i < 16; i++)
        sum += (u64)table[g + 8 + i] << i;
    out[global_x()] = sum + item_x();
}
CPU_ITEMS(scalar_loads, ARG_PTR(0, u32), ARG_PTR(1, u64), ARG_PTR(2, u64), ARG_U32(3))

KERNEL_TESTS(memory,
             {.name = "copy_widths",
              .cpu = cpu_copy_widths,
              .groups = {3, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(192, fill_bits), OUT(192), IN(384, fill_bits), OUT(384), IN(1536, fill_bits), OUT(1536),
                       IN(3072, fill_bits), OUT(3072)}},
             {.name = "copy_triples",
              .cpu = cpu_copy_triples,
              .groups = {1, 1, 1},
              .size = {150, 1, 1},
              .args = {IN(1800, fill_bits), OUT(1800)}},
             {.name = "extend",
              .cpu = cpu_extend,
              .groups = {1, 1, 1},
              .size = {130, 1, 1},
              .args = {IN(130, fill_bits), IN(260, fill_bits), OUT(520), OUT(520)}},
             {.name = "unaligned",
              .cpu = cpu_unaligned,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(320, fill_bits), OUT(1088)}},
             {.name = "strided",
              .cpu = cpu_strided,
              .groups = {2, 1, 1},
              .size = {100, 1, 1},
              .args = {IN(8012, fill_bits), OUT(2400), U32(2003), U32(200)}},
             {.name = "gather_scatter",
              .cpu = cpu_gather_scatter,
              .groups = {4, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1024, fill_bits), IN(2048, fill_bits), OUT(2048)}},
             {.name = "pointer_chase",
              .cpu = cpu_pointer_chase,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {{.kind = ARG_BUFFER, .bytes = 4096, .fill = fill_nodes, .compare = not_compared}, OUT(2048)}},
             {.name = "block_copy",
              .cpu = cpu_block_copy,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(6144, fill_bits), OUT(8192)}},
             {.name = "volatile_chain",
              .cpu = cpu_volatile_chain,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {OUT(512), INOUT(256, fill_bits)}},
             {.name = "scalar_loads",
              .cpu = cpu_scalar_loads,
              .groups = {4, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(256, fill_bits), IN(256, fill_bits), OUT(2048), U32(9)}});
