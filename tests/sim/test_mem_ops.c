/* Loads and stores of every segment and width, buffer addressing, formats, scalar memory, and what goes wrong: each
 * instruction in a kernel of its own (kernels/mem_ops.s) against plain C over the same bytes. */
#include <math.h>

#include "mem_ops.h"

/* What a load makes of its destination registers. */
static const struct shape {
    const char *name;
    unsigned bytes;
    bool sign;
    int half; /* -1 whole registers, 0 low half, 1 high half */
} loads[] =
    {
        {"ubyte", 1, false, -1},      {"sbyte", 1, true, -1},        {"ushort", 2, false, -1},
        {"sshort", 2, true, -1},      {"dword", 4, false, -1},       {"dwordx2", 8, false, -1},
        {"dwordx3", 12, false, -1},   {"dwordx4", 16, false, -1},    {"ubyte_d16", 1, false, 0},
        {"sbyte_d16", 1, true, 0},    {"short_d16", 2, false, 0},    {"ubyte_d16_hi", 1, false, 1},
        {"sbyte_d16_hi", 1, true, 1}, {"short_d16_hi", 2, false, 1},
},
  stores[] = {
      {"byte", 1, false, -1},  {"byte_d16_hi", 1, false, 1}, {"short", 2, false, -1},    {"short_d16_hi", 2, false, 1},
      {"dword", 4, false, -1}, {"dwordx2", 8, false, -1},    {"dwordx3", 12, false, -1}, {"dwordx4", 16, false, -1},
};

static void fill(uint32_t o[LANES][4]) {
    for (uint32_t i = 0; i < LANES; i++)
        for (uint32_t k = 0; k < 4; k++)
            o[i][k] = FILL + k;
}

static void load_reference(const struct shape *s, const uint8_t *p, uint32_t o[4]) {
    if (s->bytes >= 4) {
        memcpy(o, p, s->bytes);
        return;
    }
    uint32_t x = s->bytes == 1 ? p[0] : p[0] | (uint32_t)p[1] << 8;
    uint32_t top = s->bytes == 1 ? 0x80 : 0x8000;
    if (s->sign && (x & top))
        x -= 2 * top;
    o[0] = s->half < 0 ? x : s->half == 0 ? (o[0] & 0xffff0000u) | (x & 0xffff) : (o[0] & 0xffff) | x << 16;
}

static void check_loads(const char *form, const char *suffix, int offset, uint32_t soffset) {
    for (size_t k = 0; k < sizeof loads / sizeof *loads; k++) {
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "%s_load_%s%s", form, loads[k].name, suffix);
        op_prepare(&r, 17, 51); /* every byte alignment */
        r.soffset = soffset;
        uint32_t want[LANES][4];
        fill(want);
        for (unsigned i = 0; i < LANES; i++)
            load_reference(&loads[k], r.m + r.a[i] + offset + (int)soffset, want[i]);
        op_run_clean(&r, name);
        op_same(name, r.o, want, sizeof want, "O");
    }
}

static void check_stores(const char *form, int offset, uint32_t soffset) {
    for (size_t k = 0; k < sizeof stores / sizeof *stores; k++) {
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "%s_store_%s", form, stores[k].name);
        op_prepare(&r, 17, 51);
        r.soffset = soffset;
        uint8_t want[M_BYTES];
        memcpy(want, r.m, sizeof want);
        for (unsigned i = 0; i < LANES; i++)
            memcpy(want + r.a[i] + offset + (int)soffset, (uint8_t *)r.d[i] + (stores[k].half == 1 ? 2 : 0),
                   stores[k].bytes);
        op_run_clean(&r, name);
        op_same(name, r.m, want, sizeof want, "M");
    }
}

static void check_accvgprs(void) {
    struct op_run r;
    op_prepare(&r, 4, 20);
    uint32_t want[LANES][4];
    for (unsigned i = 0; i < LANES; i++)
        memcpy(want[i], r.m + r.a[i], 16);
    op_run_clean(&r, "acc_load_store");
    op_same("acc_load_store", r.o, want, sizeof want, "O");
}

/* --- scratch and flat --- */

static void check_scratch(void) {
    for (size_t k = 0; k < sizeof loads / sizeof *loads; k++) {
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "scratch_load_%s", loads[k].name);
        op_prepare(&r, 0, 1);
        uint32_t want[LANES][4];
        fill(want);
        for (unsigned i = 0; i < LANES; i++)
            load_reference(&loads[k], (uint8_t *)r.d[i] + (loads[k].bytes >= 4 ? 0 : 1), want[i]);
        op_run_clean(&r, name);
        op_same(name, r.o, want, sizeof want, "O");
    }
    for (size_t k = 0; k + 1 < sizeof stores / sizeof *stores; k++) {
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "scratch_store_%s", stores[k].name);
        op_prepare(&r, 0, 1);
        uint32_t want[LANES][4];
        fill(want);
        for (unsigned i = 0; i < LANES; i++)
            memcpy((uint8_t *)want[i] + 1, (uint8_t *)r.d[i] + (stores[k].half == 1 ? 2 : 0), stores[k].bytes);
        op_run_clean(&r, name);
        op_same(name, r.o, want, sizeof want, "O");
    }
    struct op_run r;
    op_prepare(&r, 8, 0);
    r.soffset = 44; /* 44 - 16 = the second dword stored at 8 + 16 */
    op_run_clean(&r, "scratch_saddr");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == r.d[i][1], "lane %u", i);
    op_prepare(&r, 8, 0);
    r.soffset = 32;
    op_run_clean(&r, "scratch_both");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == r.d[i][0], "lane %u", i);
    op_prepare(&r, 4, 0);
    op_run_finds(&r, "scratch_outside", "scratch-bounds", "private offset 128; the segment has 128 bytes");
}

static void check_flat(void) {
    struct op_run r;
    op_prepare(&r, 0, 1);
    op_run_clean(&r, "flat_private");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == r.d[i][0] && r.o[i][1] == r.d[i][1], "lane %u: 0x%x 0x%x", i, r.o[i][0], r.o[i][1]);
    op_prepare(&r, 0, 32);
    struct op_run before = r;
    op_run_clean(&r, "flat_lds");
    for (unsigned i = 0; i < LANES; i++) {
        const uint8_t *p = before.m + 32 * i;
        CHECK(r.o[i][0] == get32(p + 8) && r.o[i][1] == get32(p + 12) && r.o[i][2] == r.d[i][0], "lane %u", i);
        CHECK(get32(r.m + 32 * i) == r.d[i][0] + r.d[i][1], "lane %u", i);
    }
    op_prepare(&r, 0, 60);
    before = r;
    op_run_clean(&r, "flat_mixed"); /* LDS holds a copy of M, so that both sides must give M's bytes */
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == get32(before.m + 60 * i), "lane %u", i);
}

/* --- buffer descriptors --- */

static void check_raw_bounds(void) {
    for (uint32_t records = 90; records <= 110;
         records++) { /* every cut through lane 5's sixteen bytes at 84..99 + 4 */
        struct op_run r;
        op_prepare(&r, 0, 17);
        r.num_records = records;
        r.soffset = 64;
        uint32_t want[LANES][4];
        for (unsigned i = 0; i < LANES; i++)
            for (unsigned k = 0; k < 4; k++) {
                uint32_t at = r.a[i] + 4 + 4 * k; /* the dword counts as a whole, soffset not at all */
                want[i][k] = at + 4 <= records ? get32(r.m + at + 64) : 0;
            }
        op_run_clean(&r, "buffer_load_dwordx4");
        op_same("buffer_load_dwordx4 bounds", r.o, want, sizeof want, "O");
        op_prepare(&r, 0, 17);
        r.num_records = records;
        uint8_t m[M_BYTES];
        memcpy(m, r.m, sizeof m);
        for (unsigned i = 0; i < LANES; i++)
            for (unsigned k = 0; k < 4; k++)
                if (r.a[i] + 4 + 4 * k + 4 <= records)
                    memcpy(m + r.a[i] + 4 + 4 * k, &r.d[i][k], 4);
        op_run_clean(&r, "buffer_store_dwordx4");
        op_same("buffer_store_dwordx4 bounds", r.m, m, sizeof m, "M");
    }
    struct op_run r;
    op_prepare(&r, 0, 3);
    r.num_records = 100;
    op_run_clean(&r, "buffer_load_ushort");
    struct op_run again = r;
    for (unsigned i = 0; i < LANES; i++) {
        uint32_t at = 3 * i + 4, want = at + 2 <= 100 ? r.m[at] | (uint32_t)r.m[at + 1] << 8 : 0;
        CHECK(again.o[i][0] == want, "lane %u: 0x%x not 0x%x", i, again.o[i][0], want);
    }
    op_prepare(&r, 0xfffffff0u, 1); /* an offset near 2^32 is out of range, not wrapped */
    op_run_clean(&r, "buffer_load_dword");
    CHECK(r.o[13][0] == 0 && r.o[0][0] == 0, "0x%x 0x%x", r.o[13][0], r.o[0][0]);
}

static void check_structured(void) {
    struct op_run r;
    op_prepare(&r, 0, 1);
    r.stride_word = 24u << 16;
    r.num_records = 50; /* records of 24 bytes */
    r.soffset = 8;
    op_run_clean(&r, "buffer_idxen");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == (i < 50 ? get32(r.m + 24 * i + 12) : 0) &&
                  r.o[i][1] == (i < 50 ? get32(r.m + 24 * i + 16) : 0),
              "lane %u", i);
    op_prepare(&r, 0, 0);
    r.stride_word = 16u << 16;
    r.num_records = 100;
    for (unsigned i = 0; i < LANES; i++) {
        r.d[i][0] = 63 - i;    /* index */
        r.d[i][1] = i % 4 * 4; /* offset */
    }
    op_run_clean(&r, "buffer_both");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == get32(r.m + 16 * (63 - i) + i % 4 * 4 + 4), "lane %u", i);
    struct op_run before = r;
    op_run_clean(&r, "buffer_store_both");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(get32(r.m + 16 * (63 - i) + i % 4 * 4) == before.d[i][2], "lane %u", i);
    op_prepare(&r, 0, 0); /* add_tid: the lane is the index, the data format extends the stride */
    r.stride_word = 8u << 16;
    r.word3 = 1u << 23;
    r.num_records = 60;
    op_run_clean(&r, "buffer_addtid");
    for (unsigned i = 0; i < LANES; i++)
        CHECK(r.o[i][0] == (i < 60 ? get32(r.m + 8 * i + 4) : 0), "lane %u", i);
    op_prepare(&r, 0, 1); /* swizzled: index stride 16, elements of 4 bytes */
    r.stride_word = 12u << 16 | 1u << 31;
    r.word3 = 0x00020000 | 1u << 21;
    r.num_records = 64;
    op_run_clean(&r, "buffer_idxen");
    for (unsigned i = 0; i < LANES; i++)
        for (unsigned k = 0; k < 2; k++) {
            unsigned offset = 4 + 4 * k, at = (i / 16 * 12 + offset) * 16 + i % 16 * 4;
            CHECK(r.o[i][k] == get32(r.m + at), "lane %u dword %u", i, k);
        }
}

static void check_descriptors(void) {
    struct op_run r;
    op_prepare(&r, 0, 4);
    r.word3 = 0; /* all zero: unbound */
    op_run_clean(&r, "buffer_off");
    CHECK(r.o[0][0] == 0 && r.o[63][0] == 0, "an unbound buffer reads 0x%x", r.o[0][0]);
    op_prepare(&r, 0, 4);
    r.soffset = 16;
    op_run_clean(&r, "buffer_off");
    CHECK(r.o[5][0] == get32(r.m + 28), "0x%x", r.o[5][0]);
    op_run_clean(&r, "buffer_soffset_const");
    CHECK(r.o[5][0] == get32(r.m + 24), "0x%x", r.o[5][0]);
    r.word3 = 0x40020000;
    op_run_finds(&r, "buffer_off", "bad-descriptor", "bits 127:126");
    r.word3 = 0x00007000;
    op_run_finds(&r, "buffer_off", "bad-descriptor", "data format");
}

/* --- formats --- */

static uint32_t word3(unsigned data, unsigned num) {
    return 0xfac | num << 12 | data << 15;
}

static uint32_t bits(float f) {
    uint32_t b;
    memcpy(&b, &f, 4);
    return b;
}

static void expect(const char *name, struct op_run *r, unsigned lane, const uint32_t want[4]) {
    for (unsigned k = 0; k < 4; k++)
        CHECK(r->o[lane][k] == want[k], "%s lane %u component %u: 0x%x, not 0x%x", name, lane, k, r->o[lane][k],
              want[k]);
}

static void check_formats(void) {
    struct op_run r;
    /* 8_8_8_8 UNORM, bytes 0, 255, 51, 128 */
    op_prepare(&r, 0, 4);
    memcpy(r.m, (uint8_t[]){0, 255, 51, 128}, 4);
    r.word3 = word3(10, 0);
    op_run_clean(&r, "format_xyzw");
    expect("unorm8", &r, 0, (uint32_t[]){0, bits(1), bits(0.2f), bits(128.0f / 255)});
    op_run_clean(&r, "tbuffer_rgba8");
    expect("tbuffer unorm8", &r, 0, (uint32_t[]){0, bits(1), bits(0.2f), bits(128.0f / 255)});
    /* 16_16 SNORM: -32768 and -32767 are -1; missing components 0 and 1.0 */
    memcpy(r.m, (uint8_t[]){0, 0x80, 1, 0x80}, 4);
    r.word3 = word3(5, 1);
    op_run_clean(&r, "format_xyzw");
    expect("snorm16", &r, 0, (uint32_t[]){bits(-1), bits(-1), 0, bits(1)});
    /* 2_10_10_10 UINT: x in the low bits, w in the top two */
    uint32_t packed = 1u | 1023u << 10 | 512u << 20 | 3u << 30;
    memcpy(r.m, &packed, 4);
    r.word3 = word3(9, 4);
    op_run_clean(&r, "format_xyzw");
    expect("uint10", &r, 0, (uint32_t[]){1, 1023, 512, 3});
    /* 10_11_11 FLOAT: 1.0, 2.0 and 0.5 */
    packed = 0x3c0u | 0x400u << 11 | 0x1c0u << 22;
    memcpy(r.m, &packed, 4);
    r.word3 = word3(6, 7);
    op_run_clean(&r, "format_xyz");
    expect("float11", &r, 0, (uint32_t[]){bits(1), bits(2), bits(0.5f), FILL + 3});
    /* 16_16_16_16 FLOAT, as f32 and as packed f16 */
    r.a[0] = 8;
    memcpy(r.m + 8, (uint16_t[]){0x3c00, 0xc000, 0x7bff, 0x0001}, 8);
    r.word3 = word3(12, 7);
    op_run_clean(&r, "format_xyzw");
    expect("float16", &r, 0, (uint32_t[]){bits(1), bits(-2), bits(65504), bits(0x1p-24f)});
    op_run_clean(&r, "format_d16_xyzw");
    expect("d16", &r, 0, (uint32_t[]){0xc0003c00, 0x00017bff, FILL + 2, FILL + 3});
    op_run_clean(&r, "format_d16_x");
    expect("d16 x", &r, 0, (uint32_t[]){(FILL & 0xffff0000) | 0x3c00, FILL + 1, FILL + 2, FILL + 3});
    op_run_clean(&r, "format_d16_hi_x");
    expect("d16 hi x", &r, 0, (uint32_t[]){0x3c000000, FILL + 1, FILL + 2, FILL + 3});
    /* 8 USCALED and SSCALED, 16_16 SINT */
    r.m[8] = 200;
    r.word3 = word3(1, 2);
    op_run_clean(&r, "format_x");
    CHECK(r.o[0][0] == bits(200), "0x%x", r.o[0][0]);
    r.word3 = word3(1, 3);
    op_run_clean(&r, "format_x");
    CHECK(r.o[0][0] == bits(-56), "0x%x", r.o[0][0]);
    memcpy(r.m + 8, (int16_t[]){-5, 7}, 4);
    op_run_clean(&r, "tbuffer_rg16");
    expect("sint16", &r, 0, (uint32_t[]){(uint32_t)-5, 7, FILL + 2, FILL + 3});
    /* component selects of the descriptor: w, 1, 0, x */
    memcpy(r.m + 8, (uint8_t[]){11, 22, 33, 44}, 4);
    r.word3 = (word3(10, 4) & ~0xfffu) | 7 | 1 << 3 | 0 << 6 | 4 << 9;
    op_run_clean(&r, "format_xyzw");
    expect("selects", &r, 0, (uint32_t[]){44, 1, 0, 11});
    /* a texel is in range as a whole */
    op_prepare(&r, 0, 8);
    r.word3 = word3(12, 4);
    r.num_records = 84;
    op_run_clean(&r, "format_xyzw");
    CHECK(r.o[9][0] == (get32(r.m + 72) & 0xffff) && r.o[10][0] == 0 && r.o[10][1] == 0, "0x%x 0x%x", r.o[9][0],
          r.o[10][0]);
    r.word3 = word3(15, 4);
    op_run_finds(&r, "format_x", "bad-descriptor", "data format 15");
    /* stores */
    op_prepare(&r, 0, 16);
    r.d[0][0] = bits(0.2f), r.d[0][1] = bits(-3), r.d[0][2] = bits(NAN), r.d[0][3] = bits(7);
    r.word3 = word3(10, 0);
    op_run_clean(&r, "format_store_xyzw");
    op_same("unorm8 store", r.m, (uint8_t[]){51, 0, 0, 255}, 4, "M");
    r.word3 = word3(5, 1);
    r.d[0][0] = bits(-1), r.d[0][1] = bits(0.5f);
    op_run_clean(&r, "format_store_xyzw");
    op_same("snorm16 store", r.m, (uint8_t[]){0x01, 0x80, 0x00, 0x40}, 4, "M");
    r.d[0][0] = 5, r.d[0][1] = 2000, r.d[0][2] = 1, r.d[0][3] = 2;
    packed = 5u | 1023u << 10 | 1u << 20 | 2u << 30;
    op_run_clean(&r, "tbuffer_store_rgb10a2");
    CHECK(get32(r.m) == packed, "0x%x", get32(r.m));
    r.word3 = word3(2, 7);
    r.d[0][0] = bits(1.5f);
    op_run_clean(&r, "format_store_x");
    CHECK((get32(r.m) & 0xffff) == 0x3e00, "0x%x", get32(r.m));
    r.word3 = word3(14, 7);
    r.d[0][0] = 0xc0003c00, r.d[0][1] = 0x00007bff;
    op_run_clean(&r, "format_store_d16_xyzw");
    op_same("d16 store", r.m, (float[]){1, -2, 65504, 0}, 16, "M");
}

/* Every number of components, from f32 registers and D16 ones, in a format of as many unsigned integers. */
static void check_components(void) {
    static const struct kind {
        const char *name;
        unsigned n, data, bytes;
    } kinds[] = {{"x", 1, 2, 2}, {"xy", 2, 5, 2}, {"xyz", 3, 13, 4}, {"xyzw", 4, 12, 2}};
    for (unsigned at = 0; at < 16; at++) {
        const struct kind *kind = &kinds[at / 4];
        const bool typed = at & 1, d16 = at & 2;
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "%s_%s%s", typed ? "tbuffer_load" : "format", d16 ? "d16_" : "", kind->name);
        op_prepare(&r, 0, 16);
        r.word3 = typed ? word3(10, 0) : word3(kind->data, 4); /* a typed instruction brings its own */
        uint32_t want[LANES][4];
        fill(want);
        for (unsigned i = 0; i < LANES; i++)
            for (unsigned c = 0; c < kind->n; c++) {
                uint8_t *p = r.m + 16 * i + kind->bytes * c;
                if (kind->bytes == 4)
                    memset(p + 2, 0, 2); /* fits into D16 */
                uint32_t x = p[0] | (uint32_t)p[1] << 8, shift = 16 * (c % 2);
                want[i][d16 ? c / 2 : c] = d16 ? (want[i][c / 2] & ~(0xffffu << shift)) | x << shift : x;
            }
        op_run_clean(&r, name);
        op_same(name, r.o, want, sizeof want, "O");

        snprintf(name, sizeof name, "%s_store_%s%s", typed ? "tbuffer" : "format", d16 ? "d16_" : "", kind->name);
        op_prepare(&r, 0, 16);
        r.word3 = typed ? word3(10, 0) : word3(kind->data, 4);
        uint8_t memory[M_BYTES];
        memcpy(memory, r.m, sizeof memory);
        for (unsigned i = 0; i < LANES; i++)
            for (unsigned c = 0; c < kind->n; c++) {
                if (!d16)
                    r.d[i][c] &= 0xffff;
                uint32_t x = d16 ? r.d[i][c / 2] >> 16 * (c % 2) & 0xffff : r.d[i][c];
                memcpy(memory + 16 * i + kind->bytes * c, &x, kind->bytes);
            }
        op_run_clean(&r, name);
        op_same(name, r.m, memory, sizeof memory, "M");
    }
    struct op_run r;
    op_prepare(&r, 0, 16);
    r.word3 = word3(2, 4);
    op_run_clean(&r, "format_store_d16_hi_x");
    for (unsigned i = 0; i < LANES; i++)
        CHECK((get32(r.m + 16 * i) & 0xffff) == r.d[i][0] >> 16, "lane %u: 0x%x", i, get32(r.m + 16 * i));
}

/* --- scalar memory --- */

static void check_scalar_load(const char *name, unsigned n, unsigned at, uint32_t soffset, uint32_t records) {
    struct op_run r;
    op_prepare(&r, 0, 0);
    r.soffset = soffset;
    r.num_records = records;
    uint32_t want[16];
    for (unsigned k = 0; k < 16; k++)
        want[k] = k >= n ? 0x51 : at + 4 * k + 4 <= records ? get32(r.m + at + 4 * k) : 0;
    op_run_clean(&r, name);
    op_same(name, r.o, want, sizeof want, "O");
}

static void check_scalar(void) {
    check_scalar_load("s_load_dword", 1, 8, 0, M_BYTES);
    check_scalar_load("s_load_dwordx2", 2, 20, 20, M_BYTES);
    check_scalar_load("s_load_dwordx4", 4, 44, 36, M_BYTES);
    check_scalar_load("s_load_dwordx8", 8, 0, 0, M_BYTES);
    check_scalar_load("s_load_dwordx16", 16, 4, 0, M_BYTES);
    check_scalar_load("s_buffer_load_dword", 1, 8, 0, 12);
    check_scalar_load("s_buffer_load_dword", 1, 8, 0, 11);
    check_scalar_load("s_buffer_load_dwordx2", 2, 100, 100, 104);
    check_scalar_load("s_buffer_load_dwordx4", 4, 0, 0, 12);
    check_scalar_load("s_buffer_load_dwordx8", 8, 0, 0, 32);
    check_scalar_load("s_buffer_load_dwordx16", 16, 0, 0, 40);
    check_scalar_load("s_scratch_load_dword", 1, 64, 1, M_BYTES); /* the SGPR counts 64 bytes each */
    struct op_run r;
    op_prepare(&r, 0, 0);
    op_run_clean(&r, "s_store_dwordx4");
    CHECK(get32(r.m + 0x18) == M_BYTES && get32(r.m + 0x1c) == 0x00020000, "0x%x 0x%x", get32(r.m + 0x18),
          get32(r.m + 0x1c));
    op_prepare(&r, 0, 0);
    r.num_records = 0x77;
    r.soffset = 0x20;
    struct op_run before = r;
    op_run_clean(&r, "s_store_dword");
    CHECK(get32(r.m + 0x20) != get32(before.m + 0x20) && get32(r.m + 0x24) == get32(before.m + 0x24), "stored 0x%x",
          get32(r.m + 0x20));
    op_run_clean(&r, "s_store_dwordx2");
    CHECK(get32(r.m + 0x10) % 256 == 0, "0x%x is no descriptor's base", get32(r.m + 0x10));
    op_prepare(&r, 0, 0);
    op_run_clean(&r, "s_buffer_store_dwordx4");
    CHECK(get32(r.m + 8) == M_BYTES && get32(r.m + 12) == 0x00020000, "0x%x", get32(r.m + 8));
    for (unsigned n = 1; n <= 2; n++) {
        op_prepare(&r, 0, 0);
        r.soffset = op_random(), r.m0 = op_random();
        uint8_t want[M_BYTES];
        memcpy(want, r.m, sizeof want);
        memcpy(want + 8, (uint32_t[]){r.soffset, r.m0}, 4 * n);
        op_run_clean(&r, n == 1 ? "s_buffer_store_dword" : "s_buffer_store_dwordx2");
        op_same("s_buffer_store", r.m, want, sizeof want, "M");
    }
    op_run_clean(&r, "s_scratch_store_dword");
    CHECK(get32(r.m + 8) % 256 == 0, "0x%x", get32(r.m + 8));
    op_run_clean(&r, "s_clocks");
    CHECK(r.o[0][2] > r.o[0][0] && r.o[0][2] < r.o[0][0] + 1000, "memtime %u then %u", r.o[0][0], r.o[0][2]);
    op_run_clean(&r, "s_caches");
    op_run_finds(&r, "scalar_crooked", "alignment", "not a multiple of 4");
}

/* --- faults --- */

static void check_faults(void) {
    struct op_run r;
    op_prepare(&r, 0, 4);
    r.m_alloc = 252; /* lane 63 reads the four bytes past the end */
    op_run_finds(&r, "load_outside", "over-read", "lane 63 reads 4 bytes");
    CHECK_HAS(gfx950sim_findings(), "4 bytes past the end of allocation");
    CHECK_HAS(gfx950sim_findings(), "252 bytes at");
    op_prepare(&r, 0, 4);
    r.m_alloc = 252;
    op_run_finds(&r, "store_outside", "out-of-bounds", "4 bytes past the end of allocation");
    op_prepare(&r, 0, 4);
    r.a[7] = 1000;
    r.m_alloc = 256;
    op_run_finds(&r, "load_outside", "out-of-bounds", "lane 7 reads 4 bytes");
    CHECK_HAS(gfx950sim_findings(), "748 bytes past the end");
    op_run_finds(&r, "load_null", "uninit-address", "v22");
    op_prepare(&r, 0, 4);
    r.a[3] = 13;
    op_run_finds(&r, "atomic_crooked", "alignment", "lane 3 updates");
    op_prepare(&r, 0, 64);
    op_run_finds(&r, "ds_outside", "lds-bounds",
                 "lane 1 reads 4 bytes at LDS address 0x103c; the workgroup has 4096 bytes");
    op_prepare(&r, 0, 8);
    op_run_finds(&r, "ds_crooked", "lds-alignment", "not aligned to 8");
    op_prepare(&r, 0, 8);
    op_run_finds(&r, "ds_tr_partial_exec", "transpose-exec", "transposed reads need all lanes");
    op_prepare(&r, 0, 8);
    op_run_finds(&r, "dma_nowait", "wait-lds-dma", "s_waitcnt vmcnt");
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&op_module, MEM_OPS_CO));
    check_loads("global", "", -16, 0);
    check_loads("global", "_vaddr", 8, 0);
    check_loads("flat", "", 4, 0);
    check_loads("buffer", "", 4, 20);
    check_stores("global", -16, 0);
    check_stores("flat", 4, 0);
    check_stores("buffer", 4, 20);
    check_accvgprs();
    check_scratch();
    check_flat();
    check_raw_bounds();
    check_structured();
    check_descriptors();
    check_formats();
    check_components();
    check_scalar();
    check_faults();
    return check_result();
}
