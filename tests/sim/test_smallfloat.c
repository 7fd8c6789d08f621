/* fp8, bf8, fp6, bf6 and fp4 against their definitions: values from sign, exponent and mantissa, nearest codes by
 * search over all of them, stochastic codes by long division; and the instructions that convert against both. */
#include <math.h>
#include <stdlib.h>

#include "smallfloat.h"
#include "wave.h"

#include "check.h"

enum { TRIALS = 20000 };

/* As the ISA's table of formats has them. */
static const struct {
    const char *name;
    int bits, mantissa, bias, max, first_nan; /* codes; first_nan past the end: none */
    bool infinity;
} formats[SF_FP4 + 1] = {
    [SF_FP8] = {"fp8", 8, 3, 7, 0x7e, 0x7f, false}, [SF_BF8] = {"bf8", 8, 2, 15, 0x7b, 0x7d, true},
    [SF_FP6] = {"fp6", 6, 3, 1, 0x1f, 0x20, false}, [SF_BF6] = {"bf6", 6, 2, 3, 0x1f, 0x20, false},
    [SF_FP4] = {"fp4", 4, 1, 1, 0x07, 0x08, false},
};

static uint64_t random_state = 0x13198a2e03707344ull;

static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/* Of a code without its sign, as if the format went on upwards. */
static double value(int format, int code) {
    int m = formats[format].mantissa, field = code >> m, fraction = code & ((1 << m) - 1);
    return field ? ldexp((1 << m) + fraction, field - formats[format].bias - m)
                 : ldexp(fraction, 1 - formats[format].bias - m);
}

static void tables(int format) {
    int half = 1 << (formats[format].bits - 1);
    for (int code = 0; code < 2 * half; code++) {
        int magnitude = code & (half - 1);
        float got = smallfloat_formats[format].value[code];
        if (magnitude >= formats[format].first_nan) {
            CHECK(isnan(got), "%s 0x%x is %g, not NaN", formats[format].name, code, got);
            continue;
        }
        double want = value(format, magnitude);
        if (formats[format].infinity && magnitude == formats[format].max + 1)
            want = INFINITY;
        want = code & half ? -want : want;
        CHECK(got == want && (signbit(got) != 0) == (code >= half), "%s 0x%x is %g, not %g", formats[format].name, code,
              got, want);
    }
}

static int limited(int format, int code, bool saturate) {
    int max = formats[format].max;
    if (code <= max)
        return code;
    return saturate || formats[format].first_nan >= 1 << (formats[format].bits - 1) ? max
           : formats[format].infinity                                               ? max + 1
                                                                                    : formats[format].first_nan;
}

static int nearest(int format, double x, bool saturate) {
    double best = INFINITY;
    int code = 0;
    for (int k = 0; k <= formats[format].max + 1; k++) {
        double distance = fabs(fabs(x) - value(format, k));
        if (distance < best || (distance == best && k % 2 == 0)) {
            best = distance;
            code = k;
        }
    }
    return limited(format, code, saturate) | (signbit(x) ? 1 << (formats[format].bits - 1) : 0);
}

static int stochastic(int format, double x, uint32_t noise, bool saturate) {
    int m = formats[format].mantissa, e = x == 0.0 ? -2000 : ilogb(x), emin = 1 - formats[format].bias;
    e = e < emin ? emin : e;
    long double unit = ldexpl(1.0L, e - m), q = fabsl((long double)x) / unit + ldexpl(noise, -32);
    int code = (int)floorl(q) + ((e - emin) << m);
    return limited(format, code, saturate) | (signbit(x) ? 1 << (formats[format].bits - 1) : 0);
}

/* Around the format's range, often on or beside a value or the middle of two. */
static double number(int format) {
    int code = (int)(random64() % (unsigned)(formats[format].max + 2));
    double low = value(format, code), high = value(format, code + 1), x;
    switch (random64() % 4) {
    case 0:
        x = (low + high) / 2;
        break;
    case 1:
        x = nextafterf((float)((low + high) / 2), random64() % 2 ? INFINITY : 0.0f);
        break;
    case 2:
        x = ldexp((double)(random64() >> 11) * 0x1p-53, (int)(random64() % 40) - 30);
        break;
    default:
        x = low + (high - low) * (double)(random64() >> 40) * 0x1p-24;
    }
    return random64() % 2 ? -x : x;
}

static void encoders(int format) {
    for (int t = 0; t < TRIALS; t++) {
        double x = number(format);
        bool saturate = t & 1;
        uint32_t noise = t & 2 ? (uint32_t)random64() : (uint32_t)random64() & 0xff000000;
        int got = smallfloat_encode((enum smallfloat)format, x, saturate), want = nearest(format, x, saturate);
        CHECK(got == want, "%s of %a is 0x%x, not 0x%x", formats[format].name, x, got, want);
        got = smallfloat_encode_sr((enum smallfloat)format, x, noise, saturate);
        want = stochastic(format, x, noise, saturate);
        CHECK(got == want, "%s of %a with 0x%x is 0x%x, not 0x%x", formats[format].name, x, noise, got, want);
    }
}

/* --- instructions --- */

static struct wave w;

static void run(const char *text, const lane_row source[3], uint32_t old, lane_row result) {
    struct insn in = {0};
    char err[200];
    if (!insn_decode(text, &in, err, sizeof err) || !in.op) {
        CHECK(in.op != NULL, "%s is not decoded", text);
        return;
    }
    lane_row before;
    for (int i = 0; i < LANES; i++)
        before[i] = old;
    for (unsigned k = 0; k < 3; k++)
        wave_write_row(&w, k, source[k], NULL, ~0ull);
    wave_write_row(&w, 8, before, NULL, ~0ull);
    in.exec(&w, &in);
    memcpy(result, wave_row(&w, 8), sizeof(lane_row));
}

static uint32_t bits(double x) {
    return smallfloat_bits32((float)x);
}

/* Two f32 to a pair, into the upper word or a byte of v8, scaled by 2^shift or not. */
static void packs(const char *text, int format, int shift, unsigned at) {
    for (int t = 0; t < 200; t++) {
        lane_row source[3], result;
        bool saturate = t & 1;
        unsigned n = (unsigned)formats[format].bits;
        w.mode = 0x3f0 | (saturate ? 1u << 23 : 0);
        for (int i = 0; i < LANES; i++) {
            source[0][i] = bits(ldexp(number(format), shift));
            source[1][i] = bits(ldexp(number(format), shift));
            source[2][i] = (uint32_t)(shift + 127) << 23 | (uint32_t)(random64() & 0x7fffff);
        }
        run(text, source, 0xdeadbeef, result);
        for (int i = 0; i < LANES; i++) {
            double a = smallfloat_from_bits32(source[0][i]), b = smallfloat_from_bits32(source[1][i]);
            uint32_t pair = (uint32_t)nearest(format, ldexp(a, -shift), saturate) |
                            (uint32_t)nearest(format, ldexp(b, -shift), saturate) << n;
            uint32_t mask = ((1u << 2 * n) - 1) << at, want = (0xdeadbeef & ~mask) | pair << at;
            CHECK(result[i] == want, "%s of %a, %a gives 0x%x, not 0x%x", text, a, b, result[i], want);
        }
    }
}

/* One f32 to a byte with noise, of which the bits that the mantissa loses count. */
static void rounds(const char *text, int format, unsigned at) {
    for (int t = 0; t < 200; t++) {
        lane_row source[3], result;
        w.mode = 0x3f0;
        for (int i = 0; i < LANES; i++) {
            source[0][i] = bits(number(format));
            source[1][i] = (uint32_t)random64();
            source[2][i] = 127u << 23;
        }
        run(text, source, 0x01234567, result);
        for (int i = 0; i < LANES; i++) {
            double a = smallfloat_from_bits32(source[0][i]);
            uint32_t noise = source[1][i] & ~0u << (32 - (23 - formats[format].mantissa));
            uint32_t mask = 0xffu << at;
            uint32_t want = (0x01234567 & ~mask) | (uint32_t)stochastic(format, a, noise, false) << at;
            CHECK(result[i] == want, "%s of %a with 0x%x gives 0x%x, not 0x%x", text, a, source[1][i], result[i], want);
        }
    }
}

int main(void) {
    struct code code = {0};
    void *storage = aligned_alloc(64, (wave_storage_size() + 63) / 64 * 64);
    if (!storage)
        return 1;
    wave_init(&w, &code, storage);
    for (int format = SF_FP8; format <= SF_FP4; format++) {
        tables(format);
        encoders(format);
    }
    packs("v_cvt_pk_fp8_f32 v8, v0, v1", SF_FP8, 0, 0);
    packs("v_cvt_pk_bf8_f32 v8, v0, v1 op_sel:[0,0,1]", SF_BF8, 0, 16);
    packs("v_cvt_scalef32_pk_fp8_f32 v8, v0, v1, v2 op_sel:[0,0,0,1]", SF_FP8, 7, 16);
    packs("v_cvt_scalef32_pk_bf8_f32 v8, v0, v1, v2", SF_BF8, -20, 0);
    packs("v_cvt_scalef32_pk_fp4_f32 v8, v0, v1, v2 op_sel:[0,0,1,0]", SF_FP4, 33, 8);
    packs("v_cvt_scalef32_pk_fp4_f32 v8, v0, v1, v2 op_sel:[0,0,1,1]", SF_FP4, -90, 24);
    rounds("v_cvt_sr_fp8_f32 v8, v0, v1 op_sel:[0,0,0,1]", SF_FP8, 16);
    rounds("v_cvt_sr_bf8_f32 v8, v0, v1", SF_BF8, 0);
    rounds("v_cvt_scalef32_sr_fp8_f32 v8, v0, v1, v2 op_sel:[0,0,1,1]", SF_FP8, 24);
    rounds("v_cvt_scalef32_sr_bf8_f32 v8, v0, v1, v2 op_sel:[0,0,1,0]", SF_BF8, 8);
    free(storage);
    return check_result();
}
