/* SOP1: one scalar source. (Program counter: branch.c. EXEC: saveexec.c. Relative registers: movrel.c.) */
#include "salu.h"

static uint64_t reverse64(uint64_t v) {
    v = __builtin_bswap64(v);
    v = (v >> 4 & 0x0f0f0f0f0f0f0f0full) | (v & 0x0f0f0f0f0f0f0f0full) << 4;
    v = (v >> 2 & 0x3333333333333333ull) | (v & 0x3333333333333333ull) << 2;
    return (v >> 1 & 0x5555555555555555ull) | (v & 0x5555555555555555ull) << 1;
}

/* Bit 4i of the result: some bit of quad i is set. */
static uint64_t quads(uint64_t v) {
    return (v | v >> 1 | v >> 2 | v >> 3) & 0x1111111111111111ull;
}

static uint64_t gather_quads(uint64_t q) {
    uint64_t d = 0;
    for (int i = 0; i < 16; i++)
        d |= (q >> (4 * i) & 1) << i;
    return d;
}

static uint64_t double_bits(uint64_t v) {
    uint64_t d = 0;
    for (int i = 0; i < 32; i++)
        d |= (v >> i & 1) * 3 << (2 * i);
    return d;
}

static uint64_t lowest_one(uint64_t v) {
    return v ? (uint64_t)__builtin_ctzll(v) : ~0ull;
}

static uint64_t leading_zeros(uint64_t v, int width) {
    return v ? (uint64_t)(__builtin_clzll(v) - (64 - width)) : ~0ull;
}

/* How many leading bits equal the sign; all of them gives -1. */
static uint64_t leading_signs(uint64_t v) {
    return leading_zeros((int64_t)v < 0 ? ~v : v, 64);
}

SALU_FN(mov, x->d = a)
SALU_FN(cmov, x->d = x->scc ? a : x->old)
SALU_FN_NZ32(not32, ~a)
SALU_FN_NZ64(not64, ~a)
SALU_FN_NZ32(wqm32, quads(a) * 15)
SALU_FN_NZ64(wqm64, quads(a) * 15)
SALU_FN_NZ64(quadmask, gather_quads(quads(a)))
SALU_FN(brev32, x->d = reverse64(a) >> 32)
SALU_FN(brev64, x->d = reverse64(a))
SALU_FN(bitreplicate, x->d = double_bits(a))
SALU_FN_NZ32(bcnt0_32, 32 - __builtin_popcountll(a))
SALU_FN_NZ32(bcnt0_64, 64 - __builtin_popcountll(a))
SALU_FN_NZ32(bcnt1, __builtin_popcountll(a))
SALU_FN(ff0_32, x->d = lowest_one((uint32_t)~a))
SALU_FN(ff0_64, x->d = lowest_one(~a))
SALU_FN(ff1, x->d = lowest_one(a))
SALU_FN(flbit_b32, x->d = leading_zeros(a, 32))
SALU_FN(flbit_b64, x->d = leading_zeros(a, 64))
SALU_FN(flbit_i32, x->d = leading_signs(a << 32 | (a & 1 ? 0xffffffffu : 0)))
SALU_FN(flbit_i64, x->d = leading_signs(a))
SALU_FN(sext_i8, x->d = (uint64_t)(int8_t)a)
SALU_FN(bitset0_32, x->d = x->old & ~(1ull << (a & 31)))
SALU_FN(bitset0_64, x->d = x->old & ~(1ull << (a & 63)))
SALU_FN(bitset1_32, x->d = x->old | 1ull << (a & 31))
SALU_FN(bitset1_64, x->d = x->old | 1ull << (a & 63))
SALU_FN_NZ32(abs_i32, (int64_t)a < 0 ? 0 - a : a)

#define SOP1(mnemonic, fn, d, a, rule, more)                                                                           \
    {.name = mnemonic, .flags = F_SALU | (more), .dst = d, .src = {a}, .shadow = rule, .scalar = fn}
#define CMOV(mnemonic, t)                                                                                              \
    {.name = mnemonic,                                                                                                 \
     .flags = F_SALU | F_RMW,                                                                                          \
     .dst = t,                                                                                                         \
     .src = {t},                                                                                                       \
     .shadow = SH_SELECT,                                                                                              \
     .scalar = cmov,                                                                                                   \
     .mask_src = 1}

static const struct isa_op ops[] = {
    SOP1("s_mov_b32", mov, T_B32, T_B32, SH_COPY, 0),
    SOP1("s_mov_b64", mov, T_B64, T_B64, SH_COPY, 0),
    CMOV("s_cmov_b32", T_B32),
    CMOV("s_cmov_b64", T_B64),
    SOP1("s_not_b32", not32, T_B32, T_B32, SH_BITWISE, F_SCC),
    SOP1("s_not_b64", not64, T_B64, T_B64, SH_BITWISE, F_SCC),
    SOP1("s_wqm_b32", wqm32, T_B32, T_B32, SH_COPY, F_SCC),
    SOP1("s_wqm_b64", wqm64, T_B64, T_B64, SH_COPY, F_SCC),
    SOP1("s_quadmask_b32", quadmask, T_B32, T_B32, SH_COPY, F_SCC),
    SOP1("s_quadmask_b64", quadmask, T_B64, T_B64, SH_COPY, F_SCC),
    SOP1("s_brev_b32", brev32, T_B32, T_B32, SH_COPY, 0),
    SOP1("s_brev_b64", brev64, T_B64, T_B64, SH_COPY, 0),
    SOP1("s_bitreplicate_b64_b32", bitreplicate, T_B64, T_B32, SH_COPY, 0),
    SOP1("s_bcnt0_i32_b32", bcnt0_32, T_I32, T_B32, SH_ALL, F_SCC),
    SOP1("s_bcnt0_i32_b64", bcnt0_64, T_I32, T_B64, SH_ALL, F_SCC),
    SOP1("s_bcnt1_i32_b32", bcnt1, T_I32, T_B32, SH_ALL, F_SCC),
    SOP1("s_bcnt1_i32_b64", bcnt1, T_I32, T_B64, SH_ALL, F_SCC),
    SOP1("s_ff0_i32_b32", ff0_32, T_I32, T_B32, SH_ALL, 0),
    SOP1("s_ff0_i32_b64", ff0_64, T_I32, T_B64, SH_ALL, 0),
    SOP1("s_ff1_i32_b32", ff1, T_I32, T_B32, SH_ALL, 0),
    SOP1("s_ff1_i32_b64", ff1, T_I32, T_B64, SH_ALL, 0),
    SOP1("s_flbit_i32_b32", flbit_b32, T_I32, T_B32, SH_ALL, 0),
    SOP1("s_flbit_i32_b64", flbit_b64, T_I32, T_B64, SH_ALL, 0),
    SOP1("s_flbit_i32", flbit_i32, T_I32, T_B32, SH_ALL, 0),
    SOP1("s_flbit_i32_i64", flbit_i64, T_I32, T_I64, SH_ALL, 0),
    SOP1("s_sext_i32_i8", sext_i8, T_I32, T_B32, SH_COPY, 0),
    SOP1("s_sext_i32_i16", mov, T_I32, T_I16, SH_COPY, 0),
    SOP1("s_bitset0_b32", bitset0_32, T_B32, T_U32, SH_BITWISE, F_RMW),
    SOP1("s_bitset0_b64", bitset0_64, T_B64, T_U32, SH_BITWISE, F_RMW),
    SOP1("s_bitset1_b32", bitset1_32, T_B32, T_U32, SH_BITWISE, F_RMW),
    SOP1("s_bitset1_b64", bitset1_64, T_B64, T_U32, SH_BITWISE, F_RMW),
    SOP1("s_abs_i32", abs_i32, T_I32, T_I32, SH_ALL, F_SCC),
};
ISA_FAMILY(sop1, ops);
