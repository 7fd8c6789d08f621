#include "smallfloat.h"

#include <math.h>

#define POW2(e) ((float)(1u << (e)))
/* value of a code with m mantissa bits and exponent bias b */
#define MAGNITUDE(c, m, b)                                                                                             \
    (((c) >> (m)) ? (1.0f + ((c) & ((1 << (m)) - 1)) / POW2(m)) * (POW2((c) >> (m)) / POW2(b))                         \
                  : ((c) & ((1 << (m)) - 1)) / POW2(m) / POW2((b) - 1))
#define SIGNED(c, sign, v) ((c) & (sign) ? -(v) : (v))

#define FP8(c) ((c) & 0x7f) == 0x7f ? SIGNED(c, 0x80, NAN) : SIGNED(c, 0x80, MAGNITUDE((c) & 0x7f, 3, 7))
#define BF8(c)                                                                                                         \
    ((c) & 0x7f) > 0x7c    ? SIGNED(c, 0x80, NAN)                                                                      \
    : ((c) & 0x7f) == 0x7c ? SIGNED(c, 0x80, INFINITY)                                                                 \
                           : SIGNED(c, 0x80, MAGNITUDE((c) & 0x7f, 2, 15))
#define FP6(c) SIGNED(c, 0x20, MAGNITUDE((c) & 0x1f, 3, 1))
#define BF6(c) SIGNED(c, 0x20, MAGNITUDE((c) & 0x1f, 2, 3))
#define FP4(c) SIGNED(c, 0x8, MAGNITUDE((c) & 0x7, 1, 1))

#define CODES4(f, c) f(c), f((c) + 1), f((c) + 2), f((c) + 3)
#define CODES16(f, c) CODES4(f, c), CODES4(f, (c) + 4), CODES4(f, (c) + 8), CODES4(f, (c) + 12)
#define CODES64(f, c) CODES16(f, c), CODES16(f, (c) + 16), CODES16(f, (c) + 32), CODES16(f, (c) + 48)

const float smallfloat_fp8[256] = {CODES64(FP8, 0), CODES64(FP8, 64), CODES64(FP8, 128), CODES64(FP8, 192)};
const float smallfloat_bf8[256] = {CODES64(BF8, 0), CODES64(BF8, 64), CODES64(BF8, 128), CODES64(BF8, 192)};
const float smallfloat_fp6[64] = {CODES64(FP6, 0)};
const float smallfloat_bf6[64] = {CODES64(BF6, 0)};
const float smallfloat_fp4[16] = {CODES16(FP4, 0)};

const struct smallfloat_format smallfloat_formats[SF_COUNT] = {
    [SF_FP8] =
        {.bits = 8, .mantissa = 3, .emin = -6, .max = 0x7e, .infinity = 0x7f, .nan = 0x7f, .value = smallfloat_fp8},
    [SF_BF8] =
        {.bits = 8, .mantissa = 2, .emin = -14, .max = 0x7b, .infinity = 0x7c, .nan = 0x7f, .value = smallfloat_bf8},
    [SF_FP6] =
        {.bits = 6, .mantissa = 3, .emin = 0, .max = 0x1f, .infinity = 0x1f, .nan = 0x1f, .value = smallfloat_fp6},
    [SF_BF6] =
        {.bits = 6, .mantissa = 2, .emin = -2, .max = 0x1f, .infinity = 0x1f, .nan = 0x1f, .value = smallfloat_bf6},
    [SF_FP4] = {.bits = 4, .mantissa = 1, .emin = 0, .max = 0x7, .infinity = 0x7, .nan = 0x7, .value = smallfloat_fp4},
    [SF_F16] = {.bits = 16, .mantissa = 10, .emin = -14, .max = 0x7bff, .infinity = 0x7c00, .nan = 0x7e00},
    [SF_BF16] = {.bits = 16, .mantissa = 7, .emin = -126, .max = 0x7f7f, .infinity = 0x7f80, .nan = 0x7fc0},
};

/* Codes of nearest-even numbers without a branch: from the smallest normal number upwards by adding half of the last
 * place to the bits, below it by adding a power of two to the value that puts the last place at the bottom of the
 * double. */
static inline uint16_t nearest(const struct smallfloat_format *f, double x, uint64_t above) {
    const unsigned cut = 52u - f->mantissa;
    const uint64_t magic = (uint64_t)(52 + f->emin - f->mantissa + 1023) << 52, least = (uint64_t)(f->emin + 1023)
                                                                                        << 52;
    uint64_t b, sum;
    memcpy(&b, &x, sizeof b);
    uint64_t m = b & ~(1ull << 63), sign = b >> 63 << (f->bits - 1);
    uint64_t normal = ((m + (1ull << (cut - 1)) - 1 + (m >> cut & 1)) >> cut) - ((least - (1ull << 52)) >> cut);
    double magnitude, base;
    memcpy(&magnitude, &m, sizeof m);
    memcpy(&base, &magic, sizeof magic);
    magnitude += base;
    memcpy(&sum, &magnitude, sizeof sum);
    uint64_t code = (int64_t)m < (int64_t)least ? sum - magic : normal;
    code = (int64_t)code > (int64_t)f->max ? above : code;
    code = (int64_t)m > (int64_t)(0x7ffull << 52) ? f->nan : code;
    return (uint16_t)(code | sign);
}

uint16_t smallfloat_encode(enum smallfloat format, double x, bool saturate) {
    const struct smallfloat_format *f = &smallfloat_formats[format];
    return nearest(f, x, saturate ? f->max : f->infinity);
}

void smallfloat_encode_row(enum smallfloat format, const double *restrict x, uint32_t *restrict out, int n,
                           bool saturate) {
    const struct smallfloat_format f = smallfloat_formats[format];
    const uint64_t above = saturate ? f.max : f.infinity;
    for (int i = 0; i < n; i++)
        out[i] = nearest(&f, x[i], above);
}

uint16_t smallfloat_encode_sr(enum smallfloat format, double x, uint32_t noise, bool saturate) {
    const struct smallfloat_format *f = &smallfloat_formats[format];
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    uint16_t sign = b >> 63 ? (uint16_t)(1u << (f->bits - 1)) : 0;
    b &= ~(1ull << 63);
    if (b > 0x7ff0000000000000ull)
        return sign | f->nan;
    if (b == 0x7ff0000000000000ull)
        return sign | (saturate ? f->max : f->infinity);
    if (b >> 52 == 0) /* below every format by far */
        return sign;
    int e = (int)(b >> 52) - 1023;
    uint64_t m = (b & ((1ull << 52) - 1)) | 1ull << 52;
    unsigned shift = 52u - f->mantissa + (e < f->emin ? (unsigned)(f->emin - e) : 0u);
    if (shift > 63) { /* what falls off is below the noise's last bit */
        m = shift - 63 > 52 ? 0 : m >> (shift - 63);
        shift = 63;
    }
    uint64_t code = (m + ((uint64_t)noise << 32 >> (64 - shift))) >> shift;
    if (e > f->emin)
        code += (uint64_t)(e - f->emin) << f->mantissa;
    if (code > f->max)
        code = saturate ? f->max : f->infinity;
    return sign | (uint16_t)code;
}
