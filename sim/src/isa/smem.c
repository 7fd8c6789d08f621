/* Scalar memory: loads, stores and atomics of SGPRs through the scalar cache, and the clocks (ISA 8). Addresses are
 * dword aligned; data return out of order. */
#include "../time/note.h"
#include "atomics.h"

/* Byte offset of printed operand i (SGPR or immediate) plus the offset: modifier. */
static int64_t offset_of(struct wave *w, const struct insn *in, unsigned i, bool *defined, unsigned scale) {
    uint64_t undef;
    const struct operand *o = &in->opnd[i];
    int64_t v = o->kind == OPND_INT ? o->imm : (int64_t)(scalar_src(w, in, i, T_U32, &undef) * scale);
    if (o->kind != OPND_INT)
        *defined &= mem_address_defined(w, in, i, 1) != 0;
    return v + in->mods.offset;
}

static uint64_t aligned(struct wave *w, const struct insn *in, uint64_t addr) {
    if (addr & 3)
        report(w, in, CHECK_ALIGNMENT, NULL, 0,
               "scalar memory address 0x%llx is not a multiple of 4; the low bits are dropped",
               (unsigned long long)addr);
    return addr & ~3ull;
}

/* False when the address depends on undefined bits. */
static bool address(struct wave *w, const struct insn *in, unsigned base, unsigned scale, uint64_t *addr) {
    bool defined = mem_address_defined(w, in, base, 1) != 0;
    unsigned reg = in->opnd[base].reg;
    *addr = w->s[reg] | (uint64_t)w->s[reg + 1] << 32;
    if (base + 1 < in->noperands)
        *addr += (uint64_t)offset_of(w, in, base + 1, &defined, scale);
    *addr = aligned(w, in, *addr);
    return defined;
}

static struct pending *book(struct wave *w, const struct insn *in, unsigned ndw) {
    return pending_add(w, in, PEND_SMEM, ndw ? in->opnd[0].reg : 0, ndw, ndw != 0, 1);
}

static void fail(struct pending *p) {
    for (unsigned d = 0; d < p->ndw; d++) {
        p->value[0][d] = POISON;
        p->undef[0][d] = ~0u;
    }
}

static void load_scaled(struct wave *w, const struct insn *in, unsigned scale) {
    uint64_t addr;
    bool defined = address(w, in, 1, scale, &addr);
    struct pending *p = book(w, in, in->op->data);
    if (defined)
        vmem_scalar_load(w, in, addr, 4u * in->op->data, p->value[0], p->undef[0]);
    else
        fail(p);
}

static void store_scaled(struct wave *w, const struct insn *in, unsigned scale) {
    uint64_t addr;
    unsigned reg = in->opnd[0].reg;
    if (address(w, in, 1, scale, &addr))
        vmem_scalar_store(w, in, addr, 4u * in->op->data, &w->s[reg], &w->sundef[reg]);
    book(w, in, 0);
}

static void load(struct wave *w, const struct insn *in) {
    load_scaled(w, in, 1);
}
static void store(struct wave *w, const struct insn *in) {
    store_scaled(w, in, 1);
}
static void scratch_load(struct wave *w, const struct insn *in) {
    load_scaled(w, in, 64);
}
static void scratch_store(struct wave *w, const struct insn *in) {
    store_scaled(w, in, 64);
}

/* Scalar buffer accesses use base, stride and num_records; dwords out of range read 0 and are not written. Returns the
 * dwords in range, from the first. */
static unsigned buffer_range(struct wave *w, const struct insn *in, unsigned ndw, uint64_t *addr, bool *defined) {
    *defined = mem_address_defined(w, in, 1, 1) != 0;
    const uint32_t *d = &w->s[in->opnd[1].reg];
    uint64_t offset = (uint64_t)offset_of(w, in, 2, defined, 1);
    uint32_t stride = d[1] >> 16 & 0x3fff;
    uint64_t size = stride ? (uint64_t)stride * d[2] : d[2];
    *addr = aligned(w, in, (d[0] | (uint64_t)(d[1] & 0xffff) << 32) + offset);
    offset &= ~3ull;
    if (!*defined || offset + 4 > size || offset + 4 < offset)
        return 0;
    uint64_t n = (size - offset) / 4;
    return n < ndw ? (unsigned)n : ndw;
}

static void buffer_load_s(struct wave *w, const struct insn *in) {
    uint64_t addr;
    bool defined;
    unsigned ndw = in->op->data, n = buffer_range(w, in, ndw, &addr, &defined);
    struct pending *p = book(w, in, ndw);
    if (!defined) {
        fail(p);
        return;
    }
    memset(p->value[0], 0, 4 * ndw);
    if (n)
        vmem_scalar_load(w, in, addr, 4 * n, p->value[0], p->undef[0]);
}

static void buffer_store_s(struct wave *w, const struct insn *in) {
    uint64_t addr;
    bool defined;
    unsigned n = buffer_range(w, in, in->op->data, &addr, &defined), reg = in->opnd[0].reg;
    if (n)
        vmem_scalar_store(w, in, addr, 4 * n, &w->s[reg], &w->sundef[reg]);
    book(w, in, 0);
}

/* --- atomics: one lane of the vector path --- */

static void scalar_atomic(struct wave *w, const struct insn *in, bool usable, uint64_t addr) {
    const struct atomic_op *op = in->op->aux;
    unsigned reg = in->opnd[0].reg, nregs = op->ndw * (op->compare ? 2u : 1u);
    lane_row data[4], undef[4], old[2], old_undef[2];
    const uint32_t *v[4], *u[4];
    for (unsigned d = 0; d < nregs; d++) {
        data[d][0] = w->s[reg + d];
        undef[d][0] = w->sundef[reg + d];
        v[d] = data[d];
        u[d] = undef[d];
    }
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_ATOMIC, a.bytes = (uint8_t)(4 * op->ndw), a.exec = usable;
    a.addr[0] = addr;
    if (usable)
        vmem_atomic(&a, op, v, u, old, old_undef);
    struct pending *p = book(w, in, in->mods.glc ? op->ndw : 0);
    if (!usable)
        fail(p);
    for (unsigned d = 0; usable && d < p->ndw; d++) {
        p->value[0][d] = old[d][0];
        p->undef[0][d] = old_undef[d][0];
    }
}

static void atomic(struct wave *w, const struct insn *in) {
    uint64_t addr;
    bool defined = address(w, in, 1, 1, &addr);
    scalar_atomic(w, in, defined, addr);
}

static void buffer_atomic(struct wave *w, const struct insn *in) {
    uint64_t addr;
    bool defined;
    unsigned ndw = ((const struct atomic_op *)in->op->aux)->ndw, n = buffer_range(w, in, ndw, &addr, &defined);
    if (defined && n < ndw) { /* out of range: nothing happens, 0 comes back */
        struct pending *p = book(w, in, in->mods.glc ? ndw : 0);
        memset(p->value[0], 0, 4u * p->ndw);
        return;
    }
    scalar_atomic(w, in, defined, addr);
}

/* --- clocks, and what has no visible effect --- */

/* One wait state is four cycles of a 2.4 GHz clock; REALTIME counts at 100 MHz. */
static void clock_value(struct wave *w, const struct insn *in, uint64_t value) {
    struct pending *p = book(w, in, 2);
    p->value[0][0] = (uint32_t)value;
    p->value[0][1] = (uint32_t)(value >> 32);
}

static void memtime(struct wave *w, const struct insn *in) {
    clock_value(w, in, w->timed ? time_clocks() : w->slot * 4);
}
static void memrealtime(struct wave *w, const struct insn *in) {
    clock_value(w, in, w->timed ? time_100mhz() : w->slot / 6);
}

static void no_effect(struct wave *w, const struct insn *in) {
    (void)w;
    (void)in;
}

#define LOADS(prefix, fn, suffix, n)                                                                                   \
    {.name = prefix suffix, .flags = F_SMEM | F_LGKMCNT, .dst = T_B32, .exec = fn, .data = n}
#define STORES(prefix, fn, suffix, n)                                                                                  \
    {.name = prefix suffix, .flags = F_SMEM | F_LGKMCNT | F_STORE, .exec = fn, .data = n}
#define ATOMIC(mnemonic, op32, op64)                                                                                   \
    {.name = "s_atomic_" mnemonic,                                                                                     \
     .flags = F_SMEM | F_LGKMCNT | F_ATOMIC,                                                                           \
     .dst = T_B32,                                                                                                     \
     .exec = atomic,                                                                                                   \
     .aux = &op32},                                                                                                    \
        {.name = "s_atomic_" mnemonic "_x2",                                                                           \
         .flags = F_SMEM | F_LGKMCNT | F_ATOMIC,                                                                       \
         .dst = T_B64,                                                                                                 \
         .exec = atomic,                                                                                               \
         .aux = &op64},                                                                                                \
        {.name = "s_buffer_atomic_" mnemonic,                                                                          \
         .flags = F_SMEM | F_LGKMCNT | F_ATOMIC,                                                                       \
         .dst = T_B32,                                                                                                 \
         .exec = buffer_atomic,                                                                                        \
         .aux = &op32},                                                                                                \
    {                                                                                                                  \
        .name = "s_buffer_atomic_" mnemonic "_x2", .flags = F_SMEM | F_LGKMCNT | F_ATOMIC, .dst = T_B64,               \
        .exec = buffer_atomic, .aux = &op64                                                                            \
    }

static const struct isa_op ops[] = {
    LOADS("s_load_dword", load, "", 1),
    LOADS("s_load_dword", load, "x2", 2),
    LOADS("s_load_dword", load, "x4", 4),
    LOADS("s_load_dword", load, "x8", 8),
    LOADS("s_load_dword", load, "x16", 16),
    LOADS("s_buffer_load_dword", buffer_load_s, "", 1),
    LOADS("s_buffer_load_dword", buffer_load_s, "x2", 2),
    LOADS("s_buffer_load_dword", buffer_load_s, "x4", 4),
    LOADS("s_buffer_load_dword", buffer_load_s, "x8", 8),
    LOADS("s_buffer_load_dword", buffer_load_s, "x16", 16),
    LOADS("s_scratch_load_dword", scratch_load, "", 1),
    LOADS("s_scratch_load_dword", scratch_load, "x2", 2),
    LOADS("s_scratch_load_dword", scratch_load, "x4", 4),
    STORES("s_store_dword", store, "", 1),
    STORES("s_store_dword", store, "x2", 2),
    STORES("s_store_dword", store, "x4", 4),
    STORES("s_buffer_store_dword", buffer_store_s, "", 1),
    STORES("s_buffer_store_dword", buffer_store_s, "x2", 2),
    STORES("s_buffer_store_dword", buffer_store_s, "x4", 4),
    STORES("s_scratch_store_dword", scratch_store, "", 1),
    STORES("s_scratch_store_dword", scratch_store, "x2", 2),
    STORES("s_scratch_store_dword", scratch_store, "x4", 4),
    ATOMIC("swap", atomic_swap32, atomic_swap64),
    ATOMIC("cmpswap", atomic_cmpswap32, atomic_cmpswap64),
    ATOMIC("add", atomic_add32, atomic_add64),
    ATOMIC("sub", atomic_sub32, atomic_sub64),
    ATOMIC("smin", atomic_smin32, atomic_smin64),
    ATOMIC("umin", atomic_umin32, atomic_umin64),
    ATOMIC("smax", atomic_smax32, atomic_smax64),
    ATOMIC("umax", atomic_umax32, atomic_umax64),
    ATOMIC("and", atomic_and32, atomic_and64),
    ATOMIC("or", atomic_or32, atomic_or64),
    ATOMIC("xor", atomic_xor32, atomic_xor64),
    ATOMIC("inc", atomic_inc32, atomic_inc64),
    ATOMIC("dec", atomic_dec32, atomic_dec64),
    {.name = "s_memtime", .flags = F_SMEM | F_LGKMCNT, .dst = T_B64, .exec = memtime},
    {.name = "s_memrealtime", .flags = F_SMEM | F_LGKMCNT, .dst = T_B64, .exec = memrealtime},
    /* a hint to drop lines without writing them back, and a probe of the address translation */
    {.name = "s_dcache_discard", .flags = F_SMEM | F_STORE, .exec = no_effect},
    {.name = "s_dcache_discard_x2", .flags = F_SMEM | F_STORE, .exec = no_effect},
    {.name = "s_atc_probe", .flags = F_SMEM | F_STORE, .exec = no_effect},
    {.name = "s_atc_probe_buffer", .flags = F_SMEM | F_STORE, .exec = no_effect},
};
ISA_FAMILY(smem, ops);
