/* SCRATCH loads and stores: private memory with architected flat scratch. A lane's segment is one linear run of bytes
 * inside the workgroup's scratch allocation (hardware interleaves lanes by dword; no program can see the difference, as
 * each lane reaches its own segment only). Offset: VGPR + SGPR + 13-bit signed immediate. */
#include "memory.h"

void scratch_address(struct vmem_access *a, const uint64_t *offset) {
    struct wave *w = a->w;
    uint64_t limit = w->wg && w->wg->scratch ? w->wg->scratch_lane_bytes : 0, bad = 0;
    uint64_t base = limit ? w->wg->scratch->base + (uint64_t)w->id * LANES * limit : 0;
    for (int i = 0; i < LANES; i++) {
        bad |= (uint64_t)(offset[i] + a->bytes > limit || offset[i] > limit) << i;
        a->addr[i] = base + (uint64_t)i * limit + offset[i];
    }
    bad &= a->exec;
    if (bad) {
        unsigned lane = (unsigned)__builtin_ctzll(bad);
        report(w, a->in, CHECK_SCRATCH_BOUNDS, NULL, bad,
               "lane %u accesses %u bytes at private offset %lld; the segment has %llu bytes", lane, a->bytes,
               (long long)offset[lane], (unsigned long long)limit);
        a->exec &= ~bad;
    }
}

void scratch_operands(struct vmem_access *a, unsigned vaddr, unsigned saddr) {
    struct wave *w = a->w;
    const struct insn *in = a->in;
    a->exec = wave_exec(w);
    uint64_t offset[LANES], add = (uint64_t)(int64_t)in->mods.offset;
    if (in->opnd[saddr].kind == OPND_SGPR) {
        a->exec = mem_address_defined(w, in, saddr, a->exec);
        add += w->s[in->opnd[saddr].reg];
    }
    const uint32_t *row = NULL;
    if (in->opnd[vaddr].kind == OPND_VGPR) {
        a->exec = mem_address_defined(w, in, vaddr, a->exec);
        row = wave_row(w, in->opnd[vaddr].reg);
    }
    for (int i = 0; i < LANES; i++)
        offset[i] = (uint32_t)(add + (row ? row[i] : 0));
    scratch_address(a, offset);
}

static void load(struct wave *w, const struct insn *in) {
    const struct mem_width *k = mem_width_of(in);
    struct vmem_access a;
    a.w = w, a.in = in, a.kind = VMEM_LOAD, a.bytes = k->bytes;
    scratch_operands(&a, 1, 2);
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
    scratch_operands(&a, 0, 2);
    pending_add(w, in, PEND_VM, 0, 0, false, wave_exec(w));
    const uint32_t *value[4], *undef[4];
    lane_row tmp[1], utmp[4];
    mem_store_rows(w, in, 1, value, undef, tmp, utmp);
    vmem_store(&a, value, undef);
}

#define LOAD(mnemonic, shape) {.name = "scratch_load_" mnemonic, .flags = F_VMEM | F_VMCNT, .exec = load, .data = shape}
#define STORE(mnemonic, shape)                                                                                         \
    {.name = "scratch_store_" mnemonic, .flags = F_VMEM | F_VMCNT | F_STORE, .exec = store, .data = shape}

static const struct isa_op ops[] = {MEM_PLAIN_ROWS(LOAD, STORE)};
ISA_FAMILY(scratch, ops);
