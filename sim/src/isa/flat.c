/* FLAT loads and stores: each lane's 64-bit address chooses LDS, private memory or global memory by its aperture
 * (ISA 10.3). They count in vmcnt and lgkmcnt. */
#include "flat.h"

void flat_split(struct vmem_access *a, unsigned vaddr, struct flat_lanes *f) {
    struct wave *w = a->w;
    const struct insn *in = a->in;
    uint64_t exec = mem_address_defined(w, in, vaddr, wave_exec(w));
    const uint32_t *lo = wave_row(w, in->opnd[vaddr].reg), *hi = wave_row(w, in->opnd[vaddr].reg + 1u);
    f->defined = exec;
    f->lds = f->scratch = 0;
    for (int i = 0; i < LANES; i++) {
        a->addr[i] = (lo[i] | (uint64_t)hi[i] << 32) + (uint64_t)(int64_t)in->mods.offset;
        uint32_t top = (uint32_t)(a->addr[i] >> 32);
        f->lds |= (uint64_t)(top == FLAT_SHARED_APERTURE) << i;
        f->scratch |= (uint64_t)(top == FLAT_PRIVATE_APERTURE) << i;
    }
    f->lds &= exec;
    f->scratch &= exec;
    f->global = exec & ~f->lds & ~f->scratch;
}

void flat_private(struct vmem_access *a, const struct flat_lanes *f, struct vmem_access *out) {
    uint64_t offset[LANES];
    out->w = a->w, out->in = a->in, out->kind = a->kind, out->bytes = a->bytes;
    out->exec = f->scratch;
    for (int i = 0; i < LANES; i++)
        offset[i] = (uint32_t)a->addr[i];
    scratch_address(out, offset);
}

void flat_shared(struct vmem_access *a, const struct flat_lanes *f, struct lds_access *out) {
    out->w = a->w, out->in = a->in, out->kind = a->kind, out->bytes = a->bytes;
    out->exec = f->lds;
    for (int i = 0; i < LANES; i++)
        out->addr[i] = (uint32_t)a->addr[i];
}

/* Lanes that reach no memory keep undefined bits. */
static void blend(lane_row *value, lane_row *undef, lane_row *v, lane_row *u, unsigned n, uint64_t lanes) {
    for (unsigned d = 0; d < n; d++) {
        lanes_blend(value[d], v[d], lanes);
        lanes_blend(undef[d], u[d], lanes);
    }
}

static void load(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    struct flat_lanes f;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    flat_split(&a, 1, &f);
    struct pending *p = pending_add(w, in, PEND_VM | PEND_LDS, in->opnd[0].reg, k->ndw, false, wave_exec(w));
    p->write_mask = k->mask;
    a.exec = f.global;
    vmem_load(&a, p->value, p->undef);
    if (f.scratch) {
        lane_row v[4], u[4];
        struct vmem_access s;
        flat_private(&a, &f, &s);
        vmem_load(&s, v, u);
        mem_poison_lanes(v, u, k->ndw, f.scratch & ~s.exec);
        blend(p->value, p->undef, v, u, k->ndw, f.scratch);
    }
    if (f.lds) {
        lane_row v[4], u[4];
        struct lds_access s;
        flat_shared(&a, &f, &s);
        lds_load(&s, v, u);
        blend(p->value, p->undef, v, u, k->ndw, f.lds);
    }
    mem_poison_lanes(p->value, p->undef, k->ndw, p->exec & ~f.defined);
    mem_place(k, p->value, p->undef);
}

static void store(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    struct flat_lanes f;
    a.w = w, a.in = in, a.kind = VMEM_STORE, a.bytes = k->bytes;
    flat_split(&a, 0, &f);
    pending_add(w, in, PEND_VM | PEND_LDS, 0, 0, false, wave_exec(w));
    const uint32_t *value[4], *undef[4];
    lane_row tmp[1], utmp[4];
    mem_store_rows(w, in, 1, value, undef, tmp, utmp);
    a.exec = f.global;
    vmem_store(&a, value, undef);
    if (f.scratch) {
        struct vmem_access s;
        flat_private(&a, &f, &s);
        vmem_store(&s, value, undef);
    }
    if (f.lds) {
        struct lds_access s;
        flat_shared(&a, &f, &s);
        lds_store(&s, value, undef);
    }
}

#define FLAGS (F_VMEM | F_VMCNT | F_LGKMCNT | F_FLAT)
#define LOAD(mnemonic, shape) {.name = "flat_load_" mnemonic, .flags = FLAGS, .exec = load, .data = shape}
#define STORE(mnemonic, shape) {.name = "flat_store_" mnemonic, .flags = FLAGS | F_STORE, .exec = store, .data = shape}

static const struct isa_op ops[] = {MEM_PLAIN_ROWS(LOAD, STORE)};
ISA_FAMILY(flat, ops);
