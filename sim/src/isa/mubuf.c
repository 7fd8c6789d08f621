/* MUBUF loads and stores of whole bytes and dwords; buffer_load_format_* are in mtbuf.c, atomics in vmem_atomics.c. */
#include "memory.h"

static void load(struct wave *w, const struct insn *in) {
    if (in->mods.lds) {
        lds_dma_buffer(w, in);
        return;
    }
    const struct mem_width *k = mem_width_of(in);
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_LOAD;
    buffer_address(&b, 1, k->bytes, false);
    struct pending *p = pending_add(w, in, PEND_VM, in->opnd[0].reg, k->ndw, false, wave_exec(w));
    p->write_mask = k->mask;
    buffer_load(&b, p->value, p->undef);
    mem_place(k, p->value, p->undef);
}

static void store(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_STORE;
    buffer_address(&b, 1, k->bytes, false);
    pending_add(w, in, PEND_VM, 0, 0, false, wave_exec(w));
    const uint32_t *value[4], *undef[4];
    lane_row tmp[1], utmp[4];
    mem_store_rows(w, in, 0, value, undef, tmp, utmp);
    buffer_store(&b, value, undef);
}

#define LOAD(mnemonic, shape) {.name = "buffer_load_" mnemonic, .flags = F_VMEM | F_VMCNT, .exec = load, .data = shape}
#define STORE(mnemonic, shape)                                                                                         \
    {.name = "buffer_store_" mnemonic, .flags = F_VMEM | F_VMCNT | F_STORE, .exec = store, .data = shape}

static const struct isa_op ops[] = {MEM_PLAIN_ROWS(LOAD, STORE)};
ISA_FAMILY(mubuf, ops);
