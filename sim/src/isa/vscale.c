/* v_cvt_scalef32_*: conversions to and from fp8, bf8, fp6, bf6 and fp4 by way of a power of two, the exponent of an f32
 * operand. Values are scaled in double, where no f32 times 2^+-127 rounds or overflows, and rounded once. Element by
 * element, each over all lanes. */
#include "fp.h"

#include <math.h>

enum { KIND_F32 = SF_COUNT, MAX_DWORDS = 32 };

enum how {
    NEAREST,
    TWO_SOURCES, /* nearest; elements alternate between the first two operands */
    STOCHASTIC,  /* the operand before the scale is the noise */
};

struct conversion {
    uint8_t from, to; /* enum smallfloat or KIND_F32 */
    uint8_t count;    /* elements */
    uint8_t how;      /* enum how */
};

static unsigned kind_bits(unsigned kind) {
    return kind == KIND_F32 ? 32 : smallfloat_formats[kind].bits;
}

static unsigned kind_mantissa(unsigned kind) {
    return kind == KIND_F32 ? 23 : smallfloat_formats[kind].mantissa;
}

/* Where op_sel puts the part of a dword that a conversion reads or writes: bytes by two bits, words by one. */
static unsigned source_offset(const struct conversion *c, const struct insn *in) {
    unsigned width = c->count * kind_bits(c->from), sel = in->mods.op_sel;
    if (c->how == TWO_SOURCES || width >= 32)
        return 0;
    return width == 8 ? 8 * (sel & 3) : 16 * (sel & 1);
}

static unsigned destination_offset(const struct conversion *c, const struct insn *in) {
    unsigned width = c->count * kind_bits(c->to), sel = in->mods.op_sel;
    return width == 8 ? 8 * (sel >> 2 & 3) : width == 16 ? 16 * (sel >> (in->noperands - 1) & 1) : 0;
}

/* `bits` bits from bit `at` of an operand's tuple, in every lane. */
static void load_element(struct wave *w, const struct insn *in, unsigned operand, unsigned at, unsigned bits,
                         lane_row out) {
    lane_row tmp[2];
    const uint32_t *low = vsrc_row(w, in, operand, at / 32, tmp[0]);
    const unsigned shift = at % 32;
    const uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1;
    for (int i = 0; i < LANES; i++)
        out[i] = low[i] >> shift & mask;
    if (shift + bits > 32) {
        const uint32_t *high = vsrc_row(w, in, operand, at / 32 + 1, tmp[1]);
        for (int i = 0; i < LANES; i++)
            out[i] |= high[i] << (32 - shift) & mask;
    }
}

/* ORs an element into rows that start as zero. */
static void store_element(lane_row *rows, unsigned at, unsigned bits, const lane_row codes) {
    const unsigned shift = at % 32;
    for (int i = 0; i < LANES; i++)
        rows[at / 32][i] |= codes[i] << shift;
    if (shift + bits > 32)
        for (int i = 0; i < LANES; i++)
            rows[at / 32 + 1][i] |= codes[i] >> (32 - shift);
}

static void modify(unsigned kind, const struct operand *o, lane_row codes) {
    const uint32_t sign = 1u << (kind_bits(kind) - 1), keep = o->abs ? ~sign : ~0u, flip = o->neg ? sign : 0;
    for (int i = 0; i < LANES; i++)
        codes[i] = (codes[i] & keep) ^ flip;
}

static void decode(unsigned kind, const lane_row codes, bool flush, double out[LANES]) {
    float f[LANES];
    if (kind == SF_F16)
        f16_row_to_f32(codes, f);
    else if (kind == SF_BF16)
        for (int i = 0; i < LANES; i++)
            f[i] = f32_of(codes[i] << 16);
    else if (kind == KIND_F32)
        for (int i = 0; i < LANES; i++)
            f[i] = f32_of(flush32(codes[i], flush));
    else
        for (int i = 0; i < LANES; i++)
            f[i] = smallfloat_formats[kind].value[codes[i]];
    for (int i = 0; i < LANES; i++)
        out[i] = f[i];
}

/* The factor is the scale for results wider than the sources, else one over it; NaN for the exponent of all ones. */
static void factors(const uint32_t *scale, bool invert, double out[LANES]) {
    for (int i = 0; i < LANES; i++) {
        uint64_t e = scale[i] >> 23 & 0xff, field = invert ? 1023 + 127 - e : 1023 - 127 + e;
        out[i] = f64_of(e == 255 ? 0x7ff8000000000000ull : field << 52);
    }
}

static void encode(const struct conversion *c, const struct wave *w, const double x[LANES], lane_row noise,
                   lane_row codes) {
    const bool saturate = w->mode & MODE_FP16_OVFL;
    if (c->to == KIND_F32) {
        for (int i = 0; i < LANES; i++)
            codes[i] = f32_bits((float)x[i]);
    } else if (c->how == STOCHASTIC) {
        const uint32_t used = smallfloat_noise_bits(kind_mantissa(c->from), c->to);
        for (int i = 0; i < LANES; i++) {
            codes[i] = smallfloat_encode_sr(c->to, x[i], noise[i] & used, saturate);
            noise[i] = noise[i] << 1 ^ (noise[i] >> 31 ? 197u : 0u); /* v_prng_b32 for the next element */
        }
    } else {
        smallfloat_encode_row(c->to, x, codes, LANES, saturate);
    }
    if (c->to == SF_F16 && saturate) /* an infinity is no overflow */
        for (int i = 0; i < LANES; i++)
            codes[i] = isinf(x[i]) ? (codes[i] & 0x8000) | 0x7c00 : codes[i];
}

static void scale_exec(struct wave *w, const struct insn *in) {
    const struct conversion *c = in->op->aux;
    const unsigned from = kind_bits(c->from), to = kind_bits(c->to), sources = c->how == TWO_SOURCES ? 2 : 1;
    const unsigned read = source_offset(c, in), written = destination_offset(c, in), width = c->count * to;
    const unsigned ndw = (width + 31) / 32;
    const uint32_t mask = width >= 32 ? ~0u : ((1u << width) - 1) << written;
    lane_row tmp, noise = {0}, codes, undef, out[MAX_DWORDS];
    double factor[LANES], x[LANES];
    factors(vsrc_row(w, in, in->noperands - 1u, 0, tmp), c->to < SF_F16, factor);
    if (c->how == STOCHASTIC)
        memcpy(noise, vsrc_row(w, in, in->noperands - 2u, 0, tmp), sizeof noise);
    memset(out, 0, ndw * sizeof *out);
    for (unsigned e = 0; e < c->count; e++) {
        unsigned operand = 1 + e % sources;
        load_element(w, in, operand, read + e / sources * from, from, codes);
        modify(c->from, &in->opnd[operand], codes);
        decode(c->from, codes, mode_flush32_in(w), x);
        for (int i = 0; i < LANES; i++)
            x[i] *= factor[i];
        encode(c, w, x, noise, codes);
        store_element(out, written + e * to, to, codes);
    }
    uint64_t exec = wave_exec(w), undef_lanes = 0;
    for (unsigned i = 1; i < in->noperands; i++)
        undef_lanes |= vsrc_undef_lanes(w, in, i, exec);
    for (int i = 0; i < LANES; i++)
        undef[i] = undef_lanes >> i & 1 ? mask : 0;
    for (unsigned d = 0; d < ndw; d++)
        wave_write_row_masked(w, in->opnd[0].reg + d, out[d], undef_lanes ? undef : NULL, exec, mask);
}

#define SCALE(mnemonic, more, source, result, n, rounding)                                                             \
    {                                                                                                                  \
        .name = "v_cvt_scalef32_" mnemonic, .flags = F_VALU | F_SCALEF32 | (more), .dst = T_B32, .exec = scale_exec,   \
        .aux = &(const struct conversion) {                                                                            \
            source, result, n, rounding                                                                                \
        }                                                                                                              \
    }
#define PART F_HI_PRESERVE

static const struct isa_op ops[] = {
    SCALE("f32_fp8", 0, SF_FP8, KIND_F32, 1, NEAREST),
    SCALE("f32_bf8", 0, SF_BF8, KIND_F32, 1, NEAREST),
    SCALE("f16_fp8", PART, SF_FP8, SF_F16, 1, NEAREST),
    SCALE("f16_bf8", PART, SF_BF8, SF_F16, 1, NEAREST),
    SCALE("pk_f32_fp8", 0, SF_FP8, KIND_F32, 2, NEAREST),
    SCALE("pk_f32_bf8", 0, SF_BF8, KIND_F32, 2, NEAREST),
    SCALE("pk_f32_fp4", 0, SF_FP4, KIND_F32, 2, NEAREST),
    SCALE("pk_f16_fp8", 0, SF_FP8, SF_F16, 2, NEAREST),
    SCALE("pk_f16_bf8", 0, SF_BF8, SF_F16, 2, NEAREST),
    SCALE("pk_f16_fp4", 0, SF_FP4, SF_F16, 2, NEAREST),
    SCALE("pk_bf16_fp8", 0, SF_FP8, SF_BF16, 2, NEAREST),
    SCALE("pk_bf16_bf8", 0, SF_BF8, SF_BF16, 2, NEAREST),
    SCALE("pk_bf16_fp4", 0, SF_FP4, SF_BF16, 2, NEAREST),
    SCALE("pk32_f32_fp6", 0, SF_FP6, KIND_F32, 32, NEAREST),
    SCALE("pk32_f32_bf6", 0, SF_BF6, KIND_F32, 32, NEAREST),
    SCALE("pk32_f16_fp6", 0, SF_FP6, SF_F16, 32, NEAREST),
    SCALE("pk32_f16_bf6", 0, SF_BF6, SF_F16, 32, NEAREST),
    SCALE("pk32_bf16_fp6", 0, SF_FP6, SF_BF16, 32, NEAREST),
    SCALE("pk32_bf16_bf6", 0, SF_BF6, SF_BF16, 32, NEAREST),

    SCALE("pk_fp8_f32", PART, KIND_F32, SF_FP8, 2, TWO_SOURCES),
    SCALE("pk_bf8_f32", PART, KIND_F32, SF_BF8, 2, TWO_SOURCES),
    SCALE("pk_fp4_f32", PART, KIND_F32, SF_FP4, 2, TWO_SOURCES),
    SCALE("pk_fp8_f16", PART, SF_F16, SF_FP8, 2, NEAREST),
    SCALE("pk_bf8_f16", PART, SF_F16, SF_BF8, 2, NEAREST),
    SCALE("pk_fp4_f16", PART, SF_F16, SF_FP4, 2, NEAREST),
    SCALE("pk_fp8_bf16", PART, SF_BF16, SF_FP8, 2, NEAREST),
    SCALE("pk_bf8_bf16", PART, SF_BF16, SF_BF8, 2, NEAREST),
    SCALE("pk_fp4_bf16", PART, SF_BF16, SF_FP4, 2, NEAREST),
    SCALE("2xpk16_fp6_f32", 0, KIND_F32, SF_FP6, 32, TWO_SOURCES),
    SCALE("2xpk16_bf6_f32", 0, KIND_F32, SF_BF6, 32, TWO_SOURCES),
    SCALE("pk32_fp6_f16", 0, SF_F16, SF_FP6, 32, NEAREST),
    SCALE("pk32_bf6_f16", 0, SF_F16, SF_BF6, 32, NEAREST),
    SCALE("pk32_fp6_bf16", 0, SF_BF16, SF_FP6, 32, NEAREST),
    SCALE("pk32_bf6_bf16", 0, SF_BF16, SF_BF6, 32, NEAREST),

    SCALE("sr_fp8_f32", PART, KIND_F32, SF_FP8, 1, STOCHASTIC),
    SCALE("sr_bf8_f32", PART, KIND_F32, SF_BF8, 1, STOCHASTIC),
    SCALE("sr_fp8_f16", PART, SF_F16, SF_FP8, 1, STOCHASTIC),
    SCALE("sr_bf8_f16", PART, SF_F16, SF_BF8, 1, STOCHASTIC),
    SCALE("sr_fp8_bf16", PART, SF_BF16, SF_FP8, 1, STOCHASTIC),
    SCALE("sr_bf8_bf16", PART, SF_BF16, SF_BF8, 1, STOCHASTIC),
    SCALE("sr_pk_fp4_f32", PART, KIND_F32, SF_FP4, 2, STOCHASTIC),
    SCALE("sr_pk_fp4_f16", PART, SF_F16, SF_FP4, 2, STOCHASTIC),
    SCALE("sr_pk_fp4_bf16", PART, SF_BF16, SF_FP4, 2, STOCHASTIC),
    SCALE("sr_pk32_fp6_f32", 0, KIND_F32, SF_FP6, 32, STOCHASTIC),
    SCALE("sr_pk32_bf6_f32", 0, KIND_F32, SF_BF6, 32, STOCHASTIC),
    SCALE("sr_pk32_fp6_f16", 0, SF_F16, SF_FP6, 32, STOCHASTIC),
    SCALE("sr_pk32_bf6_f16", 0, SF_F16, SF_BF6, 32, STOCHASTIC),
    SCALE("sr_pk32_fp6_bf16", 0, SF_BF16, SF_FP6, 32, STOCHASTIC),
    SCALE("sr_pk32_bf6_bf16", 0, SF_BF16, SF_BF6, 32, STOCHASTIC),
};
ISA_FAMILY(vscale, ops);
