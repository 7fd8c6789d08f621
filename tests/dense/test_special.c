/* Special values: rows of X and rows of W that carry one speciality each, all pairs of them, through kernels of every
 * family and m_tile. What docs/numerics.md says of a pair is written here a second time, apart from the reference,
 * which checks besides.
 *   test_dense_special LIBRARY */
#include <math.h>
#include <stdlib.h>

#include "element.h"
#include "formats.h"
#include "run.h"
#include "test.h"

enum kind {
    NORMAL,
    SCALE_00,          /* normal numbers under 2^-127 */
    SCALE_FE,          /* under 2^127 */
    SCALE_FF_FIRST,    /* NaN scale of the first block */
    SCALE_FF_LAST,     /* of the last, which lies in the tail */
    SCALE_FF_ON_ZEROS, /* of a block whose elements are all zero */
    NAN_LAST,          /* E4M3 0x7f, last element */
    NAN_FIRST,         /* E4M3 0xff, first element */
    ZEROS,
    NEGATIVE_ZEROS,
    ZERO_BLOCK,  /* one block of zeros among numbers */
    LARGEST,     /* 448 throughout */
    LARGEST_00,  /* under 2^-127 */
    LARGEST_FE,  /* under 2^127 */
    ALTERNATING, /* 448, -448, ...: cancels against LARGEST */
    DENORMAL,    /* 2^-9 to 7 * 2^-9 */
    KINDS
};

static void fill(uint8_t *elements, uint8_t *scale, size_t blocks, uint8_t element, uint8_t exponent) {
    memset(elements, element, 32 * blocks);
    memset(scale, exponent, blocks);
}

/* `elements` and `scale` hold normal numbers before. */
static void specialise(enum kind kind, uint8_t *elements, uint8_t *scale, size_t blocks) {
    const size_t middle = blocks / 2;
    switch (kind) {
    case SCALE_00:
        memset(scale, 0x00, blocks);
        break;
    case SCALE_FE:
        memset(scale, 0xfe, blocks);
        break;
    case SCALE_FF_FIRST:
        scale[0] = 0xff;
        break;
    case SCALE_FF_LAST:
        scale[blocks - 1] = 0xff;
        break;
    case SCALE_FF_ON_ZEROS:
        fill(elements + 32 * middle, scale + middle, 1, 0, 0xff);
        break;
    case NAN_LAST:
        elements[32 * blocks - 1] = 0x7f;
        break;
    case NAN_FIRST:
        elements[0] = 0xff;
        break;
    case ZEROS:
        memset(elements, 0, 32 * blocks);
        break;
    case NEGATIVE_ZEROS:
        memset(elements, 0x80, 32 * blocks);
        break;
    case ZERO_BLOCK:
        fill(elements + 32 * middle, scale + middle, 1, 0, 0x00);
        break;
    case LARGEST:
        fill(elements, scale, blocks, 0x7e, 127);
        break;
    case LARGEST_00:
        fill(elements, scale, blocks, 0x7e, 0x00);
        break;
    case LARGEST_FE:
        fill(elements, scale, blocks, 0x7e, 0xfe);
        break;
    case ALTERNATING:
        fill(elements, scale, blocks, 0x7e, 127);
        for (size_t i = 1; i < 32 * blocks; i += 2)
            elements[i] = 0xfe;
        break;
    case DENORMAL:
        fill(elements, scale, blocks, 0, 127);
        for (size_t i = 0; i < 32 * blocks; i++)
            elements[i] = (uint8_t)(1 + i % 7);
        break;
    default:
        break;
    }
}

static bool is_nan(enum kind kind) {
    return kind >= SCALE_FF_FIRST && kind <= NAN_FIRST;
}

static bool is_zero(enum kind kind) {
    return kind == ZEROS || kind == NEGATIVE_ZEROS;
}

/* Sum over K of the products of two kinds whose every partial sum is exact in f32; false for other pairs. */
static bool exact_sum(enum kind a, enum kind b, size_t k, double *sum) {
    static const int exponents[KINDS] = {[LARGEST_00] = -127, [LARGEST_FE] = 127};
    if (a < LARGEST || b < LARGEST)
        return false;
    *sum = 0;
    for (size_t i = 0; i < k; i++) {
        const double alternating = i % 2 == 0 ? 448 : -448, denormal = ldexp((double)(1 + i % 7), -9);
        const double x = a == ALTERNATING ? alternating : a == DENORMAL ? denormal : 448;
        const double w = b == ALTERNATING ? alternating : b == DENORMAL ? denormal : 448;
        *sum += x * w;
    }
    *sum = ldexp(*sum, exponents[a] + exponents[b]);
    return true;
}

static bool overflows(enum kind a, enum kind b) {
    const bool large = (a == LARGEST_FE && b != LARGEST_00) || (b == LARGEST_FE && a != LARGEST_00);
    return large || (a == SCALE_FE && b == SCALE_FE);
}

static void check_pair(const struct layer *layer, size_t row, size_t column, enum kind x, enum kind w,
                       const char *kernel) {
    const smallm_type type = layer->shape.out_type;
    const uint32_t bits = layer_bits(layer, row, column);
    const double value = element_to_f64(type, bits);
    double sum;
    if (is_nan(x) || is_nan(w)) {
        CHECK(isnan(value), "%s: kinds %d and %d gave %g, not NaN", kernel, x, w, value);
    } else if (is_zero(x) || is_zero(w)) {
        CHECK(bits == 0, "%s: kinds %d and %d gave bits %x, not +0", kernel, x, w, bits);
    } else if (exact_sum(x, w, layer->shape.k, &sum) && !overflows(x, w)) {
        const double once = element_to_f64(SMALLM_TYPE_F32, element_from_f64(SMALLM_TYPE_F32, sum));
        const uint32_t wanted = element_from_f64(type, once);
        CHECK(bits == wanted, "%s: kinds %d and %d, K=%zu, gave bits %x of %s, not %x", kernel, x, w, layer->shape.k,
              bits, element_name(type), wanted);
    }
}

static void test_layer(const struct run_kernel *kernel, const struct layer_shape *shape, size_t first_kind,
                       int64_t k_splits) {
    const size_t blocks = shape->k / 32;
    struct layer layer;
    layer_make(&layer, shape);
    const struct layer_shape *made = &layer.shape;
    for (size_t row = 0; row < made->m; row++)
        specialise((first_kind + row) % KINDS, layer.x + row * made->ldx, layer.x_scale + row * made->ldxs, blocks);
    for (size_t column = 0; column < made->n; column++)
        specialise(column * 7 % KINDS, layer.w + column * made->k, layer.w_scale + column * blocks, blocks);
    layer_upload(&layer);
    const struct run_choice choice = {.kernel = kernel->name, .k_splits = k_splits, .many_scales = true};
    const bool ran = run_layer(&layer, &choice, "special", NULL);
    CHECK(ran, "%s, kinds of X from %zu", kernel->name, first_kind);
    for (size_t row = 0; ran && row < made->m; row++)
        for (size_t column = 0; column < made->n; column++)
            check_pair(&layer, row, column, (first_kind + row) % KINDS, column * 7 % KINDS, kernel->name);
    layer_free(&layer);
}

/* Tails of 0, 32, 64 and 96, with one K step and with many. */
static void test_pairs(const struct run_kernel *kernel) {
    static const size_t ks[] = {96, 128, 160, 192, 1120, 6208};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        for (size_t first = 0; first < KINDS; first += kernel->m_tile) {
            struct layer_shape shape = {.m = kernel->m_tile,
                                        .n = 2 * KINDS + 1,
                                        .k = ks[i],
                                        .ldo = 2 * KINDS + 4,
                                        .out_type = types[i % 3],
                                        .seed = first + i};
            test_layer(kernel, &shape, first, 0);
            /* One row less, and what would be the row past it is NaN. */
            shape.m -= shape.m > 1;
            shape.ldx = ks[i] + 16;
            shape.ldxs = ks[i] / 32 + 1;
            shape.trailing = 64 * shape.ldx;
            shape.out_type = types[(i + 1) % 3];
            int64_t k_splits = kernel->splits_k ? 3 : 0;
            while (k_splits > 0 && ks[i] < run_least_k(kernel, k_splits))
                k_splits--;
            test_layer(kernel, &shape, first, k_splits);
        }
    }
}

/* Zeros plus a bias: the bias, rounded once; -0 gives +0. */
static void test_bias(const struct run_kernel *kernel) {
    static const double values[] = {NAN, INFINITY, -INFINITY, -0.0, 0x1p-149, -0x1p-133, 0x1p-24, 65519, 65520, -1e30};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (size_t pair = 0; pair < 9; pair++) {
        const struct layer_shape shape = {.m = kernel->m_tile,
                                          .n = 20,
                                          .k = 160,
                                          .out_type = types[pair / 3],
                                          .bias_type = types[pair % 3],
                                          .seed = 9};
        struct layer layer;
        layer_make(&layer, &shape);
        memset(layer.x, 0, layer.shape.ldx);
        for (size_t column = 0; column < shape.n; column++)
            element_put(shape.bias_type, layer.bias, column, element_from_f64(shape.bias_type, values[column % 10]));
        layer_upload(&layer);
        const struct run_choice choice = {.kernel = kernel->name, .many_scales = true};
        const bool ran = run_layer(&layer, &choice, "special bias", NULL);
        CHECK(ran, "%s", kernel->name);
        for (size_t column = 0; ran && column < shape.n; column++) {
            const double bias = element_to_f64(shape.bias_type, element_get(shape.bias_type, layer.bias, column));
            const uint32_t bits = layer_bits(&layer, 0, column);
            if (isnan(bias))
                CHECK(isnan(layer_out(&layer, 0, column)), "%s: a NaN bias gave %x", kernel->name, bits);
            else
                CHECK(bits == element_from_f64(shape.out_type, bias == 0 ? 0 : bias), "%s: bias %g of %s gave %x of %s",
                      kernel->name, bias, element_name(shape.bias_type), bits, element_name(shape.out_type));
        }
        layer_free(&layer);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    run_open(argv[1]);
    struct run_kernel kernel;
    unsigned last_tile = 0;
    bool last_splits = false;
    for (uint32_t i = 0; run_kernel(i, &kernel); i++) {
        if (kernel.m_tile == last_tile && kernel.splits_k == last_splits)
            continue;
        last_tile = kernel.m_tile;
        last_splits = kernel.splits_k;
        test_pairs(&kernel);
        test_bias(&kernel);
    }
    run_close();
    return test_result();
}
