/* The driver of matrix instructions with f32 or i32 results: operands are decoded once into arrays [k][row] and
 * [k][column], then four rows by sixteen columns of D are computed at a time. */
#include "mfma_parts.h"
#include "smallfloat.h"

enum { MODE_F32_DENORM_IN = 1 << 4, MODE_FP16_OVFL = 1 << 23 };

unsigned mfma_passes(const struct insn *in) {
    const struct mfma_shape *s = in->op->aux;
    bool eight_bits = s && s->f8f6f4 && (in->mods.cbsz <= SF_BF8 || in->mods.blgp <= SF_BF8);
    return in->op->passes * (eight_bits ? 2u : 1u);
}

static void flush_denormals(uint32_t *x, unsigned n) {
    for (unsigned i = 0; i < n; i++)
        x[i] = x[i] & 0x7f800000 ? x[i] : x[i] & 0x80000000;
}

/* Where row i of block b of D lies (ISA 7.1.4.2): register and first of its n lanes. */
static void locate(const struct mfma_shape *s, unsigned b, unsigned i, unsigned *item, unsigned *lane) {
    unsigned tile = s->n * s->m / 4, in_item = tile < LANES ? LANES / tile : 1; /* blocks in one register */
    unsigned rows = LANES / in_item / s->n, groups = s->m / (4 * rows);
    *item = i % 4 + 4 * (i / (4 * rows) + groups * (b / in_item));
    *lane = s->n * (i / 4 % rows + rows * (b % in_item));
}

/* Rows i to i + 3 lie in four neighbouring registers at the same lanes. */
static void compute(const struct mfma_product *p, const uint32_t *const *c, lane_row *d, unsigned block, unsigned i,
                    unsigned column, unsigned columns) {
    union mfma_panel x = {.i = {{0}}};
    unsigned item, lane;
    locate(p->shape, block, i, &item, &lane);
    for (unsigned r = 0; r < MFMA_PANEL_ROWS; r++)
        memcpy(x.i[r], c[item + r] + lane + column, columns * sizeof(uint32_t));
    mfma_panel(p, block * p->shape->m + i, block * p->shape->n + column, columns, &x);
    for (unsigned r = 0; r < MFMA_PANEL_ROWS; r++)
        memcpy(d[item + r] + lane + column, x.i[r], columns * sizeof(uint32_t));
}

static const struct operand *operand_c(const struct insn *in, const struct mfma_shape *s) {
    return &in->opnd[s->sparse ? 0 : 3];
}

/* Registers of C, or its constant in every lane. */
static void fetch_c(struct wave *w, const struct insn *in, const struct mfma_shape *s, unsigned items,
                    lane_row constant, const uint32_t **c) {
    const struct operand *o = operand_c(in, s);
    if (o->kind != OPND_VGPR) {
        uint32_t value = (uint32_t)operand_constant(o, s->a == MT_I8 ? T_I32 : T_F32);
        for (int i = 0; i < LANES; i++)
            constant[i] = value;
    }
    for (unsigned i = 0; i < items; i++)
        c[i] = o->kind == OPND_VGPR ? wave_row(w, o->reg + i) : constant;
}

/* A lane of D is undefined where the same lane of C is. */
static void write_d(struct wave *w, const struct insn *in, const struct mfma_shape *s, unsigned items, lane_row *d) {
    const struct operand *c = operand_c(in, s);
    lane_row undef[MFMA_MAX_D];
    bool defined = c->kind != OPND_VGPR || wave_defined(w, c->reg, items);
    for (unsigned i = 0; i < items && !defined; i++) {
        lane_row tmp;
        const uint32_t *u = wave_undef_row(w, c->reg + i, tmp);
        for (int k = 0; k < LANES; k++)
            undef[i][k] = u[k] ? ~0u : 0;
    }
    for (unsigned i = 0; i < items; i++)
        wave_write_row(w, in->opnd[0].reg + i, d[i], defined ? NULL : undef[i], ~0ull);
}

static bool choose_formats(struct wave *w, const struct insn *in, struct mfma_shape *s) {
    if (in->mods.cbsz > SF_FP4 || in->mods.blgp > SF_FP4) {
        report(w, in, CHECK_NOT_IMPLEMENTED, NULL, 0, "cbsz:%u blgp:%u name no formats, which are 0 to 4",
               in->mods.cbsz, in->mods.blgp);
        return false;
    }
    s->a = (uint8_t)(MT_FP8 + in->mods.cbsz);
    s->b = (uint8_t)(MT_FP8 + in->mods.blgp);
    return true;
}

void mfma_exec(struct wave *w, const struct insn *in) {
    struct mfma_shape shape = *(const struct mfma_shape *)in->op->aux;
    if (shape.f8f6f4 && !choose_formats(w, in, &shape))
        return;
    _Alignas(64) uint32_t a[MFMA_MAX_ELEMENTS], b[MFMA_MAX_ELEMENTS];
    uint8_t k_of[MFMA_MAX_ELEMENTS], scale_a[LANES], scale_b[LANES];
    struct mfma_side sa, sb;
    struct mfma_product p = {.shape = &shape, .a = a, .b = b};
    p.depth = shape.sparse ? shape.k / 2u : shape.k;
    p.step = shape.f8f6f4 ? MFMA_SCALE_BLOCK : p.depth;
    p.wa = shape.m * shape.blocks;
    p.wb = shape.n * shape.blocks;
    p.pairwise = settings.mfma == MFMA_PAIRWISE;
    p.saturate = w->mode & MODE_FP16_OVFL;
    mfma_shape_side(&sb, shape.b, shape.k, p.wb, 0);
    mfma_shape_side(&sa, shape.a, p.depth, p.wa, shape.sparse ? sb.runs : 0);
    mfma_fetch_side(w, in, &shape, false, &sa);
    mfma_fetch_side(w, in, &shape, true, &sb);
    mfma_decode(&sa, a);
    mfma_decode(&sb, b);
    if (shape.a == MT_F32 && !(w->mode & MODE_F32_DENORM_IN)) {
        flush_denormals(a, p.depth * p.wa);
        flush_denormals(b, p.depth * p.wb);
    }
    if (shape.sparse) {
        mfma_sparse_index(w, in, &sa, k_of);
        p.k_of = k_of;
    }
    if (shape.scaled) {
        mfma_fetch_scale(w, in, 0, scale_a);
        mfma_fetch_scale(w, in, 1, scale_b);
        p.scale_a = scale_a;
        p.scale_b = scale_b;
    }
    unsigned items = shape.m * shape.n * shape.blocks / LANES;
    unsigned columns = shape.n < MFMA_PANEL_COLUMNS ? shape.n : MFMA_PANEL_COLUMNS;
    const uint32_t *c[MFMA_MAX_D];
    lane_row constant, d[MFMA_MAX_D];
    fetch_c(w, in, &shape, items, constant, c);
    for (unsigned block = 0; block < shape.blocks; block++)
        for (unsigned i = 0; i < shape.m; i += MFMA_PANEL_ROWS)
            for (unsigned column = 0; column < shape.n; column += columns)
                compute(&p, c, d, block, i, column, columns);
    write_d(w, in, &shape, items, d);
}
