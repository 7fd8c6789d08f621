/* Atomics of buffer, global, flat and scalar memory against plain C, with and without a returned value, on disjoint and
 * on shared addresses. */
#include "atomic_reference.h"
#include "mem_ops.h"

static const struct {
    const char *mnemonic, *op;
    bool wide, floats;
} ops[] = {
    {"swap", "swap", false, false},
    {"add", "add", false, false},
    {"sub", "sub", false, false},
    {"smin", "smin", false, false},
    {"umin", "umin", false, false},
    {"smax", "smax", false, false},
    {"umax", "umax", false, false},
    {"and", "and", false, false},
    {"or", "or", false, false},
    {"xor", "xor", false, false},
    {"inc", "inc", false, false},
    {"dec", "dec", false, false},
    {"cmpswap", "cmpswap", false, false},
    {"add_f32", "add_f", false, true},
    {"pk_add_f16", "pk_add_f16", false, true},
    {"pk_add_bf16", "pk_add_bf16", false, true},
    {"swap_x2", "swap", true, false},
    {"add_x2", "add", true, false},
    {"sub_x2", "sub", true, false},
    {"smin_x2", "smin", true, false},
    {"umin_x2", "umin", true, false},
    {"smax_x2", "smax", true, false},
    {"umax_x2", "umax", true, false},
    {"and_x2", "and", true, false},
    {"or_x2", "or", true, false},
    {"xor_x2", "xor", true, false},
    {"inc_x2", "inc", true, false},
    {"dec_x2", "dec", true, false},
    {"cmpswap_x2", "cmpswap", true, false},
    {"add_f64", "add_f", true, true},
    {"min_f64", "min_f", true, true},
    {"max_f64", "max_f", true, true},
};
enum { OPS = sizeof ops / sizeof *ops };

/* Values of moderate size, so that sums neither overflow nor vanish; some equal, so that compares hit. */
static uint64_t value_for(unsigned k, uint32_t seed) {
    uint32_t small = seed % 7;
    if (strstr(ops[k].mnemonic, "f16") && !strstr(ops[k].mnemonic, "bf16"))
        return 0x3c003a00u + (seed & 0x03ff03ff) + (seed & 0x80008000u);
    if (strstr(ops[k].mnemonic, "bf16"))
        return 0x3f803f00u + (seed & 0x017f017f) + (seed & 0x80008000u);
    if (ops[k].floats && ops[k].wide)
        return of_f64((int32_t)seed / 65536.0);
    if (ops[k].floats)
        return of_f32((float)(int32_t)seed / 65536);
    if (small < 3)
        return small;
    return ops[k].wide ? (uint64_t)seed << 32 | (seed * 2654435761u) : seed;
}

/* stride 8: every lane its own address; 0: all the same, in any order. */
static void check_form(unsigned k, const char *form, uint32_t start, uint32_t soffset, bool returns) {
    struct op_run r;
    char name[80];
    snprintf(name, sizeof name, "%s_%s", form, ops[k].mnemonic);
    unsigned n = ops[k].wide ? 8 : 4;
    op_prepare(&r, start, 16);
    r.soffset = soffset;
    uint8_t want[M_BYTES];
    uint32_t out[LANES][4];
    for (unsigned i = 0; i < LANES; i++) {
        uint64_t m = value_for(k, op_random()), d = value_for(k, op_random()),
                 c = i % 2 ? m : value_for(k, op_random());
        memcpy(r.m + r.a[i] + soffset, &m, n);
        memcpy(r.d[i], &d, n);
        memcpy((uint8_t *)r.d[i] + n, &c, 8 < 16 - n ? 8 : 16 - n);
    }
    memcpy(want, r.m, sizeof want);
    for (unsigned i = 0; i < LANES; i++) {
        uint64_t m = 0, d = 0, c = 0;
        memcpy(&m, want + r.a[i] + soffset, n);
        memcpy(&d, r.d[i], n);
        memcpy(&c, (uint8_t *)r.d[i] + n, n);
        uint64_t after = atomic_after(ops[k].op, ops[k].wide, m, d, c);
        memcpy(want + r.a[i] + soffset, &after, n);
        for (unsigned q = 0; q < 4; q++)
            out[i][q] = strncmp(form, "buffer", 6) == 0 ? r.d[i][q] : FILL + q;
        if (returns)
            memcpy(out[i], &m, n);
    }
    op_run_clean(&r, name);
    op_same(name, r.m, want, sizeof want, "M");
    op_same(name, r.o, out, sizeof out, "O");
}

/* All lanes on one dword: the sum is right, and the values returned are the partial sums in some order. */
static void check_contention(void) {
    struct op_run r;
    op_prepare(&r, 8, 0);
    uint32_t sum = get32(r.m + 8), seen[LANES], first = sum;
    for (unsigned i = 0; i < LANES; i++) {
        r.d[i][0] = 1;
        sum++;
    }
    op_run_clean(&r, "global_atomic_add");
    CHECK(get32(r.m + 8) == sum, "0x%x", get32(r.m + 8));
    memset(seen, 0, sizeof seen);
    for (unsigned i = 0; i < LANES; i++)
        if (r.o[i][0] - first < LANES)
            seen[r.o[i][0] - first]++;
    for (unsigned i = 0; i < LANES; i++)
        CHECK(seen[i] == 1, "value %u came back %u times", i, seen[i]);
}

/* Buffer atomics out of range: nothing happens, 0 comes back; a 64-bit one is in range as a whole. */
static void check_buffer_bounds(void) {
    struct op_run r;
    op_prepare(&r, 0, 16);
    r.num_records = 324; /* cuts lane 20's eight bytes in half */
    struct op_run before = r;
    op_run_clean(&r, "buffer_atomic_add_x2");
    for (unsigned i = 0; i < LANES; i++) {
        uint64_t m = get64(before.m + 16 * i), d = before.d[i][0] | (uint64_t)before.d[i][1] << 32;
        uint64_t old = r.o[i][0] | (uint64_t)r.o[i][1] << 32;
        CHECK(get64(r.m + 16 * i) == (i < 20 ? m + d : m), "lane %u memory", i);
        CHECK(old == (i < 20 ? m : 0), "lane %u returned", i);
    }
}

static void check_scalar(void) {
    static const char *const names[] = {"swap", "add", "sub", "smin", "umin", "smax",   "umax",
                                        "and",  "or",  "xor", "inc",  "dec",  "cmpswap"};
    const size_t n = sizeof names / sizeof *names;
    for (size_t at = 0; at < 2 * n; at++) {
        const size_t k = at % n;
        const bool buffer = at >= n;
        struct op_run r;
        char name[80];
        snprintf(name, sizeof name, "s_%satomic_%s", buffer ? "buffer_" : "", names[k]);
        op_prepare(&r, 0, 0);
        /* data: soffset and m0; the 64-bit compare value is the descriptor's upper half, or m0 and soffset */
        r.soffset = op_random();
        r.m0 = k % 2 ? op_random() : 5;
        uint64_t second = r.m0 | (uint64_t)r.soffset << 32;
        if (buffer && k == 12)
            memcpy(r.m + 16, &second, 8);
        if (!buffer) {
            second = get64(r.m + 16);
            r.num_records = (uint32_t)second;
            r.word3 = (uint32_t)(second >> 32);
        }
        if (k == 12) { /* the 32-bit compare hits as well */
            uint32_t m0 = r.m0;
            memcpy(r.m + 8, &m0, 4);
        }
        uint8_t want[M_BYTES];
        memcpy(want, r.m, sizeof want);
        uint64_t m32 = get32(r.m + 8), m64 = get64(r.m + 16), d64 = r.soffset | (uint64_t)r.m0 << 32;
        uint64_t after32 = atomic_after(names[k], false, m32, r.soffset, r.m0);
        uint64_t after64 = atomic_after(names[k], true, m64, d64, second);
        memcpy(want + 8, &after32, 4);
        memcpy(want + 16, &after64, 8);
        op_run_clean(&r, name);
        op_same(name, r.m, want, sizeof want, "M");
        CHECK(r.o[0][0] == m32, "%s returns 0x%x", name, r.o[0][0]);
        CHECK((r.o[1][0] | (uint64_t)r.o[1][1] << 32) == m64, "%s_x2 returns 0x%x 0x%x", name, r.o[1][0], r.o[1][1]);
    }
    struct op_run r;
    op_prepare(&r, 0, 0);
    r.soffset = 77;
    uint32_t m = get32(r.m + 8);
    op_run_clean(&r, "s_buffer_atomic_add");
    CHECK(r.o[0][0] == m && get32(r.m + 8) == m + 77, "0x%x 0x%x", r.o[0][0], get32(r.m + 8));
    op_prepare(&r, 0, 0);
    r.soffset = 77;
    r.num_records = 11;
    m = get32(r.m + 8);
    op_run_clean(&r, "s_buffer_atomic_add");
    CHECK(r.o[0][0] == 0 && get32(r.m + 8) == m, "out of range: 0x%x", r.o[0][0]);
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&op_module, MEM_OPS_CO));
    for (unsigned k = 0; k < OPS; k++) {
        check_form(k, "global_atomic", 32, 0, true);
        check_form(k, "flat_atomic", 32, 0, true);
        check_form(k, "buffer_atomic", 32, 64, true);
        check_form(k, "global_noret", 48, 0, false);
    }
    check_contention();
    check_buffer_bounds();
    check_scalar();
    return check_result();
}
