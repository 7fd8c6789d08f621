/* Dot products of two pairs into f32. Products are exact, every addition rounds to nearest; denormals are flushed
 * whatever MODE says (ISA 6.4). */
#include "fp.h"
#include "lanes.h"

static void products(float (*a)[LANES], float (*b)[LANES]) {
    for (int h = 0; h < 2; h++)
        for (int i = 0; i < LANES; i++)
            a[h][i] *= b[h][i];
}

static void bf16_pairs(const void *row, float lo[LANES], float hi[LANES]) {
    const lane_u32 *v = row;
    for (int i = 0; i < LANES; i++) {
        lo[i] = f32_of(flush32(v[i] << 16, true));
        hi[i] = f32_of(flush32(v[i] & 0xffff0000, true));
    }
}

static void f16_pairs(const void *row, float lo[LANES], float hi[LANES]) {
    const lane_u32 *v = row;
    uint32_t flushed[LANES];
    for (int i = 0; i < LANES; i++)
        flushed[i] = flush16(v[i] & 0xffff, true) | flush16(v[i] >> 16, true) << 16;
    f16_pairs_to_f32(flushed, lo, hi);
}

/* c first */
static void accumulate(struct lane_args *x, float (*p)[LANES]) {
    const lane_u32 *c = x->c;
    lane_u32 *d = x->d;
    for (int i = 0; i < LANES; i++)
        d[i] = flush32(f32_bits(f32_of(flush32(c[i], true)) + p[0][i] + p[1][i]), true);
}

static void dot2_f16(struct lane_args *x) {
    float a[2][LANES], b[2][LANES];
    f16_pairs(x->a, a[0], a[1]);
    f16_pairs(x->b, b[0], b[1]);
    products(a, b);
    accumulate(x, a);
}

static void dot2c_bf16(struct lane_args *x) {
    float a[2][LANES], b[2][LANES];
    bf16_pairs(x->a, a[0], a[1]);
    bf16_pairs(x->b, b[0], b[1]);
    products(a, b);
    accumulate(x, a);
}

/* c last */
static void dot2_bf16(struct lane_args *x) {
    float a[2][LANES], b[2][LANES];
    const lane_u32 *c = x->c;
    lane_u32 *d = x->d;
    bf16_pairs(x->a, a[0], a[1]);
    bf16_pairs(x->b, b[0], b[1]);
    products(a, b);
    for (int i = 0; i < LANES; i++)
        d[i] = flush32(f32_bits(a[0][i] + a[1][i] + f32_of(flush32(c[i], true))), true);
}

#define DOT(mnemonic, type, more, fn)                                                                                  \
    {.name = mnemonic, .flags = F_VALU | F_DOT | (more), .dst = T_F32, .src = {type, type, T_F32}, .lanes = fn}

static const struct isa_op ops[] = {
    DOT("v_dot2_f32_f16", T_V2F16, 0, dot2_f16),
    DOT("v_dot2_f32_bf16", T_V2BF16, 0, dot2_bf16),
    DOT("v_dot2c_f32_f16", T_V2F16, F_RMW, dot2_f16),
    DOT("v_dot2c_f32_bf16", T_V2BF16, F_RMW, dot2c_bf16),
};
ISA_FAMILY(vdot_f, ops);
