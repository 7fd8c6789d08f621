/* Shorthand for the tables of scalar operations. In the body, a and b are the sources and x the salu_args. */
#ifndef GFX950SIM_SALU_H
#define GFX950SIM_SALU_H

#include "../wave.h"

#define SALU_FN(fn, ...)                                                                                               \
    static void fn(struct salu_args *x) {                                                                              \
        const uint64_t a = x->a, b = x->b;                                                                             \
        (void)a, (void)b;                                                                                              \
        __VA_ARGS__;                                                                                                   \
    }

/* SCC says whether the result is other than zero. */
#define SALU_FN_NZ32(fn, expr) SALU_FN(fn, x->d = (uint32_t)(expr), x->scc = x->d != 0)
#define SALU_FN_NZ64(fn, expr) SALU_FN(fn, x->d = (expr), x->scc = x->d != 0)

/* Writes a scalar destination of 32 bits (T_B32 and the like) or 64. EXEC that becomes undefined is reported. */
void salu_write(struct wave *w, const struct insn *in, const struct operand *o, enum isa_type type, uint64_t value,
                uint64_t undef);
/* EXEC from an instruction that names it implicitly. */
void salu_write_exec(struct wave *w, const struct insn *in, uint64_t value, uint64_t undef);
/* Operand i, sign-extended for signed types. */
uint64_t salu_source(struct wave *w, const struct insn *in, unsigned i, enum isa_type type, uint64_t *undef);

#endif
