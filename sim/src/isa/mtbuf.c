/* Typed buffer access: TBUFFER_* with the format in the instruction, BUFFER_*_FORMAT_* with the format and the
 * component selects in the descriptor (ISA 9.1.4, 9.1.6). Components that a format lacks read 0, 0, 0, 1. */
#include <math.h>

#include "memory.h"

enum { UNORM, SNORM, USCALED, SSCALED, UINT, SINT, RESERVED, FLOAT };

/* Widths of the components from bit 0 upwards. */
struct layout {
    uint8_t bytes, count, bits[4];
};
static const struct layout layouts[16] = {
    [1] = {1, 1, {8}},
    [2] = {2, 1, {16}},
    [3] = {2, 2, {8, 8}},
    [4] = {4, 1, {32}},
    [5] = {4, 2, {16, 16}},
    [6] = {4, 3, {11, 11, 10}},
    [7] = {4, 3, {10, 11, 11}},
    [8] = {4, 4, {2, 10, 10, 10}},
    [9] = {4, 4, {10, 10, 10, 2}},
    [10] = {4, 4, {8, 8, 8, 8}},
    [11] = {8, 2, {32, 32}},
    [12] = {8, 4, {16, 16, 16, 16}},
    [13] = {12, 3, {32, 32, 32}},
    [14] = {16, 4, {32, 32, 32, 32}},
};

struct format {
    const struct layout *layout;
    unsigned num;
    uint8_t select[4]; /* dst_sel: 0, 1, or 4 + component */
};

static uint32_t bits_of(float f) {
    uint32_t b;
    memcpy(&b, &f, 4);
    return b;
}

static float float_of(uint32_t b) {
    float f;
    memcpy(&f, &b, 4);
    return f;
}

static float half_to_float(uint32_t b) {
    _Float16 h;
    uint16_t x = (uint16_t)b;
    memcpy(&h, &x, 2);
    return (float)h;
}

static uint32_t float_to_half(float f) {
    _Float16 h = (_Float16)f;
    uint16_t x;
    memcpy(&x, &h, 2);
    return x;
}

/* Unsigned floats of 10 and 11 bits are f16 without a sign and with fewer mantissa bits. */
static float small_float(uint32_t x, unsigned bits) {
    return half_to_float(x << (15 - bits));
}

/* A component of memory as the register's 32 bits. */
static uint32_t expand(uint32_t x, unsigned bits, unsigned num) {
    int32_t s = (int32_t)(x << (32 - bits)) >> (32 - bits);
    double max_u = bits == 32 ? 4294967295.0 : (double)((1u << bits) - 1), max_s = (double)((1u << (bits - 1)) - 1);
    switch (num) {
    case UNORM:
        return bits_of((float)(x / max_u));
    case SNORM:
        return bits_of((float)fmax(s / max_s, -1.0));
    case USCALED:
        return bits_of((float)x);
    case SSCALED:
        return bits_of((float)s);
    case UINT:
        return x;
    case SINT:
        return (uint32_t)s;
    default:
        return bits == 32 ? x : bits == 16 ? bits_of(half_to_float(x)) : bits_of(small_float(x, bits));
    }
}

static double clamp(double x, double low, double high) {
    return x > low ? (x < high ? x : high) : low; /* NaN: low */
}

/* A register's 32 bits as a component of memory. */
static uint32_t compress(uint32_t r, unsigned bits, unsigned num) {
    double f = float_of(r), max_u = bits == 32 ? 4294967295.0 : (double)((1u << bits) - 1);
    double max_s = (double)((1u << (bits - 1)) - 1);
    uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1;
    if (isnan(f) && num <= SSCALED)
        f = 0;
    switch (num) {
    case UNORM:
        return (uint32_t)(int64_t)nearbyint(clamp(f, 0, 1) * max_u);
    case SNORM:
        return (uint32_t)(int64_t)nearbyint(clamp(f, -1, 1) * max_s) & mask;
    case USCALED:
        return (uint32_t)(int64_t)clamp(trunc(f), 0, max_u);
    case SSCALED:
        return (uint32_t)(int64_t)clamp(trunc(f), -max_s - 1, max_s) & mask;
    case UINT:
        return r > mask ? mask : r;
    case SINT:
        return (uint32_t)(int64_t)clamp((int32_t)r, -max_s - 1, max_s) & mask;
    default:
        if (bits == 32)
            return r;
        if (bits == 16)
            return float_to_half((float)f);
        return r >> 31 && !isnan(f) ? 0 : (float_to_half((float)f) & 0x7fff) >> (15 - bits);
    }
}

/* Results of D16 forms: floats become f16, integers saturate to 16 bits. */
static uint32_t to_16(uint32_t x, unsigned num) {
    if (num == UINT)
        return x > 0xffff ? 0xffff : x;
    if (num == SINT)
        return (uint32_t)clamp((int32_t)x, -32768, 32767) & 0xffff;
    return float_to_half(float_of(x));
}

static uint32_t from_16(uint32_t x, unsigned num) {
    if (num == UINT)
        return x & 0xffff;
    if (num == SINT)
        return (uint32_t)(int32_t)(int16_t)x;
    return bits_of(half_to_float(x));
}

/* What a row says besides its name. */
struct form {
    uint8_t count; /* components */
    bool d16, high;
    bool from_descriptor;
};

static bool format_of(struct wave *w, const struct insn *in, const uint32_t srd[4], struct format *f) {
    const struct form *form = in->op->aux;
    unsigned data = form->from_descriptor ? srd[3] >> 15 & 15 : in->mods.format_data;
    f->num = form->from_descriptor ? srd[3] >> 12 & 7 : in->mods.format_num;
    for (unsigned c = 0; c < 4; c++)
        f->select[c] = form->from_descriptor ? srd[3] >> (3 * c) & 7 : (uint8_t)(4 + c);
    f->layout = &layouts[data];
    bool unbound = form->from_descriptor && !(srd[0] | srd[1] | srd[2] | srd[3]);
    if (f->layout->count && f->num != RESERVED)
        return true;
    if (!unbound)
        report(w, in, CHECK_BAD_DESCRIPTOR, NULL, 0, "data format %u with number format %u does not exist", data,
               f->num);
    return false;
}

static uint32_t extract(const uint32_t words[4], unsigned at, unsigned bits) {
    uint32_t x = words[at / 32] >> (at % 32);
    return bits == 32 ? x : x & ((1u << bits) - 1);
}

/* Integer 1 for the integer formats, 1.0 for the others. */
static uint32_t one(unsigned num) {
    return num == UINT || num == SINT ? 1 : 0x3f800000;
}

static void load(struct wave *w, const struct insn *in) {
    const struct form *form = in->op->aux;
    unsigned first = in->mods.lds ? 0 : 1; /* printed operand of the address */
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_LOAD;
    struct format f;
    bool known = format_of(w, in, &w->s[in->opnd[first + 1].reg], &f);
    buffer_address(&b, first, known ? f.layout->bytes : 4, true);
    if (!known)
        memset(b.dword, 0, sizeof b.dword);
    uint64_t live = b.dword[0];
    lane_row v[4], u[4];
    memset(v, 0, sizeof v);
    memset(u, 0, sizeof u);
    buffer_load(&b, v, u);
    unsigned ndw = form->d16 ? (form->count + 1u) / 2u : form->count;
    struct pending *p =
        in->mods.lds ? lds_dma_book(w, in) : pending_add(w, in, PEND_VM, in->opnd[0].reg, ndw, false, wave_exec(w));
    memset(p->undef, 0, sizeof(lane_row) * ndw);
    if (form->d16 && form->count == 1)
        p->write_mask = form->high ? 0xffff0000u : 0xffffu;
    p->low_last = form->d16 && form->count == 3;
    memset(p->value, 0, sizeof(lane_row) * ndw);
    for (uint64_t t = known ? live : 0; t; t &= t - 1) {
        unsigned i = (unsigned)__builtin_ctzll(t);
        uint32_t words[4], uwords[4], comp[4] = {0, 0, 0, one(f.num)}, ucomp[4] = {0};
        for (unsigned d = 0; d < 4; d++) {
            words[d] = v[d][i];
            uwords[d] = u[d][i];
        }
        for (unsigned c = 0, at = 0; c < f.layout->count; at += f.layout->bits[c++]) {
            comp[c] = expand(extract(words, at, f.layout->bits[c]), f.layout->bits[c], f.num);
            ucomp[c] = extract(uwords, at, f.layout->bits[c]) ? ~0u : 0;
        }
        for (unsigned c = 0; c < form->count; c++) {
            unsigned sel = f.select[c];
            uint32_t x = sel >= 4 ? comp[sel - 4] : sel == 1 ? one(f.num) : 0, ux = sel >= 4 ? ucomp[sel - 4] : 0;
            if (!form->d16) {
                p->value[c][i] = x;
                p->undef[c][i] = ux;
                continue;
            }
            unsigned shift = form->high || c % 2 ? 16 : 0;
            p->value[c / 2][i] |= to_16(x, f.num) << shift;
            p->undef[c / 2][i] |= (ux & 0xffff) << shift;
        }
    }
    mem_poison_lanes(p->value, p->undef, ndw, wave_exec(w) & ~b.defined);
}

static void store(struct wave *w, const struct insn *in) {
    const struct form *form = in->op->aux;
    struct buffer_access b;
    b.mem.w = w, b.mem.in = in, b.mem.kind = VMEM_STORE;
    struct format f;
    bool known = format_of(w, in, &w->s[in->opnd[2].reg], &f);
    buffer_address(&b, 1, known ? f.layout->bytes : 4, true);
    pending_add(w, in, PEND_VM, 0, 0, false, wave_exec(w));
    const uint32_t *value[4], *undef[4];
    lane_row utmp[4], v[4], u[4];
    unsigned ndw = form->d16 ? (form->count + 1u) / 2u : form->count;
    mem_data_rows(w, in, 0, ndw, value, undef, utmp);
    memset(v, 0, sizeof v);
    memset(u, 0, sizeof u);
    for (unsigned i = 0; known && i < LANES; i++)
        for (unsigned c = 0, at = 0; c < f.layout->count; at += f.layout->bits[c++]) {
            unsigned from = 0;
            while (from < 4 && f.select[from] != 4 + c)
                from++;
            if (from >= form->count)
                continue;
            unsigned d = form->d16 ? from / 2 : from, shift = form->d16 && (form->high || from % 2) ? 16 : 0;
            uint32_t r = value[d][i] >> shift, ur = undef[d] ? undef[d][i] >> shift : 0;
            if (form->d16) {
                r = from_16(r, f.num);
                ur &= 0xffff;
            }
            unsigned bits = f.layout->bits[c];
            v[at / 32][i] |= compress(r, bits, f.num) << (at % 32);
            if (ur)
                u[at / 32][i] |= (bits == 32 ? ~0u : (1u << bits) - 1) << (at % 32);
        }
    const uint32_t *vrow[4] = {v[0], v[1], v[2], v[3]}, *urow[4] = {u[0], u[1], u[2], u[3]};
    if (known)
        buffer_store(&b, vrow, urow);
}

#define FORM(n, ...) &(const struct form){.count = n, __VA_ARGS__}
/* data: what a load to LDS (format_x only) writes */
#define ROW(prefix, suffix, store_flag, fn, form)                                                                      \
    {.name = prefix suffix, .flags = F_VMEM | F_VMCNT | store_flag, .exec = fn, .aux = form, .data = D_B32}
#define BOTH(suffix, n, ...)                                                                                           \
    ROW("tbuffer_load_", suffix, 0, load, FORM(n, __VA_ARGS__)),                                                       \
        ROW("tbuffer_store_", suffix, F_STORE, store, FORM(n, __VA_ARGS__)),                                           \
        ROW("buffer_load_", suffix, 0, load, FORM(n, .from_descriptor = true, __VA_ARGS__)),                           \
        ROW("buffer_store_", suffix, F_STORE, store, FORM(n, .from_descriptor = true, __VA_ARGS__))

static const struct isa_op ops[] = {
    BOTH("format_x", 1, .d16 = false),
    BOTH("format_xy", 2, .d16 = false),
    BOTH("format_xyz", 3, .d16 = false),
    BOTH("format_xyzw", 4, .d16 = false),
    BOTH("format_d16_x", 1, .d16 = true),
    BOTH("format_d16_xy", 2, .d16 = true),
    BOTH("format_d16_xyz", 3, .d16 = true),
    BOTH("format_d16_xyzw", 4, .d16 = true),
    ROW("buffer_load_", "format_d16_hi_x", 0, load, FORM(1, .d16 = true, .high = true, .from_descriptor = true)),
    ROW("buffer_store_", "format_d16_hi_x", F_STORE, store,
        FORM(1, .d16 = true, .high = true, .from_descriptor = true)),
};
ISA_FAMILY(mtbuf, ops);
