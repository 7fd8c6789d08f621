/* The driver of scalar operations: sources in, the row's function, definedness, result and SCC out.
 *
 * In a scalar row mask_src means that SCC is a source. SCC of a row with a destination is, for the undefined bits,
 * either the result's being nonzero or, where the shadow rule is SH_ADD, a carry or overflow that any source bit can
 * change. */
#include "isa/salu.h"

static bool is_wide(enum isa_type type) {
    return isa_type_dwords(type) == 2;
}

static uint64_t extend(uint64_t v, enum isa_type type) {
    switch (type) {
    case T_I32:
        return (uint64_t)(int32_t)v;
    case T_I16:
        return (uint64_t)(int16_t)v;
    case T_U16:
        return (uint16_t)v;
    case T_B64:
    case T_U64:
    case T_I64:
        return v;
    default:
        return (uint32_t)v;
    }
}

uint64_t salu_source(struct wave *w, const struct insn *in, unsigned i, enum isa_type type, uint64_t *undef) {
    uint64_t v = scalar_src(w, in, i, type, undef);
    *undef = extend(*undef, type);
    return extend(v, type);
}

static bool is_exec(const struct operand *o) {
    return o->kind == OPND_SGPR && (o->reg == SREG_EXEC || o->reg == SREG_EXEC + 1);
}

static uint64_t check_exec(struct wave *w, const struct insn *in, uint64_t undef) {
    if (undef)
        report(w, in, CHECK_UNINIT_EXEC, NULL, 0, "bits 0x%llx of what is written to EXEC were never written",
               (unsigned long long)undef);
    return 0;
}

void salu_write(struct wave *w, const struct insn *in, const struct operand *o, enum isa_type type, uint64_t value,
                uint64_t undef) {
    if (__builtin_expect(undef != 0, 0) && is_exec(o))
        undef = check_exec(w, in, undef);
    if (is_wide(type))
        scalar_dst64(w, o, value, undef);
    else
        scalar_dst32(w, o, (uint32_t)value, (uint32_t)undef);
}

void salu_write_exec(struct wave *w, const struct insn *in, uint64_t value, uint64_t undef) {
    if (__builtin_expect(undef != 0, 0))
        check_exec(w, in, undef);
    w->s64[SREG_EXEC / 2] = value;
}

/* --- undefined bits --- */

/* Sources with their undefined bits, and whether SCC is a source that is undefined. */
struct undefined {
    uint64_t a, b, old;
    bool scc;
};

static struct salu_args evaluate(const struct salu_args *before, uint64_t a, uint64_t b, uint64_t old) {
    struct salu_args y = *before;
    y.a = a;
    y.b = b;
    y.old = old;
    y.in->op->scalar(&y);
    return y;
}

static uint64_t smear_left(uint64_t u) {
    return u ? ~((u & (0 - u)) - 1) : 0;
}

/* v with its undefined bits chosen; as a number the smallest or largest that they allow. */
static uint64_t assume(uint64_t v, uint64_t u, bool set) {
    return (v & ~u) | (set ? u : 0);
}

static uint64_t extreme(uint64_t v, uint64_t u, enum isa_type type, bool largest) {
    uint64_t sign = type == T_I32 ? ~0ull << 31 : type == T_I16 ? ~0ull << 15 : type == T_I64 ? 1ull << 63 : 0;
    return (v & ~u) | (u & (largest ? ~sign : sign)); /* signed sources and their shadows are sign-extended */
}

static uint64_t by_combinations(const struct salu_args *x, const struct undefined *u) {
    uint64_t base = evaluate(x, assume(x->a, u->a, 0), assume(x->b, u->b, 0), assume(x->old, u->old, 0)).d, differ = 0;
    for (unsigned choice = 1; choice < 8; choice++)
        differ |= base ^ evaluate(x, assume(x->a, u->a, choice & 1), assume(x->b, u->b, choice & 2),
                                  assume(x->old, u->old, choice & 4))
                             .d;
    return differ;
}

/* Whether the undefined bits of b, an amount or position, have a say: their values are tried, or each bit by itself
 * where they are many. */
static bool amount_matters(const struct salu_args *x, const struct undefined *u) {
    bool few = __builtin_popcountll(u->b) <= 8;
    struct salu_args value = evaluate(x, x->a, x->b, x->old), shadow = evaluate(x, u->a, x->b, u->old);
    for (uint64_t set = u->b; set; set = (set - 1) & u->b) {
        uint64_t b = x->b ^ (few ? set : set & (0 - set));
        struct salu_args v = evaluate(x, x->a, b, x->old), s = evaluate(x, u->a, b, u->old);
        if (v.d != value.d || v.scc != value.scc || s.d != shadow.d || s.scc != shadow.scc)
            return true;
    }
    return false;
}

static bool compare_undefined(const struct isa_op *op, const struct salu_args *x, const struct undefined *u) {
    enum isa_type ta = op->src[0], tb = op->src[1];
    switch (op->shadow) {
    case SH_EQUAL:
        return !((x->a ^ x->b) & ~(u->a | u->b));
    case SH_COMPARE:
        return evaluate(x, extreme(x->a, u->a, ta, false), extreme(x->b, u->b, tb, true), 0).scc !=
               evaluate(x, extreme(x->a, u->a, ta, true), extreme(x->b, u->b, tb, false), 0).scc;
    case SH_MOVE: /* the bit of a that b chooses */
        return amount_matters(x, u) || evaluate(x, u->a, x->b, 0).scc != evaluate(x, 0, x->b, 0).scc;
    default:
        return true;
    }
}

/* Undefined bits of the result; x are the arguments before the operation. */
static uint64_t result_undefined(const struct isa_op *op, const struct salu_args *x, const struct undefined *u) {
    uint64_t any = u->a | u->b | u->old | u->scc;
    switch (op->shadow) {
    case SH_COPY: /* bits of all sources go elsewhere */
        return evaluate(x, u->a, u->b, u->old).d;
    case SH_MOVE: /* bits of a go elsewhere, as b says: an amount, or offset and width */
        return amount_matters(x, u) ? ~0ull : evaluate(x, u->a, x->b, u->old).d;
    case SH_BITWISE: /* of the sources; s_bitset: of the destination, and a is a position */
        return op->flags & F_RMW && u->a ? ~0ull : by_combinations(x, u);
    case SH_SELECT: /* by SCC: a, else b or the destination */
        if (u->scc)
            return u->a | u->b | u->old | (x->a ^ (op->flags & F_RMW ? x->old : x->b));
        return x->scc ? u->a : op->flags & F_RMW ? u->old : u->b;
    case SH_ADD:
        return smear_left(any);
    default:
        return ~0ull;
    }
}

static void execute_undefined(struct wave *w, const struct insn *in, struct salu_args *x, const struct undefined *u) {
    const struct isa_op *op = in->op;
    struct salu_args before = *x;
    op->scalar(x);
    if (op->dst == T_NONE) {
        w->scc_undef = compare_undefined(op, &before, u);
        w->scc = x->scc;
        return;
    }
    uint64_t all = is_wide(op->dst) ? ~0ull : 0xffffffffu, undef = result_undefined(op, &before, u) & all;
    if (op->flags & F_SCC) {
        w->scc = x->scc;
        w->scc_undef = op->shadow == SH_ADD || (undef && !(x->d & ~undef & all));
    }
    salu_write(w, in, &in->opnd[0], op->dst, x->d, undef);
}

void salu_exec(struct wave *w, const struct insn *in) {
    const struct isa_op *op = in->op;
    struct salu_args x = {.scc = w->scc, .in = in, .w = w};
    struct undefined u = {.scc = op->mask_src && w->scc_undef};
    unsigned at = op->dst != T_NONE ? 1 : 0;
    if (op->src[0] != T_NONE)
        x.a = salu_source(w, in, at, op->src[0], &u.a);
    if (op->src[1] != T_NONE)
        x.b = salu_source(w, in, at + 1, op->src[1], &u.b);
    if (op->flags & F_RMW)
        x.old = salu_source(w, in, 0, op->dst, &u.old);
    if (__builtin_expect((u.a | u.b | u.old | u.scc) != 0, 0)) {
        execute_undefined(w, in, &x, &u);
        return;
    }
    op->scalar(&x);
    if (op->flags & F_SCC) {
        w->scc = x.scc;
        w->scc_undef = false;
    }
    if (op->dst != T_NONE)
        salu_write(w, in, &in->opnd[0], op->dst, x.d, 0);
}
