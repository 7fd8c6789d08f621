/* What MODE changes in the issue of later vector instructions: VGPR indexing through M0 (GPR_IDX_EN) and skipping of
 * vector instructions (VSKIP). */
#include "salu.h"

enum { INDEX_BITS = 0xff, ENABLE_SHIFT = 12, ENABLE_SRC0 = 1, ENABLE_DST = 8 };

static void set_m0(struct wave *w, uint32_t mask, uint32_t value, uint32_t undef) {
    w->s[SREG_M0] = (w->s[SREG_M0] & ~mask) | (value & mask);
    w->sundef[SREG_M0] = (w->sundef[SREG_M0] & ~mask) | (undef & mask);
}

static void set_index(struct wave *w, const struct insn *in) {
    uint64_t undef, index = salu_source(w, in, 0, T_B32, &undef);
    set_m0(w, INDEX_BITS, (uint32_t)index, (uint32_t)undef);
}

static void gpr_idx_on(struct wave *w, const struct insn *in) {
    set_index(w, in);
    set_m0(w, 15u << ENABLE_SHIFT, (uint32_t)in->opnd[1].imm << ENABLE_SHIFT, 0);
    w->mode |= MODE_GPR_IDX;
}

static void gpr_idx_off(struct wave *w, const struct insn *in) {
    (void)in;
    w->mode &= ~(uint32_t)MODE_GPR_IDX;
}

static void gpr_idx_mode(struct wave *w, const struct insn *in) {
    set_m0(w, 15u << ENABLE_SHIFT, (uint32_t)in->opnd[0].imm << ENABLE_SHIFT, 0);
}

static void setvskip(struct wave *w, const struct insn *in) {
    uint64_t ua, ub, a = salu_source(w, in, 0, T_B32, &ua), b = salu_source(w, in, 1, T_B32, &ub);
    if ((ub & 31) || (ua >> (b & 31) & 1))
        report(w, in, CHECK_UNINIT_BRANCH, NULL, 0,
               "whether vector instructions are skipped depends on bits never written");
    w->mode = (w->mode & ~(uint32_t)MODE_VSKIP) | (a >> (b & 31) & 1 ? MODE_VSKIP : 0);
}

/* Moves operand i, and its register range, by the index. False (and reported) when that leaves the register file. */
static bool shift_operand(struct wave *w, const struct insn *in, struct operand *o, struct reg_range *r,
                          unsigned index) {
    unsigned limit = w->wg ? w->wg->run->registers.arch_vgprs : REG_ACC0;
    if (o->reg >= REG_ACC0)
        limit = w->wg ? REG_ACC0 + w->wg->run->registers.acc_vgprs : VGPR_COUNT;
    bool inside = o->reg + index + o->ndw <= limit;
    if (!inside)
        report(w, in, CHECK_REGISTER_RANGE, NULL, 0, "v%u is meant (operand + M0[7:0]), which the wave does not have",
               o->reg + index);
    o->reg = (uint16_t)(inside ? o->reg + index : 0);
    r->reg = o->reg;
    return inside;
}

const struct insn *wave_issue_mode(struct wave *w, const struct insn *in, struct insn *changed) {
    if (w->mode & MODE_VSKIP)
        return in->flags & (F_VALU | F_MFMA | F_VMEM | F_LDS) ? NULL : in;
    if (!(in->flags & F_VALU) || !in->op)
        return in;
    uint32_t m0 = w->s[SREG_M0];
    if (w->sundef[SREG_M0] & (INDEX_BITS | 15u << ENABLE_SHIFT))
        report(w, in, CHECK_UNINIT_ADDRESS, NULL, 0, "M0, the register index, was never written");
    *changed = *in;
    unsigned first = in->op->dst == T_NONE || (in->flags & F_NODST) ? 0 : in->op->mask_dst ? 2 : 1, range = 0;
    for (unsigned i = 0; i < in->noperands; i++) {
        struct operand *o = &changed->opnd[i];
        if (o->kind != OPND_VGPR && o->kind != OPND_SGPR)
            continue;
        struct reg_range *r = &changed->range[range++];
        unsigned enable = i < first ? ENABLE_DST : ENABLE_SRC0 << (i - first);
        if (o->kind == OPND_VGPR && (m0 >> ENABLE_SHIFT & 15 & enable) &&
            !shift_operand(w, in, o, r, m0 & INDEX_BITS) && i < first)
            return NULL; /* a destination out of range is not written */
    }
    return changed;
}

static const struct isa_op ops[] = {
    {.name = "s_set_gpr_idx_on", .flags = F_SALU, .src = {T_B32}, .exec = gpr_idx_on},
    {.name = "s_set_gpr_idx_off", .flags = F_SALU, .exec = gpr_idx_off},
    {.name = "s_set_gpr_idx_mode", .flags = F_SALU, .exec = gpr_idx_mode},
    {.name = "s_set_gpr_idx_idx", .flags = F_SALU, .src = {T_B32}, .exec = set_index},
    {.name = "s_setvskip", .flags = F_SALU, .src = {T_B32, T_B32}, .exec = setvskip},
};
ISA_FAMILY(issue_mode, ops);
