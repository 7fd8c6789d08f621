/* Scalar moves whose source or destination is counted from M0. */
#include "salu.h"

/* Register that the operand means: its number plus M0. False (and reported) when there is no such SGPR. */
static bool relative(struct wave *w, const struct insn *in, unsigned i, unsigned ndw, struct operand *o) {
    unsigned limit =
        w->wg && w->wg->run->registers.sgprs < SREG_FLAT_SCRATCH ? w->wg->run->registers.sgprs : SREG_FLAT_SCRATCH;
    *o = in->opnd[i];
    uint64_t reg = (uint64_t)o->reg + w->s[SREG_M0];
    if (w->sundef[SREG_M0])
        report(w, in, CHECK_UNINIT_ADDRESS, NULL, 0, "M0, the register index, was never written");
    if (o->kind != OPND_SGPR || reg + ndw > limit) {
        report(w, in, CHECK_REGISTER_RANGE, NULL, 0, "s%llu is meant (operand + M0), the wave has %u SGPRs",
               (unsigned long long)reg, limit);
        return false;
    }
    if (ndw == 2 && reg % 2)
        report(w, in, CHECK_REGISTER_ALIGNMENT, NULL, 0,
               "s[%u:%u] is meant (operand + M0), a pair starts at an even register", (unsigned)reg, (unsigned)reg + 1);
    o->reg = (uint16_t)reg;
    o->ndw = (uint8_t)ndw;
    if (w->npending) {
        struct insn access = *in;
        access.nranges = 1;
        access.range[0] = (struct reg_range){o->reg, o->ndw, true, i ? ROLE_SRC : ROLE_DST};
        wait_check(w, &access);
    }
    return true;
}

static void movrels(struct wave *w, const struct insn *in) {
    enum isa_type type = in->op->dst;
    struct insn direct = *in;
    if (!relative(w, in, 1, isa_type_dwords(type), &direct.opnd[1]))
        direct.opnd[1] = (struct operand){.kind = OPND_SGPR, .ndw = (uint8_t)isa_type_dwords(type)}; /* s0 */
    uint64_t undef, value = salu_source(w, &direct, 1, type, &undef);
    salu_write(w, in, &in->opnd[0], type, value, undef);
}

static void movreld(struct wave *w, const struct insn *in) {
    enum isa_type type = in->op->dst;
    struct operand to;
    uint64_t undef, value = salu_source(w, in, 1, type, &undef);
    if (relative(w, in, 0, isa_type_dwords(type), &to))
        salu_write(w, in, &to, type, value, undef);
}

static const struct isa_op ops[] = {
    {.name = "s_movrels_b32", .flags = F_SALU, .dst = T_B32, .src = {T_B32}, .exec = movrels},
    {.name = "s_movrels_b64", .flags = F_SALU, .dst = T_B64, .src = {T_B64}, .exec = movrels},
    {.name = "s_movreld_b32", .flags = F_SALU, .dst = T_B32, .src = {T_B32}, .exec = movreld},
    {.name = "s_movreld_b64", .flags = F_SALU, .dst = T_B64, .src = {T_B64}, .exec = movreld},
};
ISA_FAMILY(movrel, ops);
