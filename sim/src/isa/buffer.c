/* Buffer descriptors and addressing (ISA 9.1.5 to 9.1.9): what MUBUF, MTBUF, buffer atomics and loads to LDS share. */
#include "memory.h"

struct descriptor {
    uint64_t base;
    uint32_t stride, num_records;
    unsigned index_stride;
    bool swizzle, add_tid;
    bool usable; /* false: unbound or malformed, every lane is out of range */
};

static struct descriptor decode(struct wave *w, const struct insn *in, const uint32_t d[4]) {
    struct descriptor v = {
        .base = d[0] | (uint64_t)(d[1] & 0xffff) << 32,
        .stride = d[1] >> 16 & 0x3fff,
        .num_records = d[2],
        .index_stride = 8u << (d[3] >> 21 & 3),
        .swizzle = d[1] >> 31,
        .add_tid = d[3] >> 23 & 1,
    };
    unsigned data_format = d[3] >> 15 & 15, type = d[3] >> 30;
    if (v.add_tid)
        v.stride |= data_format << 14;
    if (!(d[0] | d[1] | d[2] | d[3]))
        return v;
    if (type != 0)
        report(w, in, CHECK_BAD_DESCRIPTOR, NULL, 0, "bits 127:126 of the descriptor are %u; a buffer has 0 there",
               type);
    else if (data_format == 0 && !v.add_tid)
        report(w, in, CHECK_BAD_DESCRIPTOR, NULL, 0,
               "the descriptor's data format (bits 114:111) is 0; use word 3 = 0x00020000 for a raw buffer");
    else
        v.usable = true;
    return v;
}

static uint64_t lanes_below(const uint64_t *x, uint64_t limit) {
    uint64_t m = 0;
    for (int i = 0; i < LANES; i++)
        m |= (uint64_t)(x[i] < limit) << i;
    return m;
}

void buffer_address(struct buffer_access *b, unsigned first, unsigned bytes, bool indivisible) {
    struct wave *w = b->mem.w;
    const struct insn *in = b->mem.in;
    const struct operand *vaddr = &in->opnd[first], *srd = &in->opnd[first + 1];
    b->mem.bytes = (uint8_t)bytes;
    memset(b->dword, 0, sizeof b->dword);
    b->defined = wave_exec(w);
    if (vaddr->kind == OPND_VGPR)
        b->defined = mem_address_defined(w, in, first, b->defined);
    b->defined = mem_address_defined(w, in, first + 1, b->defined);
    b->defined = mem_address_defined(w, in, first + 2, b->defined);
    memcpy(b->format, &w->s[srd->reg], sizeof b->format);
    if (!b->defined)
        return;
    struct descriptor v = decode(w, in, b->format);
    if (!v.usable)
        return;
    uint64_t undef, soffset = scalar_src(w, in, first + 2, T_U32, &undef);
    bool idxen = in->mods.idxen, offen = in->mods.offen;
    const uint32_t *index_row = idxen ? wave_row(w, vaddr->reg) : NULL;
    const uint32_t *offset_row = offen ? wave_row(w, vaddr->reg + (idxen ? 1u : 0u)) : NULL;
    uint64_t offset[LANES], index[LANES], start = v.base + soffset;
    for (int i = 0; i < LANES; i++)
        offset[i] = (uint64_t)(uint32_t)in->mods.offset + (offset_row ? offset_row[i] : 0);
    bool structured = v.stride != 0 && (idxen || v.add_tid);
    if (!structured) {
        for (int i = 0; i < LANES; i++)
            b->mem.addr[i] = start + offset[i];
        unsigned n = (bytes + 3) / 4;
        for (unsigned d = 0; d < n; d++) {
            unsigned last = indivisible || bytes < 4 ? bytes - 1 : 4 * d + 3;
            b->dword[d] = v.num_records > last ? b->defined & lanes_below(offset, v.num_records - last) : 0;
        }
        return;
    }
    for (int i = 0; i < LANES; i++)
        index[i] = (uint64_t)(index_row ? index_row[i] : 0) + (v.add_tid ? (unsigned)i : 0);
    uint64_t ok = b->defined & lanes_below(index, v.num_records);
    if (v.swizzle) {
        ok &= lanes_below(offset, v.stride);
        for (int i = 0; i < LANES; i++)
            b->mem.addr[i] = start + (index[i] / v.index_stride * v.stride + (offset[i] & ~3ull)) * v.index_stride +
                             index[i] % v.index_stride * 4 + (offset[i] & 3);
    } else {
        for (int i = 0; i < LANES; i++)
            b->mem.addr[i] = start + index[i] * v.stride + offset[i];
    }
    for (unsigned d = 0; d < 4; d++)
        b->dword[d] = ok;
}

/* All dwords of every lane in range or none of them. */
static bool uniform(const struct buffer_access *b, unsigned n) {
    for (unsigned d = 1; d < n; d++)
        if (b->dword[d] != b->dword[0])
            return false;
    return true;
}

/* Swizzled elements are one dword long, so wider data are not contiguous. */
static bool contiguous(const struct buffer_access *b) {
    return !(b->format[1] >> 31) || b->mem.bytes <= 4;
}

static uint64_t swizzled_step(const struct buffer_access *b) {
    return 4ull * (8u << (b->format[3] >> 21 & 3));
}

void buffer_load(struct buffer_access *b, lane_row *value, lane_row *undef) {
    struct vmem_access *a = &b->mem;
    unsigned n = (a->bytes + 3u) / 4u;
    if (uniform(b, n) && contiguous(b)) {
        a->exec = b->dword[0];
        vmem_load(a, value, undef);
    } else {
        uint64_t step = contiguous(b) ? 4 : swizzled_step(b);
        a->bytes = 4;
        for (unsigned d = 0; d < n; d++) {
            a->exec = b->dword[d];
            vmem_load(a, value + d, undef + d);
            for (int i = 0; i < LANES; i++)
                a->addr[i] += step;
        }
    }
    uint64_t exec = wave_exec(a->w);
    for (unsigned d = 0; d < n; d++)
        if (b->dword[d] != b->defined)
            mem_zero_lanes(value + d, undef + d, 1, b->defined & ~b->dword[d]);
    if (b->defined != exec)
        mem_poison_lanes(value, undef, n, exec & ~b->defined);
}

void buffer_store(struct buffer_access *b, const uint32_t *const value[], const uint32_t *const undef[]) {
    struct vmem_access *a = &b->mem;
    unsigned n = (a->bytes + 3u) / 4u;
    if (uniform(b, n) && contiguous(b)) {
        a->exec = b->dword[0];
        vmem_store(a, value, undef);
        return;
    }
    uint64_t step = contiguous(b) ? 4 : swizzled_step(b);
    a->bytes = 4;
    for (unsigned d = 0; d < n; d++) {
        a->exec = b->dword[d];
        vmem_store(a, value + d, undef + d);
        for (int i = 0; i < LANES; i++)
            a->addr[i] += step;
    }
}
