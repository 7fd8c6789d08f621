/* The narrow float formats of gfx950 (OCP fp8 e4m3, bf8 e5m2, fp6 e2m3, bf6 e3m2, fp4 e2m1, E8M0; f16, bf16): decoding
 * by table, encoding with round-to-nearest-even or stochastic rounding. Source: CDNA4 ISA, table of data formats. */
#ifndef GFX950SIM_SMALLFLOAT_H
#define GFX950SIM_SMALLFLOAT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum smallfloat { SF_FP8, SF_BF8, SF_FP6, SF_BF6, SF_FP4, SF_F16, SF_BF16, SF_COUNT };

/* Exact value of every code. fp6, bf6 and fp4 have neither infinity nor NaN. */
extern const float smallfloat_fp8[256], smallfloat_bf8[256], smallfloat_fp6[64], smallfloat_bf6[64], smallfloat_fp4[16];

struct smallfloat_format {
    uint8_t bits, mantissa;
    int8_t emin;            /* exponent of the smallest normal number */
    uint16_t max;           /* code of the largest finite number */
    uint16_t infinity, nan; /* codes that stand for infinity and values above max, and for NaN */
    const float *value;     /* of every code; NULL for f16 and bf16 */
};
extern const struct smallfloat_format smallfloat_formats[SF_COUNT];

/* Code nearest to x (ties to even), sign included. saturate: values above the largest number become it instead of the
 * format's infinity or NaN (MODE.FP16_OVFL); fp6, bf6 and fp4 always do. */
uint16_t smallfloat_encode(enum smallfloat format, double x, bool saturate);
/* Of n numbers. The host's rounding mode has to be to nearest. */
void smallfloat_encode_row(enum smallfloat format, const double *x, uint32_t *out, int n, bool saturate);
/* Stochastic: noise, as a fraction of 2^32, is added below the last place kept, then the rest is cut off. */
uint16_t smallfloat_encode_sr(enum smallfloat format, double x, uint32_t noise, bool saturate);

/* The bits of a random number that the hardware adds: as many as the mantissa loses, from the top. */
static inline uint32_t smallfloat_noise_bits(unsigned from_mantissa, enum smallfloat to) {
    return from_mantissa > smallfloat_formats[to].mantissa
               ? ~0u << (32 - (from_mantissa - smallfloat_formats[to].mantissa))
               : 0;
}

/* Element i of a run of elements of `bits` bits packed from bit 0 of words[0] upwards. */
static inline unsigned smallfloat_unpack(const uint32_t *words, unsigned bits, unsigned i) {
    unsigned at = i * bits, w = at / 32, s = at % 32;
    uint32_t x = words[w] >> s;
    if (s + bits > 32)
        x |= words[w + 1] << (32 - s);
    return x & ((1u << bits) - 1);
}

/* ORs element i in; words start as zero. */
static inline void smallfloat_pack(uint32_t *words, unsigned bits, unsigned i, unsigned code) {
    unsigned at = i * bits, w = at / 32, s = at % 32;
    words[w] |= code << s;
    if (s + bits > 32)
        words[w + 1] |= code >> (32 - s);
}

static inline float smallfloat_from_bits32(uint32_t b) {
    float f;
    memcpy(&f, &b, sizeof f);
    return f;
}

static inline uint32_t smallfloat_bits32(float f) {
    uint32_t b;
    memcpy(&b, &f, sizeof b);
    return b;
}

/* 2^(code - 127); code 0 is 2^-127, code 255 NaN. */
static inline float e8m0_to_f32(unsigned code) {
    return smallfloat_from_bits32(code == 255 ? 0x7fc00000u : code == 0 ? 0x00400000u : (uint32_t)code << 23);
}

static inline float f16_to_f32(uint16_t bits) {
    _Float16 h;
    memcpy(&h, &bits, sizeof h);
    return (float)h;
}

/* In the host's rounding mode: nearest even unless a row's MODE says otherwise. */
static inline uint16_t f32_to_f16(float f) {
    _Float16 h = (_Float16)f;
    uint16_t b;
    memcpy(&b, &h, sizeof b);
    return b;
}

static inline float bf16_to_f32(uint16_t bits) {
    return smallfloat_from_bits32((uint32_t)bits << 16);
}

/* Nearest even; a NaN stays a (quiet) NaN. */
static inline uint16_t f32_to_bf16(float f) {
    uint32_t b = smallfloat_bits32(f);
    if ((b & 0x7fffffff) > 0x7f800000)
        return (uint16_t)(b >> 16 | 0x40);
    return (uint16_t)((b + 0x7fff + (b >> 16 & 1)) >> 16);
}

#endif
