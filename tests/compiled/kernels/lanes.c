/* Data across the lanes of a wave: ballots, readlane, permutes, DPP, swaps, scans. All workgroups here are one wave,
 * and the references work on its 64 lanes at once. */
#include "kernel.h"

#define WAVE KERNEL_ATTR(amdgpu_flat_work_group_size(64, 64))

#ifdef DEVICE

#define DPP(old, x, control, rows, banks, bound)                                                                       \
    ((u32)__builtin_amdgcn_update_dpp((i32)(old), (i32)(x), control, rows, banks, bound))

static inline u32 lane(void) {
    return (u32)__builtin_amdgcn_mbcnt_hi(~0u, __builtin_amdgcn_mbcnt_lo(~0u, 0));
}

WAVE ballots(GLOBAL const u32 *in, GLOBAL u64 *out) {
    u32 i = group_x() * 64 + item_x(), v = in[i];
    u64 odd = __builtin_amdgcn_ballot_w64(v & 1);
    u64 r = odd + (u64)__builtin_popcountll(odd & ((1ull << lane()) - 1));
    if (v & 2)
        r += __builtin_amdgcn_ballot_w64((v & 4) != 0);
    r ^= (u64)(u32)__builtin_amdgcn_readfirstlane((i32)v) << 20;
    r += (u64)(u32)__builtin_amdgcn_readlane((i32)v, 37) << 8;
    u32 last = 63 - (u32)__builtin_clzll(odd);
    r ^= (u64)(u32)__builtin_amdgcn_readlane((i32)v, (i32)last) << 5;
    out[i] = r;
}

WAVE permutes(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 l = item_x(), v = in[group_x() * 64 + l], r;
    r = (u32)__builtin_amdgcn_ds_bpermute((i32)(4 * (l * 5 + 7)), (i32)v);
    r = r * 3 + (u32)__builtin_amdgcn_ds_permute((i32)(4 * (l ^ 21)), (i32)v);
    r = r * 3 + (u32)__builtin_amdgcn_ds_swizzle((i32)v, 0x401f); /* lane ^ 16 */
    r = r * 3 + (u32)__builtin_amdgcn_ds_swizzle((i32)v, 0x801b); /* quad reversed */
    r = r * 3 + (u32)__builtin_amdgcn_ds_swizzle((i32)v, 0x041c); /* and 28, xor 1 */
    out[group_x() * 64 + l] = r;
}

WAVE dpp_moves(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 l = item_x(), v = in[l];
    out += l;
    out[0] = DPP(7, v, 0x1b, 15, 15, 0);    /* quad_perm:[3,2,1,0] */
    out[64] = DPP(7, v, 0x101, 15, 15, 0);  /* row_shl:1 */
    out[128] = DPP(7, v, 0x113, 15, 15, 1); /* row_shr:3, zero at the bound */
    out[192] = DPP(7, v, 0x125, 15, 15, 0); /* row_ror:5 */
    out[256] = DPP(7, v, 0x140, 15, 15, 0); /* row_mirror */
    out[320] = DPP(7, v, 0x141, 15, 15, 0); /* row_half_mirror */
    out[384] = DPP(7, v, 0x142, 10, 15, 0); /* row_bcast:15 into rows 1 and 3 */
    out[448] = DPP(7, v, 0x143, 12, 15, 0); /* row_bcast:31 into rows 2 and 3 */
    out[512] = DPP(7, v, 0x130, 15, 15, 0); /* wave_shl:1 */
    out[576] = DPP(7, v, 0x138, 15, 15, 0); /* wave_shr:1 */
    out[640] = DPP(7, v, 0x134, 15, 15, 0); /* wave_rol:1 */
    out[704] = DPP(7, v, 0x111, 5, 9, 0);   /* masks of rows and banks */
    out[768] = DPP(7, v, 0x155, 15, 15, 0); /* row_newbcast:5 */
}

/* Inclusive sum over the wave the classical way: DPP folded into the additions by the compiler. */
WAVE dpp_scan(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = group_x() * 64 + item_x(), v = in[i];
    v += DPP(0, v, 0x111, 15, 15, 0);
    v += DPP(0, v, 0x112, 15, 15, 0);
    v += DPP(0, v, 0x114, 15, 15, 0);
    v += DPP(0, v, 0x118, 15, 15, 0);
    v += DPP(0, v, 0x142, 10, 15, 0);
    v += DPP(0, v, 0x143, 12, 15, 0);
    out[i] = v;
}

WAVE wave_reductions(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 i = group_x() * 64 + item_x(), v = in[i], r = 0;
    if (v & 1) {
        r = __builtin_amdgcn_wave_reduce_add_u32(v, 0);
        r ^= __builtin_amdgcn_wave_reduce_max_u32(v, 0) + __builtin_amdgcn_wave_reduce_min_u32(v, 0);
    } else {
        r = (u32)__builtin_amdgcn_wave_reduce_min_i32((i32)v, 0) ^ __builtin_amdgcn_wave_reduce_xor_b32(v, 0);
    }
    out[i] = r;
}

WAVE swaps(GLOBAL const u32 *in, GLOBAL u32 *out) {
    u32 l = item_x(), a = in[l], b = in[64 + l];
    typedef u32 pair __attribute__((ext_vector_type(2)));
    pair p = __builtin_amdgcn_permlane16_swap(a, b, 0, 0);
    pair q = __builtin_amdgcn_permlane32_swap(a * 3, b + 1, 0, 0);
    pair s = __builtin_amdgcn_permlane32_swap(p.x, p.y, 0, 0);
    out[l] = p.x;
    out[64 + l] = p.y;
    out[128 + l] = q.x;
    out[192 + l] = q.y;
    out[256 + l] = s.x ^ s.y * 3;
}

/* Wave-wide maximum of f32 with the index where it is: a butterfly of bpermutes, only some lanes active. */
WAVE butterfly(GLOBAL const f32 *in, GLOBAL u32 *out) {
    u32 i = group_x() * 64 + item_x(), best = item_x();
    f32 v = in[i];
    for (u32 d = 32; d; d >>= 1) {
        u32 from = 4 * (item_x() ^ d);
        f32 other = f32_of_bits((u32)__builtin_amdgcn_ds_bpermute((i32)from, (i32)bits_of_f32(v)));
        u32 other_best = (u32)__builtin_amdgcn_ds_bpermute((i32)from, (i32)best);
        if (other > v || (other == v && other_best < best)) {
            v = other;
            best = other_best;
        }
    }
    out[i] = best;
}

/* v_writelane through the inverse: a value built lane by lane on the scalar side. */
WAVE lane_loop(GLOBAL const u32 *in, GLOBAL u32 *out, u32 n) {
    u32 v = in[item_x()], sum = 0;
    for (u32 k = 0; k < n; k++) {
        u32 x = (u32)__builtin_amdgcn_readlane((i32)v, (i32)(k * 7 & 63));
        sum = sum * 3 + x;
        if (item_x() == k)
            v ^= sum;
    }
    out[item_x()] = v + sum;
}

#else

CPU_WHOLE(ballots) {
    const u32 *in = a[0].pointer;
    u64 *out = a[1].pointer;
    for (u32 g = 0; g < cpu_item.groups[0]; g++, in += 64, out += 64) {
        u64 odd = 0, two = 0, four = 0;
        for (u32 l = 0; l < 64; l++) {
            odd |= (u64)(in[l] & 1) << l;
            two |= (u64)(in[l] >> 1 & 1) << l;
            four |= (u64)(in[l] >> 2 & 1) << l;
        }
        for (u32 l = 0; l < 64; l++) {
            u64 r = odd + (u64)__builtin_popcountll(odd & ((1ull << l) - 1));
            if (in[l] & 2)
                r += two & four;
            r ^= (u64)in[0] << 20;
            r += (u64)in[37] << 8;
            r ^= (u64)in[63 - __builtin_clzll(odd)] << 5;
            out[l] = r;
        }
    }
}

CPU_WHOLE(permutes) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 g = 0; g < cpu_item.groups[0]; g++, in += 64, out += 64)
        for (u32 l = 0; l < 64; l++) {
            u32 r = in[(l * 5 + 7) & 63];
            r = r * 3 + in[l ^ 21];
            r = r * 3 + in[l ^ 16];
            r = r * 3 + in[l ^ 3];
            out[l] = r * 3 + in[(l & 32) | ((l & 28) ^ 1)];
        }
}

CPU_WHOLE(dpp_moves) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 l = 0; l < 64; l++) {
        u32 row = l & 48, at = l & 15, bank = at >> 2;
        u32 *o = out + l;
        o[0] = in[l ^ 3];
        o[64] = at + 1 < 16 ? in[l + 1] : 7;
        o[128] = at >= 3 ? in[l - 3] : 0;
        o[192] = in[row + ((at + 16 - 5) & 15)];
        o[256] = in[row + 15 - at];
        o[320] = in[row + (at ^ 7)];
        o[384] = row & 16 ? in[row - 1] : 7;
        o[448] = row & 32 ? in[31] : 7;
        o[512] = l < 63 ? in[l + 1] : 7;
        o[576] = l ? in[l - 1] : 7;
        o[640] = in[(l + 1) & 63];
        bool written = (5 >> (row >> 4) & 1) && (9 >> bank & 1) && at;
        o[704] = written ? in[l - 1] : 7;
        o[768] = in[row + 5];
    }
}

CPU_WHOLE(dpp_scan) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 i = 0; i < 64 * cpu_item.groups[0]; i++)
        out[i] = in[i] + (i & 63 ? out[i - 1] : 0);
}

CPU_WHOLE(wave_reductions) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 g = 0; g < cpu_item.groups[0]; g++, in += 64, out += 64) {
        u32 sum = 0, most = 0, least = ~0u, xor = 0;
        i32 least_signed = 0x7fffffff;
        for (u32 l = 0; l < 64; l++)
            if (in[l] & 1) {
                sum += in[l];
                most = in[l] > most ? in[l] : most;
                least = in[l] < least ? in[l] : least;
            } else {
                xor ^= in[l];
                least_signed = (i32)in[l] < least_signed ? (i32)in[l] : least_signed;
            }
        for (u32 l = 0; l < 64; l++)
            out[l] = in[l] & 1 ? sum ^ (most + least) : (u32)least_signed ^ xor;
    }
}

/* Rows of `n` lanes: the odd ones of a change places with the even ones of b. */
static void swap_rows(u32 *x, u32 *y, u32 n) {
    for (u32 l = 0; l < 64; l++)
        if (l & n) {
            u32 t = x[l];
            x[l] = y[l - n];
            y[l - n] = t;
        }
}

CPU_WHOLE(swaps) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer, x[64], y[64];
    for (u32 l = 0; l < 64; l++) {
        out[l] = x[l] = in[l];
        out[64 + l] = y[l] = in[64 + l];
        out[128 + l] = in[l] * 3;
        out[192 + l] = in[64 + l] + 1;
    }
    swap_rows(out, out + 64, 16);
    swap_rows(out + 128, out + 192, 32);
    swap_rows(x, y, 16);
    swap_rows(x, y, 32);
    for (u32 l = 0; l < 64; l++)
        out[256 + l] = x[l] ^ y[l] * 3;
}

CPU_WHOLE(butterfly) {
    const f32 *in = a[0].pointer;
    u32 *out = a[1].pointer;
    for (u32 g = 0; g < cpu_item.groups[0]; g++, in += 64, out += 64) {
        u32 best = 0;
        for (u32 l = 1; l < 64; l++)
            best = in[l] > in[best] ? l : best;
        for (u32 l = 0; l < 64; l++)
            out[l] = best;
    }
}

CPU_WHOLE(lane_loop) {
    const u32 *in = a[0].pointer;
    u32 *out = a[1].pointer, v[64], sum = 0;
    memcpy(v, in, sizeof v);
    for (u32 k = 0; k < a[2].u; k++) {
        sum = sum * 3 + v[k * 7 & 63];
        v[k] ^= sum;
    }
    for (u32 l = 0; l < 64; l++)
        out[l] = v[l] + sum;
}

#endif

KERNEL_TESTS(lanes,
             {.name = "ballots",
              .cpu = cpu_ballots,
              .groups = {3, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(768, fill_bits), OUT(1536)}},
             {.name = "permutes",
              .cpu = cpu_permutes,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "dpp_moves",
              .cpu = cpu_dpp_moves,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(256, fill_bits), OUT(3328)}},
             {.name = "dpp_scan",
              .cpu = cpu_dpp_scan,
              .groups = {3, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(768, fill_bits), OUT(768)}},
             {.name = "wave_reductions",
              .cpu = cpu_wave_reductions,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(512, fill_bits), OUT(512)}},
             {.name = "swaps",
              .cpu = cpu_swaps,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(512, fill_bits), OUT(1280)}},
             {.name = "butterfly",
              .cpu = cpu_butterfly,
              .groups = {2, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(512, fill_f32), OUT(512)}},
             {.name = "lane_loop",
              .cpu = cpu_lane_loop,
              .groups = {1, 1, 1},
              .size = {64, 1, 1},
              .args = {IN(256, fill_bits), OUT(256), U32(40)}});
