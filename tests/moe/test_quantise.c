/* The quantiser against its model, bit for bit: types, rules, rows, gaps, every exponent, special values.
 *   test_routed_quantise LIBRARY */
#include <math.h>
#include <stdlib.h>

#include "device.h"
#include "element.h"
#include "quantise.h"
#include "random.h"
#include "run.h"
#include "test.h"

static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
enum { PATTERN = 0x5a };

static struct random_state random_numbers;
static smallm_context *context;

struct matrix {
    size_t m, k, ldx, ldq, lds;
    smallm_type type;
    smallm_scale_rule rule;
    void *x;
};

static size_t x_bytes(const struct matrix *matrix) {
    return ((matrix->m - 1) * matrix->ldx + matrix->k) * element_bytes(matrix->type);
}

static struct matrix make(size_t m, size_t k, size_t gap, smallm_type type, smallm_scale_rule rule) {
    struct matrix matrix = {m, k, k + 8 * gap, k + 16 * gap, k / MX_BLOCK + 3 * gap, type, rule, NULL};
    matrix.x = malloc(x_bytes(&matrix));
    if (matrix.x == NULL)
        exit(1);
    memset(matrix.x, 0xff, x_bytes(&matrix)); /* NaN between the rows */
    return matrix;
}

static void put(struct matrix *matrix, size_t row, size_t column, uint32_t bits) {
    element_put(matrix->type, matrix->x, row * matrix->ldx + column, bits);
}

static void check_rows(const char *name, const uint8_t *got, size_t stride, const uint8_t *wanted, size_t m,
                       size_t columns, const struct matrix *matrix) {
    for (size_t row = 0; row < m; row++) {
        for (size_t column = 0; column < stride; column++) {
            const uint8_t byte = got[row * stride + column];
            const uint8_t right = column < columns ? wanted[row * columns + column] : PATTERN;
            if (byte != right) {
                CHECK(byte == right, "M=%zu K=%zu %s rule %d: %s of row %zu, column %zu is %02x, not %02x", matrix->m,
                      matrix->k, element_name(matrix->type), matrix->rule, name, row, column, byte, right);
                return;
            }
        }
    }
}

/* One launch; frees the matrix. */
static void check(struct matrix *matrix) {
    const size_t m = matrix->m, k = matrix->k, blocks = k / MX_BLOCK;
    const size_t q_bytes = m * matrix->ldq, scale_bytes = m * matrix->lds;
    uint8_t *got = malloc(q_bytes + scale_bytes), *wanted = malloc(m * k + m * blocks);
    if (got == NULL || wanted == NULL)
        exit(1);
    memset(got, PATTERN, q_bytes + scale_bytes);
    void *x = device_alloc(x_bytes(matrix)), *q = device_alloc(q_bytes), *scale = device_alloc(scale_bytes);
    device_upload(x, matrix->x, x_bytes(matrix));
    device_upload(q, got, q_bytes);
    device_upload(scale, got, scale_bytes);
    smallm_quantise_args args;
    smallm_quantise_args_init(&args, sizeof args);
    args.m = (int64_t)m;
    args.k = (int64_t)k;
    args.ldx = (int64_t)matrix->ldx;
    args.ldq = (int64_t)matrix->ldq;
    args.lds = (int64_t)matrix->lds;
    args.x_type = matrix->type;
    args.rule = matrix->rule;
    args.x = x;
    args.q = q;
    args.scale = scale;
    CHECK_OK(smallm_quantise(context, &args, NULL));
    CHECK(device_finish() == 0, "M=%zu K=%zu %s rule %d", m, k, element_name(matrix->type), matrix->rule);
    device_download(got, q, q_bytes);
    device_download(got + q_bytes, scale, scale_bytes);
    quantise_matrix(matrix->rule, matrix->type, matrix->x, matrix->ldx, m, k, wanted, wanted + m * k);
    check_rows("Q", got, matrix->ldq, wanted, m, k, matrix);
    check_rows("scale", got + q_bytes, matrix->lds, wanted + m * k, m, blocks, matrix);
    device_free(x);
    device_free(q);
    device_free(scale);
    free(got);
    free(wanted);
    free(matrix->x);
}

/* Every type and rule, 1 to 64 rows, tails of K. */
static void test_shapes(smallm_type type, smallm_scale_rule rule) {
    static const size_t ks[] = {32, 64, 96, 192, 384, 768, 2048, 2080, 2880, 4064, 6144};
    for (size_t m = 1; m <= 64; m++) {
        struct matrix matrix = make(m, ks[m % 11], m % 3, type, rule);
        for (size_t row = 0; row < m; row++)
            for (size_t column = 0; column < matrix.k; column++) {
                const int exponent = (int)(column / MX_BLOCK % 30) - 15;
                put(&matrix, row, column, element_from_f64(type, ldexp(random_normal(&random_numbers), exponent)));
            }
        check(&matrix);
    }
}

/* Any bits at all, NaN and infinity among them, and blocks of one exponent each: all of them. */
static void test_bits(smallm_type type, smallm_scale_rule rule) {
    const unsigned width = 8 * (unsigned)element_bytes(type), fraction = type == SMALLM_TYPE_BF16  ? 7
                                                                         : type == SMALLM_TYPE_F16 ? 10
                                                                                                   : 23;
    struct matrix matrix = make(8, 32 * 300, 1, type, rule);
    for (size_t row = 0; row < matrix.m; row++) {
        for (size_t column = 0; column < matrix.k; column++) {
            const uint32_t exponent = (uint32_t)(column / MX_BLOCK), random = (uint32_t)random_u64(&random_numbers);
            const uint32_t mantissa = random & ((1u << fraction) - 1), sign = random >> 31 << (width - 1);
            const uint32_t lower = row < 4 ? exponent : exponent > random % 8 ? exponent - random % 8 : 0;
            const uint32_t largest = (1u << (width - 1 - fraction)) - 1;
            put(&matrix, row, column,
                row % 4 == 3 ? random >> (32 - width) & (width == 32 ? UINT32_MAX : 0xffff)
                             : sign | (lower > largest ? largest : lower) << fraction | mantissa);
        }
    }
    check(&matrix);
}

/* What the block's largest is decides e: just below, at and above 448 * 2^n and 2^n; ties of E4M3. */
static void test_edges(smallm_type type, smallm_scale_rule rule) {
    static const double largest[] = {448, 256, 512, 240, 1, 0x1p-9, 1.75, 464, 447, 449};
    enum { EDGES = sizeof largest / sizeof largest[0] };
    struct matrix matrix = make(3 * EDGES, 32 * 16, 0, type, rule);
    for (size_t row = 0; row < matrix.m; row++) {
        for (size_t column = 0; column < matrix.k; column++) {
            const int exponent = (int)(column / MX_BLOCK) - (type == SMALLM_TYPE_F16 ? 14 : 8);
            const size_t lane = column % MX_BLOCK;
            const uint32_t bits = element_from_f64(type, ldexp(largest[row / 3], exponent));
            const uint32_t next = row % 3 == 0 ? bits : row % 3 == 1 ? bits + 1 : bits - 1;
            /* Ties between neighbours of E4M3, zeros of both signs, and the largest at some lane. */
            const double tie = ldexp((17 + 2 * (double)(lane / 2)) / 16, exponent - (int)(lane % 7));
            const double other = lane < 2 ? (lane == 0 ? 0.0 : -0.0) : lane % 2 == 0 ? tie : -tie;
            put(&matrix, row, column,
                lane == (row + column / MX_BLOCK) % MX_BLOCK ? next : element_from_f64(type, other * 0x1p-2));
        }
    }
    check(&matrix);
}

/* One element decides over its block alone. */
static void test_special(smallm_type type, smallm_scale_rule rule) {
    static const double values[] = {NAN, INFINITY, -INFINITY, 0, -0.0, 1e-20, 0x1p-149, 0x1p-133, 0x1p-24};
    enum { VALUES = sizeof values / sizeof values[0] };
    struct matrix matrix = make(MX_BLOCK, 32 * (2 * VALUES + 1), 1, type, rule);
    for (size_t row = 0; row < matrix.m; row++)
        for (size_t column = 0; column < matrix.k; column++) {
            const size_t block = column / MX_BLOCK, lane = column % MX_BLOCK;
            const bool special = lane == row && block % 2 == 1;
            const double rest = block % 4 == 1 ? 0 : random_normal(&random_numbers);
            put(&matrix, row, column, element_from_f64(type, special ? values[block / 2] : rest));
        }
    check(&matrix);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = run_open(argv[1]);
    random_seed(&random_numbers, 5);
    for (size_t i = 0; i < 3; i++) {
        for (int rule = SMALLM_SCALE_CEIL; rule <= SMALLM_SCALE_FLOOR; rule++) {
            test_shapes(types[i], (smallm_scale_rule)rule);
            test_bits(types[i], (smallm_scale_rule)rule);
            test_edges(types[i], (smallm_scale_rule)rule);
            test_special(types[i], (smallm_scale_rule)rule);
        }
    }
    run_close();
    return test_result();
}
