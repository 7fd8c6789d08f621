/* Matrix instructions over f64: rounded to nearest even, denormals kept, whatever MODE says (ISA 7.4). blgp negates A,
 * B and C; cbsz and abid mean nothing. */
#include "../mfma.h"

#include <math.h>

#include "../wave.h"

enum { MAX_K = 4, MAX_ITEMS = 4 };

/* 64-bit element i of an operand: a register pair, or a constant in every lane. */
static void fetch(struct wave *w, const struct insn *in, unsigned opnd, unsigned i, double out[LANES]) {
    const struct operand *o = &in->opnd[opnd];
    uint64_t flip = (uint64_t)(in->mods.neg_lo >> (opnd - 1) & 1) << 63, bits[LANES];
    if (o->kind == OPND_VGPR) {
        const uint32_t *lo = wave_row(w, o->reg + 2 * i), *hi = wave_row(w, o->reg + 2 * i + 1);
        for (int k = 0; k < LANES; k++)
            bits[k] = (lo[k] | (uint64_t)hi[k] << 32) ^ flip;
    } else {
        uint64_t value = operand_constant(o, T_F64);
        for (int k = 0; k < LANES; k++)
            bits[k] = value ^ flip;
    }
    memcpy(out, bits, sizeof bits);
}

static void check_defined(struct wave *w, const struct insn *in, unsigned opnd, const char *what) {
    const struct operand *o = &in->opnd[opnd];
    uint64_t lanes = wave_defined(w, o->reg, 2) ? 0 : wave_undef_lanes(w, o->reg, 2, ~0ull);
    if (lanes)
        report(w, in, CHECK_UNINIT_MFMA, NULL, lanes, "%s in %s%u holds bits that were never written", what,
               o->reg >= REG_ACC0 ? "a" : "v", o->reg & 255u);
}

static double dot(const struct mfma_shape *s, const double *a, const double *b, unsigned stride, double c) {
    double t[MAX_K];
    if (settings.mfma == MFMA_CHAIN) {
        for (unsigned k = 0; k < s->k; k++)
            c = fma(a[k * stride], b[k * stride], c);
        return c;
    }
    for (unsigned k = 0; k < s->k; k++)
        t[k] = k == 0 ? fma(a[0], b[0], c) : a[k * stride] * b[k * stride];
    return (t[0] + t[1]) + (t[2] + t[3]);
}

static void write_item(struct wave *w, const struct insn *in, unsigned item, const double d[LANES]) {
    const struct operand *c = &in->opnd[3];
    uint64_t undefined = c->kind == OPND_VGPR && !wave_defined(w, c->reg + 2 * item, 2)
                             ? wave_undef_lanes(w, c->reg + 2 * item, 2, ~0ull)
                             : 0;
    lane_row half[2], undef;
    for (int k = 0; k < LANES; k++) {
        uint64_t bits;
        memcpy(&bits, &d[k], sizeof bits);
        half[0][k] = (uint32_t)bits;
        half[1][k] = (uint32_t)(bits >> 32);
        undef[k] = undefined >> k & 1 ? ~0u : 0;
    }
    for (unsigned h = 0; h < 2; h++)
        wave_write_row(w, in->opnd[0].reg + 2 * item + h, half[h], undefined ? undef : NULL, ~0ull);
}

/* A[b][i][k] is in lane i + m (b + blocks k), B likewise; D[b][i][j] in item i / rows of lane
 * j + n (i mod rows + rows b) (ISA 7.1.4). */
static void exec(struct wave *w, const struct insn *in) {
    const struct mfma_shape *s = in->op->aux;
    unsigned items = s->m * s->n * s->blocks / LANES, rows = LANES / (s->n * s->blocks), stride = s->m * s->blocks;
    double a[LANES], b[LANES], c[MAX_ITEMS][LANES], d[MAX_ITEMS][LANES];
    fetch(w, in, 1, 0, a);
    fetch(w, in, 2, 0, b);
    check_defined(w, in, 1, "matrix A");
    check_defined(w, in, 2, "matrix B");
    for (unsigned item = 0; item < items; item++)
        fetch(w, in, 3, item, c[item]);
    for (unsigned block = 0; block < s->blocks; block++)
        for (unsigned i = 0; i < s->m; i++)
            for (unsigned j = 0; j < s->n; j++) {
                unsigned lane = j + s->n * (i % rows + rows * block);
                double x = dot(s, a + i + s->m * block, b + j + s->n * block, stride, c[i / rows][lane]);
                d[i / rows][lane] = isnan(x) ? NAN : x;
            }
    for (unsigned item = 0; item < items; item++)
        write_item(w, in, item, d[item]);
}

#define DGEMM(mnemonic, pass_count, m_, n_, k_, blocks_)                                                               \
    {                                                                                                                  \
        .name = mnemonic, .flags = F_MFMA | F_NO_EXEC | F_DGEMM, .passes = pass_count, .exec = exec,                   \
        .aux = &(const struct mfma_shape) {                                                                            \
            .m = m_, .n = n_, .k = k_, .blocks = blocks_, .a = MT_F64, .b = MT_F64                                     \
        }                                                                                                              \
    }

static const struct isa_op ops[] = {
    DGEMM("v_mfma_f64_16x16x4_f64", 16, 16, 16, 4, 1),
    DGEMM("v_mfma_f64_4x4x4_4b_f64", 8, 4, 4, 4, 4),
};

ISA_FAMILY(mfma_f64, ops);
