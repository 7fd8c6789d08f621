/* Scalar operations that combine their source with EXEC and write EXEC. */
#include "salu.h"

struct result {
    uint64_t value, undef;
};

/* Each gives EXEC and its undefined bits from source a (undefined bits u) and EXEC e, which is always defined. */
#define EXEC_FN(fn, expr, undefined)                                                                                   \
    static struct result fn(uint64_t a, uint64_t u, uint64_t e) {                                                      \
        (void)e;                                                                                                       \
        return (struct result){expr, undefined};                                                                       \
    }
EXEC_FN(and, a &e, u &e)
EXEC_FN(or, a | e, u & ~e)
EXEC_FN(xor, a ^ e, u)
EXEC_FN(andn1, ~a &e, u &e)
EXEC_FN(andn2, a & ~e, u & ~e)
EXEC_FN(orn1, ~a | e, u & ~e)
EXEC_FN(orn2, a | ~e, u &e)
EXEC_FN(nand, ~(a &e), u &e)
EXEC_FN(nor, ~(a | e), u & ~e)
EXEC_FN(xnor, ~(a ^ e), u)

static void combine(struct wave *w, const struct insn *in, struct result (*fn)(uint64_t, uint64_t, uint64_t),
                    bool save) {
    uint64_t undef, before = wave_exec(w), a = salu_source(w, in, 1, T_B64, &undef);
    struct result r = fn(a, undef, before);
    salu_write_exec(w, in, r.value, r.undef);
    salu_write(w, in, &in->opnd[0], T_B64, save ? before : r.value, save ? 0 : r.undef);
    w->scc = r.value != 0;
    w->scc_undef = r.undef && !(r.value & ~r.undef);
}

#define SAVEEXEC_FN(fn)                                                                                                \
    static void fn##_saveexec(struct wave *w, const struct insn *in) {                                                 \
        combine(w, in, fn, true);                                                                                      \
    }
#define WREXEC_FN(fn)                                                                                                  \
    static void fn##_wrexec(struct wave *w, const struct insn *in) {                                                   \
        combine(w, in, fn, false);                                                                                     \
    }
SAVEEXEC_FN(and)
SAVEEXEC_FN(or)
SAVEEXEC_FN(xor)
SAVEEXEC_FN(andn1)
SAVEEXEC_FN(andn2)
SAVEEXEC_FN(orn1)
SAVEEXEC_FN(orn2)
SAVEEXEC_FN(nand)
SAVEEXEC_FN(nor)
SAVEEXEC_FN(xnor)
WREXEC_FN(andn1)
WREXEC_FN(andn2)

#define ROW(mnemonic, fn) {.name = mnemonic, .flags = F_SALU | F_SCC, .dst = T_B64, .src = {T_B64}, .exec = fn}

static const struct isa_op ops[] = {
    ROW("s_and_saveexec_b64", and_saveexec),     ROW("s_or_saveexec_b64", or_saveexec),
    ROW("s_xor_saveexec_b64", xor_saveexec),     ROW("s_andn1_saveexec_b64", andn1_saveexec),
    ROW("s_andn2_saveexec_b64", andn2_saveexec), ROW("s_orn1_saveexec_b64", orn1_saveexec),
    ROW("s_orn2_saveexec_b64", orn2_saveexec),   ROW("s_nand_saveexec_b64", nand_saveexec),
    ROW("s_nor_saveexec_b64", nor_saveexec),     ROW("s_xnor_saveexec_b64", xnor_saveexec),
    ROW("s_andn1_wrexec_b64", andn1_wrexec),     ROW("s_andn2_wrexec_b64", andn2_wrexec),
};
ISA_FAMILY(saveexec, ops);
