/* The driver of per-lane operations: operands in, lane function, modifiers, definedness, result out under EXEC. */
#include "valu.h"
#include "fp.h"
#include "lanes.h"
#include "wave.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

unsigned isa_type_dwords(enum isa_type type) {
    switch (type) {
    case T_B64:
    case T_I64:
    case T_U64:
    case T_F64:
    case T_V2F32:
    case T_V2B32:
    case T_MASK:
        return 2;
    case T_NONE:
        return 0;
    default:
        return 1;
    }
}

static bool is_wide(enum isa_type t) {
    return isa_type_dwords(t) == 2;
}
static bool is_half(enum isa_type t) {
    return (t >= T_B16 && t <= T_BF16) || t == T_F16_HIGH;
}
static bool is_packed16(enum isa_type t) {
    return t >= T_V2B16 && t <= T_V2BF16;
}
static bool is_packed32(enum isa_type t) {
    return t == T_V2F32 || t == T_V2B32;
}

/* --- MODE --- */

#if defined(__x86_64__)
unsigned valu_fenv_enter(const struct wave *w, uint32_t flags) {
    if (!(flags & (F_MODE32 | F_MODE64)) || (flags & F_TRANS)) /* transcendentals round to nearest */
        return 0;
    unsigned shift = flags & F_MODE32 ? 0 : 2;
    unsigned round = w->mode >> shift & 3, denorm = w->mode >> (4 + shift) & 3;
    if (round == 0 && denorm == 3)
        return 0;
    static const unsigned rc[4] = {0, 2, 1, 3};
    unsigned old = _mm_getcsr();
    unsigned csr = (old & ~0xe040u) | rc[round] << 13;
    if (!(denorm & 1))
        csr |= 0x0040;
    if (!(denorm & 2))
        csr |= 0x8000;
    _mm_setcsr(csr);
    return old;
}

void valu_fenv_leave(unsigned old) {
    if (old)
        _mm_setcsr(old & ~0x3fu);
}
#else
#include <fenv.h>
unsigned valu_fenv_enter(const struct wave *w, uint32_t flags) {
    static const int modes[4] = {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO};
    unsigned round = flags & F_MODE32 ? w->mode & 3 : flags & F_MODE64 ? w->mode >> 2 & 3 : 0;
    if (round)
        fesetround(modes[round]);
    return round;
}
void valu_fenv_leave(unsigned old) {
    if (old)
        fesetround(FE_TONEAREST);
}
#endif

/* --- sources --- */

/* A source as raw dwords: rows of its registers, or broadcast; shadows likewise where wanted. */
struct raw {
    const uint32_t *row[2];
    const uint32_t *undef[2]; /* NULL: defined */
    lane_row tmp[2], utmp[2];
};

static void broadcast(lane_row row, uint32_t value) {
    for (int i = 0; i < LANES; i++)
        row[i] = value;
}

static void fetch_raw(struct wave *w, const struct insn *in, unsigned opnd, enum isa_type type, struct raw *r,
                      bool shadows) {
    const struct operand *o = &in->opnd[opnd];
    unsigned n = is_wide(type) ? 2 : 1;
    r->undef[0] = r->undef[1] = NULL;
    if (o->kind == OPND_VGPR) {
        unsigned base = o->reg;
        for (unsigned d = 0; d < n; d++) {
            r->row[d] = wave_row(w, base + d);
            if (shadows && w->vstate[base + d] != REG_DEFINED)
                r->undef[d] = wave_undef_row(w, base + d, r->utmp[d]);
        }
        return;
    }
    uint64_t undef, value = scalar_src(w, in, opnd, type, &undef);
    for (unsigned d = 0; d < n; d++) {
        broadcast(r->tmp[d], (uint32_t)(value >> (32 * d)));
        r->row[d] = r->tmp[d];
        if (shadows && (uint32_t)(undef >> (32 * d))) {
            broadcast(r->utmp[d], (uint32_t)(undef >> (32 * d)));
            r->undef[d] = r->utmp[d];
        }
    }
}

/* Half or byte selection of one dword row. */
static void select_sub(lane_row out, const uint32_t *row, unsigned sel, bool sext) {
    unsigned shift = sel <= SEL_BYTE_3 ? 8 * sel : sel == SEL_WORD_1 ? 16 : 0;
    unsigned bits = sel <= SEL_BYTE_3 ? 8 : sel <= SEL_WORD_1 ? 16 : 32;
    for (int i = 0; i < LANES; i++) {
        uint32_t x = row[i] >> shift;
        if (bits < 32)
            x = sext ? (uint32_t)((int32_t)(x << (32 - bits)) >> (32 - bits)) : x & ((1u << bits) - 1);
        out[i] = x;
    }
}

static uint32_t sign_bit32(enum isa_type t) {
    return t == T_F32 || t == T_B32 || t == T_I32 || t == T_U32 ? 1u << 31 : 1u << 15;
}

static void modify32(lane_row row, enum isa_type type, bool neg, bool abs) {
    uint32_t sign = sign_bit32(type);
    if (abs)
        for (int i = 0; i < LANES; i++)
            row[i] &= ~sign;
    if (neg)
        for (int i = 0; i < LANES; i++)
            row[i] ^= sign;
}

static void pack_pair(lane_row out, const uint32_t *row, bool lo_high, bool hi_high) {
    unsigned lo = lo_high ? 16 : 0, hi = hi_high ? 16 : 0;
    for (int i = 0; i < LANES; i++)
        out[i] = (row[i] >> lo & 0xffff) | (row[i] >> hi & 0xffff) << 16;
}

/* Source s of the row, from printed operand `opnd`, in the shape that lane functions see. out has room for 64 u64.
 * With uout, its shadow in the same shape. Returns lanes that may not be written (DPP). */
static uint64_t fetch(struct wave *w, const struct insn *in, unsigned s, unsigned opnd, enum isa_type type, void *out,
                      void *uout) {
    const struct insn_mods *m = &in->mods;
    const struct operand *o = &in->opnd[opnd];
    bool mix16 = type == T_MIX && (m->op_sel_hi >> s & 1);
    if (type == T_MIX)
        type = mix16 ? T_F16 : T_F32;
    struct raw r;
    fetch_raw(w, in, opnd, type, &r, uout != NULL);
    uint64_t blocked = 0;
    bool half_const = is_half(type) && o->kind != OPND_VGPR && o->kind != OPND_SGPR;
    for (int pass = 0; pass < (uout ? 2 : 1); pass++) {
        bool shadow = pass == 1;
        const uint32_t *row[2] = {shadow ? r.undef[0] : r.row[0], shadow ? r.undef[1] : r.row[1]};
        void *to = shadow ? uout : out;
        if (shadow && !row[0] && !row[1]) {
            memset(to, 0, sizeof(lane_row) * (is_wide(type) ? 2 : 1));
            continue;
        }
        lane_row zero, moved[2];
        if (shadow && (!row[0] || (is_wide(type) && !row[1])))
            memset(zero, 0, sizeof zero);
        if (shadow && !row[0])
            row[0] = zero;
        if (shadow && is_wide(type) && !row[1])
            row[1] = zero;
        if (s == 0 && m->dpp != DPP_NONE)
            for (unsigned d = 0; d < (is_wide(type) ? 2u : 1u); d++) {
                blocked = dpp_move(w, in, row[d], moved[d]);
                row[d] = moved[d];
            }
        if (is_wide(type)) {
            uint64_t *q = to;
            unsigned lo = 0, hi = 1;
            if (is_packed32(type)) {
                lo = m->op_sel >> s & 1;
                hi = m->has_op_sel_hi ? m->op_sel_hi >> s & 1 : 1;
                if (o->kind != OPND_VGPR && o->kind != OPND_SGPR)
                    lo = hi = 0; /* an inline constant feeds both halves */
                else if (o->ndw == 1)
                    lo = hi = 0;
            }
            for (int i = 0; i < LANES; i++)
                q[i] = row[lo][i] | (uint64_t)row[hi][i] << 32;
            if (!shadow && is_packed32(type)) {
                uint64_t flip = (uint64_t)(m->neg_lo >> s & 1) << 31 | (uint64_t)(m->neg_hi >> s & 1) << 63;
                if (flip)
                    for (int i = 0; i < LANES; i++)
                        q[i] ^= flip;
            } else if (!shadow && (o->neg || o->abs)) {
                for (int i = 0; i < LANES; i++) {
                    if (o->abs)
                        q[i] &= ~(1ull << 63);
                    if (o->neg)
                        q[i] ^= 1ull << 63;
                }
            }
            continue;
        }
        uint32_t *d = to;
        if (m->encoding == ENC_SDWA && s < 2) {
            select_sub(d, row[0], s ? m->src1_sel : m->src0_sel, o->sext);
            if (is_half(type))
                select_sub(d, d, SEL_WORD_0, type == T_I16);
        } else if (is_packed16(type)) {
            bool lo = m->op_sel >> s & 1, hi = m->has_op_sel_hi ? m->op_sel_hi >> s & 1 : 1;
            pack_pair(d, row[0], lo, hi); /* of a constant too: an f16 has zeros above, an integer its sign */
        } else if (is_half(type)) {
            select_sub(d, row[0], (m->op_sel >> s & 1) && !half_const ? SEL_WORD_1 : SEL_WORD_0,
                       !shadow && type == T_I16);
        } else {
            memcpy(d, row[0], sizeof(lane_row));
        }
        if (shadow)
            continue;
        if (is_packed16(type)) {
            uint32_t flip = (uint32_t)(m->neg_lo >> s & 1) << 15 | (uint32_t)(m->neg_hi >> s & 1) << 31;
            if (flip)
                for (int i = 0; i < LANES; i++)
                    d[i] ^= flip;
        } else {
            if (o->neg || o->abs)
                modify32(d, type, o->neg, o->abs);
        }
        if (mix16)
            f16_row_to_f32(d, (float *)to);
    }
    return blocked;
}

/* --- results --- */

/* SDWA destination: the result's low bits into the selected bytes. */
static void write_sdwa(struct wave *w, const struct insn *in, unsigned reg, lane_row d, const uint32_t *u,
                       uint64_t exec) {
    const struct insn_mods *m = &in->mods;
    unsigned sel = m->dst_sel;
    unsigned shift = sel <= SEL_BYTE_3 ? 8 * sel : sel == SEL_WORD_1 ? 16 : 0, width = sel <= SEL_BYTE_3 ? 8 : 16;
    uint32_t mask = ((1u << width) - 1) << shift, above = shift + width < 32 ? ~0u << (shift + width) : 0;
    bool extend = m->dst_unused == UNUSED_SEXT;
    lane_row v, uv;
    for (int i = 0; i < LANES; i++) {
        v[i] = d[i] << shift & mask;
        uv[i] = u ? u[i] << shift & mask : 0;
        if (extend && (v[i] >> (shift + width - 1) & 1))
            v[i] |= above;
        if (extend && (uv[i] >> (shift + width - 1) & 1))
            uv[i] |= above;
    }
    wave_write_row_masked(w, reg, v, u ? uv : NULL, exec, m->dst_unused == UNUSED_PRESERVE ? mask : ~0u);
}

static void write_result(struct wave *w, const struct insn *in, enum isa_type type, void *d, void *u, uint64_t exec) {
    const struct operand *o = &in->opnd[0];
    unsigned reg = o->reg;
    if (o->kind != OPND_VGPR)
        return;
    if (is_wide(type)) {
        const uint64_t *q = d, *uq = u;
        lane_row lo, hi, ulo, uhi;
        for (int i = 0; i < LANES; i++) {
            lo[i] = (uint32_t)q[i];
            hi[i] = (uint32_t)(q[i] >> 32);
            if (u) {
                ulo[i] = (uint32_t)uq[i];
                uhi[i] = (uint32_t)(uq[i] >> 32);
            }
        }
        wave_write_row(w, reg, lo, u ? ulo : NULL, exec);
        wave_write_row(w, reg + 1, hi, u ? uhi : NULL, exec);
        return;
    }
    uint32_t *q = d, *uq = u;
    if (in->mods.encoding == ENC_SDWA && in->mods.dst_sel != SEL_DWORD) {
        write_sdwa(w, in, reg, q, uq, exec);
        return;
    }
    if (is_half(type)) {
        unsigned nsrc = valu_sources(in->op);
        bool high = type == T_F16_HIGH || (in->mods.op_sel >> nsrc & 1);
        for (int i = 0; i < LANES; i++) {
            q[i] &= 0xffff;
            if (u)
                uq[i] &= 0xffff;
        }
        if (high)
            for (int i = 0; i < LANES; i++) {
                q[i] <<= 16;
                if (u)
                    uq[i] <<= 16;
            }
        bool keep = in->op->flags & F_HI_PRESERVE;
        wave_write_row_masked(w, reg, q, uq, exec, high ? 0xffff0000u : keep ? 0xffffu : ~0u);
        return;
    }
    wave_write_row(w, reg, q, uq, exec);
}

/* --- the driver --- */

unsigned valu_sources(const struct isa_op *op) {
    unsigned n = 0;
    while (n < 3 && op->src[n] != T_NONE)
        n++;
    return n - (op->flags & F_RMW ? 1u : 0u);
}

/* Some source bit may be undefined. */
static bool sources_defined(const struct wave *w, const struct insn *in) {
    for (unsigned i = 0; i < in->nranges; i++) {
        const struct reg_range *r = &in->range[i];
        if ((r->role & ROLE_DST) && !(in->op->flags & F_RMW))
            continue;
        for (unsigned d = 0; d < r->ndw; d++)
            if (r->is_sgpr ? w->sundef[r->reg + d] != 0 : w->vstate[r->reg + d] != REG_DEFINED)
                return false;
    }
    return true;
}

static uint64_t read_mask(struct wave *w, const struct insn *in, unsigned opnd, uint64_t *undef) {
    if (opnd >= in->noperands) { /* implicit VCC */
        *undef = w->sundef[SREG_VCC] | (uint64_t)w->sundef[SREG_VCC + 1] << 32;
        return wave_vcc(w);
    }
    return scalar_src(w, in, opnd, T_MASK, undef);
}

static void write_mask(struct wave *w, const struct operand *o, uint64_t value, uint64_t undef, uint64_t exec) {
    scalar_dst64(w, o, value & exec, undef & exec);
}

static void valu_general(struct wave *w, const struct insn *in) {
    const struct isa_op *op = in->op;
    uint64_t src[3][LANES], usrc[3][LANES], d[LANES], ud[LANES];
    bool shadows = !sources_defined(w, in);
    struct lane_args x = {.d = d, .in = in, .w = w};
    uint64_t exec = wave_exec(w), blocked = 0, umask = 0;
    bool cmp = op->dst == T_MASK;
    unsigned first = op->dst == T_NONE || (op->flags & F_NODST) ? 0 : 1;
    unsigned at = first + (op->mask_dst ? 1 : 0), n = valu_sources(op);
    for (unsigned s = 0; s < n; s++)
        blocked |= fetch(w, in, s, at + s, op->src[s], src[s], shadows ? usrc[s] : NULL);
    unsigned total = n;
    if (op->flags & F_RMW) {
        struct insn plain = {.noperands = 1};
        plain.opnd[0] = in->opnd[0];
        plain.mods.op_sel = (uint8_t)(in->mods.op_sel >> n & 1 ? 1 : 0);
        fetch(w, &plain, 0, 0, op->src[n], src[n], shadows ? usrc[n] : NULL);
        total++;
    }
    valu_float_sources(w, op, src, total);
    x.a = src[0];
    x.b = src[1];
    x.c = src[2];
    if (op->mask_src)
        x.mask_in = read_mask(w, in, op->mask_src == 2 ? INSN_MAX_OPERANDS : at + n, &umask);
    unsigned fenv = valu_fenv_enter(w, op->flags);
    op->lanes(&x);
    if (!cmp)
        valu_float_result(&x, op); /* integer clamps belong to the lane functions */
    valu_fenv_leave(fenv);
    uint64_t undef_lanes = 0;
    if (shadows) {
        undef_lanes = shadow_propagate(&x, op, total, usrc, ud, umask) & exec;
        shadows = undef_lanes != 0;
    }
    if (in->mods.dpp != DPP_NONE)
        exec &= ~blocked & dpp_write_mask(&in->mods);
    if (cmp) {
        write_mask(w, &in->opnd[0], x.mask_out, undef_lanes, exec);
        if (op->flags & F_CMPX) {
            if (undef_lanes & exec)
                report(w, in, CHECK_UNINIT_EXEC, NULL, undef_lanes,
                       "the compare that writes EXEC reads bits never written");
            w->s64[SREG_EXEC / 2] = x.mask_out & exec;
            w->sundef[SREG_EXEC] = w->sundef[SREG_EXEC + 1] = 0;
        }
        return;
    }
    if (op->dst != T_NONE)
        write_result(w, in, op->dst, d, shadows ? ud : NULL, exec);
    if (op->mask_dst)
        write_mask(w, &in->opnd[1], x.mask_out, undef_lanes, exec);
}

/* 32-bit operands without modifiers, nothing undefined: most of what runs. */
static void valu_plain32(struct wave *w, const struct insn *in) {
    const struct isa_op *op = in->op;
    lane_row tmp[3], d;
    const void *p[3] = {NULL, NULL, NULL};
    unsigned n = valu_sources(op);
    for (unsigned s = 0; s < n; s++) {
        const struct operand *o = &in->opnd[1 + s];
        if (o->kind == OPND_VGPR) {
            if (__builtin_expect(w->vstate[o->reg] != REG_DEFINED, 0)) {
                valu_general(w, in);
                return;
            }
            p[s] = w->v[o->reg];
        } else {
            uint64_t undef;
            uint32_t value = (uint32_t)scalar_src(w, in, 1 + s, op->src[s], &undef);
            if (__builtin_expect(undef != 0, 0)) {
                valu_general(w, in);
                return;
            }
            broadcast(tmp[s], value);
            p[s] = tmp[s];
        }
    }
    unsigned reg = in->opnd[0].reg;
    if (op->flags & F_RMW) {
        if (__builtin_expect(w->vstate[reg] != REG_DEFINED, 0)) {
            valu_general(w, in);
            return;
        }
        p[n] = w->v[reg];
    }
    struct lane_args x = {.a = p[0], .b = p[1], .c = p[2], .d = d, .in = in, .w = w};
    unsigned fenv = valu_fenv_enter(w, op->flags);
    op->lanes(&x);
    valu_fenv_leave(fenv);
    uint64_t exec = wave_exec(w);
    if (exec == ~0ull) {
        memcpy(w->v[reg], d, sizeof d);
        w->vstate[reg] = REG_DEFINED;
    } else {
        wave_write_row(w, reg, d, NULL, exec);
    }
}

insn_exec_fn *valu_driver(const struct insn *in) {
    const struct isa_op *op = in->op;
    const struct insn_mods *m = &in->mods;
    bool plain = m->dpp == DPP_NONE && m->encoding != ENC_SDWA && !m->omod && !m->clamp && !op->mask_dst &&
                 !op->mask_src && !m->op_sel && op->dst >= T_B32 && op->dst <= T_F32 && !(op->flags & F_NODST);
    unsigned n = valu_sources(op);
    if (in->noperands != n + 1 || in->opnd[0].kind != OPND_VGPR)
        plain = false;
    for (unsigned s = 0; s < 3 && op->src[s] != T_NONE; s++)
        plain = plain && op->src[s] >= T_B32 && op->src[s] <= T_F32;
    for (unsigned i = 0; i < in->noperands; i++)
        plain = plain && !in->opnd[i].neg && !in->opnd[i].abs && !in->opnd[i].sext;
    return plain ? valu_plain32 : valu_general;
}
