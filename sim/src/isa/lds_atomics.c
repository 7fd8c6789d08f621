/* LDS atomics (ISA 12.12). Printed operands: [dst,] address, data [, second datum]. */
#include "../lds.h"
#include "atomics.h"

enum shape {
    PLAIN,   /* one datum */
    TWO,     /* two: mask and value, threshold and addend */
    REVERSED /* compare first, then the new value: the opposite of vector memory */
};

/* Registers of a datum as rows of a and the second datum behind them, as struct atomic_op wants them. */
static void fetch(struct wave *w, const struct insn *in, unsigned at, const struct atomic_op *op, bool reversed,
                  const uint32_t **v, const uint32_t **u, lane_row *utmp) {
    unsigned n = op->ndw, first = reversed ? at + 1 : at, second = reversed ? at : at + 1;
    mem_data_rows(w, in, first, n, v, u, utmp);
    if (op->compare)
        mem_data_rows(w, in, second, n, v + n, u + n, utmp + n);
}

static void address(struct lds_access *a, unsigned opnd, uint32_t offset) {
    lane_row tmp;
    const uint32_t *row = vsrc_row(a->w, a->in, opnd, 0, tmp);
    for (int i = 0; i < LANES; i++)
        a->addr[i] = row[i] + offset;
}

static void run(struct wave *w, const struct insn *in, bool returns) {
    const struct atomic_op *op = in->op->aux;
    unsigned at = returns ? 1 : 0;
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = (uint8_t)(4 * op->ndw);
    a.exec = mem_address_defined(w, in, at, wave_exec(w));
    address(&a, at, (uint32_t)in->mods.offset);
    const uint32_t *v[4], *u[4];
    lane_row utmp[4];
    fetch(w, in, at + 1, op, in->op->data == REVERSED, v, u, utmp);
    lane_row old[2], old_undef[2];
    lds_atomic(&a, op, v, u, returns ? old : NULL, old_undef);
    struct pending *p =
        pending_add(w, in, PEND_LDS, returns ? in->opnd[0].reg : 0, returns ? op->ndw : 0, false, wave_exec(w));
    if (!returns)
        return;
    memcpy(p->value, old, sizeof(lane_row) * op->ndw);
    memcpy(p->undef, old_undef, sizeof(lane_row) * op->ndw);
    mem_poison_lanes(p->value, p->undef, op->ndw, p->exec & ~a.exec);
}

static void update(struct wave *w, const struct insn *in) {
    run(w, in, false);
}
static void update_rtn(struct wave *w, const struct insn *in) {
    run(w, in, true);
}

/* Two exchanges at two offsets in units of the datum (ST64: of 64 data). */
static void exchange2(struct wave *w, const struct insn *in) {
    const struct atomic_op *op = in->op->aux;
    uint32_t unit = 4u * op->ndw * (in->op->data ? in->op->data : 1u);
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = (uint8_t)(4 * op->ndw);
    a.exec = mem_address_defined(w, in, 1, wave_exec(w));
    lane_row old[4], old_undef[4];
    for (unsigned half = 0; half < 2; half++) {
        address(&a, 1, (half ? in->mods.offset1 : in->mods.offset0) * unit);
        const uint32_t *v[2], *u[2];
        lane_row utmp[2];
        mem_data_rows(w, in, 2 + half, op->ndw, v, u, utmp);
        lds_atomic(&a, op, v, u, old + half * op->ndw, old_undef + half * op->ndw);
    }
    unsigned n = 2u * op->ndw;
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, n, false, wave_exec(w));
    memcpy(p->value, old, sizeof(lane_row) * n);
    memcpy(p->undef, old_undef, sizeof(lane_row) * n);
    mem_poison_lanes(p->value, p->undef, n, p->exec & ~a.exec);
}

/* Exchanges each dword whose datum has bit 31 set, and clears that bit. */
static uint64_t conditional(uint64_t old, uint64_t data, uint64_t compare) {
    (void)compare;
    uint64_t low = data >> 31 & 1 ? data & 0x7fffffff : old & 0xffffffff;
    uint64_t high = data >> 63 ? data >> 32 & 0x7fffffff : old >> 32;
    return low | high << 32;
}
static const struct atomic_op condxchg = {.fn = conditional, .ndw = 2};

static void conditional_exchange(struct wave *w, const struct insn *in) {
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = 8;
    a.exec = mem_address_defined(w, in, 1, wave_exec(w));
    address(&a, 1, (uint32_t)in->mods.offset);
    for (int i = 0; i < LANES; i++)
        a.addr[i] &= 0xfff8;
    const uint32_t *v[2], *u[2];
    lane_row utmp[2], old[2], old_undef[2];
    mem_data_rows(w, in, 2, 2, v, u, utmp);
    lds_atomic(&a, &condxchg, v, u, old, old_undef);
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 2, false, wave_exec(w));
    memcpy(p->value, old, sizeof old);
    memcpy(p->undef, old_undef, sizeof old_undef);
    mem_poison_lanes(p->value, p->undef, 2, p->exec & ~a.exec);
}

/* Adds (subtracts) the number of active lanes to one dword; all of them get the value before. ISA 12.12 names only the
 * instruction's offset for LDS, LLVM passes the pointer in M0: M0[15:0] counts when it is defined. */
static void count_lanes(struct wave *w, const struct insn *in) {
    uint64_t exec = wave_exec(w);
    lane_row data, old[1], old_undef[1];
    memset(old, 0, sizeof old);
    memset(old_undef, 0, sizeof old_undef);
    if (exec) {
        struct lds_access a;
        unsigned first = (unsigned)__builtin_ctzll(exec);
        a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = 4, a.exec = 1ull << first;
        uint32_t base = w->sundef[SREG_M0] & 0xffff ? 0 : w->s[SREG_M0] & 0xffff;
        for (int i = 0; i < LANES; i++) {
            a.addr[i] = base + (uint32_t)in->mods.offset;
            data[i] = (uint32_t)__builtin_popcountll(exec);
        }
        const uint32_t *v[1] = {data}, *u[1] = {NULL};
        lds_atomic(&a, in->op->aux, v, u, old, old_undef);
        for (int i = 0; i < LANES; i++) {
            old[0][i] = old[0][first];
            old_undef[0][i] = old_undef[0][first];
        }
    }
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 1, false, exec);
    memcpy(p->value, old, sizeof old);
    memcpy(p->undef, old_undef, sizeof old_undef);
}

#define FLAGS (F_LDS | F_LGKMCNT | F_ATOMIC)
#define OP(mnemonic, type, op, shape)                                                                                  \
    {.name = "ds_" mnemonic "_" type, .flags = FLAGS, .exec = update, .aux = &atomic_##op, .data = shape}, {           \
        .name = "ds_" mnemonic "_rtn_" type, .flags = FLAGS, .exec = update_rtn, .aux = &atomic_##op, .data = shape    \
    }
#define RTN(mnemonic, op, shape)                                                                                       \
    {.name = "ds_" mnemonic, .flags = FLAGS, .exec = update_rtn, .aux = &atomic_##op, .data = shape}
#define EXCHANGE2(mnemonic, op, stride)                                                                                \
    {.name = "ds_" mnemonic, .flags = FLAGS, .exec = exchange2, .aux = &atomic_##op, .data = stride}

static const struct isa_op ops[] = {
    OP("add", "u32", add32, PLAIN),
    OP("add", "u64", add64, PLAIN),
    OP("sub", "u32", sub32, PLAIN),
    OP("sub", "u64", sub64, PLAIN),
    OP("rsub", "u32", rsub32, PLAIN),
    OP("rsub", "u64", rsub64, PLAIN),
    OP("inc", "u32", inc32, PLAIN),
    OP("inc", "u64", inc64, PLAIN),
    OP("dec", "u32", dec32, PLAIN),
    OP("dec", "u64", dec64, PLAIN),
    OP("min", "i32", smin32, PLAIN),
    OP("min", "i64", smin64, PLAIN),
    OP("max", "i32", smax32, PLAIN),
    OP("max", "i64", smax64, PLAIN),
    OP("min", "u32", umin32, PLAIN),
    OP("min", "u64", umin64, PLAIN),
    OP("max", "u32", umax32, PLAIN),
    OP("max", "u64", umax64, PLAIN),
    OP("and", "b32", and32, PLAIN),
    OP("and", "b64", and64, PLAIN),
    OP("or", "b32", or32, PLAIN),
    OP("or", "b64", or64, PLAIN),
    OP("xor", "b32", xor32, PLAIN),
    OP("xor", "b64", xor64, PLAIN),
    OP("mskor", "b32", mskor32, TWO),
    OP("mskor", "b64", mskor64, TWO),
    OP("cmpst", "b32", cmpswap32, REVERSED),
    OP("cmpst", "b64", cmpswap64, REVERSED),
    OP("cmpst", "f32", cmpswap_f32, REVERSED),
    OP("cmpst", "f64", cmpswap_f64, REVERSED),
    OP("min", "f32", min_f32, PLAIN),
    OP("min", "f64", min_f64, PLAIN),
    OP("max", "f32", max_f32, PLAIN),
    OP("max", "f64", max_f64, PLAIN),
    OP("add", "f32", add_f32, PLAIN),
    OP("add", "f64", add_f64, PLAIN),
    OP("pk_add", "f16", pk_add_f16, PLAIN),
    OP("pk_add", "bf16", pk_add_bf16, PLAIN),
    RTN("wrap_rtn_b32", wrap32, TWO),
    RTN("wrxchg_rtn_b32", swap32, PLAIN),
    RTN("wrxchg_rtn_b64", swap64, PLAIN),
    EXCHANGE2("wrxchg2_rtn_b32", swap32, 1),
    EXCHANGE2("wrxchg2_rtn_b64", swap64, 1),
    EXCHANGE2("wrxchg2st64_rtn_b32", swap32, 64),
    EXCHANGE2("wrxchg2st64_rtn_b64", swap64, 64),
    {.name = "ds_condxchg32_rtn_b64", .flags = FLAGS, .exec = conditional_exchange},
    {.name = "ds_append", .flags = FLAGS, .exec = count_lanes, .aux = &atomic_add32},
    {.name = "ds_consume", .flags = FLAGS, .exec = count_lanes, .aux = &atomic_sub32},
};
ISA_FAMILY(lds_atomics, ops);
