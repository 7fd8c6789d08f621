/* Floating-point pieces that lane functions share: types that may alias register rows, f16 arithmetic with one
 * rounding, MODE's denormal control, minimum and maximum by the ISA's rules. All vectorise. */
#ifndef GFX950SIM_FP_H
#define GFX950SIM_FP_H

#include "smallfloat.h"
#include "wave.h"

typedef float __attribute__((may_alias)) lane_f32;
typedef double __attribute__((may_alias)) lane_f64;
typedef uint32_t __attribute__((may_alias)) lane_u32;
typedef uint64_t __attribute__((may_alias)) lane_u64;

enum { MODE_DX10_CLAMP = 1 << 8, MODE_IEEE = 1 << 9, MODE_FP16_OVFL = 1 << 23 };

static inline uint32_t f32_bits(float f) {
    return smallfloat_bits32(f);
}
static inline float f32_of(uint32_t b) {
    return smallfloat_from_bits32(b);
}

static inline uint64_t f64_bits(double f) {
    uint64_t b;
    memcpy(&b, &f, sizeof b);
    return b;
}

static inline double f64_of(uint64_t b) {
    double f;
    memcpy(&f, &b, sizeof f);
    return f;
}

static inline bool is_nan16(uint32_t b) {
    return (b & 0x7fff) > 0x7c00;
}
static inline bool is_nan32(uint32_t b) {
    return (b & 0x7fffffff) > 0x7f800000;
}
static inline bool is_nan64(uint64_t b) {
    return (b & ~(1ull << 63)) > 0x7ffull << 52;
}

/* --- denormals: MODE[5:4] for f32, MODE[7:6] for f16 and f64; bit 0 keeps inputs, bit 1 keeps results --- */

static inline bool mode_flush32_in(const struct wave *w) {
    return !(w->mode >> 4 & 1);
}
static inline bool mode_flush32_out(const struct wave *w) {
    return !(w->mode >> 5 & 1);
}
static inline bool mode_flush16_in(const struct wave *w) {
    return !(w->mode >> 6 & 1);
}
static inline bool mode_flush16_out(const struct wave *w) {
    return !(w->mode >> 7 & 1);
}

/* A denormal becomes a zero of its sign where flush is set. Conditions are joined with & and |, here and below: that
 * is what the vectoriser takes. */
static inline uint32_t flush32(uint32_t b, bool flush) {
    return (b & 0x7f800000) == 0 ? b & ~((uint32_t)flush * 0x7fffffff) : b;
}
static inline uint64_t flush64(uint64_t b, bool flush) {
    return (b & 0x7ffull << 52) == 0 ? b & ~((uint64_t)flush * ~(1ull << 63)) : b;
}
static inline uint32_t flush16(uint32_t b, bool flush) {
    return (b & 0x7c00) == 0 ? b & ~((uint32_t)flush * 0x7fff) : b;
}

/* --- f16 --- */

static inline float f16_value(uint32_t b) {
    return f16_to_f32((uint16_t)b);
}

/* A double as the f32 that rounds to the same f16: what f32 cannot hold is folded into its last bit. Magnitudes below
 * f32's denormals become a zero. */
static inline float f32_sticky(double x) {
    uint64_t b = f64_bits(x);
    b = (b & ~0x1fffffffull) | (b & 0x1fffffff ? 0x20000000ull : 0);
    return (float)f64_of(b);
}

/* a * b + c of f16 values, to be rounded to f16 once: the product is exact in f32, and a double rounds the sum
 * far below what decides an f16. */
static inline float fma16(float a, float b, float c) {
    return f32_sticky((double)(a * b) + (double)c);
}

/* Fused multiply-add, square root and rounding to even of n elements; loops over fmaf, sqrt and roundevenf stay scalar.
 */
void fma32_row(const void *a, const void *b, const void *c, void *d, int n);
void fma64_row(const void *a, const void *b, const void *c, void *d, int n);
void sqrt64_row(const void *a, void *d, int n);
void rndne32_row(const void *a, void *d);
void rndne64_row(const void *a, void *d);

/* Whole rows: halves in bits 15:0, or pairs. Results are rounded once, in the host's mode. */
void f16_row_to_f32(const void *row, float out[LANES]);
void f32_row_to_f16(const float in[LANES], void *row);
void f16_pairs_to_f32(const void *row, float lo[LANES], float hi[LANES]);
void f32_to_f16_pairs(const float lo[LANES], const float hi[LANES], void *row);

/* --- minimum and maximum --- */

/* Integers in the order of the floats, -0 below +0. */
static inline int32_t f32_order(uint32_t b) {
    return (int32_t)(b ^ ((uint32_t)((int32_t)b >> 31) & 0x7fffffff));
}
static inline int64_t f64_order(uint64_t b) {
    return (int64_t)(b ^ ((uint64_t)((int64_t)b >> 63) & ~(1ull << 63)));
}
static inline int32_t f16_order(uint32_t b) {
    return f32_order(b << 16);
}

/* v_min and v_max: a number wins over a NaN, but with MODE.IEEE a signalling NaN wins over everything, quieted.
 * fminimum and fmaximum are IEEE 754-2019's: a NaN wins. */
#define FP_MINMAX(suffix, type, quiet, magnitude)                                                                      \
    static inline bool is_snan##suffix(type b) {                                                                       \
        return is_nan##suffix(b) & ((b & (quiet)) == 0);                                                               \
    }                                                                                                                  \
    static inline type fpick##suffix(type a, type b, type number, bool ieee) {                                         \
        type r = is_nan##suffix(b) ? a : number;                                                                       \
        r = is_nan##suffix(a) ? b : r;                                                                                 \
        r = ieee & is_snan##suffix(b) ? b | (quiet) : r;                                                               \
        return ieee & is_snan##suffix(a) ? a | (quiet) : r;                                                            \
    }                                                                                                                  \
    static inline type fmin##suffix(type a, type b, bool ieee) {                                                       \
        return fpick##suffix(a, b, f##suffix##_order(a) < f##suffix##_order(b) ? a : b, ieee);                         \
    }                                                                                                                  \
    static inline type fmax##suffix(type a, type b, bool ieee) {                                                       \
        return fpick##suffix(a, b, f##suffix##_order(a) > f##suffix##_order(b) ? a : b, ieee);                         \
    }                                                                                                                  \
    static inline bool fequal##suffix(type a, type b) {                                                                \
        return (a == b) | (((a | b) & (magnitude)) == 0);                                                              \
    }                                                                                                                  \
    static inline type fmore##suffix(type a, type b) {                                                                 \
        return f##suffix##_order(a) > f##suffix##_order(b) ? a : b;                                                    \
    }                                                                                                                  \
    /* median of three numbers; equal zeros count as one value, whatever their signs */                                \
    static inline type fmiddle##suffix(type a, type b, type c) {                                                       \
        type ab = fmore##suffix(a, b), ac = fmore##suffix(a, c), bc = fmore##suffix(b, c),                             \
             most = fmore##suffix(ab, c);                                                                              \
        type is_a = (type)0 - fequal##suffix(most, a), is_b = (type)0 - fequal##suffix(most, b);                       \
        return (is_a & bc) | (~is_a & ((is_b & ac) | (~is_b & ab)));                                                   \
    }                                                                                                                  \
    static inline bool fany_nan##suffix(type a, type b, type c) {                                                      \
        return is_nan##suffix(a) | is_nan##suffix(b) | is_nan##suffix(c);                                              \
    }                                                                                                                  \
    static inline type fpropagate##suffix(type a, type b, type number) {                                               \
        type r = is_nan##suffix(b) ? b | (quiet) : number;                                                             \
        return is_nan##suffix(a) ? a | (quiet) : r;                                                                    \
    }                                                                                                                  \
    static inline type fminimum##suffix(type a, type b) {                                                              \
        return fpropagate##suffix(a, b, f##suffix##_order(a) < f##suffix##_order(b) ? a : b);                          \
    }                                                                                                                  \
    static inline type fmaximum##suffix(type a, type b) {                                                              \
        return fpropagate##suffix(a, b, f##suffix##_order(a) > f##suffix##_order(b) ? a : b);                          \
    }

FP_MINMAX(16, uint32_t, 0x200u, 0x7fffu)
FP_MINMAX(32, uint32_t, 0x400000u, 0x7fffffffu)
FP_MINMAX(64, uint64_t, 1ull << 51, ~(1ull << 63))
#undef FP_MINMAX

/* LANE_FN2 and LANE_FN3 over u32 bits with `ieee` at hand. */
#define LANE_MINMAX2(fn, expr)                                                                                         \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u32 *restrict a_ = x->a, *restrict b_ = x->b;                                                       \
        lane_u32 *restrict d_ = x->d;                                                                                  \
        const bool ieee = x->w->mode & MODE_IEEE;                                                                      \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const uint32_t A = a_[i], B = b_[i];                                                                       \
            d_[i] = expr;                                                                                              \
        }                                                                                                              \
    }
#define LANE_MINMAX3(fn, expr)                                                                                         \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u32 *restrict a_ = x->a, *restrict b_ = x->b, *restrict c_ = x->c;                                  \
        lane_u32 *restrict d_ = x->d;                                                                                  \
        const bool ieee = x->w->mode & MODE_IEEE;                                                                      \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const uint32_t A = a_[i], B = b_[i], C = c_[i];                                                            \
            d_[i] = expr;                                                                                              \
        }                                                                                                              \
    }

/* --- scaling by powers of two --- */

/* 2^e, -1022 <= e <= 1023. */
static inline double exp2_int(int64_t e) {
    return f64_of((uint64_t)(e + 1023) << 52);
}

#endif
