/* LDS loads and stores (ISA 11, 12.12): byte address in a VGPR plus a 16-bit offset, or two 8-bit offsets in units of
 * the datum (ST64: of 64 data). */
#include "../lds.h"

static void address(struct lds_access *a, unsigned opnd, uint32_t offset) {
    lane_row tmp;
    const uint32_t *row = vsrc_row(a->w, a->in, opnd, 0, tmp);
    for (int i = 0; i < LANES; i++)
        a->addr[i] = row[i] + offset;
}

static void read(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    a.exec = mem_address_defined(w, in, 1, wave_exec(w));
    address(&a, 1, (uint32_t)in->mods.offset);
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, k->ndw, false, wave_exec(w));
    p->write_mask = k->mask;
    lds_load(&a, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, k->ndw, p->exec & ~a.exec);
    mem_place(k, p->value, p->undef);
}

static void write(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_STORE, a.bytes = k->bytes;
    a.exec = mem_address_defined(w, in, 0, wave_exec(w));
    address(&a, 0, (uint32_t)in->mods.offset);
    const uint32_t *value[4], *undef[4];
    lane_row tmp[1], utmp[4];
    mem_store_rows(w, in, 1, value, undef, tmp, utmp);
    lds_store(&a, value, undef);
    pending_add(w, in, PEND_LDS, 0, 0, false, wave_exec(w));
}

/* aux of two-address rows: 1, or 64 */
static uint32_t unit(const struct insn *in) {
    return mem_width_of(in)->bytes * (uint32_t)(uintptr_t)in->op->aux;
}

static void read2(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    a.exec = mem_address_defined(w, in, 1, wave_exec(w));
    lane_row addr[1], tmp;
    memcpy(addr[0], vsrc_row(w, in, 1, 0, tmp), sizeof addr[0]);
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 2u * k->ndw, false, wave_exec(w));
    for (unsigned half = 0; half < 2; half++) {
        uint32_t offset = (half ? in->mods.offset1 : in->mods.offset0) * unit(in);
        for (int i = 0; i < LANES; i++)
            a.addr[i] = addr[0][i] + offset;
        lds_load(&a, p->value + half * k->ndw, p->undef + half * k->ndw);
    }
    mem_poison_lanes(p->value, p->undef, 2u * k->ndw, p->exec & ~a.exec);
}

static void write2(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct lds_access a;
    a.w = w, a.in = in, a.kind = VMEM_STORE, a.bytes = k->bytes;
    a.exec = mem_address_defined(w, in, 0, wave_exec(w));
    for (unsigned half = 0; half < 2; half++) {
        address(&a, 0, (half ? in->mods.offset1 : in->mods.offset0) * unit(in));
        const uint32_t *value[2], *undef[2];
        lane_row utmp[2];
        mem_data_rows(w, in, 1 + half, k->ndw, value, undef, utmp);
        lds_store(&a, value, undef);
    }
    pending_add(w, in, PEND_LDS, 0, 0, false, wave_exec(w));
}

/* Address: M0[15:0] + offset + 4 * lane. */
static void addtid(struct lds_access *a) {
    struct wave *w = a->w;
    a->bytes = 4;
    a->exec = wave_exec(w);
    if (w->sundef[SREG_M0] & 0xffff) {
        report(w, a->in, CHECK_UNINIT_ADDRESS, NULL, 0, "the address is based on m0, which was never written");
        a->exec = 0;
    }
    uint32_t base = (w->s[SREG_M0] & 0xffff) + (uint32_t)a->in->mods.offset;
    for (int i = 0; i < LANES; i++)
        a->addr[i] = base + 4u * (uint32_t)i;
}

static void read_addtid(struct wave *w, const struct insn *in) {
    struct lds_access a = {.w = w, .in = in, .kind = VMEM_LOAD};
    addtid(&a);
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 1, false, wave_exec(w));
    lds_load(&a, p->value, p->undef);
    mem_poison_lanes(p->value, p->undef, 1, p->exec & ~a.exec);
}

static void write_addtid(struct wave *w, const struct insn *in) {
    struct lds_access a = {.w = w, .in = in, .kind = VMEM_STORE};
    addtid(&a);
    const uint32_t *value[1], *undef[1];
    lane_row utmp[1];
    mem_data_rows(w, in, 0, 1, value, undef, utmp);
    lds_store(&a, value, undef);
    pending_add(w, in, PEND_LDS, 0, 0, false, wave_exec(w));
}

static void nop(struct wave *w, const struct insn *in) {
    (void)w;
    (void)in;
}

#define READ(mnemonic, shape) {.name = "ds_read_" mnemonic, .flags = F_LDS | F_LGKMCNT, .exec = read, .data = shape}
#define WRITE(mnemonic, shape)                                                                                         \
    {.name = "ds_write_" mnemonic, .flags = F_LDS | F_LGKMCNT | F_STORE, .exec = write, .data = shape}
#define READ2(mnemonic, shape, stride)                                                                                 \
    {.name = "ds_read2" mnemonic,                                                                                      \
     .flags = F_LDS | F_LGKMCNT,                                                                                       \
     .exec = read2,                                                                                                    \
     .data = shape,                                                                                                    \
     .aux = (void *)(uintptr_t)(stride)}
#define WRITE2(mnemonic, shape, stride)                                                                                \
    {.name = "ds_write2" mnemonic,                                                                                     \
     .flags = F_LDS | F_LGKMCNT | F_STORE,                                                                             \
     .exec = write2,                                                                                                   \
     .data = shape,                                                                                                    \
     .aux = (void *)(uintptr_t)(stride)}

static const struct isa_op ops[] = {
    READ("u8", D_U8),
    READ("i8", D_I8),
    READ("u16", D_U16),
    READ("i16", D_I16),
    READ("b32", D_B32),
    READ("b64", D_B64),
    READ("b96", D_B96),
    READ("b128", D_B128),
    READ("u8_d16", D_U8_D16),
    READ("u8_d16_hi", D_U8_D16_HI),
    READ("i8_d16", D_I8_D16),
    READ("i8_d16_hi", D_I8_D16_HI),
    READ("u16_d16", D_B16_D16),
    READ("u16_d16_hi", D_B16_D16_HI),
    WRITE("b8", D_U8),
    WRITE("b8_d16_hi", D_B8_HI),
    WRITE("b16", D_U16),
    WRITE("b16_d16_hi", D_B16_HI),
    WRITE("b32", D_B32),
    WRITE("b64", D_B64),
    WRITE("b96", D_B96),
    WRITE("b128", D_B128),
    READ2("_b32", D_B32, 1),
    READ2("_b64", D_B64, 1),
    READ2("st64_b32", D_B32, 64),
    READ2("st64_b64", D_B64, 64),
    WRITE2("_b32", D_B32, 1),
    WRITE2("_b64", D_B64, 1),
    WRITE2("st64_b32", D_B32, 64),
    WRITE2("st64_b64", D_B64, 64),
    {.name = "ds_read_addtid_b32", .flags = F_LDS | F_LGKMCNT, .exec = read_addtid},
    {.name = "ds_write_addtid_b32", .flags = F_LDS | F_LGKMCNT | F_STORE, .exec = write_addtid},
    {.name = "ds_nop", .flags = F_LDS, .exec = nop},
};
ISA_FAMILY(lds, ops);
