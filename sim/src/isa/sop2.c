/* SOP2: two scalar sources. */
#include "salu.h"

static bool sign(uint64_t v) {
    return v >> 31 & 1;
}

SALU_FN(add_u32, x->d = a + b, x->scc = x->d >> 32 & 1)
SALU_FN(sub_u32, x->d = a - b, x->scc = b > a)
SALU_FN(add_i32, x->d = a + b, x->scc = sign(a) == sign(b) && sign(a) != sign(x->d))
SALU_FN(sub_i32, x->d = a - b, x->scc = sign(a) != sign(b) && sign(a) != sign(x->d))
SALU_FN(addc_u32, x->d = a + b + x->scc, x->scc = x->d >> 32 & 1)
SALU_FN(subb_u32, const bool borrow = b + x->scc > a; x->d = a - b - x->scc, x->scc = borrow)
SALU_FN(lshl1_add, x->d = (a << 1) + b, x->scc = x->d >> 32 != 0)
SALU_FN(lshl2_add, x->d = (a << 2) + b, x->scc = x->d >> 32 != 0)
SALU_FN(lshl3_add, x->d = (a << 3) + b, x->scc = x->d >> 32 != 0)
SALU_FN(lshl4_add, x->d = (a << 4) + b, x->scc = x->d >> 32 != 0)
SALU_FN(min_i32, x->scc = (int64_t)a < (int64_t)b, x->d = x->scc ? a : b)
SALU_FN(min_u32, x->scc = a < b, x->d = x->scc ? a : b)
SALU_FN(max_i32, x->scc = (int64_t)a >= (int64_t)b, x->d = x->scc ? a : b)
SALU_FN(max_u32, x->scc = a >= b, x->d = x->scc ? a : b)
SALU_FN_NZ32(absdiff_i32, sign(a - b) ? b - a : a - b)
SALU_FN(mul, x->d = a * b)
SALU_FN(mul_hi_u32, x->d = a * b >> 32)
SALU_FN(mul_hi_i32, x->d = (uint64_t)((int64_t)a * (int64_t)b >> 32))

SALU_FN(cselect, x->d = x->scc ? a : b)
SALU_FN_NZ32(and32, a &b)
SALU_FN_NZ32(or32, a | b)
SALU_FN_NZ32(xor32, a ^ b)
SALU_FN_NZ32(andn2_32, a & ~b)
SALU_FN_NZ32(orn2_32, a | ~b)
SALU_FN_NZ32(notand32, ~(a &b))
SALU_FN_NZ32(nor32, ~(a | b))
SALU_FN_NZ32(xnor32, ~(a ^ b))
SALU_FN_NZ64(and64, a &b)
SALU_FN_NZ64(or64, a | b)
SALU_FN_NZ64(xor64, a ^ b)
SALU_FN_NZ64(andn2_64, a & ~b)
SALU_FN_NZ64(orn2_64, a | ~b)
SALU_FN_NZ64(notand64, ~(a &b))
SALU_FN_NZ64(nor64, ~(a | b))
SALU_FN_NZ64(xnor64, ~(a ^ b))

SALU_FN_NZ32(lshl32, a << (b & 31))
SALU_FN_NZ32(lshr32, a >> (b & 31))
SALU_FN_NZ32(ashr32, (int64_t)a >> (b & 31))
SALU_FN_NZ64(lshl64, a << (b & 63))
SALU_FN_NZ64(lshr64, a >> (b & 63))
SALU_FN_NZ64(ashr64, (uint64_t)((int64_t)a >> (b & 63)))
SALU_FN(bfm32, x->d = ((1ull << (a & 31)) - 1) << (b & 31))
SALU_FN(bfm64, x->d = ((1ull << (a & 63)) - 1) << (b & 63))

/* `width` low bits of v, zero- or sign-extended. */
static uint64_t field_u(uint64_t v, unsigned width) {
    return width >= 64 ? v : v & ((1ull << width) - 1);
}

static uint64_t field_i(uint64_t v, unsigned width) {
    if (width == 0)
        return 0;
    return width >= 64 ? v : (uint64_t)((int64_t)(v << (64 - width)) >> (64 - width));
}

/* The field's width is bits 22:16 of the second source. */
SALU_FN_NZ32(bfe_u32, field_u(a >> (b & 31), b >> 16 & 127))
SALU_FN_NZ32(bfe_i32, field_i((uint64_t)((int64_t)a >> (b & 31)), b >> 16 & 127))
SALU_FN_NZ64(bfe_u64, field_u(a >> (b & 63), b >> 16 & 127))
SALU_FN_NZ64(bfe_i64, field_i((uint64_t)((int64_t)a >> (b & 63)), b >> 16 & 127))

SALU_FN(pack_ll, x->d = (a & 0xffff) | b << 16)
SALU_FN(pack_lh, x->d = (a & 0xffff) | (b & 0xffff0000))
SALU_FN(pack_hh, x->d = a >> 16 | (b & 0xffff0000))

#define SOP2(mnemonic, fn, d, a, b, rule, more)                                                                        \
    {.name = mnemonic, .flags = F_SALU | (more), .dst = d, .src = {a, b}, .shadow = rule, .scalar = fn}
#define SOP2_SCC_IN(mnemonic, fn, t, rule, more)                                                                       \
    {.name = mnemonic, .flags = F_SALU | (more), .dst = t, .src = {t, t}, .shadow = rule, .scalar = fn, .mask_src = 1}
#define LOGIC32(mnemonic, fn) SOP2(mnemonic, fn, T_B32, T_B32, T_B32, SH_BITWISE, F_SCC)
#define LOGIC64(mnemonic, fn) SOP2(mnemonic, fn, T_B64, T_B64, T_B64, SH_BITWISE, F_SCC)
#define ADD(mnemonic, fn, t) SOP2(mnemonic, fn, t, t, t, SH_ADD, F_SCC)

static const struct isa_op ops[] = {
    ADD("s_add_u32", add_u32, T_U32),
    ADD("s_sub_u32", sub_u32, T_U32),
    ADD("s_add_i32", add_i32, T_I32),
    ADD("s_sub_i32", sub_i32, T_I32),
    SOP2_SCC_IN("s_addc_u32", addc_u32, T_U32, SH_ADD, F_SCC),
    SOP2_SCC_IN("s_subb_u32", subb_u32, T_U32, SH_ADD, F_SCC),
    ADD("s_lshl1_add_u32", lshl1_add, T_U32),
    ADD("s_lshl2_add_u32", lshl2_add, T_U32),
    ADD("s_lshl3_add_u32", lshl3_add, T_U32),
    ADD("s_lshl4_add_u32", lshl4_add, T_U32),
    SOP2("s_min_i32", min_i32, T_I32, T_I32, T_I32, SH_ALL, F_SCC),
    SOP2("s_min_u32", min_u32, T_U32, T_U32, T_U32, SH_ALL, F_SCC),
    SOP2("s_max_i32", max_i32, T_I32, T_I32, T_I32, SH_ALL, F_SCC),
    SOP2("s_max_u32", max_u32, T_U32, T_U32, T_U32, SH_ALL, F_SCC),
    SOP2("s_absdiff_i32", absdiff_i32, T_I32, T_I32, T_I32, SH_ALL, F_SCC),
    SOP2("s_mul_i32", mul, T_I32, T_I32, T_I32, SH_ADD, 0),
    SOP2("s_mul_hi_u32", mul_hi_u32, T_U32, T_U32, T_U32, SH_ALL, 0),
    SOP2("s_mul_hi_i32", mul_hi_i32, T_I32, T_I32, T_I32, SH_ALL, 0),

    SOP2_SCC_IN("s_cselect_b32", cselect, T_B32, SH_SELECT, 0),
    SOP2_SCC_IN("s_cselect_b64", cselect, T_B64, SH_SELECT, 0),
    LOGIC32("s_and_b32", and32),
    LOGIC64("s_and_b64", and64),
    LOGIC32("s_or_b32", or32),
    LOGIC64("s_or_b64", or64),
    LOGIC32("s_xor_b32", xor32),
    LOGIC64("s_xor_b64", xor64),
    LOGIC32("s_andn2_b32", andn2_32),
    LOGIC64("s_andn2_b64", andn2_64),
    LOGIC32("s_orn2_b32", orn2_32),
    LOGIC64("s_orn2_b64", orn2_64),
    LOGIC32("s_nand_b32", notand32),
    LOGIC64("s_nand_b64", notand64),
    LOGIC32("s_nor_b32", nor32),
    LOGIC64("s_nor_b64", nor64),
    LOGIC32("s_xnor_b32", xnor32),
    LOGIC64("s_xnor_b64", xnor64),

    SOP2("s_lshl_b32", lshl32, T_B32, T_B32, T_U32, SH_MOVE, F_SCC),
    SOP2("s_lshl_b64", lshl64, T_B64, T_B64, T_U32, SH_MOVE, F_SCC),
    SOP2("s_lshr_b32", lshr32, T_B32, T_B32, T_U32, SH_MOVE, F_SCC),
    SOP2("s_lshr_b64", lshr64, T_B64, T_B64, T_U32, SH_MOVE, F_SCC),
    SOP2("s_ashr_i32", ashr32, T_I32, T_I32, T_U32, SH_MOVE, F_SCC),
    SOP2("s_ashr_i64", ashr64, T_I64, T_I64, T_U32, SH_MOVE, F_SCC),
    SOP2("s_bfm_b32", bfm32, T_B32, T_U32, T_U32, SH_ALL, 0),
    SOP2("s_bfm_b64", bfm64, T_B64, T_U32, T_U32, SH_ALL, 0),
    SOP2("s_bfe_u32", bfe_u32, T_U32, T_U32, T_U32, SH_MOVE, F_SCC),
    SOP2("s_bfe_i32", bfe_i32, T_I32, T_I32, T_U32, SH_MOVE, F_SCC),
    SOP2("s_bfe_u64", bfe_u64, T_U64, T_U64, T_U32, SH_MOVE, F_SCC),
    SOP2("s_bfe_i64", bfe_i64, T_I64, T_I64, T_U32, SH_MOVE, F_SCC),
    SOP2("s_pack_ll_b32_b16", pack_ll, T_B32, T_B32, T_B32, SH_COPY, 0),
    SOP2("s_pack_lh_b32_b16", pack_lh, T_B32, T_B32, T_B32, SH_COPY, 0),
    SOP2("s_pack_hh_b32_b16", pack_hh, T_B32, T_B32, T_B32, SH_COPY, 0),
};
ISA_FAMILY(sop2, ops);
