/* From parsed text to an executable instruction: its row, the registers it touches and in which role, its driver. */
#include <stdio.h>
#include <string.h>

#include "mfma.h"
#include "wave.h"

static void add_range(struct insn *in, unsigned reg, unsigned ndw, bool is_sgpr, unsigned role) {
    if (in->nranges == INSN_MAX_RANGES || ndw == 0)
        return;
    in->range[in->nranges++] = (struct reg_range){(uint16_t)reg, (uint8_t)ndw, is_sgpr, (uint16_t)role};
}

static void add_operand(struct insn *in, unsigned i, unsigned role) {
    if (i >= in->noperands)
        return;
    const struct operand *o = &in->opnd[i];
    if (o->kind == OPND_VGPR || o->kind == OPND_SGPR)
        add_range(in, o->reg, o->ndw, o->kind == OPND_SGPR, role);
}

static void rest(struct insn *in, unsigned from, unsigned role) {
    for (unsigned i = from; i < in->noperands; i++)
        add_operand(in, i, role);
}

static bool starts(const char *s, const char *prefix) {
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool merges_destination(const struct insn *in) {
    const struct insn_mods *m = &in->mods;
    return (in->flags & F_HI_PRESERVE) || (m->dpp != DPP_NONE && !m->bound_ctrl) ||
           (m->encoding == ENC_SDWA ? m->dst_sel != SEL_DWORD && m->dst_unused == UNUSED_PRESERVE
                                    : (in->flags & F_SUBDWORD) != 0);
}

static void vector_roles(struct insn *in) {
    const struct isa_op *op = in->op;
    unsigned at = 0;
    if (in->flags & F_SWAP) {
        add_operand(in, 0, ROLE_DST | ROLE_SRC);
        add_operand(in, 1, ROLE_DST | ROLE_SRC);
        return;
    }
    if (op->dst != T_NONE && !(in->flags & F_NODST)) {
        unsigned role = ROLE_DST | (merges_destination(in) ? ROLE_DST_OLD : 0u);
        if (in->flags & F_RMW)
            role |= in->flags & F_DOT ? ROLE_SRC_C : ROLE_SRC;
        add_operand(in, at++, role);
    }
    if (op->mask_dst)
        add_operand(in, at++, ROLE_DST);
    bool lane_op = strcmp(op->name, "v_readlane_b32") == 0 || strcmp(op->name, "v_writelane_b32") == 0;
    for (unsigned s = 0; at < in->noperands; s++, at++) {
        unsigned role = ROLE_SRC;
        if (lane_op && s == 1)
            role = ROLE_SRC_LANESEL;
        else if (in->flags & F_DOT)
            role = s < 2 ? ROLE_SRC_AB : ROLE_SRC_C;
        else if (op->mask_src == 1 && at + 1 == in->noperands)
            role = ROLE_SRC_CARRY;
        add_operand(in, at, role);
    }
    if (op->mask_src == 2)
        add_range(in, SREG_VCC, 2, true, ROLE_SRC_CARRY);
}

static void matrix_roles(struct insn *in) {
    bool sparse = starts(in->op->name, "v_smfmac");
    add_operand(in, 0, sparse ? ROLE_DST | ROLE_SRC_C : ROLE_DST);
    add_operand(in, 1, ROLE_SRC_AB);
    add_operand(in, 2, ROLE_SRC_AB);
    add_operand(in, 3, sparse ? ROLE_SRC_AB : ROLE_SRC_C);
    rest(in, 4, ROLE_SRC_AB);
}

/* Printed order: buffer_* vdata, vaddr, srd, soffset; loads and returning atomics dst, addr, ...; others addr, data,
 * ... */
static void memory_roles(struct insn *in) {
    const char *name = in->op->name;
    bool buffer = starts(name, "buffer_") || starts(name, "tbuffer_");
    bool store = in->flags & F_STORE, atomic = in->flags & F_ATOMIC;
    bool d16 = strstr(name, "d16") != NULL;
    if ((in->flags & F_LDS_DMA) || in->mods.lds) {
        rest(in, 0, ROLE_SRC_ADDR);
        add_range(in, SREG_M0, 1, true, ROLE_SRC_ADDR);
        return;
    }
    if (!store && !atomic) {
        add_operand(in, 0, ROLE_DST | (d16 ? ROLE_DST_OLD : 0u));
        rest(in, 1, ROLE_SRC_ADDR);
        return;
    }
    bool returns = atomic && (in->mods.sc0 || in->mods.glc);
    if (buffer) {
        add_operand(in, 0, returns ? ROLE_DST | ROLE_SRC_DATA : ROLE_SRC_DATA);
        rest(in, 1, ROLE_SRC_ADDR);
        return;
    }
    unsigned at = 0;
    if (returns)
        add_operand(in, at++, ROLE_DST);
    add_operand(in, at++, ROLE_SRC_ADDR);
    add_operand(in, at++, ROLE_SRC_DATA);
    rest(in, at, ROLE_SRC_ADDR);
}

static void lds_roles(struct insn *in) {
    const char *name = in->op->name;
    bool permute = strstr(name, "permute") || strstr(name, "swizzle");
    bool returns = permute || (!(in->flags & (F_STORE | F_ATOMIC))) || strstr(name, "_rtn") ||
                   strstr(name, "consume") || strstr(name, "append");
    if (strstr(name, "addtid")) {
        add_range(in, SREG_M0, 1, true, ROLE_SRC_ADDR);
        add_operand(in, 0, in->flags & F_STORE ? ROLE_SRC_DATA : ROLE_DST);
        return;
    }
    unsigned at = 0;
    if (returns)
        add_operand(in, at++, ROLE_DST | (strstr(name, "d16") ? ROLE_DST_OLD : 0u));
    add_operand(in, at++, ROLE_SRC_ADDR);
    rest(in, at, ROLE_SRC_DATA);
}

static void scalar_memory_roles(struct insn *in) {
    unsigned at = 0;
    if ((in->flags & F_STORE) || ((in->flags & F_ATOMIC) && !in->mods.glc))
        add_operand(in, at++, ROLE_SRC_DATA);
    else if (in->op->dst != T_NONE || !starts(in->op->name, "s_dcache"))
        add_operand(in, at++, in->flags & F_ATOMIC ? ROLE_DST | ROLE_SRC_DATA : ROLE_DST);
    rest(in, at, ROLE_SRC_ADDR);
}

static void scalar_roles(struct insn *in) {
    unsigned at = 0;
    if (starts(in->op->name, "s_movrel")) { /* the operand counted from M0 is known when it runs */
        bool source = strncmp(in->op->name, "s_movrels", 9) == 0;
        add_operand(in, source ? 0 : 1, source ? ROLE_DST : ROLE_SRC);
        add_range(in, SREG_M0, 1, true, ROLE_SRC);
        return;
    }
    if (in->op->dst != T_NONE && !(in->flags & F_NODST))
        add_operand(in, at++, ROLE_DST | (in->flags & F_RMW ? ROLE_SRC : 0u));
    rest(in, at, ROLE_SRC);
}

static void not_implemented(struct wave *w, const struct insn *in) {
    report(w, in, CHECK_NOT_IMPLEMENTED, NULL, 0, "not implemented: %s", code_text(w->code, in));
    wave_end(w);
    if (w->wg)
        atomic_store(&w->wg->run->stop, true);
}

/* Sets what only the whole instruction tells: DPP form, result above bit 0, LDS DMA. */
static void refine_flags(struct insn *in) {
    const struct insn_mods *m = &in->mods;
    if (m->dpp != DPP_NONE)
        in->flags |= F_DPP;
    if (m->encoding == ENC_SDWA && m->dst_sel != SEL_DWORD && in->op->dst != T_MASK)
        in->flags |= F_SUBDWORD;
    if ((in->flags & F_VALU) && in->op->dst != T_MASK && !(m->neg_lo | m->neg_hi) && !m->has_op_sel_hi &&
        m->op_sel >> valu_printed_sources(in))
        in->flags |= F_SUBDWORD;
    if ((in->flags & F_SCALEF32) && (m->op_sel >> 2 & 1)) /* the low bit of a destination byte's number */
        in->flags |= F_SUBDWORD;
    if (m->lds && (in->flags & F_VMEM))
        in->flags |= F_LDS_DMA;
}

unsigned valu_printed_sources(const struct insn *in) {
    unsigned at = in->op->dst == T_NONE || (in->flags & F_NODST) ? 0 : 1;
    at += in->op->mask_dst ? 1 : 0;
    return in->noperands > at ? in->noperands - at - (in->op->mask_src == 1 ? 1 : 0) : 0;
}

static uint8_t class_of(const struct insn *in) {
    if (in->flags & F_MFMA)
        return strstr(in->mnemonic, "_16x16x128_f8f6f4")  ? CLASS_MFMA_16X16X128
               : strstr(in->mnemonic, "_32x32x64_f8f6f4") ? CLASS_MFMA_32X32X64
                                                          : CLASS_MFMA_OTHER;
    return in->flags & F_VALU   ? CLASS_VALU
           : in->flags & F_SMEM ? CLASS_SMEM
           : in->flags & F_VMEM ? CLASS_VMEM
           : in->flags & F_LDS  ? CLASS_LDS
                                : CLASS_SALU;
}

void insn_unknown(struct insn *in) {
    in->exec = not_implemented;
    in->slots = 1;
    in->target = UINT32_MAX;
    in->klass = CLASS_SALU;
}

bool insn_decode(const char *text, struct insn *in, char *err, unsigned long err_size) {
    insn_unknown(in);
    if (!insn_parse(text, in, err, err_size))
        return false;
    in->op = isa_find(in->mnemonic);
    if (!in->op)
        return true;
    in->flags = in->op->flags;
    refine_flags(in);
    in->klass = class_of(in);
    if (in->flags & F_MFMA)
        matrix_roles(in);
    else if (in->flags & F_VALU)
        vector_roles(in);
    else if (in->flags & F_LDS)
        lds_roles(in);
    else if (in->flags & F_SMEM)
        scalar_memory_roles(in);
    else if (in->flags & F_VMEM)
        memory_roles(in);
    else
        scalar_roles(in);
    if (strcmp(in->mnemonic, "s_nop") == 0 && in->noperands)
        in->slots = (uint8_t)((in->opnd[0].imm & 15) + 1);
    if (in->flags & F_MFMA)
        in->passes = (uint8_t)mfma_passes(in);
    in->exec = in->op->exec ? in->op->exec : in->op->scalar ? salu_exec : valu_driver(in);
    hazard_classify(in);
    return true;
}
