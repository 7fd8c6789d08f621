/* LDS: loads, stores and atomics of every form, lane exchange, transposed reads, and loads to LDS, each in a kernel of
 * its own (kernels/mem_ops.s) against plain C. LDS starts as a copy of M, and M is a copy of LDS afterwards. */
#include "atomic_reference.h"
#include "mem_ops.h"

static void fill(uint32_t o[LANES][4]) {
    for (uint32_t i = 0; i < LANES; i++)
        for (uint32_t k = 0; k < 4; k++)
            o[i][k] = FILL + k;
}

/* Runs and compares memory and results. */
static void check(const char *name, struct op_run *r, uint8_t m[M_BYTES], uint32_t o[LANES][4]) {
    op_run_clean(r, name);
    op_same(name, r->m, m, M_BYTES, "M");
    op_same(name, r->o, o, sizeof(uint32_t) * 4 * LANES, "O");
}

static struct op_run r;
static uint8_t m[M_BYTES];
static uint32_t o[LANES][4];

static void start(uint32_t first, uint32_t step) {
    op_prepare(&r, first, step);
    memcpy(m, r.m, sizeof m);
    fill(o);
}

/* --- loads and stores --- */

static void check_reads(void) {
    static const struct {
        const char *name;
        unsigned bytes, offset, step;
        bool sign;
        int half;
    } reads[] = {
        {"u8", 1, 3, 61, false, -1},        {"i8", 1, 3, 61, true, -1},       {"u16", 2, 3, 61, false, -1},
        {"i16", 2, 3, 61, true, -1},        {"u8_d16", 1, 3, 61, false, 0},   {"u8_d16_hi", 1, 3, 61, false, 1},
        {"i8_d16", 1, 3, 61, true, 0},      {"i8_d16_hi", 1, 3, 61, true, 1}, {"u16_d16", 2, 3, 61, false, 0},
        {"u16_d16_hi", 2, 3, 61, false, 1}, {"b32", 4, 4, 52, false, -1},     {"b64", 8, 16, 56, false, -1},
        {"b96", 12, 16, 48, false, -1},     {"b128", 16, 16, 48, false, -1},
    };
    for (size_t k = 0; k < sizeof reads / sizeof *reads; k++) {
        char name[40];
        snprintf(name, sizeof name, "ds_read_%s", reads[k].name);
        start(0, reads[k].step);
        for (unsigned i = 0; i < LANES; i++) {
            const uint8_t *p = m + r.a[i] + reads[k].offset;
            if (reads[k].bytes >= 4) {
                memcpy(o[i], p, reads[k].bytes);
                continue;
            }
            int32_t x = reads[k].bytes == 1 ? (reads[k].sign ? (int8_t)p[0] : p[0])
                                            : (reads[k].sign ? (int16_t)(p[0] | p[1] << 8) : p[0] | p[1] << 8);
            uint32_t u = (uint32_t)x;
            o[i][0] = reads[k].half < 0 ? u
                      : reads[k].half   ? (o[i][0] & 0xffff) | u << 16
                                        : (o[i][0] & 0xffff0000) | (u & 0xffff);
        }
        check(name, &r, m, o);
    }
}

static void check_writes(void) {
    static const struct {
        const char *name;
        unsigned bytes, offset, step, from;
    } writes[] = {
        {"b8", 1, 3, 61, 0},  {"b8_d16_hi", 1, 3, 61, 2}, {"b16", 2, 3, 61, 0},   {"b16_d16_hi", 2, 3, 61, 2},
        {"b32", 4, 4, 52, 0}, {"b64", 8, 16, 56, 0},      {"b96", 12, 16, 48, 0}, {"b128", 16, 16, 48, 0},
    };
    for (size_t k = 0; k < sizeof writes / sizeof *writes; k++) {
        char name[40];
        snprintf(name, sizeof name, "ds_write_%s", writes[k].name);
        start(0, writes[k].step);
        for (unsigned i = 0; i < LANES; i++)
            memcpy(m + r.a[i] + writes[k].offset, (uint8_t *)r.d[i] + writes[k].from, writes[k].bytes);
        check(name, &r, m, o);
    }
}

/* Offsets 3 and 1 (ST64: 2 and 1) of read2, write2 and wrxchg2. */
static void check_two_addresses(void) {
    for (unsigned wide = 0; wide < 2; wide++)
        for (unsigned st = 0; st < 2; st++) {
            unsigned n = wide ? 8 : 4, unit = n * (st ? 64 : 1), first = (st ? 2 : 3) * unit, second = unit;
            const char *type = wide ? "b64" : "b32";
            char name[40];
            uint32_t step = st ? n : 4 * n;
            snprintf(name, sizeof name, "ds_read2%s_%s", st ? "st64" : "", type);
            start(0, step);
            for (unsigned i = 0; i < LANES; i++) {
                memcpy(o[i], m + r.a[i] + first, n);
                memcpy((uint8_t *)o[i] + n, m + r.a[i] + second, n);
            }
            check(name, &r, m, o);
            snprintf(name, sizeof name, "ds_write2%s_%s", st ? "st64" : "", type);
            start(0, step);
            for (unsigned half = 0; half < 2; half++)
                for (unsigned i = 0; i < LANES; i++)
                    memcpy(m + r.a[i] + (half ? second : first), (uint8_t *)r.d[i] + (wide ? 8 : 4) * half, n);
            check(name, &r, m, o);
            snprintf(name, sizeof name, "ds_wrxchg2%s_rtn_%s", st ? "st64" : "", type);
            start(0, step);
            for (unsigned half = 0; half < 2; half++)
                for (unsigned i = 0; i < LANES; i++) {
                    uint8_t *p = m + r.a[i] + (half ? second : first);
                    memcpy((uint8_t *)o[i] + n * half, p, n);
                    memcpy(p, (uint8_t *)r.d[i] + (wide ? 8 : 4) * half, n);
                }
            check(name, &r, m, o);
        }
}

static void check_addtid(void) {
    start(0, 0);
    r.m0 = 0xabc00100; /* M0[15:0] counts */
    for (unsigned i = 0; i < LANES; i++)
        o[i][0] = get32(m + 0x104 + 4 * i);
    check("ds_read_addtid_b32", &r, m, o);
    start(0, 0);
    r.m0 = 0x200;
    for (unsigned i = 0; i < LANES; i++)
        memcpy(m + 0x204 + 4 * i, r.d[i], 4);
    check("ds_write_addtid_b32", &r, m, o);
}

/* --- atomics --- */

static const struct {
    const char *stem, *types, *op;
    bool two, reversed, only_rtn;
} atomics[] = {
    {"add", "u32 u64", "add", 0, 0, 0},       {"sub", "u32 u64", "sub", 0, 0, 0},
    {"rsub", "u32 u64", "rsub", 0, 0, 0},     {"inc", "u32 u64", "inc", 0, 0, 0},
    {"dec", "u32 u64", "dec", 0, 0, 0},       {"and", "b32 b64", "and", 0, 0, 0},
    {"or", "b32 b64", "or", 0, 0, 0},         {"xor", "b32 b64", "xor", 0, 0, 0},
    {"min", "i32 i64", "smin", 0, 0, 0},      {"max", "i32 i64", "smax", 0, 0, 0},
    {"min", "u32 u64", "umin", 0, 0, 0},      {"max", "u32 u64", "umax", 0, 0, 0},
    {"min", "f32 f64", "min_f", 0, 0, 0},     {"max", "f32 f64", "max_f", 0, 0, 0},
    {"add", "f32 f64", "add_f", 0, 0, 0},     {"mskor", "b32 b64", "mskor", 1, 0, 0},
    {"cmpst", "b32 b64", "cmpswap", 1, 1, 0}, {"cmpst", "f32 f64", "cmpswap_f", 1, 1, 0},
    {"wrxchg", "b32 b64", "swap", 0, 0, 1},   {"wrap", "b32", "wrap", 1, 0, 1},
    {"pk_add", "f16", "pk_add_f16", 0, 0, 0}, {"pk_add", "bf16", "pk_add_bf16", 0, 0, 0},
};

static uint64_t operand(unsigned k, bool wide) {
    uint32_t x = op_random();
    const char *op = atomics[k].op;
    if (strcmp(op, "pk_add_f16") == 0)
        return 0x3c003a00u + (x & 0x03ff03ff) + (x & 0x80008000u);
    if (strcmp(op, "pk_add_bf16") == 0)
        return 0x3f803f00u + (x & 0x017f017f) + (x & 0x80008000u);
    if (strstr(op, "_f"))
        return wide ? of_f64((int32_t)x / 1024.0) : of_f32((float)(int32_t)x / 1024);
    return x % 5 < 2 ? x % 3 : wide ? (uint64_t)x << 32 | op_random() : x;
}

static void check_atomic(unsigned k, const char *type, bool returns) {
    bool wide = strcmp(type + 1, "64") == 0;
    unsigned n = wide ? 8 : 4, offset = n;
    char name[60];
    snprintf(name, sizeof name, "ds_%s%s_%s", atomics[k].stem, returns ? "_rtn" : "", type);
    start(0, 16);
    for (unsigned i = 0; i < LANES; i++) {
        uint64_t mem = operand(k, wide), first = operand(k, wide), second = operand(k, wide);
        if (atomics[k].reversed && i % 2)
            first = mem;
        memcpy(r.m + r.a[i] + offset, &mem, n);
        memcpy(r.d[i], &first, n);
        memcpy((uint8_t *)r.d[i] + n, &second, n);
        uint64_t after = atomics[k].reversed ? atomic_after(atomics[k].op, wide, mem, second, first)
                                             : atomic_after(atomics[k].op, wide, mem, first, second);
        memcpy(m + r.a[i] + offset, &after, n);
        if (returns)
            memcpy(o[i], &mem, n);
    }
    for (unsigned i = 0; i < LANES; i++) /* M before, where the loop above has not written m */
        for (unsigned b = 0; b < 16; b++)
            if (b < offset || b >= offset + n)
                m[16 * i + b] = r.m[16 * i + b];
    check(name, &r, m, o);
}

static void check_atomics(void) {
    for (unsigned k = 0; k < sizeof atomics / sizeof *atomics; k++) {
        char types[16], *save = NULL;
        snprintf(types, sizeof types, "%s", atomics[k].types);
        for (char *type = strtok_r(types, " ", &save); type; type = strtok_r(NULL, " ", &save)) {
            check_atomic(k, type, true);
            if (!atomics[k].only_rtn)
                check_atomic(k, type, false);
        }
    }
    start(0, 16); /* exchanges the dwords whose datum has its top bit set, without that bit */
    for (unsigned i = 0; i < LANES; i++)
        for (unsigned h = 0; h < 2; h++) {
            uint8_t *p = m + 16 * i + 8 + 4 * h;
            memcpy(&o[i][h], p, 4);
            if (r.d[i][h] >> 31) {
                uint32_t x = r.d[i][h] & 0x7fffffff;
                memcpy(p, &x, 4);
            }
        }
    check("ds_condxchg32_rtn_b64", &r, m, o);
    for (int sign = 1; sign >= -1; sign -= 2) { /* eight lanes are active: 4 to 11 */
        start(0, 0);
        uint32_t old = get32(m + 4), now = old + (uint32_t)(8 * sign);
        memcpy(m + 4, &now, 4);
        for (unsigned i = 4; i < 12; i++)
            o[i][0] = old;
        check(sign > 0 ? "ds_append" : "ds_consume", &r, m, o);
    }
}

/* --- lane exchange --- */

static void check_swizzle(const char *name, const unsigned *source) {
    start(0, 0);
    for (unsigned i = 0; i < LANES; i++)
        o[i][0] = r.d[source[i]][0];
    check(name, &r, m, o);
}

static unsigned reversed5(unsigned x) {
    return (x & 1) << 4 | (x & 2) << 2 | (x & 4) | (x & 8) >> 2 | (x & 16) >> 4;
}

static void check_exchange(void) {
    unsigned s[7][LANES];
    static const unsigned quad[4] = {3, 0, 2, 1};
    for (unsigned i = 0; i < LANES; i++) {
        unsigned base = i & 32, low = i & 31;
        s[0][i] = (i & ~3u) + quad[i & 3];
        /* "01pi0" from bit 4 to bit 0: 0, 1, keep, invert, 0 */
        s[1][i] = base + (8 | (low & 4) | (~low & 2));
        s[2][i] = base + (low & 24) + 5;
        s[3][i] = base + (low ^ 16);
        s[4][i] = base + (low & 24) + (7 - (low & 7));
        s[5][i] = base + ((low + 3) & 31);
        s[6][i] = base + ((low - 5) & 31);
    }
    static const char *const names[] = {"ds_swizzle_quad",        "ds_swizzle_mask",    "ds_swizzle_broadcast",
                                        "ds_swizzle_swap",        "ds_swizzle_reverse", "ds_swizzle_rotate",
                                        "ds_swizzle_rotate_right"};
    for (unsigned k = 0; k < 7; k++)
        check_swizzle(names[k], s[k]);
    unsigned fft[LANES];
    for (unsigned i = 0; i < LANES; i++)
        fft[i] = (i & 32) + reversed5(i & 31);
    check_swizzle("ds_swizzle_fft", fft);

    start(0, 0); /* addresses are bytes; offset 4 is one lane on; they wrap at 64 lanes */
    for (unsigned i = 0; i < LANES; i++) {
        r.a[i] = (37 * i + 11) % 64 * 4 + (i % 3) * 256;
        o[i][0] = r.d[(r.a[i] / 4 + 1) % 64][0];
    }
    check("ds_bpermute", &r, m, o);
    start(0, 0); /* a permutation but for one collision (the higher lane stays) and so one lane that receives 0 */
    for (unsigned i = 0; i < LANES; i++)
        r.a[i] = (i == 20 ? 3u : i) * 4;
    for (unsigned i = 0; i < LANES; i++)
        o[(i + 1) % 64][0] = i == 20 ? 0 : r.d[i == 3 ? 20 : i][0];
    check("ds_permute", &r, m, o);
    start(0, 0); /* inactive source lanes give 0, inactive lanes keep what they had */
    for (unsigned i = 0; i < LANES; i++)
        r.a[i] = (i + 1) % 64 * 4;
    for (unsigned i = 0; i < LANES; i++)
        if (0xf0f0ull >> i & 1)
            o[i][0] = 0xf0f0ull >> (i + 1) & 1 ? r.d[i + 1][0] : 0;
    check("ds_bpermute_exec", &r, m, o);
}

/* --- transposed reads --- */

static unsigned bits_at(const uint8_t *p, unsigned bit, unsigned n) {
    unsigned x = 0;
    for (unsigned b = 0; b < n; b++)
        x |= (unsigned)(p[(bit + b) / 8] >> ((bit + b) % 8) & 1) << b;
    return x;
}

/* Each 16 lanes: the bytes that they point at, one lane after the other, are a matrix with rows of 16 elements. Lane l
 * gets column l. */
static void check_transpose(const char *name, unsigned element, unsigned bytes, unsigned offset) {
    start(0, 0);
    for (unsigned i = 0; i < LANES; i++)
        r.a[i] = (i * 29 % 64) * 16; /* anywhere, each with its own address */
    for (unsigned group = 0; group < LANES; group += 16) {
        uint8_t matrix[16 * 12];
        for (unsigned l = 0; l < 16; l++)
            memcpy(matrix + l * bytes, m + r.a[group + l] + offset, bytes);
        for (unsigned l = 0; l < 16; l++) {
            uint8_t out[16] = {0};
            for (unsigned row = 0; row < 8 * bytes / element; row++) {
                unsigned x = bits_at(matrix, (row * 16 + l) * element, element);
                for (unsigned b = 0; b < element; b++)
                    out[(row * element + b) / 8] |= (uint8_t)((x >> b & 1) << ((row * element + b) % 8));
            }
            memcpy(o[group + l], out, bytes);
        }
    }
    check(name, &r, m, o);
}

/* --- loads to LDS --- */

static void check_dma(void) {
    static const struct {
        const char *name;
        unsigned bytes;
        bool sign;
    } loads[] = {{"ubyte", 1, 0}, {"sbyte", 1, 1},    {"ushort", 2, 0},  {"sshort", 2, 1},
                 {"dword", 4, 0}, {"dwordx3", 12, 0}, {"dwordx4", 16, 0}};
    for (size_t k = 0; k < sizeof loads / sizeof *loads; k++)
        for (int buffer = 0; buffer < 2; buffer++) {
            char name[40];
            snprintf(name, sizeof name, "dma_%s_%s", buffer ? "buffer" : "global", loads[k].name);
            start(0, 0);
            for (unsigned i = 0; i < LANES; i++)
                r.a[i] = i * 37 % 61 * 16; /* lanes 61 to 63 read what 0 to 2 read */
            r.m0 = 0x7ffc0000u + 0x40c;    /* bits 31:18 do not count */
            r.descriptor_of_d = true;
            r.num_records = 900;
            unsigned slot = loads[k].bytes > 4 ? 16 : 4;
            for (unsigned i = 0; i < LANES; i++) {
                const uint8_t *p = (const uint8_t *)r.d + r.a[i] + 4;
                uint8_t *to = m + 0x410 + slot * i;
                if (loads[k].bytes >= 4) {
                    for (unsigned w = 0; w < loads[k].bytes; w += 4)
                        memcpy(to + w, buffer && r.a[i] + 4 + w + 4 > 900 ? (const uint8_t[4]){0} : p + w, 4);
                    continue;
                }
                int32_t x = loads[k].bytes == 1 ? (loads[k].sign ? (int8_t)p[0] : p[0])
                                                : (loads[k].sign ? (int16_t)(p[0] | p[1] << 8) : p[0] | p[1] << 8);
                if (buffer && r.a[i] + 4 + loads[k].bytes > 900)
                    x = 0;
                memcpy(to, &x, 4);
            }
            check(name, &r, m, o);
        }
    start(0, 16); /* lanes keep their places under EXEC */
    r.m0 = 64;
    for (unsigned i = 8; i < 16; i++)
        memcpy(m + 64 + 4 * i, r.d[i], 4);
    check("dma_exec", &r, m, o);
    start(0, 16); /* one converted component: 8 UINT */
    r.descriptor_of_d = true;
    r.num_records = 1024;
    r.word3 = 0xfac | 4u << 12 | 1u << 15;
    for (unsigned i = 0; i < LANES; i++) {
        uint32_t x = r.d[i][0] & 0xff;
        memcpy(m + 4 * i, &x, 4);
    }
    check("dma_format", &r, m, o);
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&op_module, MEM_OPS_CO));
    check_reads();
    check_writes();
    check_two_addresses();
    check_addtid();
    check_atomics();
    check_exchange();
    check_transpose("ds_read_b64_tr_b16", 16, 8, 0);
    check_transpose("ds_read_b64_tr_b8", 8, 8, 8);
    check_transpose("ds_read_b64_tr_b4", 4, 8, 0);
    check_transpose("ds_read_b96_tr_b6", 6, 12, 0);
    check_dma();
    return check_result();
}
