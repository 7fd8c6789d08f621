/* Special values through every family and m_tile: all pairs of special rows of X and of W, routing weights, tokens with
 * no expert here. What docs/numerics.md says is written here a second time, apart from the reference, which checks
 * besides.
 *   test_routed_special LIBRARY */
#include <math.h>
#include <stdlib.h>

#include "element.h"
#include "run_routed.h"
#include "special.h"
#include "test.h"

static smallm_context *context;

static void make_special(struct routed *routed, size_t experts) {
    const size_t blocks = routed->shape.k / 32, k = routed->shape.k;
    for (size_t row = 0; row < routed->shape.x_rows; row++)
        special_fill((enum special)(row % SPECIALS), routed->x + row * routed->shape.ldx,
                     routed->x_scale + row * routed->shape.ldxs, blocks);
    for (size_t expert = 0; expert < experts; expert++) {
        routed_need_w(routed, expert);
        for (size_t column = 0; column < routed->shape.n; column++)
            special_fill((enum special)((column * 7 + expert) % SPECIALS), routed->w[expert] + column * k,
                         routed->w_scale[expert] + column * blocks, blocks);
    }
}

static double value_of(const struct routed *routed, size_t row, size_t column) {
    return element_to_f64(routed->shape.out_type, routed_bits(routed, row, column));
}

static void check_pair(const struct routed *routed, size_t row, size_t column, enum special x, enum special w,
                       const char *kernel) {
    const smallm_type type = routed->shape.out_type;
    const uint32_t bits = routed_bits(routed, row, column);
    double sum;
    if (special_is_nan(x) || special_is_nan(w)) {
        CHECK(isnan(value_of(routed, row, column)), "%s: kinds %d and %d gave %x, not NaN", kernel, x, w, bits);
    } else if (special_is_zero(x) || special_is_zero(w)) {
        CHECK(bits == 0, "%s: kinds %d and %d gave bits %x, not +0", kernel, x, w, bits);
    } else if (special_exact(x, w, routed->shape.k, &sum) && !special_overflows(x, w)) {
        const double once = element_to_f64(SMALLM_TYPE_F32, element_from_f64(SMALLM_TYPE_F32, sum));
        const uint32_t wanted = element_from_f64(type, once);
        CHECK(bits == wanted, "%s: kinds %d and %d, K=%zu, gave bits %x of %s, not %x", kernel, x, w, routed->shape.k,
              bits, element_name(type), wanted);
    }
}

/* Tails of 0, 32, 64 and 96, with one K step and with many; two experts, the second one's W follows the first's. */
static void test_pairs(const struct moe_kernel *kernel) {
    static const size_t ks[] = {96, 128, 160, 192, 1120, 4160};
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    enum { EXPERTS = 2 };
    for (size_t i = 0; i < sizeof ks / sizeof ks[0]; i++) {
        const struct routed_shape shape = {.experts = EXPERTS,
                                           .n = 2 * SPECIALS + 1,
                                           .k = ks[i],
                                           .tokens = SPECIALS,
                                           .top_k = EXPERTS,
                                           .a_div = EXPERTS,
                                           .ldx = ks[i] + 16 * (i % 2),
                                           .ldxs = ks[i] / 32 + i % 2,
                                           .block_m = i % 2 == 0 ? 64 : 12,
                                           .out_type = types[i % 3],
                                           .seed = i};
        struct routed routed;
        int32_t ids[SPECIALS * EXPERTS];
        for (int32_t slot = 0; slot < SPECIALS * EXPERTS; slot++)
            ids[slot] = slot % EXPERTS;
        routed_make(&routed, &shape);
        make_special(&routed, EXPERTS);
        routed_sort(&routed, ids);
        routed_upload(&routed);
        const struct routed_choice choice = {.kernel = kernel->name,
                                             .k_splits = kernel->splits_k && ks[i] >= moe_least_k(kernel, 2) ? 2 : 0,
                                             .many_scales = true};
        const bool ran = run_routed(&routed, context, &choice, "special", NULL);
        CHECK(ran, "%s", kernel->name);
        for (size_t slot = 0; ran && slot < routed.slots; slot++)
            for (size_t column = 0; column < shape.n; column++)
                check_pair(&routed, slot, column, (enum special)(slot / EXPERTS),
                           (enum special)((column * 7 + slot % EXPERTS) % SPECIALS), kernel->name);
        routed_free(&routed);
    }
}

static const float weights[] = {1, 0, -1, NAN, INFINITY, -INFINITY, 0x1p-149f, 0x1p-126f, 0x1p127f, -0.0f};
enum { WEIGHTS = sizeof weights / sizeof weights[0] };

/* Special weights on ordinary rows, on rows of zeros and on rows of NaN. */
static void test_weights(const struct moe_kernel *kernel) {
    enum { KINDS = 3 };
    const struct routed_shape shape = {.experts = 1,
                                       .n = 40,
                                       .k = 160,
                                       .tokens = WEIGHTS * KINDS,
                                       .top_k = 1,
                                       .block_m = 32,
                                       .weighted = true,
                                       .out_type = SMALLM_TYPE_F32,
                                       .seed = 3};
    struct routed routed;
    int32_t ids[WEIGHTS * KINDS] = {0};
    routed_make(&routed, &shape);
    for (size_t slot = 0; slot < routed.slots; slot++) {
        routed.weights[slot] = weights[slot % WEIGHTS];
        special_fill(slot / WEIGHTS == 0   ? NORMAL
                     : slot / WEIGHTS == 1 ? ZEROS
                                           : NAN_LAST,
                     routed.x + slot * shape.k, routed.x_scale + slot * (shape.k / 32), shape.k / 32);
    }
    routed_sort(&routed, ids);
    routed_upload(&routed);
    const struct routed_choice choice = {.kernel = kernel->name, .many_scales = true};
    const bool ran = run_routed(&routed, context, &choice, "special weights", NULL);
    CHECK(ran, "%s", kernel->name);
    for (size_t slot = 0; ran && slot < routed.slots; slot++) {
        const double weight = (double)weights[slot % WEIGHTS], value = value_of(&routed, slot, 7);
        const bool nan = isnan(weight) || slot / WEIGHTS == 2 || (isinf(weight) && slot / WEIGHTS == 1);
        CHECK(isnan(value) == nan, "%s: weight %g on kind %zu gave %g", kernel->name, weight, slot / WEIGHTS, value);
        if (!nan && (weight == 0 || slot / WEIGHTS == 1))
            CHECK(value == 0, "%s: weight %g on kind %zu gave %g, not 0", kernel->name, weight, slot / WEIGHTS, value);
        if (!nan && isinf(weight))
            CHECK(isinf(value), "%s: weight %g gave %g", kernel->name, weight, value);
    }
    routed_free(&routed);
}

/* Combined: a token without an expert here is +0, one NaN among its rows makes a token NaN, infinities of both signs
 * too, and every token is written. */
static void test_combined(const struct moe_kernel *kernel) {
    enum { TOP_K = 3, TOKENS = 6 };
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    static const int32_t ids[TOKENS * TOP_K] = {-1, -1, -1, 0, 1, 2, 0, -1, 2, 5, 1, 1 << 30, 2, 1, 0, -7, -1, 3};
    static const float factors[TOKENS * TOP_K] = {1, 1, 1, 1, 1, 1,        2,         3,   4,
                                                  1, 0, 1, 1, 1, INFINITY, -INFINITY, NAN, 1};
    for (size_t i = 0; i < 3; i++) {
        const struct routed_shape shape = {.experts = 3,
                                           .n = 50,
                                           .k = 96,
                                           .tokens = TOKENS,
                                           .top_k = TOP_K,
                                           .block_m = 4,
                                           .ldo = 55,
                                           .weighted = true,
                                           .combine = true,
                                           .out_type = types[i],
                                           .seed = 4};
        struct routed routed;
        routed_make(&routed, &shape);
        memcpy(routed.weights, factors, sizeof factors);
        special_fill(SCALE_FF_LAST, routed.x + 4 * shape.k, routed.x_scale + 4 * (shape.k / 32), shape.k / 32);
        routed_sort(&routed, ids);
        routed_upload(&routed);
        const struct routed_choice choice = {.kernel = kernel->name, .many_scales = true};
        const bool ran = run_routed(&routed, context, &choice, "special combined", NULL);
        CHECK(ran, "%s", kernel->name);
        for (size_t column = 0; ran && column < shape.n; column++) {
            CHECK(routed_bits(&routed, 0, column) == 0 && routed_bits(&routed, 5, column) == 0,
                  "%s: tokens without an expert here are not +0", kernel->name);
            CHECK(isnan(value_of(&routed, 1, column)), "%s: a NaN row is lost", kernel->name);
            CHECK(value_of(&routed, 3, column) == 0, "%s: a weight of 0 gave %g", kernel->name,
                  value_of(&routed, 3, column));
            CHECK(isinf(value_of(&routed, 4, column)), "%s: an infinite weight gave %g", kernel->name,
                  value_of(&routed, 4, column));
        }
        routed_free(&routed);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = run_open(argv[1]);
    struct moe_kernel kernel;
    unsigned seen[2] = {0, 0};
    for (uint32_t i = 0; moe_kernel(i, &kernel); i++) {
        unsigned *tiles = &seen[strcmp(kernel.family, "mfma") == 0];
        if (*tiles & kernel.m_tile)
            continue;
        *tiles |= kernel.m_tile;
        test_pairs(&kernel);
        test_weights(&kernel);
        test_combined(&kernel);
    }
    CHECK(seen[0] != 0 && seen[1] != 0, "a family has no kernel");
    run_close();
    return test_result();
}
