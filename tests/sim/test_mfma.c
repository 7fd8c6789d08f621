/* Matrix instructions where the order of addition or the definedness of operands matters; their layouts are checked by
 * mfma_reference.py. */
#include <math.h>
#include <stdlib.h>

#include "gfx950sim/gfx950sim.h"
#include "mfma.h"
#include "sandbox.h"
#include "smallfloat.h"

#include "check.h" /* last: it takes the name CHECK */

enum { MODE_FLUSH_F32 = 0x3c0, MODE_FP16_OVFL = 1 << 23 };

static struct sandbox *box;
static struct wave *wave;

static void start(void) {
    wave = sandbox_reset(box);
    gfx950sim_reset();
}

static void fill(unsigned reg, unsigned n, uint32_t value) {
    lane_row row;
    for (int i = 0; i < LANES; i++)
        row[i] = value;
    for (unsigned r = reg; r < reg + n; r++)
        wave_write_row(wave, r, row, NULL, ~0ull);
}

static void undefine(unsigned reg, unsigned lane, uint32_t bits) {
    lane_row row, undef = {0};
    memcpy(row, wave_row(wave, reg), sizeof row);
    undef[lane] = bits;
    wave_write_row(wave, reg, row, undef, ~0ull);
}

static void run(const char *text) {
    struct insn in = {0};
    char err[200];
    CHECK(insn_decode(text, &in, err, sizeof err) && in.op, "%s", text);
    if (in.op)
        in.exec(wave, &in);
}

static uint32_t bits_at(unsigned reg, unsigned lane) {
    return wave_row(wave, reg)[lane];
}

static float float_at(unsigned reg, unsigned lane) {
    return smallfloat_from_bits32(bits_at(reg, lane));
}

static bool is_nan(uint32_t bits) {
    return (bits & 0x7fffffff) > 0x7f800000;
}

/* --- definedness --- */

static void expect_report(const char *text, const char *what, const char *lanes) {
    const char *rule = gfx950sim_finding_rule(0);
    CHECK(rule && strcmp(rule, "uninit-mfma") == 0, "%s: rule %s", text, rule ? rule : "none");
    const char *finding = gfx950sim_finding(0);
    CHECK(finding && strstr(finding, what) && strstr(finding, lanes), "%s: no '%s' with '%s' in: %s", text, what, lanes,
          finding ? finding : "");
}

static void expect_clean(const char *text) {
    CHECK(gfx950sim_finding(0) == NULL, "%s: %s", text, gfx950sim_finding(0));
}

static void test_undefined_operands(void) {
    static const char scaled[] = "v_mfma_scale_f32_16x16x128_f8f6f4 v[0:3], v[16:23], v[32:39], v[0:3], v40, v41 "
                                 "op_sel:[0,1,0] op_sel_hi:[0,0,0]";
    start();
    fill(0, 48, 0);
    run(scaled);
    expect_clean(scaled);
    undefine(19, 33, 1);
    run(scaled);
    expect_report(scaled, "matrix A", "lane 33");
    CHECK(wave->vstate[0] == REG_DEFINED, "an operand that was reported does not make D undefined");
    start();
    fill(0, 48, 0);
    undefine(39, 63, 0x80000000);
    run(scaled);
    expect_report(scaled, "matrix B", "lane 63");
    start();
    fill(0, 48, 0);
    undefine(40, 7, 0xffffff00); /* byte 0 of A's scale is the one that is read, byte 1 of B's */
    undefine(41, 7, 0xffff00ff);
    run(scaled);
    expect_clean(scaled);
    undefine(41, 7, 0x0100);
    run(scaled);
    expect_report(scaled, "scale of B", "lane 7");
}

static void test_operands_not_read(void) {
    static const char broadcast[] = "v_mfma_f32_16x16x4_f32 v[0:3], v16, v32, v[0:3] blgp:1";
    start();
    fill(0, 48, 0);
    undefine(32, 40, ~0u); /* blgp:1 reads lanes 0 to 31 only */
    run(broadcast);
    expect_clean(broadcast);
    undefine(32, 31, ~0u);
    run(broadcast);
    expect_report(broadcast, "matrix B", "lane 31");
    static const char sparse[] = "v_smfmac_f32_16x16x32_f16 v[0:3], v[16:17], v[32:35], v40 abid:2";
    start();
    fill(0, 48, 0);
    undefine(40, 5, 0xff00ffff); /* set 2 is bits 23:16 */
    run(sparse);
    expect_clean(sparse);
    undefine(40, 5, 0x00010000);
    run(sparse);
    expect_report(sparse, "index", "lane 5");
    start(); /* fp4 has four registers, whatever lies behind them */
    fill(0, 4, 0);
    fill(16, 4, 0);
    fill(32, 4, 0);
    run("v_mfma_f32_16x16x128_f8f6f4 v[0:3], v[16:19], v[32:35], v[0:3] cbsz:4 blgp:4");
    expect_clean("fp4");
}

static void test_undefined_c(void) {
    start();
    fill(0, 48, 0);
    undefine(2, 21, 4);
    run("v_mfma_f32_16x16x32_f16 v[8:11], v[16:19], v[32:35], v[0:3]");
    expect_clean("undefined C");
    lane_row tmp;
    CHECK(wave->vstate[8] == REG_DEFINED && wave->vstate[9] == REG_DEFINED && wave->vstate[11] == REG_DEFINED,
          "only the register of the undefined element");
    const uint32_t *undef = wave_undef_row(wave, 10, tmp);
    for (int i = 0; i < LANES; i++)
        CHECK(undef[i] == (i == 21 ? ~0u : 0), "lane %d: %08x", i, undef[i]);
    fill(2, 1, 0);
    undefine(1, 9, 1u << 31);
    run("v_mfma_f64_16x16x4_f64 v[48:55], v[16:17], v[32:33], v[0:7]");
    undef = wave_undef_row(wave, 48, tmp);
    CHECK(undef[9] == ~0u && undef[8] == 0 && wave->vstate[50] == REG_DEFINED, "f64: the whole element of lane 9");
    run("v_mfma_f32_16x16x32_f16 v[8:11], v[16:19], v[32:35], 1.0");
    CHECK(wave->vstate[10] == REG_DEFINED, "a constant C is defined");
}

/* --- numbers --- */

/* A holds one code in every element, B ones: D is K times the code's value. */
static void test_codes(void) {
    static const struct {
        const char *registers;
        unsigned format, bits;
        const float *value;
    } formats[] = {{"v[16:23]", 0, 8, smallfloat_fp8},
                   {"v[16:23]", 1, 8, smallfloat_bf8},
                   {"v[16:21]", 2, 6, smallfloat_fp6},
                   {"v[16:21]", 3, 6, smallfloat_bf6},
                   {"v[16:19]", 4, 4, smallfloat_fp4}};
    for (size_t f = 0; f < sizeof formats / sizeof *formats; f++)
        for (unsigned code = 0; code < 1u << formats[f].bits; code++) {
            char text[160];
            snprintf(text, sizeof text, "v_mfma_f32_32x32x64_f8f6f4 v[48:63], %s, v[32:35], 0 cbsz:%u blgp:4",
                     formats[f].registers, formats[f].format);
            uint32_t words[8] = {0};
            for (unsigned i = 0; i < 32; i++)
                smallfloat_pack(words, formats[f].bits, i, code);
            start();
            for (unsigned r = 0; r < 8; r++)
                fill(16 + r, 1, words[r]);
            fill(32, 4, 0x22222222);
            run(text);
            float want = 64 * formats[f].value[code];
            uint32_t got = bits_at(63, 50);
            CHECK(isnan(want) ? is_nan(got) : got == smallfloat_bits32(want) || (got & 0x7fffffff) == 0,
                  "format %u code 0x%x: %g, want %g", formats[f].format, code, (double)float_at(63, 50), (double)want);
            CHECK(isnan(want) || want == float_at(63, 50), "format %u code 0x%x", formats[f].format, code);
        }
}

static void test_order(void) {
    /* along K: 2^24, then ones: in order they are lost one by one, in pairs they are not; C comes last */
    static const char text[] = "v_mfma_f32_16x16x16_bf16 v[0:3], v[16:17], v[32:33], v[4:7]";
    float want[2] = {16777216.0f - 16777216.0f, 16777216.0f + 14.0f - 16777216.0f};
    for (unsigned order = 0; order < 2; order++) {
        start();
        gfx950sim_set("mfma", order ? "pairwise" : "chain");
        fill(16, 2, 0x3f803f80);
        fill(32, 2, 0x3f803f80);
        fill(4, 4, 0xcb800000); /* -2^24 */
        lane_row first;
        for (int i = 0; i < LANES; i++)
            first[i] = i < 16 ? 0x3f804b80 : 0x3f803f80; /* k 0 is 2^24 */
        wave_write_row(wave, 16, first, NULL, ~0ull);
        run(text);
        CHECK(float_at(1, 37) == want[order], "order %u: %g, want %g", order, (double)float_at(1, 37),
              (double)want[order]);
    }
    gfx950sim_set("mfma", "chain");
}

static void test_scales(void) {
    static const char text[] =
        "v_mfma_scale_f32_16x16x128_f8f6f4 v[0:3], v[16:23], v[32:39], 0, v40, v41 op_sel_hi:[0,0,0]";
    static const struct {
        unsigned a, b;
        float want; /* of 128 products of one */
    } cases[] = {{127, 127, 128.0f}, {0, 254, 128.0f},    {254, 0, 128.0f},     {254, 254, INFINITY}, {0, 0, 0.0f},
                 {1, 0, 0.0f},       {107, 0, 0x1p-140f}, {127, 254, INFINITY}, {120, 254, 0x1p127f}, {255, 127, NAN},
                 {127, 255, NAN},    {255, 0, NAN},       {127, 0, 0x1p-120f}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start();
        fill(16, 8, 0x38383838);
        fill(32, 8, 0x38383838);
        fill(40, 1, cases[i].a);
        fill(41, 1, cases[i].b);
        run(text);
        float got = float_at(2, 11);
        CHECK(isnan(cases[i].want) ? bits_at(2, 11) == 0x7fc00000 : got == cases[i].want, "scales %u, %u: %a, want %a",
              cases[i].a, cases[i].b, (double)got, (double)cases[i].want);
    }
    start(); /* a constant scale counts by its exponent: 4.0 is 2^2 */
    fill(16, 8, 0x38383838);
    fill(32, 8, 0x38383838);
    fill(41, 1, 127);
    run("v_mfma_scale_f32_16x16x128_f8f6f4 v[0:3], v[16:23], v[32:39], 0, 4.0, v41 op_sel_hi:[0,0,0]");
    CHECK(float_at(2, 11) == 512.0f, "constant scale: %g", (double)float_at(2, 11));
}

static void test_mode(void) {
    static const char f32[] = "v_mfma_f32_16x16x4_f32 v[0:3], v16, v32, v[4:7]";
    start();
    fill(16, 1, 0x00400000); /* 2^-127 */
    fill(32, 1, 0x7f000000); /* 2^127 */
    fill(4, 4, 0x00000001);
    run(f32);
    CHECK(float_at(0, 0) == 4.0f, "denormal A: %g", (double)float_at(0, 0));
    wave->mode = MODE_FLUSH_F32;
    run(f32);
    CHECK(bits_at(0, 0) == 1, "A and B flushed, C and D kept: 0x%08x", bits_at(0, 0));
    static const char bf16[] = "v_mfma_f32_16x16x16_bf16 v[0:3], v[16:17], v[32:33], v[4:7]";
    start();
    fill(16, 2, 0x7f007f00);
    fill(32, 2, 0x7f007f00);
    fill(4, 4, 0);
    run(bf16);
    CHECK(bits_at(0, 0) == 0x7f800000, "overflow is infinite: 0x%08x", bits_at(0, 0));
    wave->mode |= MODE_FP16_OVFL;
    run(bf16);
    CHECK(bits_at(0, 0) == 0x7f7fffff, "FP16_OVFL clamps: 0x%08x", bits_at(0, 0));
    fill(4, 4, 0xff800000);
    fill(32, 2, 0);
    run(bf16);
    CHECK(bits_at(0, 0) == 0xff800000, "an infinite C stays: 0x%08x", bits_at(0, 0));
    static const char i8[] = "v_mfma_i32_16x16x32_i8 v[0:3], v[16:17], v[32:33], v[4:7]";
    start();
    fill(16, 2, 0x7f7f7f7f);
    fill(32, 2, 0x7f7f7f7f);
    fill(4, 4, 0x7fffffff);
    run(i8);
    CHECK(bits_at(0, 0) == 0x7fffffffu + 32 * 127 * 127, "i32 wraps: 0x%08x", bits_at(0, 0));
    wave->mode |= MODE_FP16_OVFL;
    run(i8);
    CHECK(bits_at(0, 0) == 0x7fffffff, "FP16_OVFL clamps i32: 0x%08x", bits_at(0, 0));
}

/* A stored zero of a sparse A multiplies; what is not stored does not, whatever B holds there. */
static void test_sparse_skips(void) {
    static const char text[] = "v_smfmac_f32_16x16x32_f16 v[0:3], v[16:17], v[32:35], v40";
    start();
    fill(0, 4, 0);
    fill(16, 2, 0x3c003c00);
    fill(32, 4, 0x7e003c00); /* NaN at odd k */
    fill(40, 1, 0x88);       /* elements 0 and 2 of each quad */
    run(text);
    CHECK(float_at(3, 60) == 16.0f, "%g", (double)float_at(3, 60));
    fill(40, 1, 0x89); /* element 1 */
    run(text);
    CHECK(is_nan(bits_at(3, 60)), "%g", (double)float_at(3, 60));
}

static void test_aliasing(void) {
    start(); /* D over A, B and part of C */
    fill(0, 8, 0x3f803f80);
    fill(8, 4, 0x3f800000);
    run("v_mfma_f32_16x16x16_bf16 v[2:5], v[2:3], v[4:5], v[8:11]");
    for (unsigned r = 2; r < 6; r++)
        CHECK(float_at(r, 20) == 17.0f, "v%u: %g", r, (double)float_at(r, 20));
    wave->s64[SREG_EXEC / 2] = 0;
    fill(2, 4, 0x3f803f80);
    run("v_mfma_f32_16x16x16_bf16 v[2:5], v[2:3], v[4:5], 0");
    CHECK(float_at(2, 20) == 16.0f, "EXEC is ignored: %g", (double)float_at(2, 20));
}

static void test_passes(void) {
    static const struct {
        const char *text;
        unsigned passes;
    } cases[] = {
        {"v_mfma_f32_16x16x128_f8f6f4 v[0:3], v[16:23], v[32:39], v[0:3]", 8},
        {"v_mfma_f32_16x16x128_f8f6f4 v[0:3], v[16:19], v[32:37], v[0:3] cbsz:4 blgp:2", 4},
        {"v_mfma_f32_16x16x128_f8f6f4 v[0:3], v[16:19], v[32:39], v[0:3] cbsz:4 blgp:1", 8},
        {"v_mfma_f32_32x32x64_f8f6f4 v[0:15], v[16:23], v[32:35], v[0:15] blgp:4", 16},
        {"v_mfma_f32_32x32x64_f8f6f4 v[0:15], v[16:21], v[32:37], v[0:15] cbsz:3 blgp:3", 8},
        {"v_mfma_f32_4x4x4_16b_f16 v[0:3], v[16:17], v[32:33], v[0:3]", 2},
        {"v_mfma_f32_16x16x32_bf16 v[0:3], v[16:19], v[32:35], v[0:3]", 4},
        {"v_mfma_f32_32x32x1_2b_f32 v[0:31], v40, v41, v[0:31]", 16},
        {"v_smfmac_i32_32x32x64_i8 v[0:15], v[16:19], v[32:39], v40", 8},
        {"v_mfma_f64_16x16x4_f64 v[0:7], v[16:17], v[32:33], v[0:7]", 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct insn in = {0};
        char err[200];
        CHECK(insn_decode(cases[i].text, &in, err, sizeof err) && in.passes == cases[i].passes,
              "%s: %u passes, want %u", cases[i].text, in.passes, cases[i].passes);
    }
}

int main(void) {
    static const uint8_t nop[] = {0, 0, 0x80, 0xbf};
    char err[200];
    box = sandbox_new();
    if (!box || !sandbox_load(box, nop, sizeof nop, err, sizeof err))
        return 1;
    test_undefined_operands();
    test_operands_not_read();
    test_undefined_c();
    test_codes();
    test_order();
    test_scales();
    test_mode();
    test_sparse_skips();
    test_aliasing();
    test_passes();
    sandbox_free(box);
    return check_result();
}
