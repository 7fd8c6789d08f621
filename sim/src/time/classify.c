/* Which unit runs an instruction, and for how long. What no rule names is a plain instruction of its unit. */
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum { MOST_TOGETHER = 64 }; /* instructions of one wave that are executed in one go */

static bool starts(const struct insn *in, const char *prefix) {
    return strncmp(in->mnemonic, prefix, strlen(prefix)) == 0;
}

static bool has(const struct insn *in, const char *part) {
    return strstr(in->mnemonic, part) != NULL;
}

static bool moves_lanes(const struct insn *in) {
    return starts(in, "v_permlane") || starts(in, "v_readlane") || starts(in, "v_writelane") ||
           starts(in, "v_readfirstlane");
}

static bool multiplies_32(const struct insn *in) {
    return starts(in, "v_mul_lo_") || starts(in, "v_mul_hi_u32") || starts(in, "v_mul_hi_i32") ||
           starts(in, "v_mad_u64") || starts(in, "v_mad_i64");
}

static double valu_clocks(const struct time_machine *m, const struct insn *in) {
    if (in->flags & F_TRANS)
        return m->valu_trans;
    if (in->flags & F_DOT)
        return m->valu_dot;
    if (starts(in, "v_cvt_"))
        return m->valu_convert;
    if (multiplies_32(in) && !has(in, "u16") && !has(in, "i16"))
        return m->valu_mul32;
    if (moves_lanes(in))
        return m->valu_permute;
    if (has(in, "_f64"))
        return m->valu_f64;
    return starts(in, "v_pk_") ? m->valu_packed : m->valu_plain;
}

/* LLVM's SIInstrInfo::isNeverCoissue: trans, dot products, packed math, conversions to fp8, sums of differences. */
static bool never_coissue(const struct insn *in) {
    return (in->flags & (F_TRANS | F_DOT)) || starts(in, "v_pk_") || starts(in, "v_cvt_pk_fp8_f32") ||
           starts(in, "v_cvt_pk_bf8_f32") || has(in, "qsad");
}

static void vector(const struct engine *e, const struct insn *in, struct time_insn *t) {
    t->unit = UNIT_VALU;
    t->busy = (uint16_t)valu_clocks(&e->machine, in);
    t->never_coissue = never_coissue(in);
}

static void scalar(const struct engine *e, const struct insn *in, struct time_insn *t) {
    t->unit = UNIT_SALU;
    t->saveexec = has(in, "saveexec");
    t->execz_branch = starts(in, "s_cbranch_exec");
    if (in->flags & (F_BRANCH | F_END))
        t->unit = UNIT_BRANCH;
    if (strcmp(in->mnemonic, "s_waitcnt") == 0) {
        t->unit = UNIT_INTERNAL;
        t->kind = KIND_WAIT;
    } else if (strcmp(in->mnemonic, "s_barrier") == 0) {
        t->unit = UNIT_INTERNAL;
        t->kind = KIND_BARRIER;
    } else if (starts(in, "s_endpgm")) {
        t->kind = KIND_END;
    } else if (strcmp(in->mnemonic, "s_nop") == 0) {
        t->unit = UNIT_INTERNAL;
        t->own = e->cost.interval * in->slots;
    } else if (strcmp(in->mnemonic, "s_sleep") == 0) {
        t->unit = UNIT_INTERNAL;
        t->kind = KIND_SLEEP;
        unsigned units = in->noperands ? (unsigned)in->opnd[0].imm & 127 : 0;
        t->own = e->cost.interval + units * (unsigned)e->machine.issue_sleep_unit;
    } else if (starts(in, "s_setprio")) {
        t->unit = UNIT_INTERNAL;
    } else if (starts(in, "s_sendmsg") || starts(in, "s_ttracedata")) {
        t->unit = UNIT_BRANCH;
    }
}

static bool writes_register(const struct insn *in) {
    for (unsigned i = 0; i < in->nranges; i++)
        if (in->range[i].role & ROLE_DST)
            return true;
    return false;
}

/* Neither sees nor touches anything outside the wave, and goes on to the next instruction. A wait is one of them where
 * all that it does is to hand registers over. */
static bool keeps_to_itself(const struct insn *in, const struct time_insn *t, bool lds_dma) {
    if (t->unit == UNIT_VALU || t->unit == UNIT_MFMA || t->kind == KIND_WAIT)
        return t->kind != KIND_WAIT || !lds_dma;
    bool plain = t->unit == UNIT_SALU && (writes_register(in) || (in->flags & F_SCC));
    return (plain && !starts(in, "s_getreg")) || strcmp(in->mnemonic, "s_nop") == 0;
}

static void find_runs(struct engine *e) {
    bool lds_dma = false;
    for (uint32_t i = 0; i < e->code->ninsn; i++)
        lds_dma |= (e->code->insn[i].flags & F_LDS_DMA) != 0;
    unsigned run = 0;
    for (uint32_t i = e->code->ninsn; i-- > 0;) {
        bool own = keeps_to_itself(&e->code->insn[i], &e->insn[i], lds_dma);
        run = own && run < MOST_TOGETHER ? run + 1 : own;
        e->insn[i].run = (uint16_t)(run ? run : 1);
    }
}

bool classify(struct engine *e) {
    free(e->insn);
    e->insn = calloc(e->code->ninsn + 1u, sizeof *e->insn);
    if (!e->insn)
        return false;
    unsigned line = (unsigned)e->machine.fetch_line_bytes;
    for (uint32_t i = 0; i < e->code->ninsn; i++) {
        const struct insn *in = &e->code->insn[i];
        struct time_insn *t = &e->insn[i];
        t->busy = (uint16_t)e->cost.interval;
        t->own = e->cost.interval;
        t->line = in->pc / line;
        t->line2 = (in->pc + (in->size ? in->size : 4u) - 1) / line;
        if (in->flags & F_MFMA) {
            t->unit = UNIT_MFMA;
            t->busy = (uint16_t)((in->passes ? in->passes : 1) * e->cost.mfma_pass);
        } else if (in->flags & F_VALU) {
            vector(e, in, t);
        } else if (in->flags & F_SMEM) {
            t->unit = UNIT_SMEM;
            bool one = !in->op || in->op->data <= 1;
            t->lgkm = in->flags & F_LGKMCNT ? (one ? 1 : 2) : 0;
        } else if (in->flags & F_VMEM) {
            t->unit = UNIT_VMEM;
            t->memory = true;
            t->lgkm = in->flags & F_FLAT ? 1 : 0;
        } else if (in->flags & F_LDS) {
            t->unit = UNIT_LDS;
            t->memory = true;
            t->lgkm = in->flags & F_LGKMCNT ? 1 : 0;
        } else {
            scalar(e, in, t);
        }
    }
    find_runs(e);
    return true;
}
