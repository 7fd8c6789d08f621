/* Lane exchange through the LDS crossbar, without LDS memory (ISA 11.2): swizzle, permute, bpermute. */
#include "../vmem.h"

/* Lane whose value lane i receives, by the 16-bit pattern. */
static unsigned swizzle_source(unsigned pattern, unsigned i) {
    unsigned low = i & 31, high = i & 32, mask = pattern & 31;
    if (pattern >= 0xe000) { /* FFT: bit reversal of the part that the mask leaves */
        if (mask == 31)
            return i;
        unsigned reversed = 0;
        for (unsigned b = 0; b < 5; b++)
            reversed |= (low >> b & 1) << (4 - b);
        return (reversed >> __builtin_popcount(mask)) | (low & mask) | high;
    }
    if (pattern >= 0xc000) { /* rotate */
        unsigned by = pattern >> 5 & 31;
        unsigned moved = pattern >> 10 & 1 ? low - by : low + by;
        return (low & mask) | (moved & ~mask & 31) | high;
    }
    if (pattern >= 0x8000)
        return (i & ~3u) | (pattern >> (2 * (i & 3)) & 3);
    return (((low & mask) | (pattern >> 5 & 31)) ^ (pattern >> 10 & 31)) | high;
}

/* dst[i] = src[from[i]], 0 where that lane is inactive. */
static void pull(struct wave *w, const struct insn *in, unsigned opnd, const uint8_t *from) {
    uint64_t exec = wave_exec(w);
    lane_row tmp, utmp, value, undef;
    const uint32_t *row = vsrc_row(w, in, opnd, 0, tmp);
    bool shadows = in->opnd[opnd].kind == OPND_VGPR && w->vstate[in->opnd[opnd].reg] != REG_DEFINED;
    const uint32_t *urow = shadows ? wave_undef_row(w, in->opnd[opnd].reg, utmp) : NULL;
    for (int i = 0; i < LANES; i++) {
        bool live = exec >> from[i] & 1;
        value[i] = live ? row[from[i]] : 0;
        undef[i] = live && urow ? urow[from[i]] : 0;
    }
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 1, false, exec);
    memcpy(p->value[0], value, sizeof value);
    memcpy(p->undef[0], undef, sizeof undef);
}

static void swizzle(struct wave *w, const struct insn *in) {
    uint8_t from[LANES];
    for (unsigned i = 0; i < LANES; i++)
        from[i] = (uint8_t)swizzle_source((unsigned)in->mods.offset & 0xffff, i);
    pull(w, in, 1, from);
}

static void bpermute(struct wave *w, const struct insn *in) {
    uint64_t exec = wave_exec(w), good = mem_address_defined(w, in, 1, exec);
    lane_row tmp;
    const uint32_t *addr = vsrc_row(w, in, 1, 0, tmp);
    uint8_t from[LANES];
    for (int i = 0; i < LANES; i++)
        from[i] = (uint8_t)((addr[i] + (uint32_t)in->mods.offset) / 4 % LANES);
    pull(w, in, 2, from);
    struct pending *p = &w->pending[w->npending - 1];
    mem_poison_lanes(p->value, p->undef, 1, exec & ~good);
}

/* Active lanes push; where several meet, the highest lane stays; where none does, 0. */
static void permute(struct wave *w, const struct insn *in) {
    uint64_t exec = wave_exec(w), good = mem_address_defined(w, in, 1, exec);
    lane_row tmp, dtmp, utmp, value, undef;
    const uint32_t *addr = vsrc_row(w, in, 1, 0, tmp), *row = vsrc_row(w, in, 2, 0, dtmp);
    bool shadows = in->opnd[2].kind == OPND_VGPR && w->vstate[in->opnd[2].reg] != REG_DEFINED;
    const uint32_t *urow = shadows ? wave_undef_row(w, in->opnd[2].reg, utmp) : NULL;
    memset(value, 0, sizeof value);
    memset(undef, 0, sizeof undef);
    for (uint64_t t = exec & good; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t), to = (addr[i] + (uint32_t)in->mods.offset) / 4 % LANES;
        value[to] = row[i];
        undef[to] = urow ? urow[i] : 0;
    }
    struct pending *p = pending_add(w, in, PEND_LDS, in->opnd[0].reg, 1, false, exec);
    memcpy(p->value[0], value, sizeof value);
    memcpy(p->undef[0], undef, sizeof undef);
}

static const struct isa_op ops[] = {
    {.name = "ds_swizzle_b32", .flags = F_LDS | F_LGKMCNT, .exec = swizzle},
    {.name = "ds_permute_b32", .flags = F_LDS | F_LGKMCNT, .exec = permute},
    {.name = "ds_bpermute_b32", .flags = F_LDS | F_LGKMCNT, .exec = bpermute},
};
ISA_FAMILY(lds_perm, ops);
