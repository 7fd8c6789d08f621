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

static const struct isa_op ops[] = {
    LOAD("ubyte", D_U8),          LOAD("sbyte", D_I8),
    LOAD("ushort", D_U16),        LOAD("sshort", D_I16),
    LOAD("dword", D_B32),         LOAD("dwordx2", D_B64),
    LOAD("dwordx3", D_B96),       LOAD("dwordx4", D_B128),
    LOAD("ubyte_d16", D_U8_D16),  LOAD("ubyte_d16_hi", D_U8_D16_HI),
    LOAD("sbyte_d16", D_I8_D16),  LOAD("sbyte_d16_hi", D_I8_D16_HI),
    LOAD("short_d16", D_B16_D16), LOAD("short_d16_hi", D_B16_D16_HI),
    STORE("byte", D_U8),          STORE("byte_d16_hi", D_B8_HI),
    STORE("short", D_U16),        STORE("short_d16_hi", D_B16_HI),
    STORE("dword", D_B32),        STORE("dwordx2", D_B64),
    STORE("dwordx3", D_B96),      STORE("dwordx4", D_B128),
};
ISA_FAMILY(mubuf, ops);
