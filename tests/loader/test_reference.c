/* The reference is tested too: number formats against their definitions, the quantiser against a search, the check
 * against faults that it must see. */
#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "dense.h"
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

static void test_bf16(void) {
    for (uint32_t code = 0; code < 0x7f80; code++) {
        double value = bf16_to_f64((uint16_t)code);
        double next = code == 0x7f7f ? 0x1p128 : bf16_to_f64((uint16_t)(code + 1));
        double middle = (value + next) / 2;
        CHECK(bf16_from_f64(value) == code && bf16_from_f64(-value) == (code | 0x8000), "bf16 code %x", code);
        CHECK(bf16_ulp(value) == next - value, "ulp at bf16 code %x", code);
        CHECK(bf16_from_f64(middle) == code + (code & 1) && bf16_from_f64(nextafter(middle, 0)) == code &&
                  bf16_from_f64(nextafter(middle, INFINITY)) == code + 1,
              "rounding above bf16 code %x", code);
    }
    CHECK(bf16_from_f64(INFINITY) == 0x7f80 && isnan(bf16_to_f64(bf16_from_f64(NAN))), "bf16 specials");
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
        quantise_block(values, elements, &scale);
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
    double sum[M * N], magnitude[M * N];
    uint16_t out[M * N];
};

static void make_reference(struct layer *layer) {
    const struct dense_inputs inputs = {M, N, K, K, BLOCKS, layer->x, layer->x_scale, layer->w, layer->w_scale};
    CHECK(dense_reference(&inputs, layer->sum, layer->magnitude) == 0, "no memory");
}

static void round_sums(struct layer *layer) {
    for (int i = 0; i < M * N; i++)
        layer->out[i] = bf16_from_f64(layer->sum[i]);
}

static struct check_result check(const struct layer *layer) {
    return check_bf16(layer->out, N, layer->sum, layer->magnitude, M, N, K);
}

static struct layer *make_layer(void) {
    struct layer *layer = malloc(sizeof *layer);
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
        CHECK(fabsl(sum - layer->sum[N + column]) <= 1e-12L * layer->magnitude[N + column], "column %d", column);
    }
}

/* Changes of the inputs stand for a kernel that drops a product or a scale; the check keeps the right reference. */
static void test_dropped(const struct layer *good) {
    struct layer *wrong = malloc(sizeof *wrong);
    CHECK(check(good).pass && check(good).bound_ratio <= 1, "the rounded reference must pass");
    int products_seen = 0, products = 0;
    for (int i = 0; i < K; i += 5) {
        memcpy(wrong, good, sizeof *wrong);
        /* The largest product of a column: small ones are below what bf16 can show. */
        if ((wrong->w[i] & 0x7f) < 0x70 || (wrong->x[i] & 0x7f) < 0x70)
            continue;
        wrong->w[i] = 0;
        make_reference(wrong);
        round_sums(wrong);
        memcpy(wrong->sum, good->sum, sizeof wrong->sum);
        memcpy(wrong->magnitude, good->magnitude, sizeof wrong->magnitude);
        products++;
        products_seen += !check(wrong).pass;
    }
    CHECK(products > 5 && products_seen == products, "%d of %d dropped products were seen", products_seen, products);
    for (int block = 0; block < BLOCKS; block++) {
        memcpy(wrong, good, sizeof *wrong);
        wrong->w_scale[3 * BLOCKS + block]++;
        make_reference(wrong);
        round_sums(wrong);
        memcpy(wrong->sum, good->sum, sizeof wrong->sum);
        memcpy(wrong->magnitude, good->magnitude, sizeof wrong->magnitude);
        CHECK(!check(wrong).pass, "a wrong scale of block %d was not seen", block);
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
    const struct dense_inputs inputs = {1, 1, SHORT_K, SHORT_K, SHORT_K / MX_BLOCK, x, scale, w, scale};
    double sum, magnitude;
    CHECK(dense_reference(&inputs, &sum, &magnitude) == 0 && sum == SHORT_K && magnitude == SHORT_K, "sum %f", sum);
    for (int dropped = 0; dropped < SHORT_K; dropped++) {
        double wrong, wrong_magnitude;
        x[dropped] = 0;
        CHECK(dense_reference(&inputs, &wrong, &wrong_magnitude) == 0, "no memory");
        x[dropped] = ONE;
        uint16_t out = bf16_from_f64(wrong);
        CHECK(!check_bf16(&out, 1, &sum, &magnitude, 1, 1, SHORT_K).pass, "product %d dropped", dropped);
    }
}

/* An element off by one or two ulp of bf16 fails unless the f32 slack of its sum allows that much. */
static void test_ulp(struct layer *layer) {
    int failed = 0;
    for (int i = 0; i < M * N; i++) {
        const uint16_t kept = layer->out[i];
        const double slack = (3.0 + 16) * 0x1p-24 * layer->magnitude[i];
        for (int step = -2; step <= 2; step++) {
            layer->out[i] = (uint16_t)(kept + step);
            double error = fabs(bf16_to_f64(layer->out[i]) - layer->sum[i]);
            bool allowed = error <= bf16_ulp(layer->sum[i]) / 2 + slack;
            CHECK(check(layer).pass == allowed, "element %d off by %d ulp", i, step);
            failed += !allowed;
        }
        layer->out[i] = kept;
    }
    CHECK(failed > M * N * 4 * 9 / 10 && failed <= M * N * 4, "%d of %d steps away fail", failed, M * N * 4);
}

static void test_special(struct layer *layer) {
    const uint16_t kept = layer->out[5];
    static const uint16_t bad[] = {0x7fc0, 0xffff, 0x7f80, 0xff80, 0};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        layer->out[5] = bad[i];
        CHECK(!check(layer).pass && check(layer).wrong == 1 && check(layer).worst_column == 5, "%x passed", bad[i]);
    }
    layer->w_scale[5 * BLOCKS + 7] = 0xff;
    make_reference(layer);
    CHECK(isnan(layer->sum[5]) && isnan(layer->sum[N + 5]) && !isnan(layer->sum[4]), "a NaN scale");
    layer->out[5] = kept;
    CHECK(!check(layer).pass && isinf(check(layer).bound_ratio), "a number passed where NaN is right");
    layer->out[5] = 0x7fc0;
    layer->out[N + 5] = 0xffc1;
    CHECK(check(layer).pass && check(layer).rel_err < 3e-3, "NaN did not pass where it is right");

    double sum = 0x1.ffp127, magnitude = sum;
    uint16_t infinite = 0x7f80, largest = 0x7f7f;
    CHECK(check_bf16(&infinite, 1, &sum, &magnitude, 1, 1, 32).pass, "2^128 is half an ulp away");
    sum = magnitude = 0x1.fep127;
    CHECK(!check_bf16(&infinite, 1, &sum, &magnitude, 1, 1, 32).pass &&
              check_bf16(&largest, 1, &sum, &magnitude, 1, 1, 32).pass,
          "the largest bf16");
    magnitude = 0x1p200;
    uint16_t nan = 0x7fc0;
    CHECK(check_bf16(&nan, 1, &sum, &magnitude, 1, 1, 32).pass &&
              check_bf16(&infinite, 1, &sum, &magnitude, 1, 1, 32).pass,
          "past the range of f32, infinity and NaN are right too");
}

static void test_npy(void) {
    const char *path = "test_reference.npy";
    char error[NPY_ERROR_BYTES] = "";
    uint16_t data[6] = {1, 2, 3, 0xfffe, 5, 0x7fc0};
    CHECK(npy_write_u16(path, data, 2, 3, error) == 0, "%s", error);
    unsigned char bytes[256] = {0};
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fread(bytes, 1, sizeof bytes, file) == 128 + 12, "length");
    fclose(file);
    CHECK(memcmp(bytes, "\x93NUMPY\1\0\x76\0{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }", 69) == 0 &&
              bytes[127] == '\n' && bytes[134] == 0xfe && bytes[135] == 0xff,
          "header or data");
    CHECK(npy_read_u8(path, 2, 3, error) == NULL && strstr(error, "not uint8") != NULL, "%s", error);
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
    CHECK(npy_write_u16("no/such/folder/f.npy", data, 2, 3, error) != 0 && error[0] != '\0', "%s", error);
    remove(path);
}

int main(void) {
    test_e4m3();
    test_bf16();
    test_quantise();
    test_random();
    struct layer *layer = make_layer();
    test_dense(layer);
    test_dropped(layer);
    test_every_product();
    test_ulp(layer);
    test_special(layer);
    free(layer);
    test_npy();
    return test_result();
}
