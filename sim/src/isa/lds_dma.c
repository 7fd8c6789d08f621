/* Loads to LDS (ISA 9.1.9, 11): memory straight into LDS. The address in LDS is M0[17:0] + instruction offset + 4 *
 * lane, or 16 * lane for dwordx3 and dwordx4; dwordx3 leaves every fourth dword alone. They count in vmcnt, and the
 * data are in LDS when the wait says so, not before. */
#include "../lds.h"
#include "../track.h"
#include "memory.h"

/* Rows of the pending entry: value 0..3 the data. The LDS address of lane 0 travels in write_mask. */
static void where(struct wave *w, const struct pending *p, struct lds_access *a) {
    const struct mem_width *k = mem_width_of(p->in);
    a->w = w, a->in = p->in, a->kind = VMEM_STORE, a->exec = p->exec;
    a->bytes = k->bytes < 4 ? 4 : k->bytes;
    uint32_t step = a->bytes > 4 ? 16 : 4;
    for (int i = 0; i < LANES; i++)
        a->addr[i] = p->write_mask + step * (uint32_t)i;
}

static void deliver(struct wave *w, struct pending *p) {
    struct track_group *g = track_group_of(w);
    if (g)
        g->dma--;
    struct lds_access a;
    where(w, p, &a);
    const uint32_t *value[4], *undef[4];
    for (unsigned d = 0; d < mem_width_of(p->in)->ndw; d++) {
        value[d] = p->value[d];
        undef[d] = p->undef[d];
    }
    lds_store(&a, value, undef);
}

/* False when M0 holds undefined bits. */
static bool lds_base(struct wave *w, const struct insn *in, uint32_t *base) {
    if (w->sundef[SREG_M0] & 0x3ffff) {
        report(w, in, CHECK_UNINIT_ADDRESS, NULL, 0, "the LDS address is based on m0, which was never written");
        return false;
    }
    *base = (w->s[SREG_M0] & 0x3ffff) + (uint32_t)in->mods.offset;
    return true;
}

struct pending *lds_dma_book(struct wave *w, const struct insn *in) {
    uint32_t base = 0;
    bool usable = lds_base(w, in, &base);
    struct pending *p = pending_add(w, in, PEND_VM, 0, 0, false, usable ? wave_exec(w) : 0);
    p->deliver = deliver;
    p->write_mask = base;
    struct track_group *g = track_group_of(w);
    if (g)
        g->dma++;
    struct lds_access a;
    where(w, p, &a);
    if (usable)
        lds_announce(&a);
    return p;
}

void lds_dma_buffer(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_LOAD;
    buffer_address(&b, 0, k->bytes, false);
    struct pending *p = lds_dma_book(w, in);
    buffer_load(&b, p->value, p->undef);
    mem_place(k, p->value, p->undef);
}

static void global(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    global_address(&a, 0, 1);
    struct pending *p = lds_dma_book(w, in);
    vmem_load(&a, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, k->ndw, wave_exec(w) & ~a.exec);
    mem_place(k, p->value, p->undef);
}

static void scratch(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    scratch_operands(&a, 0, 1);
    struct pending *p = lds_dma_book(w, in);
    vmem_load(&a, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, k->ndw, wave_exec(w) & ~a.exec);
    mem_place(k, p->value, p->undef);
}

#define GLOBAL(mnemonic, shape)                                                                                        \
    {.name = "global_load_lds_" mnemonic, .flags = F_VMEM | F_VMCNT | F_LDS_DMA, .exec = global, .data = shape}
#define SCRATCH(mnemonic, shape)                                                                                       \
    {.name = "scratch_load_lds_" mnemonic, .flags = F_VMEM | F_VMCNT | F_LDS_DMA, .exec = scratch, .data = shape}

static const struct isa_op ops[] = {
    GLOBAL("ubyte", D_U8),  GLOBAL("sbyte", D_I8),    GLOBAL("ushort", D_U16),   GLOBAL("sshort", D_I16),
    GLOBAL("dword", D_B32), GLOBAL("dwordx3", D_B96), GLOBAL("dwordx4", D_B128), SCRATCH("ubyte", D_U8),
    SCRATCH("sbyte", D_I8), SCRATCH("ushort", D_U16), SCRATCH("sshort", D_I16),  SCRATCH("dword", D_B32),
};
ISA_FAMILY(lds_dma, ops);
