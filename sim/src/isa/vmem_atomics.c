/* Atomics of the buffer, global and flat segments (ISA 9.2, 10.4). sc0 asks for the value before. Printed operands:
 * buffer data, vaddr, descriptor, soffset; others [dst,] vaddr, data [, saddr]. */
#include "atomics.h"
#include "flat.h"

static const struct atomic_op *op_of(const struct insn *in) {
    return in->op->aux;
}

/* Data rows as copies: the entry that is booked may deliver older loads, and the destination may be the data. */
struct operands {
    lane_row value[4], undef[4];
    const uint32_t *v[4], *u[4];
};

static void fetch(struct wave *w, const struct insn *in, unsigned opnd, struct operands *o) {
    const struct atomic_op *op = op_of(in);
    unsigned n = op->ndw * (op->compare ? 2u : 1u);
    mem_data_rows(w, in, opnd, n, o->v, o->u, o->undef);
    for (unsigned d = 0; d < n; d++) {
        memcpy(o->value[d], o->v[d], sizeof(lane_row));
        o->v[d] = o->value[d];
        if (o->u[d] && o->u[d] != o->undef[d]) {
            memcpy(o->undef[d], o->u[d], sizeof(lane_row));
            o->u[d] = o->undef[d];
        }
    }
}

static struct pending *book(struct wave *w, const struct insn *in, unsigned counters) {
    unsigned ndw = in->mods.sc0 ? op_of(in)->ndw : 0;
    return pending_add(w, in, counters, ndw ? in->opnd[0].reg : 0, ndw, false, wave_exec(w));
}

static void buffer(struct wave *w, const struct insn *in) {
    const struct atomic_op *op = op_of(in);
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_ATOMIC;
    buffer_address(&b, 1, 4u * op->ndw, true);
    struct operands o;
    fetch(w, in, 0, &o);
    struct pending *p = book(w, in, PEND_VM);
    b.mem.exec = b.dword[op->ndw - 1] & b.dword[0];
    vmem_atomic(&b.mem, op, o.v, o.u, p->value, p->undef);
    mem_zero_lanes(p->value, p->undef, op->ndw, b.defined & ~b.mem.exec);
    mem_poison_lanes(p->value, p->undef, op->ndw, wave_exec(w) & ~b.defined);
}

static void global(struct wave *w, const struct insn *in) {
    const struct atomic_op *op = op_of(in);
    unsigned at = in->mods.sc0 ? 1 : 0;
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = (uint8_t)(4 * op->ndw);
    global_address(&a, at, at + 2);
    struct operands o;
    fetch(w, in, at + 1, &o);
    struct pending *p = book(w, in, PEND_VM);
    vmem_atomic(&a, op, o.v, o.u, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, op->ndw, wave_exec(w) & ~a.exec);
}

static void flat(struct wave *w, const struct insn *in) {
    const struct atomic_op *op = op_of(in);
    unsigned at = in->mods.sc0 ? 1 : 0;
    struct vmem_access a;
    struct flat_lanes f;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = (uint8_t)(4 * op->ndw);
    flat_split(&a, at, &f);
    struct operands o;
    fetch(w, in, at + 1, &o);
    struct pending *p = book(w, in, PEND_VM | PEND_LDS);
    a.exec = f.global;
    vmem_atomic(&a, op, o.v, o.u, p->value, p->undef);
    uint64_t missed = wave_exec(w) & ~f.defined;
    if (f.scratch) {
        struct vmem_access s;
        flat_private(&a, &f, &s);
        vmem_atomic(&s, op, o.v, o.u, p->value, p->undef);
        missed |= f.scratch & ~s.exec;
    }
    if (f.lds) {
        struct lds_access s;
        flat_shared(&a, &f, &s);
        lds_atomic(&s, op, o.v, o.u, p->value, p->undef);
    }
    mem_poison_lanes(p->value, p->undef, op->ndw, missed);
}

#define SEGMENTS(mnemonic, op)                                                                                         \
    {.name = "buffer_atomic_" mnemonic, .flags = F_VMEM | F_VMCNT | F_ATOMIC, .exec = buffer, .aux = &atomic_##op},    \
        {.name = "global_atomic_" mnemonic,                                                                            \
         .flags = F_VMEM | F_VMCNT | F_ATOMIC,                                                                         \
         .exec = global,                                                                                               \
         .aux = &atomic_##op},                                                                                         \
    {                                                                                                                  \
        .name = "flat_atomic_" mnemonic, .flags = F_VMEM | F_VMCNT | F_LGKMCNT | F_FLAT | F_ATOMIC, .exec = flat,      \
        .aux = &atomic_##op                                                                                            \
    }
#define INTEGER(mnemonic, op) SEGMENTS(mnemonic, op##32), SEGMENTS(mnemonic "_x2", op##64)

static const struct isa_op ops[] = {
    INTEGER("swap", swap),
    INTEGER("cmpswap", cmpswap),
    INTEGER("add", add),
    INTEGER("sub", sub),
    INTEGER("smin", smin),
    INTEGER("umin", umin),
    INTEGER("smax", smax),
    INTEGER("umax", umax),
    INTEGER("and", and),
    INTEGER("or", or),
    INTEGER("xor", xor),
    INTEGER("inc", inc),
    INTEGER("dec", dec),
    SEGMENTS("add_f32", add_f32),
    SEGMENTS("add_f64", add_f64),
    SEGMENTS("min_f64", min_f64),
    SEGMENTS("max_f64", max_f64),
    SEGMENTS("pk_add_f16", pk_add_f16),
    SEGMENTS("pk_add_bf16", pk_add_bf16),
};
ISA_FAMILY(vmem_atomics, ops);
