#define _GNU_SOURCE
/* Wait states. Instructions are classed once, when decoded; at run time a short ring of producers is compared. */
#include "hazard.h"
#include "../mfma.h"
#include "../settings.h"
#include "../wave.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum class {
    C_NONE,
    C_ANY,
    C_VALU,
    C_VALU_NODOT,
    C_DOT,
    C_TRANS,
    C_NONTRANS,
    C_CMPX,
    C_LANE_OP,
    C_READLANE,
    C_LANE_MOVE,
    C_SWAP,
    C_DPP,
    C_DIV_FMAS,
    C_SUBDWORD,
    C_SCALEF32,
    C_SALU,
    C_SETREG,
    C_GETREG,
    C_RFE,
    C_SENDMSG,
    C_VMEM,
    C_MEM,
    C_LDS_DMA,
    C_STORE_WIDE,
    C_NONVALU,
    C_VALU_OR_MFMA,
    C_XDL,
    C_XDL2,
    C_XDL4,
    C_XDL8,
    C_XDL16,
    C_SGEMM,
    C_SGEMM2,
    C_SGEMM8,
    C_SGEMM16,
    C_SDGEMM,
    C_DGEMM4,
    C_DGEMM16,
    C_MFMA,
    C_MEM_OR_AB,
    C_SAME_OPCODE,
    C_OTHER_OPCODE,
};

enum role_pred {
    P_NONE,
    P_ANY,
    P_VDST,
    P_VSRC,
    P_VANY,
    P_SDST,
    P_SSRC,
    P_VCC,
    P_EXEC,
    P_M0,
    P_HWREG,
    P_VCC_OR_EXEC,
    P_ZERO_FLAG,
    P_EXEC_DATA,
    P_LANE_SELECT,
    P_DATA,
    P_SRCC,
    P_SRCAB,
    P_SRCC_SAME,
    P_SRCC_OTHER_OP,
    P_SRCC_OVERLAP,
    P_SRCC_ANY,
    P_VDST_NOT_MFMA,
    P_CARRY,
};

struct name {
    const char *name;
    int value;
};

static const struct name class_names[] = {
    {"any", C_ANY},
    {"valu", C_VALU},
    {"valu_nodot", C_VALU_NODOT},
    {"dot", C_DOT},
    {"trans", C_TRANS},
    {"nontrans_valu", C_NONTRANS},
    {"v_cmpx", C_CMPX},
    {"lane_op", C_LANE_OP},
    {"readlane", C_READLANE},
    {"lane_move", C_LANE_MOVE},
    {"permlane_swap", C_SWAP},
    {"dpp", C_DPP},
    {"div_fmas", C_DIV_FMAS},
    {"subdword_high", C_SUBDWORD},
    {"cvt_scalef32_subdword", C_SCALEF32},
    {"salu", C_SALU},
    {"s_setreg", C_SETREG},
    {"s_getreg", C_GETREG},
    {"s_rfe", C_RFE},
    {"sendmsg", C_SENDMSG},
    {"vmem", C_VMEM},
    {"mem", C_MEM},
    {"lds_dma", C_LDS_DMA},
    {"store_wide", C_STORE_WIDE},
    {"nonvalu", C_NONVALU},
    {"valu_or_mfma", C_VALU_OR_MFMA},
    {"xdl", C_XDL},
    {"xdl2", C_XDL2},
    {"xdl4", C_XDL4},
    {"xdl8", C_XDL8},
    {"xdl16", C_XDL16},
    {"sgemm", C_SGEMM},
    {"sgemm2", C_SGEMM2},
    {"sgemm8", C_SGEMM8},
    {"sgemm16", C_SGEMM16},
    {"sdgemm", C_SDGEMM},
    {"dgemm4", C_DGEMM4},
    {"dgemm16", C_DGEMM16},
    {"mfma", C_MFMA},
    {"mem_or_mfma_ab", C_MEM_OR_AB},
    {"same_opcode", C_SAME_OPCODE},
    {"not_same_opcode", C_OTHER_OPCODE},
};

static const struct name role_names[] = {
    {"any", P_ANY},
    {"vdst", P_VDST},
    {"vsrc", P_VSRC},
    {"vany", P_VANY},
    {"sdst", P_SDST},
    {"ssrc", P_SSRC},
    {"vcc", P_VCC},
    {"exec", P_EXEC},
    {"m0", P_M0},
    {"hwreg", P_HWREG},
    {"vcc_or_exec", P_VCC_OR_EXEC},
    {"zero_flag", P_ZERO_FLAG},
    {"exec_data", P_EXEC_DATA},
    {"lane_select", P_LANE_SELECT},
    {"data", P_DATA},
    {"srcc", P_SRCC},
    {"srcab", P_SRCAB},
    {"srcc_same", P_SRCC_SAME},
    {"srcc_other_op", P_SRCC_OTHER_OP},
    {"srcc_overlap", P_SRCC_OVERLAP},
    {"srcc_any", P_SRCC_ANY},
    {"vdst_not_mfma", P_VDST_NOT_MFMA},
    {"carry", P_CARRY},
};

struct row {
    const char *producer, *producer_operand, *consumer, *consumer_operand;
};

const struct hazard_rule hazard_rules[] = {
#define HAZARD(i, rule, p, po, c, co, waits, llvm, own, compiled, foreign, source) {rule, waits, llvm, source},
#include "hazards.inc"
#undef HAZARD
};
const unsigned hazard_rule_count = sizeof hazard_rules / sizeof *hazard_rules;

static const struct row rows[] = {
#define HAZARD(i, rule, p, po, c, co, waits, llvm, own, compiled, foreign, source) {p, po, c, co},
#include "hazards.inc"
#undef HAZARD
};
enum { NROWS = sizeof rows / sizeof *rows };
_Static_assert(NROWS <= 128, "hazard rows are bits of two 64-bit words");

static struct {
    uint8_t producer, producer_operand, consumer, consumer_operand;
} rule[NROWS];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int lookup(const struct name *names, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i].name, name) == 0)
            return names[i].value;
    fprintf(stderr, "gfx950sim: configs/hazards.csv uses '%s', which check/hazard.c does not know\n", name);
    abort();
}

static void resolve(void) {
    size_t nc = sizeof class_names / sizeof *class_names, nr = sizeof role_names / sizeof *role_names;
    for (unsigned i = 0; i < NROWS; i++) {
        rule[i].producer = (uint8_t)lookup(class_names, nc, rows[i].producer);
        rule[i].producer_operand = (uint8_t)lookup(role_names, nr, rows[i].producer_operand);
        rule[i].consumer = (uint8_t)lookup(class_names, nc, rows[i].consumer);
        rule[i].consumer_operand = (uint8_t)lookup(role_names, nr, rows[i].consumer_operand);
    }
}

unsigned hazard_waits(unsigned r) {
    const struct hazard_rule *h = &hazard_rules[r];
    return settings.preset == PRESET_COMPILED && h->llvm_waits < h->waits ? h->llvm_waits : h->waits;
}

static bool named(const struct insn *in, const char *prefix) {
    return strncmp(in->mnemonic, prefix, strlen(prefix)) == 0;
}

/* More than 64 bits of data, or a 64-bit compare and swap; an SGPR soffset exempts a buffer store. */
static bool store_wide(const struct insn *in) {
    if (!(in->flags & F_VMEM) || !(in->flags & (F_STORE | F_ATOMIC)))
        return false;
    for (unsigned i = 0; i < in->nranges; i++)
        if (!in->range[i].is_sgpr && (in->range[i].role & ROLE_SRC_DATA) && in->range[i].ndw > 2) {
            bool buffer = named(in, "buffer_") || named(in, "tbuffer_");
            return !(buffer && in->noperands > 3 && in->opnd[3].kind == OPND_SGPR);
        }
    return false;
}

static bool xdl_of(const struct insn *in, uint32_t flag, unsigned passes) {
    return (in->flags & flag) && in->passes == passes;
}

static bool in_class(const struct insn *in, enum class c) {
    uint32_t f = in->flags;
    switch (c) {
    case C_ANY:
        return true;
    case C_VALU:
        return f & F_VALU;
    case C_VALU_NODOT:
        return (f & F_VALU) && !(f & F_DOT);
    case C_DOT:
        return f & F_DOT;
    case C_TRANS:
        return f & F_TRANS;
    case C_NONTRANS:
        return (f & F_VALU) && !(f & F_TRANS);
    case C_CMPX:
        return f & F_CMPX;
    case C_LANE_OP:
        return named(in, "v_readlane") || named(in, "v_writelane");
    case C_READLANE:
        return f & F_READLANE;
    case C_LANE_MOVE:
        return named(in, "v_readlane") || named(in, "v_writelane") || named(in, "v_readfirstlane") ||
               named(in, "v_permlane");
    case C_SWAP:
        return named(in, "v_permlane16_swap") || named(in, "v_permlane32_swap");
    case C_DPP:
        return f & F_DPP;
    case C_DIV_FMAS:
        return named(in, "v_div_fmas");
    case C_SUBDWORD:
        return (f & F_SUBDWORD) && !(f & F_SCALEF32 && !in->mods.op_sel);
    case C_SCALEF32:
        return (f & F_SCALEF32) && in->op && (in->op->flags & F_HI_PRESERVE || f & F_SUBDWORD);
    case C_SALU:
        return (f & F_SALU) && !(f & F_BRANCH);
    case C_SETREG:
        return named(in, "s_setreg");
    case C_GETREG:
        return named(in, "s_getreg");
    case C_RFE:
        return named(in, "s_rfe");
    case C_SENDMSG:
        return named(in, "s_sendmsg") || named(in, "s_movrel");
    case C_VMEM:
        return f & F_VMEM;
    case C_MEM:
        return f & (F_VMEM | F_LDS);
    case C_LDS_DMA:
        return (f & F_LDS_DMA) || ((f & F_LDS) && strstr(in->mnemonic, "addtid"));
    case C_STORE_WIDE:
        return store_wide(in);
    case C_NONVALU:
        return !(f & (F_VALU | F_MFMA));
    case C_VALU_OR_MFMA:
        return f & (F_VALU | F_MFMA);
    case C_XDL:
        return f & F_XDL;
    case C_XDL2:
        return xdl_of(in, F_XDL, 2);
    case C_XDL4:
        return xdl_of(in, F_XDL, 4);
    case C_XDL8:
        return xdl_of(in, F_XDL, 8);
    case C_XDL16:
        return xdl_of(in, F_XDL, 16);
    case C_SGEMM:
        return f & F_SGEMM;
    case C_SGEMM2:
        return xdl_of(in, F_SGEMM, 2);
    case C_SGEMM8:
        return xdl_of(in, F_SGEMM, 8);
    case C_SGEMM16:
        return xdl_of(in, F_SGEMM, 16);
    case C_SDGEMM:
        return f & (F_SGEMM | F_DGEMM);
    case C_DGEMM4:
        return (f & F_DGEMM) && strstr(in->mnemonic, "4x4x4");
    case C_DGEMM16:
        return (f & F_DGEMM) && strstr(in->mnemonic, "16x16x4");
    case C_MFMA:
        return f & F_MFMA;
    case C_MEM_OR_AB:
        return f & (F_VMEM | F_LDS | F_MFMA);
    case C_SAME_OPCODE:
        return f & F_DOT;
    case C_OTHER_OPCODE:
        return f & (F_VALU | F_VMEM | F_LDS);
    default:
        return false;
    }
}

enum {
    ROLE_ANY_SRC =
        ROLE_SRC | ROLE_SRC_ADDR | ROLE_SRC_DATA | ROLE_SRC_AB | ROLE_SRC_C | ROLE_SRC_LANESEL | ROLE_SRC_CARRY
};

/* The ranges that a role predicate speaks of: file and role mask. False when it is about something else. */
static bool role_mask(const struct insn *in, enum class c, enum role_pred p, bool *is_sgpr, unsigned *mask) {
    *is_sgpr = false;
    switch (p) {
    case P_VDST:
        *mask = ROLE_DST;
        return true;
    case P_VSRC:
        *mask = c == C_MEM_OR_AB && (in->flags & F_MFMA) ? ROLE_SRC_AB : ROLE_ANY_SRC | ROLE_DST_OLD;
        return true;
    case P_VANY:
        *mask = ROLE_ANY_SRC | ROLE_DST;
        return true;
    case P_VDST_NOT_MFMA:
        *mask = in->flags & F_MFMA ? 0 : ROLE_DST;
        return true;
    case P_DATA:
        *mask = ROLE_SRC_DATA;
        return true;
    case P_SRCC:
    case P_SRCC_SAME:
    case P_SRCC_OTHER_OP:
    case P_SRCC_OVERLAP:
    case P_SRCC_ANY:
        *mask = ROLE_SRC_C;
        return true;
    case P_SRCAB:
        *mask = ROLE_SRC_AB;
        return true;
    case P_SDST:
        *is_sgpr = true;
        *mask = ROLE_DST;
        return true;
    case P_SSRC:
        *is_sgpr = true;
        *mask = ROLE_SRC | ROLE_SRC_ADDR | ROLE_SRC_AB | ROLE_SRC_C | ROLE_SRC_DATA;
        return true;
    case P_CARRY:
        *is_sgpr = true;
        *mask = ROLE_SRC_CARRY;
        return true;
    case P_LANE_SELECT:
        *is_sgpr = true;
        *mask = ROLE_SRC_LANESEL;
        return true;
    default:
        return false;
    }
}

static bool touches_sgpr(const struct insn *in, unsigned reg, unsigned mask) {
    for (unsigned i = 0; i < in->nranges; i++) {
        const struct reg_range *r = &in->range[i];
        if (r->is_sgpr && (r->role & mask) && reg >= r->reg && reg < (unsigned)r->reg + r->ndw)
            return true;
    }
    return false;
}

static bool touches_pair(const struct insn *in, unsigned reg, unsigned mask) {
    return touches_sgpr(in, reg, mask) || touches_sgpr(in, reg + 1, mask);
}

/* Whether the instruction has the operand at all. */
static bool has_role(const struct insn *in, enum class c, enum role_pred p, bool producer) {
    bool is_sgpr;
    unsigned mask;
    if (role_mask(in, c, p, &is_sgpr, &mask)) {
        for (unsigned i = 0; i < in->nranges; i++)
            if (in->range[i].is_sgpr == is_sgpr && (in->range[i].role & mask))
                return true;
        return false;
    }
    unsigned way = producer ? (unsigned)ROLE_DST : (unsigned)ROLE_ANY_SRC;
    switch (p) {
    case P_VCC:
        return touches_pair(in, SREG_VCC, way);
    case P_M0:
        return producer ? touches_sgpr(in, SREG_M0, ROLE_DST) : true;
    case P_EXEC:
        return producer ? (in->flags & F_CMPX) || touches_pair(in, SREG_EXEC, ROLE_DST) : true;
    case P_EXEC_DATA:
        return touches_pair(in, SREG_EXEC, ROLE_SRC | ROLE_SRC_CARRY);
    case P_VCC_OR_EXEC:
        return touches_pair(in, SREG_VCC, ROLE_DST) || (in->flags & F_CMPX);
    case P_ZERO_FLAG:
        for (unsigned i = 0; i < in->noperands; i++)
            if (in->opnd[i].kind == OPND_SPECIAL && (in->opnd[i].reg == SREG_VCCZ || in->opnd[i].reg == SREG_EXECZ))
                return true;
        return false;
    case P_HWREG:
    case P_ANY:
        return true;
    default:
        return false;
    }
}

void hazard_classify(struct insn *in) {
    pthread_once(&once, resolve);
    unsigned span = 0;
    for (unsigned i = 0; i < NROWS; i++) {
        if (in_class(in, rule[i].producer) && has_role(in, rule[i].producer, rule[i].producer_operand, true)) {
            in->haz_produces[i / 64] |= 1ull << (i % 64);
            if (hazard_rules[i].waits > span)
                span = hazard_rules[i].waits;
        }
        if (in_class(in, rule[i].consumer) && has_role(in, rule[i].consumer, rule[i].consumer_operand, false))
            in->haz_consumes[i / 64] |= 1ull << (i % 64);
    }
    in->haz_span = (uint8_t)span;
}

static int hwreg_id(const struct insn *in) {
    for (unsigned i = 0; i < in->noperands; i++)
        if (in->opnd[i].kind == OPND_HWREG)
            return (int)(in->opnd[i].imm & 63);
    return -1;
}

static bool accumulator_matches(enum role_pred p, const struct insn *from, const struct insn *to,
                                const struct reg_range *a, const struct reg_range *b) {
    bool equal = a->reg == b->reg && a->ndw == b->ndw;
    bool same_op = from->op == to->op && from->passes == to->passes;
    switch (p) {
    case P_SRCC_SAME:
        return equal && same_op;
    case P_SRCC_OTHER_OP:
        return equal && !same_op;
    case P_SRCC_OVERLAP:
        return !equal;
    default:
        return true;
    }
}

bool hazard_overlap(unsigned r, const struct insn *from, const struct insn *to, int *reg, bool *is_sgpr) {
    bool fs, ts;
    unsigned fm, tm;
    *reg = -1;
    *is_sgpr = true;
    enum role_pred po = rule[r].producer_operand, co = rule[r].consumer_operand;
    if (rule[r].consumer == C_SAME_OPCODE && from->op != to->op)
        return false;
    if (rule[r].consumer == C_OTHER_OPCODE && from->op == to->op)
        return false;
    if (po == P_HWREG)
        return co != P_HWREG || hwreg_id(from) == hwreg_id(to);
    if (!role_mask(from, rule[r].producer, po, &fs, &fm) || !role_mask(to, rule[r].consumer, co, &ts, &tm))
        return true; /* VCC, EXEC, M0: having the operand is touching it */
    for (unsigned i = 0; i < from->nranges; i++)
        for (unsigned k = 0; k < to->nranges; k++) {
            const struct reg_range *a = &from->range[i], *b = &to->range[k];
            if (a->is_sgpr != fs || b->is_sgpr != ts || fs != ts || !(a->role & fm) || !(b->role & tm))
                continue;
            if (a->reg >= b->reg + b->ndw || b->reg >= a->reg + a->ndw)
                continue;
            if (!accumulator_matches(co, from, to, a, b))
                continue;
            *reg = a->reg > b->reg ? a->reg : b->reg;
            *is_sgpr = fs;
            return true;
        }
    return false;
}

/* --- run time --- */

static void complain(struct wave *w, unsigned r, const struct insn *from, const struct insn *to, unsigned have, int reg,
                     bool is_sgpr) {
    char name[16] = "";
    if (reg >= 0)
        snprintf(name, sizeof name, " on %s%d",
                 is_sgpr           ? "s"
                 : reg >= REG_ACC0 ? "a"
                                   : "v",
                 !is_sgpr && reg >= REG_ACC0 ? reg - REG_ACC0 : reg);
    unsigned need = hazard_waits(r);
    report(w, to, CHECK_HAZARD0 + r, from, 0, "%u wait states%s, %u needed: put s_nop %u before it", have, name, need,
           need - have - 1);
}

void hazard_check(struct wave *w, const struct insn *in) {
    for (unsigned n = 0; n < w->haz_count; n++) {
        const struct hazard_entry *e = &w->haz[(w->haz_head + HAZARD_RING - 1 - n) % HAZARD_RING];
        unsigned have = (unsigned)(w->slot - e->slot) - e->in->slots;
        for (int word = 0; word < 2; word++) {
            uint64_t both = e->in->haz_produces[word] & in->haz_consumes[word];
            for (; both; both &= both - 1) {
                unsigned r = (unsigned)(word * 64 + __builtin_ctzll(both));
                int reg;
                bool is_sgpr;
                if (have < hazard_waits(r) && hazard_overlap(r, e->in, in, &reg, &is_sgpr))
                    complain(w, r, e->in, in, have, reg, is_sgpr);
            }
        }
    }
}

void hazard_produce(struct wave *w, const struct insn *in) {
    w->haz_active[0] = in->haz_produces[0];
    w->haz_active[1] = in->haz_produces[1];
    unsigned kept = 0;
    for (; kept < w->haz_count && kept < HAZARD_RING - 1; kept++) {
        const struct hazard_entry *e = &w->haz[(w->haz_head + HAZARD_RING - 1 - kept) % HAZARD_RING];
        if (w->slot > e->slot + 24) /* past the longest rule */
            break;
        if (e->expiry > w->slot) {
            w->haz_active[0] |= e->in->haz_produces[0];
            w->haz_active[1] |= e->in->haz_produces[1];
        }
    }
    w->haz[w->haz_head] = (struct hazard_entry){in, w->slot, w->slot + in->slots + in->haz_span};
    w->haz_head = (w->haz_head + 1) % HAZARD_RING;
    w->haz_count = kept + 1;
}
