/* Transcendentals against the C library's long doubles, rounded once: every f16, and f32 over its range. */
#define _GNU_SOURCE
#include <math.h>
#include <stdlib.h>

#include "wave.h"

#include "check.h"

static long double reciprocal(long double x) {
    return 1.0L / x;
}
static long double rsqrt(long double x) {
    return 1.0L / sqrtl(x);
}
static long double log2_of(long double x) {
    return x == 0.0L ? -INFINITY : log2l(x);
}

/* Of revolutions, exact at every quarter. */
static long double quarter(long double x, long double at[4], long double (*f)(long double)) {
    if (!isfinite(x))
        return NAN;
    long double r = remainderl(x, 1.0L), q = 4.0L * r;
    return q == rintl(q) ? at[(int)q & 3] : f(2.0L * M_PIl * r);
}
static long double sine(long double x) {
    return x == 0.0L ? x : quarter(x, (long double[]){0, 1, 0, -1}, sinl);
}
static long double cosine(long double x) {
    return quarter(x, (long double[]){1, 0, -1, 0}, cosl);
}

static const struct {
    const char *name;
    long double (*f)(long double);
    bool keeps_denormals; /* of f32 */
} functions[] = {
    {"exp", exp2l, false},  {"log", log2_of, false}, {"rcp", reciprocal, false}, {"rsq", rsqrt, false},
    {"sqrt", sqrtl, false}, {"sin", sine, true},     {"cos", cosine, true},
};

static struct wave w;

static void run(const char *name, const char *type, const lane_row source, lane_row result) {
    struct insn in = {0};
    char err[200], text[64];
    snprintf(text, sizeof text, "v_%s_%s_e32 v1, v0", name, type);
    if (!insn_decode(text, &in, err, sizeof err) || !in.op) {
        CHECK(in.op != NULL, "%s is not decoded", text);
        return;
    }
    wave_write_row(&w, 0, source, NULL, ~0ull);
    in.exec(&w, &in);
    memcpy(result, wave_row(&w, 1), sizeof(lane_row));
}

static void all_halves(unsigned f) {
    for (uint32_t base = 0; base < 0x10000; base += LANES) {
        lane_row source, result;
        for (unsigned i = 0; i < LANES; i++)
            source[i] = base + i;
        run(functions[f].name, "f16", source, result);
        for (unsigned i = 0; i < LANES; i++) {
            uint16_t b = (uint16_t)source[i], got = (uint16_t)result[i], want;
            _Float16 x, y;
            memcpy(&x, &b, sizeof x);
            y = (_Float16)functions[f].f(x);
            memcpy(&want, &y, sizeof want);
            CHECK(got == want || ((got & 0x7fff) > 0x7c00 && (want & 0x7fff) > 0x7c00),
                  "v_%s_f16 of 0x%04x gives 0x%04x, not 0x%04x", functions[f].name, b, got, want);
        }
    }
}

static float flushed(float x, bool keep) {
    return keep || isnormal(x) || !isfinite(x) ? x : copysignf(0.0f, x);
}

/* Every exponent and sign, with mantissas in steps of a prime. */
static void many_singles(unsigned f) {
    uint32_t b = 0;
    for (unsigned block = 0; block < 2000; block++) {
        lane_row source, result;
        for (unsigned i = 0; i < LANES; i++, b += 33589)
            source[i] = block < 4 ? (b % 3 << 30) + (b / 3 % 4) * 0x3fffff : b;
        run(functions[f].name, "f32", source, result);
        for (unsigned i = 0; i < LANES; i++) {
            float x, y;
            memcpy(&x, &result[i], sizeof x);
            memcpy(&y, &source[i], sizeof y);
            y = flushed(y, functions[f].keeps_denormals);
            float want = flushed((float)functions[f].f(y), functions[f].keeps_denormals);
            CHECK((x == want && !signbit(x) == !signbit(want)) || (isnan(x) && isnan(want)),
                  "v_%s_f32 of %a gives %a, not %a", functions[f].name, y, x, want);
        }
    }
}

int main(void) {
    struct code code = {0};
    void *storage = aligned_alloc(64, (wave_storage_size() + 63) / 64 * 64);
    if (!storage)
        return 1;
    wave_init(&w, &code, storage);
    w.mode = 0x3f0;
    for (unsigned f = 0; f < sizeof functions / sizeof *functions; f++) {
        all_halves(f);
        many_singles(f);
    }
    free(storage);
    return check_result();
}
