#include "registers.h"
#include "../machine.h"

struct register_counts kernel_register_counts(const struct kernel *k) {
    unsigned total = ((k->rsrc1 & 63) + 1) * VGPR_GRANULE, offset = ((k->rsrc3 & 63) + 1) * 4;
    struct register_counts c;
    c.arch_vgprs = offset < total ? offset : total;
    c.acc_vgprs = total > offset ? total - offset : 0;
    if (c.arch_vgprs > 256)
        c.arch_vgprs = 256;
    if (c.acc_vgprs > 256)
        c.acc_vgprs = 256;
    /* rsrc1 counts VCC, FLAT_SCRATCH and XNACK_MASK too; they are not told apart here */
    c.sgprs = ((k->rsrc1 >> 6 & 15) / 2 + 1) * 16;
    if (c.sgprs > SREG_FLAT_SCRATCH)
        c.sgprs = SREG_FLAT_SCRATCH;
    return c;
}

static void past_count(struct wave *w, const struct insn *in, const char *file, unsigned last, unsigned allotted,
                       const char *kind) {
    if (last >= allotted)
        report(w, in, CHECK_REGISTER_RANGE, NULL, 0, "%s%u is used, the descriptor allots %u %s", file, last, allotted,
               kind);
}

void register_check(struct wave *w, const struct insn *in, const struct register_counts *c) {
    for (unsigned i = 0; i < in->nranges; i++) {
        const struct reg_range *r = &in->range[i];
        unsigned last = r->reg + r->ndw - 1u;
        if (r->is_sgpr) {
            if (r->reg < SREG_FLAT_SCRATCH)
                past_count(w, in, "s", last, c->sgprs, "SGPRs");
            continue;
        }
        if (r->reg >= REG_ACC0)
            past_count(w, in, "a", last - REG_ACC0, c->acc_vgprs, "AccVGPRs");
        else
            past_count(w, in, "v", last, c->arch_vgprs, "VGPRs");
        if (r->ndw > 1 && r->reg % 2 && strcmp(in->mnemonic, "ds_read_b96_tr_b6") != 0)
            report(w, in, CHECK_REGISTER_ALIGNMENT, NULL, 0, "a tuple of %u registers starts at %s%u", r->ndw,
                   r->reg >= REG_ACC0 ? "a" : "v", r->reg & 255u);
    }
}
