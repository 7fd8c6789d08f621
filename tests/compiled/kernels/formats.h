/* Small float formats for the references: decoded from their definition, encoded by looking for the nearest code. */
#ifndef COMPILED_FORMATS_H
#define COMPILED_FORMATS_H

#include "kernel.h"

enum format { FP8, BF8, FP6, BF6, FP4 }; /* as cbsz and blgp number them */

#ifndef DEVICE

static inline unsigned format_bits(unsigned format) {
    return format <= BF8 ? 8 : format == FP4 ? 4 : 6;
}

static inline f32 format_decode(unsigned format, unsigned code) {
    static const struct {
        int mantissa, bias;
    } of[] = {{3, 7}, {2, 15}, {3, 1}, {2, 3}, {1, 1}};
    int m = of[format].mantissa, bits = (int)format_bits(format);
    int exponent = (int)(code >> m) & ((1 << (bits - 1 - m)) - 1), fraction = (int)code & ((1 << m) - 1);
    f32 sign = code >> (bits - 1) & 1 ? -1.0f : 1.0f;
    if (format == FP8 && (code & 0x7f) == 0x7f)
        return NAN;
    if (format == BF8 && exponent == 31)
        return fraction ? NAN : sign * INFINITY;
    f32 magnitude = exponent ? ldexpf((f32)(fraction + (1 << m)), exponent - of[format].bias - m)
                             : ldexpf((f32)fraction, 1 - of[format].bias - m);
    return sign * magnitude;
}

/* Nearest, ties to the even code; x must be finite and in range. */
static inline unsigned format_encode(unsigned format, f64 x) {
    unsigned half = 1u << (format_bits(format) - 1), best = 0;
    f64 magnitude = fabs(x), least = INFINITY;
    for (unsigned code = 0; code < half; code++) {
        f64 value = format_decode(format, code);
        f64 distance = fabs(value - magnitude);
        if (!isfinite(value))
            continue;
        if (distance < least || (distance == least && code % 2 == 0)) {
            least = distance;
            best = code;
        }
    }
    return signbit(x) ? best | half : best;
}

/* Element k of items packed without gaps, low bits first. */
static inline unsigned format_get(unsigned format, const u8 *from, size_t k) {
    size_t bit = k * format_bits(format);
    unsigned word = from[bit / 8] | (bit % 8 + format_bits(format) > 8 ? from[bit / 8 + 1] << 8 : 0);
    return word >> bit % 8 & ((1u << format_bits(format)) - 1);
}

static inline void format_put(unsigned format, u8 *to, size_t k, unsigned code) {
    for (unsigned b = 0; b < format_bits(format); b++) {
        size_t bit = k * format_bits(format) + b;
        to[bit / 8] = (u8)((to[bit / 8] & ~(1u << bit % 8)) | (code >> b & 1) << bit % 8);
    }
}

#endif
#endif
