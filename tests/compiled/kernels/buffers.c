/* Buffer resources, loads that go straight to LDS, transposed reads of LDS. */
#include "kernel.h"

#define WAVE KERNEL_ATTR(amdgpu_flat_work_group_size(64, 64))

#ifdef DEVICE
typedef u32 v2u __attribute__((ext_vector_type(2)));
typedef u32 v3u __attribute__((ext_vector_type(3)));
typedef u32 v4u __attribute__((ext_vector_type(4)));
typedef i32 v2i __attribute__((ext_vector_type(2)));
typedef i16 v4s __attribute__((ext_vector_type(4)));
typedef __amdgpu_buffer_rsrc_t rsrc;

static inline rsrc make(GLOBAL const void *p, u32 bytes) {
    return __builtin_amdgcn_make_buffer_rsrc((void *)p, 0, (i32)bytes, 0x00020000);
}

static LDS u32 landing[1024];
#endif

/* All widths; the last lanes lie outside num_records and must read 0 and store nothing. */
KERNEL buffer_widths(GLOBAL const u32 *in, GLOBAL u32 *out, u32 bytes) {
    u32 i = global_x();
#ifdef DEVICE
    rsrc from = make(in, bytes), to = make(out, 4 * 10 * 100);
    u32 at = 16 * i;
    v4u q = __builtin_amdgcn_raw_buffer_load_b128(from, (i32)at, 0, 0);
    v3u t = __builtin_amdgcn_raw_buffer_load_b96(from, (i32)at, 0, 0);
    v2u d = __builtin_amdgcn_raw_buffer_load_b64(from, (i32)at + 8, 0, 0);
    u32 w = __builtin_amdgcn_raw_buffer_load_b32(from, (i32)at, 4, 0);
    u16 h = __builtin_amdgcn_raw_buffer_load_b16(from, (i32)at + 2, 0, 0);
    u8 b = __builtin_amdgcn_raw_buffer_load_b8(from, (i32)at + 15, 0, 0);
    u32 o = 40 * i;
    __builtin_amdgcn_raw_buffer_store_b128(q, to, (i32)o, 0, 0);
    __builtin_amdgcn_raw_buffer_store_b96(t + 1, to, (i32)o + 16, 0, 0);
    __builtin_amdgcn_raw_buffer_store_b64(d, to, (i32)o + 28, 0, 0);
    __builtin_amdgcn_raw_buffer_store_b16((u16)(w + h), to, (i32)o + 36, 0, 0);
    __builtin_amdgcn_raw_buffer_store_b8((u8)(w >> 7), to, (i32)o + 38, 0, 0);
    __builtin_amdgcn_raw_buffer_store_b8(b, to, (i32)o + 39, 0, 0);
#else
    u32 v[4] = {0}, w = 0;
    for (u32 k = 0; k < 4; k++)
        v[k] = 16 * i + 4 * k < bytes ? in[4 * i + k] : 0;
    /* soffset takes no part in the bounds check; the kernel's lanes stay inside by more than it */
    w = 16 * i < bytes ? in[4 * i + 1] : 0;
    if (i >= 100)
        return;
    u32 *o = out + 10 * i;
    memcpy(o, v, 16);
    for (u32 k = 0; k < 3; k++)
        o[4 + k] = v[k] + 1;
    o[7] = v[2];
    o[8] = v[3];
    o[9] = (u16)(w + (v[0] >> 16)) | (w >> 7 & 0xff) << 16 | (v[3] >> 24) << 24;
#endif
}
CPU_ITEMS(buffer_widths, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_U32(2))

KERNEL buffer_atomics(GLOBAL const u32 *in, GLOBAL u32 *sums, GLOBAL f32 *float_sums) {
    u32 i = global_x(), v = in[i];
#ifdef DEVICE
    rsrc to = make(sums, 64), to_float = make(float_sums, 16);
    /* Cells 16 to 19 lie outside. */
    __builtin_amdgcn_raw_ptr_buffer_atomic_add_i32((i32)v, to, (i32)(4 * (v % 20)), 0, 0);
    __builtin_amdgcn_raw_ptr_buffer_atomic_fadd_f32((f32)(v & 15), to_float, (i32)(4 * (i & 3)), 0, 0);
#else
    if (v % 20 < 16)
        sums[v % 20] += v;
    float_sums[i & 3] += (f32)(v & 15);
#endif
}
CPU_ITEMS(buffer_atomics, ARG_PTR(0, u32), ARG_PTR(1, u32), ARG_PTR(2, f32))

#ifdef DEVICE

/* Two waves; each brings 64 dwords to its half of LDS, everyone reads the other's. */
KERNEL_ATTR(amdgpu_flat_work_group_size(128, 128)) dma_dword(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 t = item_x(), wave = (u32)__builtin_amdgcn_readfirstlane((i32)(t / 64));
    for (u32 s = 0; s < 3; s++) {
        __builtin_amdgcn_global_load_lds((GLOBAL u32 *)&in[128 * s + (t ^ 5)], (LDS_PTR u32 *)&landing[64 * wave], 4, 0,
                                         0);
        __builtin_amdgcn_s_waitcnt(0xf70);
        barrier();
        out[128 * s + t] = landing[t ^ 64] + s;
        barrier();
    }
}

/* 16 bytes a lane, by buffer and by global instruction; both in flight at once. */
WAVE dma_wide(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 l = item_x();
    rsrc from = make(in, 1024 + 512);
    __builtin_amdgcn_global_load_lds((GLOBAL u32 *)&in[4 * (63 - l)], (LDS_PTR u32 *)landing, 16, 0, 0);
    __builtin_amdgcn_raw_ptr_buffer_load_lds(from, (LDS_PTR u32 *)&landing[256], 16, (i32)(1024 + 16 * l), 0, 0, 0);
    __builtin_amdgcn_s_waitcnt(0xf70);
    barrier();
    for (u32 k = 0; k < 8; k++)
        out[64 * k + l] = landing[64 * k + l];
}

/* Bytes and shorts, as dwords in LDS. */
WAVE dma_narrow(GLOBAL const u8 *in, GLOBAL u32 *out) {
    u32 l = item_x();
    __builtin_amdgcn_global_load_lds((GLOBAL u8 *)&in[l * 3], (LDS_PTR u32 *)landing, 1, 0, 0);
    __builtin_amdgcn_global_load_lds((GLOBAL u8 *)&in[l * 2], (LDS_PTR u32 *)&landing[64], 2, 0, 0);
    __builtin_amdgcn_s_waitcnt(0xf70);
    barrier();
    out[l] = landing[l ^ 1];
    out[64 + l] = landing[64 + (l ^ 2)];
}

/* A 16 x 64 matrix of bytes and a 16 x 16 one of shorts per 16 lanes, read by columns. */
WAVE transposed_reads(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 l = item_x();
    for (u32 k = 0; k < 8; k++)
        landing[64 * k + l] = in[64 * k + l];
    barrier();
    v2i b = __builtin_amdgcn_ds_read_tr8_b64_v2i32((LDS_PTR v2i *)((LDS_PTR u8 *)landing + 8 * l));
    v4s h = __builtin_amdgcn_ds_read_tr16_b64_v4i16((LDS_PTR v4s *)((LDS_PTR u8 *)landing + 512 + 8 * l));
    out[4 * l] = (u32)b.x;
    out[4 * l + 1] = (u32)b.y;
    out[4 * l + 2] = (u32)(u16)h[0] | (u32)(u16)h[1] << 16;
    out[4 * l + 3] = (u32)(u16)h[2] | (u32)(u16)h[3] << 16;
}

#else

CPU_WHOLE(dma_dword) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 i = 0; i < 384; i++)
        out[i] = in[i ^ 64 ^ 5] + i / 128;
}

CPU_WHOLE(dma_wide) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 i = 0; i < 256; i++) {
        out[i] = in[4 * (63 - i / 4) + i % 4];
        out[256 + i] = 256 + i < 384 ? in[256 + i] : 0;
    }
}

CPU_WHOLE(dma_narrow) {
    const u8 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 l = 0; l < 64; l++) {
        out[l] = in[(l ^ 1) * 3];
        out[64 + l] = in[(l ^ 2) * 2] | (u32)in[(l ^ 2) * 2 + 1] << 8;
    }
}

/* ISA 11.4: the lanes of a group of 16 supply 16 addresses; read as a matrix with a row per lane, each lane gets a
 * column (bytes: two lanes supply a row of 16). */
CPU_WHOLE(transposed_reads) {
    const u8 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 l = 0; l < 64; l++) {
        const u8 *bytes = in + 128 * (l / 16), *shorts = in + 512 + 128 * (l / 16);
        u8 *b = (u8 *)(out + 4 * l), *h = b + 8;
        u32 c = l % 16;
        for (u32 k = 0; k < 8; k++)
            b[k] = bytes[16 * k + c];
        for (u32 k = 0; k < 4; k++)
            memcpy(h + 2 * k, shorts + 32 * k + 2 * c, 2);
    }
}

#endif

KERNEL_TESTS(buffers,
             {.name = "buffer_widths",
              .cpu = cpu_buffer_widths,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(2048, fill_bits), OUT(4000), U32(1440)}},
             {.name = "buffer_atomics",
              .cpu = cpu_buffer_atomics,
              .groups = {2, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1024, fill_bits), INOUT(64, fill_bits), INOUT(16, fill_zero)}},
             {.name = "dma_dword",
              .cpu = cpu_dma_dword,
              .groups = {1, 1, 1},
              .size = {128, 1, 1},
              .args = {IN(1536, fill_bits), OUT(1536)}},
             {.name = "dma_wide",
              .cpu = cpu_dma_wide,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(1536, fill_bits), OUT(2048)}},
             {.name = "dma_narrow",
              .cpu = cpu_dma_narrow,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(192, fill_bits), OUT(512)}},
             {.name = "transposed_reads",
              .cpu = cpu_transposed_reads,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(2048, fill_bits), OUT(1024)}});
