/* Dot products of 2 words, 4 bytes or 8 nibbles with a 32-bit accumulator. */
#include "vint.h"

/* Element k of `bits` bits, as a number. */
static inline int32_t element_i(uint32_t v, unsigned bits, unsigned k) {
    return (int32_t)(v << (32 - bits - bits * k)) >> (32 - bits);
}

static inline uint32_t element_u(uint32_t v, unsigned bits, unsigned k) {
    return v >> (bits * k) & ((1u << bits) - 1);
}

static inline uint32_t saturate_i(int64_t v) {
    return (uint32_t)(v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : v);
}

static inline uint32_t saturate_u(int64_t v) {
    return v > UINT32_MAX ? UINT32_MAX : (uint32_t)v;
}

/* The accumulator C (of type T) plus the products, wrapping, or the exact sum saturated under clamp. */
#define DOT_FN(fn, kind, bits, T)                                                                                      \
    static inline uint32_t fn##_wrapping(uint32_t a, uint32_t b, uint32_t sum) {                                       \
        for (unsigned k = 0; k < 32 / (bits); k++)                                                                     \
            sum += (uint32_t)element_##kind(a, bits, k) * (uint32_t)element_##kind(b, bits, k);                        \
        return sum;                                                                                                    \
    }                                                                                                                  \
    static inline int64_t fn##_exact(uint32_t a, uint32_t b, int64_t sum) {                                            \
        for (unsigned k = 0; k < 32 / (bits); k++)                                                                     \
            sum += (int64_t)element_##kind(a, bits, k) * element_##kind(b, bits, k);                                   \
        return sum;                                                                                                    \
    }                                                                                                                  \
    CLAMPED_FN3(fn, uint32_t, uint32_t, T, fn##_wrapping(A, B, (uint32_t)C), saturate_##kind(fn##_exact(A, B, C)))
DOT_FN(dot2_i, i, 16, int32_t)
DOT_FN(dot2_u, u, 16, uint32_t)
DOT_FN(dot4_i, i, 8, int32_t)
DOT_FN(dot4_u, u, 8, uint32_t)
DOT_FN(dot8_i, i, 4, int32_t)
DOT_FN(dot8_u, u, 4, uint32_t)

#define DOT(mnemonic, fn, ab, t)                                                                                       \
    {.name = mnemonic, .flags = F_VALU | F_DOT, .dst = t, .src = {ab, ab, t}, .shadow = SH_ALL, .lanes = fn}
/* The destination is the accumulator. */
#define DOTC(mnemonic, fn, ab, t)                                                                                      \
    {.name = mnemonic, .flags = F_VALU | F_DOT | F_RMW, .dst = t, .src = {ab, ab, t}, .shadow = SH_ALL, .lanes = fn}

static const struct isa_op ops[] = {
    DOT("v_dot2_i32_i16", dot2_i, T_V2I16, T_I32), DOT("v_dot2_u32_u16", dot2_u, T_V2U16, T_U32),
    DOT("v_dot4_i32_i8", dot4_i, T_B32, T_I32),    DOT("v_dot4_u32_u8", dot4_u, T_B32, T_U32),
    DOT("v_dot8_i32_i4", dot8_i, T_B32, T_I32),    DOT("v_dot8_u32_u4", dot8_u, T_B32, T_U32),
    DOTC("v_dot2c_i32_i16", dot2_i, T_B32, T_I32), DOTC("v_dot4c_i32_i8", dot4_i, T_B32, T_I32),
    DOTC("v_dot8c_i32_i4", dot8_i, T_B32, T_I32),
};
ISA_FAMILY(vdot_int, ops);
