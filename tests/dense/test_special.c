/* Special values: rows of X and rows of W that carry one speciality each, all pairs of them, through kernels of every
 * family and m_tile. What docs/numerics.md says of a pair is written here a second time, apart from the reference,
 * which checks besides.
 *   test_dense_special LIBRARY */
#include <math.h>
#include <stdlib.h>

#include "element.h"
#include "run.h"
#include "special.h"
#include "test.h"

static void check_pair(const struct layer *layer, size_t row, size_t column, enum special x, enum special w,
                       const char *kernel) {
    const smallm_type type = layer->shape.out_type;
    const uint32_t bits = layer_bits(layer, row, column);
    const double value = element_to_f64(type, bits);
    double sum;
    if (special_is_nan(x) || special_is_nan(w)) {
        CHECK(isnan(value), "%s: kinds %d and %d gave %g, not NaN", kernel, x, w, value);
    } else if (special_is_zero(x) || special_is_zero(w)) {
        CHECK(bits == 0, "%s: kinds %d and %d gave bits %x, not +0", kernel, x, w, bits);
    } else if (special_exact(x, w, layer->shape.k, &sum) && !special_overflows(x, w)) {
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
        special_fill((first_kind + row) % SPECIALS, layer.x + row * made->ldx, layer.x_scale + row * made->ldxs,
                     blocks);
    for (size_t column = 0; column < made->n; column++)
        special_fill(column * 7 % SPECIALS, layer.w + column * made->k, layer.w_scale + column * blocks, blocks);
    layer_upload(&layer);
    const struct run_choice choice = {.kernel = kernel->name, .k_splits = k_splits, .many_scales = true};
    const bool ran = run_layer(&layer, &choice, "special", NULL);
    CHECK(ran, "%s, kinds of X from %zu", kernel->name, first_kind);
    for (size_t row = 0; ran && row < made->m; row++)
        for (size_t column = 0; column < made->n; column++)
            check_pair(&layer, row, column, (first_kind + row) % SPECIALS, column * 7 % SPECIALS, kernel->name);
    layer_free(&layer);
}

/* Tails of 0, 32, 64 and 96, with one K step and with many. */
static void test_pairs(const struct run_kernel *kernel) {
    static const size_t ks[] = {96, 128, 160, 192, 1120, 6208};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        for (size_t first = 0; first < SPECIALS; first += kernel->m_tile) {
            struct layer_shape shape = {.m = kernel->m_tile,
                                        .n = 2 * SPECIALS + 1,
                                        .k = ks[i],
                                        .ldo = 2 * SPECIALS + 4,
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
