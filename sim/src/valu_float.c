/* What MODE and the output modifiers do to floating operands and results beside the host's control word: denormals of
 * f16, FP16_OVFL, omod and clamp. */
#include "fp.h"
#include "valu.h"

#include <math.h>

static bool is_pair(enum isa_type t) {
    return t == T_V2F16;
}
static bool is_f16(enum isa_type t) {
    return t == T_F16 || t == T_F16_HIGH;
}

static void flush_halves(enum isa_type type, void *row) {
    lane_u32 *q = row;
    if (is_f16(type))
        for (int i = 0; i < LANES; i++)
            q[i] = flush16(q[i], true);
    if (is_pair(type))
        for (int i = 0; i < LANES; i++)
            q[i] = flush16(q[i] & 0xffff, true) | flush16(q[i] >> 16, true) << 16;
}

void valu_float_sources(const struct wave *w, const struct isa_op *op, uint64_t src[3][LANES], unsigned n) {
    if (!(op->flags & F_MODE64) || !mode_flush16_in(w))
        return;
    for (unsigned s = 0; s < n; s++)
        flush_halves(op->src[s], src[s]);
}

/* --- overflow --- */

/* Exponent all ones. */
static bool not_finite(enum isa_type type, const void *row, int lane, unsigned half) {
    uint32_t b = type == T_F64 ? (uint32_t)(((const lane_u64 *)row)[lane] >> 32) : ((const lane_u32 *)row)[lane];
    switch (type) {
    case T_F16:
        return (b & 0x7c00) == 0x7c00;
    case T_V2F16:
        return (b >> (16 * half) & 0x7c00) == 0x7c00;
    case T_F32:
    case T_MIX:
        return (b & 0x7f800000) == 0x7f800000;
    case T_F64:
        return (b & 0x7ff00000) == 0x7ff00000;
    default:
        return false;
    }
}

static bool is_zero(enum isa_type type, const void *row, int lane) {
    return type == T_F16 && !(((const lane_u32 *)row)[lane] & 0x7fff);
}

/* An infinity is true when a source was infinite, or zero: a quotient's denominator, a logarithm's argument. */
static bool true_infinity(const struct lane_args *x, const struct isa_op *op, int lane, unsigned half) {
    const void *src[3] = {x->a, x->b, x->c};
    for (unsigned s = 0; s < 3 && op->src[s] != T_NONE; s++)
        if (not_finite(op->src[s], src[s], lane, half) || (s < 2 && is_zero(op->src[s], src[s], lane)))
            return true;
    return false;
}

static void saturate_halves(const struct lane_args *x, const struct isa_op *op) {
    lane_u32 *q = x->d;
    for (int i = 0; i < LANES; i++)
        for (unsigned half = 0; half < (is_pair(op->dst) ? 2u : 1u); half++)
            if ((q[i] >> (16 * half) & 0x7fff) == 0x7c00 && !true_infinity(x, op, i, half))
                q[i] -= 1u << (16 * half);
}

/* --- omod and clamp --- */

static float clamp01(float x, bool dx10) {
    if (isnan(x))
        return dx10 ? 0.0f : x;
    return x > 1.0f ? 1.0f : x > 0.0f ? x : 0.0f;
}

static double clamp01d(double x, bool dx10) {
    if (isnan(x))
        return dx10 ? 0.0 : x;
    return x > 1.0 ? 1.0 : x > 0.0 ? x : 0.0;
}

static uint32_t clamp16(uint32_t b, bool dx10) {
    uint32_t mag = b & 0x7fff;
    if (mag > 0x7c00)
        return dx10 ? 0 : b & 0xffff;
    return b & 0x8000 ? 0 : mag > 0x3c00 ? 0x3c00 : mag;
}

/* Results whose denormals MODE keeps are not multiplied (ISA 6.2.2). The same section says so of MODE.IEEE, under which
 * the conformance vectors have every result multiplied, zeros keeping their sign; they are followed. */
static bool omod_applies(const struct wave *w, enum isa_type type) {
    return (w->mode & MODE_IEEE) || (type == T_F32 ? mode_flush32_out(w) : mode_flush16_out(w));
}

static void multiply(const struct wave *w, enum isa_type type, unsigned omod, void *row) {
    static const float factors[4] = {1.0f, 2.0f, 4.0f, 0.5f};
    const float factor = factors[omod];
    const bool ieee = w->mode & MODE_IEEE, flush32_out = mode_flush32_out(w), flush16_out = mode_flush16_out(w);
    if (!omod_applies(w, type))
        return;
    lane_u32 *q = row;
    lane_u64 *p = row;
    for (int i = 0; i < LANES; i++) {
        if (type == T_F32) {
            uint32_t b = flush32(f32_bits(f32_of(q[i]) * factor), flush32_out);
            q[i] = b == 0x80000000 && !ieee ? 0 : b;
        } else if (type == T_F64) {
            uint64_t b = flush64(f64_bits(f64_of(p[i]) * factor), flush16_out);
            p[i] = b == 1ull << 63 && !ieee ? 0 : b;
        } else if (is_f16(type)) {
            uint32_t b = flush16(f32_to_f16(f16_value(q[i]) * factor), flush16_out);
            q[i] = b == 0x8000 && !ieee ? 0 : b;
        }
    }
}

static void clamp(enum isa_type type, bool dx10, void *row) {
    lane_u32 *q = row;
    lane_f32 *f = row;
    lane_f64 *d = row;
    for (int i = 0; i < LANES; i++) {
        if (type == T_F32)
            f[i] = clamp01(f[i], dx10);
        else if (type == T_F64)
            d[i] = clamp01d(d[i], dx10);
        else if (is_f16(type))
            q[i] = clamp16(q[i], dx10);
        else if (is_pair(type))
            q[i] = clamp16(q[i], dx10) | clamp16(q[i] >> 16, dx10) << 16;
    }
    if (type == T_V2F32)
        for (int i = 0; i < 2 * LANES; i++)
            f[i] = clamp01(f[i], dx10);
}

void valu_float_result(const struct lane_args *x, const struct isa_op *op) {
    const struct wave *w = x->w;
    const struct insn_mods *m = &x->in->mods;
    bool halves = is_f16(op->dst) || is_pair(op->dst);
    if (m->omod)
        multiply(w, op->dst, m->omod, x->d);
    if (halves && (w->mode & MODE_FP16_OVFL))
        saturate_halves(x, op);
    if (halves && (op->flags & (F_MODE32 | F_MODE64)) && mode_flush16_out(w))
        flush_halves(op->dst, x->d);
    if (m->clamp)
        clamp(op->dst, w->mode & MODE_DX10_CLAMP, x->d);
}
