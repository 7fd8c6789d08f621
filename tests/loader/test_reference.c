/* The reference is tested too: number formats against their definitions, the quantiser against a search, the check
 * against faults that it must see. */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "check.h"
#include "dense.h"
#include "element.h"
#include "formats.h"
#include "npy.h"
#include "quantise.h"
#include "random.h"
#include "test.h"

static void test_e4m3(void) {
    CHECK(e4m3_to_f64(0x7e) == 448 && e4m3_to_f64(0x01) == 0x1p-9 && e4m3_to_f64(0x08) == 0x1p-6 &&
              e4m3_to_f64(0xb8) == -1 && isnan(e4m3_to_f64(0x7f)) && isnan(e4m3_to_f64(0xff)),
          "E4M3 values");
    for (int code = 0; code < 0x7f; code++) {
        double value = e4m3_to_f64((uint8_t)code), next = e4m3_to_f64((uint8_t)(code + 1));
        CHECK(e4m3_from_f64(value) == code && e4m3_from_f64(-value) == (code | 0x80), "E4M3 code %d", code);
        if (code == 0x7e)
            break;
        double middle = (value + next) / 2;
        CHECK(next > value && e4m3_from_f64(middle) == code + (code & 1), "tie above E4M3 code %d", code);
        CHECK(e4m3_from_f64(nextafter(middle, 0)) == code && e4m3_from_f64(nextafter(middle, 500)) == code + 1,
              "rounding above E4M3 code %d", code);
    }
}

static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};

/* Neighbouring codes are neighbouring numbers, and what lies between goes to the nearer one. */
static void test_element(smallm_type type, uint32_t infinity, uint32_t one, uint32_t stride) {
    const uint32_t sign = (uint32_t)1 << (8 * element_bytes(type) - 1);
    const char *name = element_name(type);
    CHECK(element_type(name) == type && element_to_f64(type, one) == 1 && element_to_f64(type, sign | one) == -1,
          "1 in %s", name);
    for (uint32_t code = 0; code < infinity; code += stride) {
        double value = element_to_f64(type, code);
        double next = code + 1 == infinity ? element_end(type) : element_to_f64(type, code + 1);
        double middle = (value + next) / 2;
        CHECK(next > value && element_from_f64(type, value) == code && element_from_f64(type, -value) == (code | sign),
              "%s code %x", name, code);
        CHECK(element_ulp(type, value) == next - value, "ulp at %s code %x", name, code);
        CHECK(element_from_f64(type, middle) == code + (code & 1) &&
                  element_from_f64(type, nextafter(middle, 0)) == code &&
                  element_from_f64(type, nextafter(middle, INFINITY)) == code + 1,
              "rounding above %s code %x", name, code);
        if (type == SMALLM_TYPE_F32) {
            float number = (float)middle;
            uint32_t bits;
            memcpy(&bits, &number, sizeof bits);
            CHECK(bits == element_from_f64(type, middle), "f32 code %x is not C's", code);
        }
    }
    CHECK(element_to_f64(type, infinity) == INFINITY && element_to_f64(type, sign | infinity) == -INFINITY &&
              isnan(element_to_f64(type, infinity + 1)) && isnan(element_to_f64(type, 2 * sign - 1)) &&
              element_from_f64(type, INFINITY) == infinity && element_from_f64(type, -1e300) == (sign | infinity) &&
              isnan(element_to_f64(type, element_from_f64(type, NAN))),
          "specials of %s", name);
    uint32_t array[2] = {0xffffffff, 0xffffffff};
    element_put(type, array, 1, one);
    CHECK(element_get(type, array, 1) == one && element_get(type, array, 0) == 2 * sign - 1, "%s in an array", name);
}

static void test_quantise(void) {
    struct random_state random;
    random_seed(&random, 7);
    for (int round = 0; round < 2000; round++) {
        double values[MX_BLOCK], largest = 0;
        uint8_t elements[MX_BLOCK], scale;
        int spread = (int)random_below(&random, 240) - 120;
        for (int i = 0; i < MX_BLOCK; i++) {
            values[i] = round == 0 ? 0 : ldexp(random_normal(&random), spread);
            if (round == 1)
                values[i] = 448;
            largest = fmax(largest, fabs(values[i]));
        }
        quantise_block(SMALLM_SCALE_CEIL, values, elements, &scale);
        int e = -127;
        while (e < 127 && ldexp(448, e) < fmax(largest, 1e-20))
            e++;
        CHECK(scale == e + 127, "round %d: scale %d, not %d", round, scale, e + 127);
        for (int i = 0; i < MX_BLOCK; i++) {
            double got = e4m3_to_f64(elements[i]) * e8m0_to_f64(scale), unit = e8m0_to_f64(scale);
            double step = fmax(ldexp(1, ilogb(fmax(fabs(values[i]), 1e-300)) - 3), 0x1p-9 * unit);
            CHECK(fabs(got - values[i]) <= step / 2, "round %d: %g became %g", round, values[i], got);
        }
    }
    CHECK(isnan(e8m0_to_f64(255)) && e8m0_to_f64(0) == 0x1p-127 && e8m0_to_f64(254) == 0x1p127, "E8M0 values");
}

/* Moments of the random numbers: the inputs are to be N(0,1). */
static void test_random(void) {
    enum { COUNT = 200000 };
    struct random_state random;
    random_seed(&random, 1);
    double sum = 0, square = 0, fourth = 0;
    for (int i = 0; i < COUNT; i++) {
        double value = random_normal(&random);
        sum += value;
        square += value * value;
        fourth += value * value * value * value;
    }
    CHECK(fabs(sum / COUNT) < 0.01 && fabs(square / COUNT - 1) < 0.02 && fabs(fourth / COUNT - 3) < 0.1,
          "moments %f %f %f", sum / COUNT, square / COUNT, fourth / COUNT);
}

enum { M = 2, N = 64, K = 1056, BLOCKS = K / MX_BLOCK };

struct layer {
    uint8_t x[M * K], x_scale[M * BLOCKS], w[N * K], w_scale[N * BLOCKS];
    smallm_type type, bias_type;
    uint32_t bias[N], out[M * N]; /* as many bytes of them as the types have */
    double sum[M * N], magnitude[M * N];
};

static void make_reference(struct layer *layer) {
    const struct dense_inputs inputs = {
        M, N, K, K, BLOCKS, layer->x, layer->x_scale, layer->w, layer->w_scale, layer->bias_type, layer->bias};
    CHECK(dense_reference(&inputs, layer->sum, layer->magnitude) == 0, "no memory");
}

static void round_sums(struct layer *layer) {
    for (int i = 0; i < M * N; i++)
        element_put(layer->type, layer->out, (size_t)i, element_from_f64(layer->type, layer->sum[i]));
}

static struct check_result check(const struct layer *layer) {
    return check_out(layer->type, layer->out, N, layer->sum, layer->magnitude, M, N, K);
}

static struct layer *make_layer(smallm_type type, smallm_type bias_type) {
    struct layer *layer = calloc(1, sizeof *layer);
    struct random_state random;
    random_seed(&random, 13);
    layer->type = type;
    layer->bias_type = bias_type;
    for (size_t i = 0; i < N && bias_type != SMALLM_TYPE_NONE; i++)
        element_put(bias_type, layer->bias, i, element_from_f64(bias_type, 1 + random_normal(&random) / 8));
    quantise_normal(layer->x, layer->x_scale, M, K, 0.5, 11);
    quantise_normal(layer->w, layer->w_scale, N, K, 0.1, 12);
    make_reference(layer);
    round_sums(layer);
    return layer;
}

/* The reference against sums written another way. */
static void test_dense(const struct layer *layer) {
    for (int column = 0; column < N; column++) {
        long double sum = 0;
        for (int block = BLOCKS - 1; block >= 0; block--) {
            long double part = 0;
            for (int i = 0; i < MX_BLOCK; i++)
                part += (long double)e4m3_to_f64(layer->x[K + block * MX_BLOCK + i]) *
                        e4m3_to_f64(layer->w[column * K + block * MX_BLOCK + i]);
            sum += ldexpl(part, layer->x_scale[BLOCKS + block] + layer->w_scale[column * BLOCKS + block] - 254);
        }
        if (layer->bias_type != SMALLM_TYPE_NONE)
            sum += element_to_f64(layer->bias_type, element_get(layer->bias_type, layer->bias, (size_t)column));
        CHECK(fabsl(sum - layer->sum[N + column]) <= 1e-12L * layer->magnitude[N + column], "column %d", column);
    }
}

/* What a kernel would give that takes the changed inputs of `wrong` for those of `good`. */
static bool seen(struct layer *wrong, const struct layer *good) {
    make_reference(wrong);
    round_sums(wrong);
    memcpy(wrong->sum, good->sum, sizeof wrong->sum);
    memcpy(wrong->magnitude, good->magnitude, sizeof wrong->magnitude);
    bool result = !check(wrong).pass;
    memcpy(wrong, good, sizeof *wrong);
    return result;
}

/* Changes of the inputs stand for a kernel that drops a product, a scale or a bias; the check keeps the right
 * reference. */
static void test_dropped(const struct layer *good) {
    const char *name = element_name(good->type);
    struct layer *wrong = malloc(sizeof *wrong);
    memcpy(wrong, good, sizeof *wrong);
    CHECK(check(good).pass && check(good).bound_ratio <= 1, "the rounded reference must pass");
    int products_seen = 0, products = 0;
    for (int i = 0; i < K; i += 5) {
        /* The largest product of a column: small ones are below what bf16 can show. */
        if ((wrong->w[i] & 0x7f) < 0x70 || (wrong->x[i] & 0x7f) < 0x70)
            continue;
        wrong->w[i] = 0;
        products++;
        products_seen += seen(wrong, good);
    }
    CHECK(products > 5 && products_seen == products, "%s: %d of %d dropped products were seen", name, products_seen,
          products);
    for (int block = 0; block < BLOCKS; block++) {
        wrong->w_scale[3 * BLOCKS + block]++;
        CHECK(seen(wrong, good), "%s: a wrong scale of block %d of W was not seen", name, block);
        wrong->x_scale[BLOCKS + block] = 127;
        CHECK(seen(wrong, good), "%s: a dropped scale of block %d of X was not seen", name, block);
        memset(wrong->w + 7 * K + block * MX_BLOCK, 0, MX_BLOCK);
        CHECK(seen(wrong, good), "%s: the dropped block %d was not seen", name, block);
    }
    for (size_t i = 0; i < N && good->bias_type != SMALLM_TYPE_NONE; i++) {
        element_put(good->bias_type, wrong->bias, i, 0);
        CHECK(seen(wrong, good), "%s: the dropped bias of column %zu was not seen", name, i);
        element_put(good->bias_type, wrong->bias, i, element_get(good->bias_type, good->bias, (i + 1) % N));
        CHECK(seen(wrong, good) || good->type != SMALLM_TYPE_F32, "%s: the bias of column %zu's neighbour was not seen",
              name, i);
    }
    free(wrong);
}

/* All products equal to 1: whichever is left out, the sum is a whole one off. */
static void test_every_product(void) {
    enum { SHORT_K = 96, ONE = 0x38 };
    uint8_t x[SHORT_K], w[SHORT_K], scale[SHORT_K / MX_BLOCK];
    memset(x, ONE, sizeof x);
    memset(w, ONE, sizeof w);
    memset(scale, 127, sizeof scale);
    const struct dense_inputs inputs = {1, 1,     SHORT_K,          SHORT_K, SHORT_K / MX_BLOCK, x, scale,
                                        w, scale, SMALLM_TYPE_NONE, NULL};
    double sum, magnitude;
    CHECK(dense_reference(&inputs, &sum, &magnitude) == 0 && sum == SHORT_K && magnitude == SHORT_K, "sum %f", sum);
    for (int dropped = 0; dropped < SHORT_K; dropped++) {
        double wrong, wrong_magnitude;
        x[dropped] = 0;
        CHECK(dense_reference(&inputs, &wrong, &wrong_magnitude) == 0, "no memory");
        x[dropped] = ONE;
        for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
            uint32_t out = element_from_f64(types[i], wrong);
            CHECK(!check_out(types[i], &out, 1, &sum, &magnitude, 1, 1, SHORT_K).pass, "product %d dropped", dropped);
        }
    }
}

/* An element off by one or two ulp fails unless the f32 slack of its sum allows that much. In f32 the slack is some
 * tens of ulp, so steps are of 64 there. */
static void test_ulp(struct layer *layer) {
    const smallm_type type = layer->type;
    const int unit = type == SMALLM_TYPE_F32 ? 64 : 1;
    int failed = 0;
    for (size_t i = 0; i < M * N; i++) {
        const uint32_t kept = element_get(type, layer->out, i);
        const double slack = (3.0 + 16) * 0x1p-24 * layer->magnitude[i];
        for (int step = -2; step <= 2; step++) {
            const uint32_t bits = kept + (uint32_t)(step * unit);
            element_put(type, layer->out, i, bits);
            double error = fabs(element_to_f64(type, bits) - layer->sum[i]);
            bool allowed = error <= element_ulp(type, layer->sum[i]) / 2 + slack;
            CHECK(check(layer).pass == allowed, "element %zu off by %d ulp", i, step * unit);
            failed += !allowed;
        }
        element_put(type, layer->out, i, kept);
    }
    CHECK(failed <= M * N * 4 && failed > (type == SMALLM_TYPE_F32 ? 0 : M * N * 4 * 9 / 10),
          "%s: %d of %d steps away fail", element_name(type), failed, M * N * 4);
}

static void test_special(struct layer *layer) {
    const smallm_type type = layer->type;
    const uint32_t kept = element_get(type, layer->out, 5), nan = element_from_f64(type, NAN);
    const uint32_t bad[] = {nan, nan + 3, element_from_f64(type, INFINITY), element_from_f64(type, -INFINITY), 0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        element_put(type, layer->out, 5, bad[i]);
        CHECK(!check(layer).pass && check(layer).wrong == 1 && check(layer).worst_column == 5, "%x passed", bad[i]);
    }
    layer->w_scale[5 * BLOCKS + 7] = 0xff;
    make_reference(layer);
    CHECK(isnan(layer->sum[5]) && isnan(layer->sum[N + 5]) && !isnan(layer->sum[4]), "a NaN scale");
    element_put(type, layer->out, 5, kept);
    CHECK(!check(layer).pass && isinf(check(layer).bound_ratio), "a number passed where NaN is right");
    element_put(type, layer->out, 5, nan);
    element_put(type, layer->out, N + 5, nan + 1);
    CHECK(check(layer).pass && check(layer).rel_err < 3e-3, "NaN did not pass where it is right");
}

static bool passes(smallm_type type, uint32_t bits, double sum, double magnitude) {
    return check_out(type, &bits, 1, &sum, &magnitude, 1, 1, 32).pass;
}

static void test_overflow(void) {
    const smallm_type BF16 = types[0], F16 = types[1], F32 = types[2];
    CHECK(passes(BF16, 0x7f80, 0x1.ffp127, 0x1.ffp127), "2^128 is half an ulp away");
    CHECK(!passes(BF16, 0x7f80, 0x1.fep127, 0x1.fep127) && passes(BF16, 0x7f7f, 0x1.fep127, 0x1.fep127),
          "the largest bf16");
    CHECK(passes(BF16, 0x7fc0, 0x1.fep127, 0x1p200) && passes(BF16, 0x7f80, 0x1.fep127, 0x1p200),
          "past the range of f32, infinity and NaN are right too");
    CHECK(!passes(BF16, 0, 0x1.fep127, 0x1p127), "zero for a large number");

    CHECK(passes(F16, 0x7c00, 65520, 0) && !passes(F16, 0x7c00, 65519, 0), "65520 rounds to infinity, 65519 does not");
    CHECK(passes(F16, 0x7bff, 65519, 0) && !passes(F16, 0x7bff, 65521, 0), "the largest f16");
    CHECK(passes(F16, 0x7c00, 1e6, 1e6) && passes(F16, 0xfc00, -1e6, 1e6), "infinity for a number past f16");
    CHECK(!passes(F16, 0x7bff, 1e6, 1e6) && !passes(F16, 0xfc00, 1e6, 1e6) && !passes(F16, 0x7e00, 1e6, 1e6),
          "the largest, the other infinity and NaN for a number past f16");
    CHECK(passes(F16, 1, 0x1p-24, 0) && !passes(F16, 0, 0x1p-24, 0), "denormals of f16 are kept");

    CHECK(passes(F32, 0x7f800000, 0x1p128, 0x1p128) && !passes(F32, 0x7f800000, 0x1p126, 0x1p126), "f32 overflow");
    CHECK(passes(F32, 1, 0x1p-149, 0x1p-149) && !passes(F32, 0, 0x1.8p-148, 0x1.8p-148), "denormals of f32 are kept");
    CHECK(passes(F32, 0x7f800000, INFINITY, 1) && !passes(F32, 0xff800000, INFINITY, 1) &&
              !passes(F32, 0x7f7fffff, INFINITY, 1) && !passes(F32, 0x7fc00000, INFINITY, 1),
          "an infinite bias");
}

/* Rows of 2 elements, 3 apart. */
static void test_npy_types(const char *path) {
    static const struct {
        smallm_type type;
        const char *descr;
        unsigned char data[16];
    } cases[] = {{SMALLM_TYPE_F16, "'<f2'", {0, 0x3c, 0, 0xbc, 1, 2, 0, 0x7c}},
                 {SMALLM_TYPE_F32, "'<f4'", {0, 0, 0x80, 0x3f, 0, 0, 0x80, 0xbf, 1, 2, 3, 4, 0, 0, 0x80, 0x7f}}};
    for (size_t i = 0; i < 2; i++) {
        const size_t width = element_bytes(cases[i].type);
        uint32_t array[5] = {0};
        char error[NPY_ERROR_BYTES] = "";
        unsigned char bytes[256] = {0};
        for (size_t at = 0; at < 4; at++) {
            uint32_t bits = 0;
            for (size_t byte = 0; byte < width; byte++)
                bits |= (uint32_t)cases[i].data[at * width + byte] << 8 * byte;
            element_put(cases[i].type, array, at / 2 * 3 + at % 2, bits);
        }
        CHECK(npy_write(path, cases[i].type, array, 2, 2, 3, error) == 0, "%s", error);
        FILE *file = fopen(path, "rb");
        CHECK(file != NULL && fread(bytes, 1, sizeof bytes, file) == 128 + 4 * width, "length");
        fclose(file);
        CHECK(strstr((char *)bytes + 10, cases[i].descr) != NULL && memcmp(bytes + 128, cases[i].data, 4 * width) == 0,
              "array of %s", cases[i].descr);
    }
}

static void test_npy(void) {
    const char *path = "test_reference.npy";
    char error[NPY_ERROR_BYTES] = "";
    uint16_t data[6] = {1, 2, 3, 0xfffe, 5, 0x7fc0};
    CHECK(npy_write(path, SMALLM_TYPE_BF16, data, 2, 3, 3, error) == 0, "%s", error);
    unsigned char bytes[256] = {0};
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fread(bytes, 1, sizeof bytes, file) == 128 + 12, "length");
    fclose(file);
    CHECK(memcmp(bytes, "\x93NUMPY\1\0\x76\0{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }", 69) == 0 &&
              bytes[127] == '\n' && bytes[134] == 0xfe && bytes[135] == 0xff,
          "header or data");
    CHECK(npy_read_u8(path, 2, 3, error) == NULL && strstr(error, "not uint8") != NULL, "%s", error);
    test_npy_types(path);
    memcpy(bytes + 21, "|u1", 3);
    file = fopen(path, "wb");
    fwrite(bytes, 1, 128 + 6, file);
    fclose(file);
    CHECK(npy_read_u8(path, 3, 2, error) == NULL && strstr(error, "shape (3, 2) is needed") != NULL, "%s", error);
    uint8_t *read = npy_read_u8(path, 2, 3, error);
    CHECK(read != NULL && memcmp(read, bytes + 128, 6) == 0, "%s", error);
    free(read);
    file = fopen(path, "ab");
    fputc(0, file);
    fclose(file);
    CHECK(npy_read_u8(path, 2, 3, error) == NULL && strstr(error, "length") != NULL, "%s", error);
    CHECK(npy_read_u8("no/such.npy", 2, 3, error) == NULL && strstr(error, "cannot be opened") != NULL, "%s", error);
    CHECK(npy_write("no/such/folder/f.npy", SMALLM_TYPE_BF16, data, 2, 3, 3, error) != 0 && error[0] != '\0', "%s",
          error);
    remove(path);
}

int main(void) {
    test_e4m3();
    test_element(SMALLM_TYPE_BF16, 0x7f80, 0x3f80, 1);
    test_element(SMALLM_TYPE_F16, 0x7c00, 0x3c00, 1);
    test_element(SMALLM_TYPE_F32, 0x7f800000, 0x3f800000, 4099);
    test_quantise();
    test_random();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        struct layer *layer = make_layer(types[i], i == 0 ? SMALLM_TYPE_NONE : types[3 - i]);
        test_dense(layer);
        test_dropped(layer);
        test_ulp(layer);
        test_special(layer);
        free(layer);
        layer = make_layer(types[i], types[i]);
        test_dropped(layer);
        free(layer);
    }
    test_every_product();
    test_overflow();
    test_npy();
    return test_result();
}
