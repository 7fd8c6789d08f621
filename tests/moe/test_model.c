/* The models that the other tests trust, tested without a device: the f64 reference against sums written another way
 * and against faults that its check must see, routing, sorting, quantising by both rules. test_routed_model */
#include <math.h>
#include <stdlib.h>

#include "element.h"
#include "formats.h"
#include "moe.h"
#include "moe_route.h"
#include "quantise.h"
#include "random.h"
#include "test.h"

enum { EXPERTS = 3, N = 20, K = 96, BLOCKS = K / MX_BLOCK, TOKENS = 5, TOP_K = 2, SLOTS = TOKENS * TOP_K };
enum { BLOCK_M = 4, SORTED = 40, X_ROWS = 5 };

struct fixture {
    uint8_t x[X_ROWS * K], x_scale[X_ROWS * BLOCKS], w[EXPERTS][N * K], w_scale[EXPERTS][N * BLOCKS];
    const uint8_t *ws[EXPERTS], *w_scales[EXPERTS];
    float weights[SLOTS];
    int32_t sorted[SORTED], experts[SORTED / BLOCK_M];
    struct moe_inputs inputs;
    struct moe_rows rows;
    uint32_t out[SLOTS * N];
};

static const int32_t topk_ids[SLOTS] = {0, 2, 2, -1, 1, 0, 2, 2, -1, -1};

static int sort(struct fixture *f, int32_t *posts) {
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = SLOTS;
    args.experts = EXPERTS;
    args.block_m = BLOCK_M;
    args.sorted_len = SORTED;
    args.topk_ids = topk_ids;
    args.sorted_token_ids = f->sorted;
    args.expert_ids = f->experts;
    args.num_tokens_post_padded = posts;
    return moe_sort_model(&args);
}

static struct fixture *make(bool combine) {
    struct fixture *f = calloc(1, sizeof *f);
    int32_t posts = 0;
    struct random_state random;
    random_seed(&random, 3);
    quantise_normal(f->x, f->x_scale, X_ROWS, K, 0.5, 1);
    for (size_t expert = 0; expert < EXPERTS; expert++) {
        quantise_normal(f->w[expert], f->w_scale[expert], N, K, 0.1, 2 + expert);
        f->ws[expert] = f->w[expert];
        f->w_scales[expert] = f->w_scale[expert];
    }
    for (size_t slot = 0; slot < SLOTS; slot++)
        f->weights[slot] = (float)random_normal(&random);
    CHECK(sort(f, &posts) == 0, "no memory");
    f->inputs = (struct moe_inputs){.experts = EXPERTS,
                                    .n = N,
                                    .k = K,
                                    .x_rows = X_ROWS,
                                    .slots = SLOTS,
                                    .a_div = TOP_K,
                                    .block_m = BLOCK_M,
                                    .sorted_len = SORTED,
                                    .top_k = combine ? TOP_K : 0,
                                    .ldx = K,
                                    .ldxs = BLOCKS,
                                    .x = f->x,
                                    .x_scale = f->x_scale,
                                    .w = f->ws,
                                    .w_scale = f->w_scales,
                                    .weights = f->weights,
                                    .sorted_token_ids = f->sorted,
                                    .expert_ids = f->experts,
                                    .num_tokens_post_padded = posts};
    CHECK(moe_rows_make(&f->rows, &f->inputs) == 0 && moe_reference(&f->rows, &f->inputs) == 0, "no memory");
    return f;
}

static void give_back(struct fixture *f) {
    moe_rows_free(&f->rows);
    free(f);
}

/* One product at a time, straight from the definition. */
static double row_value(const struct fixture *f, size_t slot, size_t column, int32_t expert) {
    const size_t row = slot / TOP_K;
    double sum = 0;
    for (size_t i = 0; i < K; i++)
        sum += e4m3_to_f64(f->x[row * K + i]) * e8m0_to_f64(f->x_scale[row * BLOCKS + i / 32]) *
               e4m3_to_f64(f->w[expert][column * K + i]) * e8m0_to_f64(f->w_scale[expert][column * BLOCKS + i / 32]);
    return sum * (double)f->weights[slot];
}

static void put_right(struct fixture *f, smallm_type type) {
    const size_t group = f->inputs.top_k == 0 ? 1 : TOP_K;
    for (size_t to = 0; to < SLOTS / group; to++) {
        for (size_t column = 0; column < N; column++) {
            double sum = 0;
            for (size_t slot = to * group; slot < (to + 1) * group; slot++)
                sum += topk_ids[slot] < 0 ? 0 : row_value(f, slot, column, topk_ids[slot]);
            element_put(type, f->out, to * N + column, element_from_f64(type, sum));
        }
    }
}

/* Element `at` becomes `value`: the check must see it. */
static void check_fault(const struct fixture *f, smallm_type type, size_t at, double value, const char *what) {
    uint32_t out[SLOTS * N];
    memcpy(out, f->out, sizeof out);
    element_put(type, out, at, element_from_f64(type, value));
    CHECK(!moe_check(&f->rows, type, out, N).pass, "%s is not seen in %s", what, element_name(type));
}

static void test_reference(bool combine, smallm_type type) {
    struct fixture *f = make(combine);
    put_right(f, type);
    const struct check_result check = moe_check(&f->rows, type, f->out, N);
    CHECK(check.pass && check.bound_ratio <= 1, "%s: right results are refused, %g", element_name(type),
          check.bound_ratio);
    CHECK(f->rows.count == 7, "%zu rows", f->rows.count);
    /* Token 3 has expert 2 twice, slots 6 and 7; token 1 has slot 2 alone. */
    const size_t column = 4, to = combine ? 3 : 6;
    const double six = row_value(f, 6, column, 2), seven = row_value(f, 7, column, 2), rest = combine ? seven : 0;
    check_fault(f, type, to * N + column, six / (double)f->weights[6] + rest, "a forgotten weight");
    check_fault(f, type, to * N + column, row_value(f, 6, column, 1) + rest, "another expert");
    check_fault(f, type, to * N + column, row_value(f, 4, column, 2) + rest, "another row of X");
    check_fault(f, type, to * N + column, row_value(f, 6, column + 1, 2) + rest, "another column");
    check_fault(f, type, to * N + column, combine ? seven : 0, "a row left out");
    check_fault(f, type, to * N + column, 2 * six + rest, "a row twice");
    check_fault(f, type, to * N + column, NAN, "NaN");
    if (combine)
        check_fault(f, type, 4 * N, 1e-3, "a token with no expert here");
    give_back(f);
}

/* A slot under two experts may be either's, and nothing else; combined, so may the sum. */
static void test_two_experts(bool combine) {
    struct fixture *f = make(combine);
    moe_rows_free(&f->rows);
    f->sorted[8] = 0; /* the block of expert 2 names slot 0, which expert 0 has */
    CHECK(moe_rows_make(&f->rows, &f->inputs) == 0 && moe_reference(&f->rows, &f->inputs) == 0, "no memory");
    CHECK(f->rows.first[1] == 2, "slot 0 has %zu rows", f->rows.first[1]);
    const bool lost = f->rows.first[2] == f->rows.first[1]; /* it stood in the place of slot 1 */
    put_right(f, SMALLM_TYPE_F32);
    const double rest = combine && !lost ? row_value(f, 1, 3, 2) : 0;
    for (int32_t expert = 0; expert < EXPERTS; expert++) {
        for (size_t column = 0; column < N; column++)
            element_put(SMALLM_TYPE_F32, f->out, column,
                        element_from_f64(SMALLM_TYPE_F32, row_value(f, 0, column, 0) +
                                                              (combine && !lost ? row_value(f, 1, column, 2) : 0)));
        element_put(SMALLM_TYPE_F32, f->out, 3, element_from_f64(SMALLM_TYPE_F32, row_value(f, 0, 3, expert) + rest));
        CHECK(moe_check(&f->rows, SMALLM_TYPE_F32, f->out, N).pass == (expert != 1), "expert %d", expert);
    }
    give_back(f);
}

/* What counts as in use. */
static void test_tables(void) {
    static const struct {
        int32_t posts;
        size_t rows;
    } cases[] = {{INT32_MIN, 0}, {-1, 0}, {0, 0}, {1, 2}, {4, 2}, {5, 3}, {12, 7}, {INT32_MAX, 7}};
    struct fixture *f = make(false);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        moe_rows_free(&f->rows);
        f->inputs.num_tokens_post_padded = cases[i].posts;
        CHECK(moe_rows_make(&f->rows, &f->inputs) == 0, "no memory");
        CHECK(f->rows.count == cases[i].rows, "num_tokens_post_padded %d gives %zu rows, not %zu", cases[i].posts,
              f->rows.count, cases[i].rows);
    }
    give_back(f);
}

static void test_sort(void) {
    static const int32_t sorted[SORTED] = {0, 5, 10, 10, 4, 10, 10, 10, 1, 2, 6, 7};
    struct fixture *f = make(false);
    CHECK(f->inputs.num_tokens_post_padded == 12, "%d", f->inputs.num_tokens_post_padded);
    for (size_t i = 0; i < SORTED; i++)
        CHECK(f->sorted[i] == (i < 12 ? sorted[i] : SLOTS), "sorted_token_ids[%zu] is %d", i, f->sorted[i]);
    for (int32_t i = 0; i < SORTED / BLOCK_M; i++)
        CHECK(f->experts[i] == (i < 3 ? i : -1), "expert_ids[%d] is %d", i, f->experts[i]);
    give_back(f);
}

static void test_routes(void) {
    enum { E = 7 };
    int32_t ids[64];
    unsigned counts[E] = {0};
    route_make(ROUTE_BALANCED, ids, 7, 2, E, 5);
    for (size_t i = 0; i < 14; i++)
        counts[ids[i]]++;
    for (size_t i = 0; i < E; i++)
        CHECK(counts[i] == 2, "balanced: expert %zu has %u slots", i, counts[i]);
    route_make(ROUTE_ONE, ids, 7, 2, E, 5);
    for (size_t i = 1; i < 14; i++)
        CHECK(ids[i] == ids[0], "one: slots differ");
    route_make(ROUTE_RANDOM, ids, 9, E, E, 5);
    for (size_t token = 0; token < 9; token++) {
        unsigned seen = 0;
        for (size_t j = 0; j < E; j++)
            seen |= 1u << ids[token * E + j];
        CHECK(seen == (1u << E) - 1, "random: a token has an expert twice");
    }
    route_make(ROUTE_RANDOM, ids, 2, 5, 3, 5);
    for (size_t i = 0; i < 10; i++)
        CHECK(ids[i] >= 0 && ids[i] < 3, "random: %d", ids[i]);
}

/* Exponents against a search, blocks with NaN, OCP's clamp. */
static void test_quantise(void) {
    struct random_state random;
    random_seed(&random, 9);
    for (int round = 0; round < 1000; round++) {
        double values[MX_BLOCK], largest = 0;
        uint8_t elements[MX_BLOCK], scale;
        const int spread = (int)random_below(&random, 280) - 150;
        for (int i = 0; i < MX_BLOCK; i++) {
            values[i] = ldexp(random_normal(&random), spread);
            largest = fmax(largest, fabs(values[i]));
        }
        quantise_block(SMALLM_SCALE_FLOOR, values, elements, &scale);
        int e = -127; /* greatest with 2^(e + 8) <= largest */
        while (e < 127 && ldexp(1, e + 9) <= largest)
            e++;
        CHECK(scale == e + 127, "round %d: scale %d, not %d", round, scale, e + 127);
        for (int i = 0; i < MX_BLOCK; i++) {
            const double wanted = fmin(fmax(ldexp(values[i], -e), -448), 448), got = e4m3_to_f64(elements[i]);
            const double step = fmax(ldexp(1, ilogb(fmax(fabs(wanted), 1e-300)) - 3), 0x1p-9);
            CHECK(fabs(got - wanted) <= step / 2, "round %d: %g became %g", round, wanted, got);
        }
        const double bad[] = {NAN, INFINITY, -INFINITY};
        values[round % MX_BLOCK] = bad[round % 3];
        quantise_block((smallm_scale_rule)(round % 2), values, elements, &scale);
        CHECK(scale == 0xff && elements[0] == 0x7f && elements[31] == 0x7f, "round %d: scale %x", round, scale);
    }
    const double zeros[MX_BLOCK] = {0};
    uint8_t elements[MX_BLOCK], scale;
    quantise_block(SMALLM_SCALE_FLOOR, zeros, elements, &scale);
    CHECK(scale == 0 && elements[5] == 0, "floor: zeros have scale %d", scale);
    quantise_block(SMALLM_SCALE_CEIL, zeros, elements, &scale);
    CHECK(scale == 127 - 75 && elements[5] == 0, "ceil: zeros have scale %d", scale);
}

int main(void) {
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (size_t i = 0; i < 3; i++) {
        test_reference(false, types[i]);
        test_reference(true, types[i]);
    }
    test_two_experts(false);
    test_two_experts(true);
    test_tables();
    test_sort();
    test_routes();
    test_quantise();
    return test_result();
}
