/* Register files: rows, shadows, scalar operands. */
#include "wave.h"

void lanes_blend(uint32_t *dst, const uint32_t *src, uint64_t mask) {
    if (mask == ~0ull) {
        memcpy(dst, src, sizeof(lane_row));
        return;
    }
    for (int first = 0; first < LANES; first += 32) {
        const uint32_t half = (uint32_t)(mask >> first);
        for (int i = 0; i < 32; i++) {
            uint32_t m = 0u - (half >> i & 1);
            dst[first + i] = (dst[first + i] & ~m) | (src[first + i] & m);
        }
    }
}

const uint32_t *wave_undef_row(struct wave *w, unsigned reg, lane_row tmp) {
    if (w->vstate[reg] == REG_MIXED)
        return w->vundef[reg];
    memset(tmp, w->vstate[reg] == REG_DEFINED ? 0 : 0xff, sizeof(lane_row));
    return tmp;
}

/* Gives the register values and a shadow row of its own, so that lanes and bits can differ. */
static void make_mixed(struct wave *w, unsigned reg) {
    if (w->vstate[reg] == REG_MIXED)
        return;
    wave_row(w, reg);
    memset(w->vundef[reg], w->vstate[reg] == REG_DEFINED ? 0 : 0xff, sizeof(lane_row));
    w->vstate[reg] = REG_MIXED;
}

static void settle(struct wave *w, unsigned reg) {
    uint32_t any = 0;
    for (int i = 0; i < LANES; i++)
        any |= w->vundef[reg][i];
    if (!any)
        w->vstate[reg] = REG_DEFINED;
}

void wave_write_row_masked(struct wave *w, unsigned reg, const uint32_t *value, const uint32_t *undef, uint64_t exec,
                           uint32_t mask) {
    if (exec == 0)
        return;
    if (mask == ~0u && exec == ~0ull) {
        memcpy(w->v[reg], value, sizeof(lane_row));
        if (!undef) {
            w->vstate[reg] = REG_DEFINED;
            return;
        }
        memcpy(w->vundef[reg], undef, sizeof(lane_row));
        w->vstate[reg] = REG_MIXED;
        settle(w, reg);
        return;
    }
    if (w->vstate[reg] != REG_DEFINED || undef) {
        make_mixed(w, reg);
        for (int i = 0; i < LANES; i++) {
            uint32_t m = mask & (0u - (uint32_t)(exec >> i & 1));
            w->vundef[reg][i] = (w->vundef[reg][i] & ~m) | ((undef ? undef[i] : 0) & m);
        }
        settle(w, reg);
    }
    if (mask == ~0u) {
        lanes_blend(w->v[reg], value, exec);
        return;
    }
    for (int i = 0; i < LANES; i++) {
        uint32_t m = mask & (0u - (uint32_t)(exec >> i & 1));
        w->v[reg][i] = (w->v[reg][i] & ~m) | (value[i] & m);
    }
}

void wave_write_row(struct wave *w, unsigned reg, const uint32_t *value, const uint32_t *undef, uint64_t exec) {
    wave_write_row_masked(w, reg, value, undef, exec, ~0u);
}

uint64_t wave_undef_lanes(struct wave *w, unsigned reg, unsigned n, uint64_t exec) {
    uint64_t lanes = 0;
    for (unsigned r = reg; r < reg + n; r++) {
        if (w->vstate[r] == REG_DEFINED)
            continue;
        if (w->vstate[r] == REG_UNDEFINED)
            return exec;
        for (int i = 0; i < LANES; i++)
            lanes |= (uint64_t)(w->vundef[r][i] != 0) << i;
    }
    return lanes & exec;
}

/* --- constants and scalar operands --- */

static uint16_t f16_bits(double x) {
    _Float16 h = (_Float16)x;
    uint16_t b;
    memcpy(&b, &h, sizeof b);
    return b;
}

static uint32_t f32_bits(double x) {
    float f = (float)x;
    uint32_t b;
    memcpy(&b, &f, sizeof b);
    return b;
}

static uint64_t f64_bits(double x) {
    uint64_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

uint64_t operand_constant(const struct operand *o, enum isa_type type) {
    if (o->kind == OPND_FLOAT) {
        switch (type) {
        case T_F16:
        case T_V2F16:
            return f16_bits(o->fimm);
        case T_B16:
        case T_I16:
        case T_U16: /* integer operations read an f32, of which 16 bits are left */
            return (uint16_t)f32_bits(o->fimm);
        case T_BF16:
        case T_V2BF16:
            return f32_bits(o->fimm) >> 16;
        case T_F64:
        case T_B64:
        case T_I64:
        case T_U64:
            return f64_bits(o->fimm);
        case T_V2F32:
        case T_V2B32:
            return f32_bits(o->fimm);
        default:
            return f32_bits(o->fimm);
        }
    }
    switch (type) {
    case T_F64: /* a literal is the high half; an inline integer is its 64 bits */
        return o->is_hex ? (uint64_t)o->imm << 32 : (uint64_t)o->imm;
    case T_I64: /* a literal is 32 bits, sign-extended */
        return o->is_hex ? (uint64_t)(int32_t)o->imm : (uint64_t)o->imm;
    case T_B64:
    case T_U64:
    case T_MASK:
        return (uint64_t)o->imm;
    case T_B16:
    case T_I16:
    case T_U16:
    case T_F16:
    case T_BF16:
        return (uint16_t)o->imm;
    default:
        return (uint32_t)o->imm;
    }
}

static uint64_t special_value(const struct wave *w, unsigned reg) {
    switch (reg) {
    case SREG_SCC:
        return w->scc;
    case SREG_VCCZ:
        return wave_vcc(w) == 0;
    case SREG_EXECZ:
        return wave_exec(w) == 0;
    case SREG_SHARED_BASE:
        return (uint64_t)1 << 48;
    case SREG_SHARED_LIMIT:
        return ((uint64_t)1 << 48) + 0xffffffffu;
    case SREG_PRIVATE_BASE:
        return (uint64_t)2 << 48;
    case SREG_PRIVATE_LIMIT:
        return ((uint64_t)2 << 48) + 0xffffffffu;
    default:
        return 0;
    }
}

uint64_t scalar_src(struct wave *w, const struct insn *in, unsigned i, enum isa_type type, uint64_t *undef) {
    const struct operand *o = &in->opnd[i];
    bool wide = isa_type_dwords(type) == 2;
    *undef = 0;
    switch (o->kind) {
    case OPND_SGPR: {
        uint64_t v = w->s[o->reg];
        *undef = w->sundef[o->reg];
        if (wide && o->ndw > 1) {
            v |= (uint64_t)w->s[o->reg + 1] << 32;
            *undef |= (uint64_t)w->sundef[o->reg + 1] << 32;
        }
        return v;
    }
    case OPND_SPECIAL: {
        if (o->reg == SREG_SCC && w->scc_undef)
            *undef = 1;
        if (o->reg == SREG_VCCZ && (w->sundef[SREG_VCC] || w->sundef[SREG_VCC + 1]))
            *undef = 1;
        uint64_t v = special_value(w, o->reg);
        return wide ? v : o->reg <= SREG_PRIVATE_LIMIT ? v >> 32 : v;
    }
    default:
        return operand_constant(o, type);
    }
}

void scalar_dst32(struct wave *w, const struct operand *o, uint32_t value, uint32_t undef) {
    if (o->kind != OPND_SGPR)
        return;
    w->s[o->reg] = value;
    w->sundef[o->reg] = undef;
}

void scalar_dst64(struct wave *w, const struct operand *o, uint64_t value, uint64_t undef) {
    if (o->kind != OPND_SGPR)
        return;
    w->s[o->reg] = (uint32_t)value;
    w->s[o->reg + 1] = (uint32_t)(value >> 32);
    w->sundef[o->reg] = (uint32_t)undef;
    w->sundef[o->reg + 1] = (uint32_t)(undef >> 32);
}

const uint32_t *vsrc_row(struct wave *w, const struct insn *in, unsigned i, unsigned d, lane_row tmp) {
    const struct operand *o = &in->opnd[i];
    if (o->kind == OPND_VGPR)
        return wave_row(w, o->reg + d);
    uint32_t value;
    if (o->kind == OPND_SGPR) {
        value = w->s[o->reg + d];
    } else {
        uint64_t undef;
        value = d == 0 ? (uint32_t)scalar_src(w, in, i, T_B32, &undef) : 0;
    }
    for (int k = 0; k < LANES; k++)
        tmp[k] = value;
    return tmp;
}

uint64_t vsrc_undef_lanes(struct wave *w, const struct insn *in, unsigned i, uint64_t exec) {
    const struct operand *o = &in->opnd[i];
    if (o->kind == OPND_VGPR)
        return wave_undef_lanes(w, o->reg, o->ndw, exec);
    if (o->kind == OPND_SGPR)
        for (unsigned d = 0; d < o->ndw; d++)
            if (w->sundef[o->reg + d])
                return exec;
    return 0;
}
