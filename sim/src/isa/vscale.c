/* v_cvt_scalef32_*: conversions to and from fp8, bf8, fp6, bf6 and fp4 by way of a power of two, the exponent of an f32
 * operand. Values are scaled in double, where no f32 times 2^+-127 rounds or overflows, and rounded once. */
#include "fp.h"

#include <math.h>

enum { KIND_F32 = SF_COUNT, MAX_ELEMENTS = 32 };

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

static unsigned kind_mantissa(unsigned kind) { return kind == KIND_F32 ? 23 : smallfloat_formats[kind].mantissa; }

static double decode(unsigned kind, uint32_t code, bool flush) {
    switch (kind) {
    case KIND_F32:
        return f32_of(flush32(code, flush));
    case SF_F16:
        return f16_value(code);
    case SF_BF16:
        return bf16_to_f32((uint16_t)code);
    default:
        return smallfloat_formats[kind].value[code];
    }
}

static uint32_t next_noise(uint32_t x) {
    return x << 1 ^ (x >> 31 ? 197u : 0u);
} /* v_prng_b32 */

/* Where the instruction's op_sel puts a part of a dword: bytes by two bits, words by one. */
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

/* Elements of the sources of one lane, as stored. */
static void load(const struct conversion *c, const uint32_t *const row[2][MAX_ELEMENTS], int lane, unsigned offset,
                 uint32_t codes[MAX_ELEMENTS]) {
    unsigned bits = kind_bits(c->from), sources = c->how == TWO_SOURCES ? 2 : 1, each = c->count / sources;
    for (unsigned s = 0; s < sources; s++) {
        uint32_t words[MAX_ELEMENTS + 1] = {0};
        for (unsigned d = 0; d < (each * bits + 31) / 32; d++)
            words[d] = row[s][d][lane];
        words[0] >>= offset;
        for (unsigned e = 0; e < each; e++)
            codes[e * sources + s] = bits == 32 ? words[e] : smallfloat_unpack(words, bits, e);
    }
}

static void convert(const struct conversion *c, const struct wave *w, const uint32_t *codes, uint32_t scale,
                    uint32_t noise, uint32_t words[MAX_ELEMENTS]) {
    bool flush = mode_flush32_in(w), saturate = w->mode & MODE_FP16_OVFL, narrow = c->to < SF_F16;
    int e = (int)(scale >> 23 & 0xff) - 127;
    double factor = e == 128 ? NAN : exp2_int(narrow ? -e : e);
    unsigned bits = kind_bits(c->to);
    uint32_t used = smallfloat_noise_bits(kind_mantissa(c->from), c->to);
    for (unsigned i = 0; i < c->count; i++) {
        double v = decode(c->from, codes[i], flush) * factor;
        if (c->to == KIND_F32) {
            words[i] = f32_bits((float)v);
            continue;
        }
        uint16_t code = c->how == STOCHASTIC ? smallfloat_encode_sr(c->to, v, noise & used, saturate)
                                             : smallfloat_encode(c->to, v, saturate);
        if (c->to == SF_F16 && isinf(decode(c->from, codes[i], false)))
            code = smallfloat_encode(c->to, v, false); /* an infinity is no overflow */
        smallfloat_pack(words, bits, i, code);
        noise = next_noise(noise);
    }
}

static void source_modifiers(const struct conversion *c, const struct operand *o, uint32_t *code) {
    uint32_t sign = 1u << (kind_bits(c->from) - 1);
    if (o->abs)
        *code &= ~sign;
    if (o->neg)
        *code ^= sign;
}

static void scale_exec(struct wave *w, const struct insn *in) {
    const struct conversion *c = in->op->aux;
    const uint32_t *row[2][MAX_ELEMENTS] = {{0}}, *scale, *noise = NULL;
    lane_row tmp[2], scale_tmp, noise_tmp, out[MAX_ELEMENTS], undef;
    unsigned sources = c->how == TWO_SOURCES ? 2 : 1;
    for (unsigned s = 0; s < sources; s++)
        for (unsigned d = 0; d < (c->count / sources * kind_bits(c->from) + 31) / 32; d++)
            row[s][d] = vsrc_row(w, in, 1 + s, d, tmp[s]);
    scale = vsrc_row(w, in, in->noperands - 1u, 0, scale_tmp);
    if (c->how == STOCHASTIC)
        noise = vsrc_row(w, in, in->noperands - 2u, 0, noise_tmp);

    unsigned from = source_offset(c, in), to = destination_offset(c, in), width = c->count * kind_bits(c->to);
    unsigned ndw = (width + 31) / 32;
    uint32_t mask = width >= 32 ? ~0u : ((1u << width) - 1) << to;
    uint64_t exec = wave_exec(w), undef_lanes = 0;
    for (unsigned i = 1; i < in->noperands; i++)
        undef_lanes |= vsrc_undef_lanes(w, in, i, exec);
    for (int lane = 0; lane < LANES; lane++) {
        uint32_t codes[MAX_ELEMENTS], words[MAX_ELEMENTS] = {0};
        load(c, row, lane, from, codes);
        for (unsigned i = 0; i < c->count; i++)
            source_modifiers(c, &in->opnd[c->how == TWO_SOURCES ? 1 + i % 2 : 1], &codes[i]);
        convert(c, w, codes, scale[lane], noise ? noise[lane] : 0, words);
        words[0] <<= to;
        for (unsigned d = 0; d < ndw; d++)
            out[d][lane] = words[d];
        undef[lane] = undef_lanes >> lane & 1 ? mask : 0;
    }
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
