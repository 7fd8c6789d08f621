/* A, B, sparse indices and scales of matrix instructions: from registers to arrays. */
#include "mfma_parts.h"
#include "smallfloat.h"

static const uint8_t type_bits[MT_COUNT] = {
    [MT_F32] = 32, [MT_F16] = 16, [MT_BF16] = 16, [MT_I8] = 8,  [MT_FP8] = 8,
    [MT_BF8] = 8,  [MT_FP6] = 6,  [MT_BF6] = 6,   [MT_FP4] = 4, [MT_F64] = 64,
};

void mfma_shape_side(struct mfma_side *s, enum mfma_type type, unsigned depth, unsigned width, unsigned runs) {
    s->type = type;
    s->bits = type_bits[type];
    s->depth = depth;
    s->width = width;
    s->items = depth * width / LANES;
    s->regs = s->items * s->bits / 32;
    s->runs = runs ? runs : s->regs == 8 ? 2 : 1;
}

/* A lane's source lane under cbsz and abid (A) or blgp (B, ISA table 29). Of every 2^cbsz neighbouring blocks of A,
 * which have `rows` lanes each, block abid serves all: so AMD's matrix core notes and compiler documents. The formula
 * of ISA 7.1.6.1 says the same where 2^cbsz is the number of blocks, and something else below that. */
static unsigned source_lane(const struct insn_mods *m, bool is_b, unsigned rows, unsigned lane) {
    if (!is_b) {
        unsigned group = rows << (m->cbsz > 4 ? 4 : m->cbsz);
        return (lane / group * group + lane % rows + rows * m->abid) % LANES;
    }
    switch (m->blgp) {
    case 0:
        return lane;
    case 1:
    case 2:
        return lane % 32 + 32 * (m->blgp - 1u);
    case 3:
        return (lane + 16) % LANES;
    default:
        return lane % 16 + 16 * (m->blgp - 4u);
    }
}

static void report_undefined(struct wave *w, const struct insn *in, unsigned opnd, const char *what, uint64_t lanes) {
    const struct operand *o = &in->opnd[opnd];
    if (lanes)
        report(w, in, CHECK_UNINIT_MFMA, NULL, lanes, "%s in %s%u holds bits that were never written", what,
               o->reg >= REG_ACC0 ? "a" : "v", o->reg & 255u);
}

void mfma_fetch_side(struct wave *w, const struct insn *in, const struct mfma_shape *shape, bool is_b,
                     struct mfma_side *s) {
    const struct operand *o = &in->opnd[is_b ? 2 : 1];
    bool moves = !shape->f8f6f4 && !shape->sparse && (is_b ? in->mods.blgp : in->mods.cbsz && shape->blocks > 1);
    uint8_t from[LANES];
    uint64_t lanes = moves ? 0 : ~0ull;
    for (unsigned i = 0; moves && i < LANES; i++) {
        from[i] = (uint8_t)source_lane(&in->mods, is_b, shape->m, i);
        lanes |= 1ull << from[i];
    }
    for (unsigned r = 0; r < s->regs; r++) {
        s->row[r] = wave_row(w, o->reg + r);
        if (!moves)
            continue;
        for (unsigned i = 0; i < LANES; i++)
            s->moved[r][i] = s->row[r][from[i]];
        s->row[r] = s->moved[r];
    }
    if (!wave_defined(w, o->reg, s->regs))
        report_undefined(w, in, is_b ? 2 : 1, is_b ? "matrix B" : "matrix A",
                         wave_undef_lanes(w, o->reg, s->regs, lanes));
}

/* Where an element's bits are: from `shift` of each lane of lo on, continued in hi. */
struct field {
    const uint32_t *lo, *hi;
    unsigned shift, bits;
    uint32_t mask;
};

static inline uint32_t extract(const struct field *f, int lane) {
    return (f->lo[lane] >> f->shift | f->hi[lane] << 1 << (31 - f->shift)) & f->mask;
}

/* How a binary float of up to 16 bits becomes f32. */
struct narrow {
    unsigned shift;                       /* of the mantissa */
    uint32_t bias, hidden;                /* what the exponent lacks; exponent of denormals, as f32 bits */
    uint32_t least_normal, max, infinity; /* magnitudes; infinity ~0: the format has none */
};

static struct narrow narrow_format(enum mfma_type type) {
    const struct smallfloat_format *f = &smallfloat_formats[type == MT_F16 ? SF_F16 : type - MT_FP8 + SF_FP8];
    bool has_infinity = f->infinity > f->max && f->infinity != f->nan;
    return (struct narrow){.shift = 23u - f->mantissa,
                           .bias = (uint32_t)(f->emin + 126) << 23,
                           .hidden = (uint32_t)(f->emin + 127) << 23,
                           .least_normal = 1u << f->mantissa,
                           .max = f->max,
                           .infinity = has_infinity ? f->infinity : ~0u};
}

/* Some element of a whole-byte format may be an infinity or a NaN. */
static bool has_special(const struct mfma_side *s, const struct narrow *n) {
    if (s->bits < 8)
        return false;
    uint32_t ones = s->bits == 8 ? 0x01010101u : 0x00010001u, sign = ones << (s->bits - 1), any = 0;
    uint32_t carry = ((1u << (s->bits - 1)) - 1 - n->max) * ones; /* carries into the sign from max + 1 upwards */
    for (unsigned r = 0; r < s->regs; r++)
        for (int i = 0; i < LANES; i++)
            any |= ((s->row[r][i] & ~sign) + carry) & sign;
    return any != 0;
}

/* Sixteen lanes, exactly. A denormal is read as if it had a hidden bit, which is then subtracted. */
static inline __attribute__((always_inline)) void widen(struct field at, struct narrow n, const bool special,
                                                        uint32_t *restrict out) {
    const uint32_t magnitude_mask = at.mask >> 1;
    const float hidden = smallfloat_from_bits32(n.hidden);
    for (int i = 0; i < 16; i++) {
        uint32_t code = extract(&at, i), magnitude = code & magnitude_mask, wide = magnitude << n.shift;
        uint32_t denormal = smallfloat_bits32(smallfloat_from_bits32(wide | n.hidden) - hidden);
        uint32_t x = magnitude < n.least_normal ? denormal : wide + n.bias;
        if (special) {
            x = magnitude > n.max ? 0x7fc00000u : x;
            x = magnitude == n.infinity ? 0x7f800000u : x;
        }
        out[i] = x | (code & ~magnitude_mask) << (32 - at.bits);
    }
}

static inline void decode_lanes(enum mfma_type type, struct field at, const struct narrow *n, bool special,
                                uint32_t *restrict out) {
    switch (type) {
    case MT_F32:
        memcpy(out, at.lo, 16 * sizeof *out);
        break;
    case MT_BF16:
        for (int i = 0; i < 16; i++)
            out[i] = extract(&at, i) << 16;
        break;
    case MT_I8:
        for (int i = 0; i < 16; i++)
            out[i] = (uint32_t)((int32_t)(extract(&at, i) << 24) >> 24);
        break;
    default:
        if (special)
            widen(at, *n, true, out);
        else
            widen(at, *n, false, out);
    }
}

void mfma_decode(const struct mfma_side *s, uint32_t *out) {
    struct narrow format = {0};
    bool special = false;
    if (s->type == MT_F16 || s->type >= MT_FP8) {
        format = narrow_format(s->type);
        special = has_special(s, &format);
    }
    struct field at = {.bits = s->bits, .mask = s->bits < 32 ? (1u << s->bits) - 1 : ~0u};
    unsigned run = s->items / s->runs, shift_width = s->width == 16 ? 4 : s->width == 32 ? 5 : 6;
    for (unsigned n = 0; n < s->items; n++) {
        unsigned k0 = n / run * (s->depth / s->runs) + n % run;
        const uint32_t *lo = s->row[n * s->bits / 32];
        at.shift = n * s->bits % 32;
        const uint32_t *hi = at.shift + s->bits > 32 ? s->row[n * s->bits / 32 + 1] : lo;
        for (unsigned lane = 0; lane < LANES; lane += 16) {
            unsigned k = k0 + (lane >> shift_width) * run;
            at.lo = lo + lane;
            at.hi = hi + lane;
            decode_lanes(s->type, at, &format, special, out + (k << shift_width) + (lane & (s->width - 1)));
        }
    }
}

/* ISA 7.5.1: two bits for each stored element of a lane, in the element's order, name its k inside a quad. */
void mfma_sparse_index(struct wave *w, const struct insn *in, const struct mfma_side *a, uint8_t *k_of) {
    const struct operand *o = &in->opnd[3];
    unsigned set_bits = 2 * a->items, sets = 32 / set_bits;
    unsigned first = set_bits * (in->mods.cbsz & 3 ? 0 : in->mods.abid % sets);
    uint32_t mask = (set_bits < 32 ? (1u << set_bits) - 1 : ~0u) << first;
    lane_row tmp;
    const uint32_t *index = wave_row(w, o->reg), *undef = wave_undef_row(w, o->reg, tmp);
    unsigned run = a->items / a->runs;
    uint64_t undefined = 0;
    for (unsigned lane = 0; lane < LANES; lane++) {
        undefined |= (uint64_t)((undef[lane] & mask) != 0) << lane;
        for (unsigned n = 0; n < a->items; n++) {
            unsigned at = n / run * (a->depth / a->runs) + lane / a->width * run + n % run;
            k_of[at * a->width + lane % a->width] = (uint8_t)(at / 2 * 4 + (index[lane] >> (first + 2 * n) & 3));
        }
    }
    report_undefined(w, in, 3, "the sparse index", undefined);
}

/* A constant is a float of which the exponent counts. */
void mfma_fetch_scale(struct wave *w, const struct insn *in, unsigned side, uint8_t scale[LANES]) {
    const struct operand *o = &in->opnd[4 + side];
    unsigned shift = 8 * ((in->mods.op_sel >> side & 1u) | (in->mods.op_sel_hi >> side & 1u) << 1);
    if (o->kind != OPND_VGPR) {
        memset(scale, (int)(operand_constant(o, T_F32) >> 23 & 255), LANES);
        return;
    }
    const uint32_t *row = wave_row(w, o->reg);
    for (int i = 0; i < LANES; i++)
        scale[i] = (uint8_t)(row[i] >> shift);
    if (wave_defined(w, o->reg, 1))
        return;
    lane_row tmp;
    const uint32_t *undef = wave_undef_row(w, o->reg, tmp);
    uint64_t undefined = 0;
    for (int i = 0; i < LANES; i++)
        undefined |= (uint64_t)((undef[i] >> shift & 255) != 0) << i;
    report_undefined(w, in, 4 + side, side ? "the scale of B" : "the scale of A", undefined);
}
