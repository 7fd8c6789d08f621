/* GLOBAL loads and stores: 64-bit addresses in VGPRs, or an SGPR pair plus an unsigned 32-bit VGPR offset; 13-bit
 * signed immediate (ISA 10.2). */
#include "memory.h"

void global_address(struct vmem_access *a, unsigned vaddr, unsigned saddr) {
    struct wave *w = a->w;
    const struct insn *in = a->in;
    const struct operand *base = &in->opnd[saddr];
    a->exec = mem_address_defined(w, in, vaddr, wave_exec(w));
    uint64_t add = (uint64_t)(int64_t)in->mods.offset;
    lane_row tmp;
    const uint32_t *lo = vsrc_row(w, in, vaddr, 0, tmp);
    if (base->kind == OPND_SGPR) {
        a->exec = mem_address_defined(w, in, saddr, a->exec);
        add += w->s[base->reg] | (uint64_t)w->s[base->reg + 1] << 32;
        for (int i = 0; i < LANES; i++)
            a->addr[i] = add + lo[i];
        return;
    }
    const uint32_t *hi = wave_row(w, in->opnd[vaddr].reg + 1u);
    for (int i = 0; i < LANES; i++)
        a->addr[i] = add + (lo[i] | (uint64_t)hi[i] << 32);
}

static void load(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    global_address(&a, 1, 2);
    struct pending *p = pending_add(w, in, PEND_VM, in->opnd[0].reg, k->ndw, false, wave_exec(w));
    p->write_mask = k->mask;
    vmem_load(&a, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, k->ndw, p->exec & ~a.exec);
    mem_place(k, p->value, p->undef);
}

static void store(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_STORE, a.bytes = k->bytes;
    global_address(&a, 0, 2);
    pending_add(w, in, PEND_VM, 0, 0, false, wave_exec(w));
    const uint32_t *value[4], *undef[4];
    lane_row tmp[1], utmp[4];
    mem_store_rows(w, in, 1, value, undef, tmp, utmp);
    vmem_store(&a, value, undef);
}

#define LOAD(mnemonic, shape) {.name = "global_load_" mnemonic, .flags = F_VMEM | F_VMCNT, .exec = load, .data = shape}
#define STORE(mnemonic, shape)                                                                                         \
    {.name = "global_store_" mnemonic, .flags = F_VMEM | F_VMCNT | F_STORE, .exec = store, .data = shape}

static const struct isa_op ops[] = {MEM_PLAIN_ROWS(LOAD, STORE)};
ISA_FAMILY(global, ops);
