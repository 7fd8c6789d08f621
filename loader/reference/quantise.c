#include "quantise.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "formats.h"
#include "random.h"

static const double largest_e4m3 = 448;

/* Least e with 448 * 2^e >= largest, which is ceil(log2(largest / 448)) without the rounding of log2. */
static int ceil_exponent(double largest) {
    int exponent;
    double fraction = frexp(fmax(largest, 1e-20) / largest_e4m3, &exponent);
    return fraction == 0.5 ? exponent - 1 : exponent;
}

/* floor(log2(largest)) - 8: 2^8 is the power of two in 448. */
static int floor_exponent(double largest) {
    return largest == 0 ? -127 : ilogb(largest) - 8;
}

void quantise_block(smallm_scale_rule rule, const double values[MX_BLOCK], uint8_t elements[MX_BLOCK], uint8_t *scale) {
    double largest = 0;
    bool finite = true;
    for (int i = 0; i < MX_BLOCK; i++) {
        finite = finite && isfinite(values[i]);
        largest = fmax(largest, fabs(values[i]));
    }
    if (!finite) {
        memset(elements, 0x7f, MX_BLOCK);
        *scale = 0xff;
        return;
    }
    int e = rule == SMALLM_SCALE_FLOOR ? floor_exponent(largest) : ceil_exponent(largest);
    e = e < -127 ? -127 : e > 127 ? 127 : e;
    double unit = ldexp(1.0, -e);
    for (int i = 0; i < MX_BLOCK; i++)
        elements[i] = e4m3_from_f64(fmin(fmax(values[i] * unit, -largest_e4m3), largest_e4m3));
    *scale = (uint8_t)(e + 127);
}

void quantise_matrix(smallm_scale_rule rule, smallm_type type, const void *x, size_t ldx, size_t m, size_t k,
                     uint8_t *elements, uint8_t *scale) {
    for (size_t row = 0; row < m; row++) {
        for (size_t block = 0; block < k / MX_BLOCK; block++) {
            const size_t at = row * (k / MX_BLOCK) + block;
            double values[MX_BLOCK];
            for (size_t i = 0; i < MX_BLOCK; i++)
                values[i] = element_to_f64(type, element_get(type, x, row * ldx + block * MX_BLOCK + i));
            quantise_block(rule, values, elements + at * MX_BLOCK, &scale[at]);
        }
    }
}

void quantise_normal(uint8_t *elements, uint8_t *scale, size_t rows, size_t k, double deviation, uint64_t seed) {
    struct random_state random;
    random_seed(&random, seed);
    for (size_t block = 0; block < rows * (k / MX_BLOCK); block++) {
        double values[MX_BLOCK];
        for (int i = 0; i < MX_BLOCK; i++)
            values[i] = element_to_f64(SMALLM_TYPE_BF16,
                                       element_from_f64(SMALLM_TYPE_BF16, random_normal(&random) * deviation));
        quantise_block(SMALLM_SCALE_CEIL, values, elements + block * MX_BLOCK, &scale[block]);
    }
}

enum { POOL_BLOCKS = 1 << 14 };

int quantise_pool_make(struct quantise_pool *pool, double deviation, uint64_t seed) {
    pool->elements = malloc((size_t)POOL_BLOCKS * MX_BLOCK);
    pool->scale = malloc(POOL_BLOCKS);
    if (pool->elements == NULL || pool->scale == NULL) {
        quantise_pool_free(pool);
        return -1;
    }
    quantise_normal(pool->elements, pool->scale, POOL_BLOCKS, MX_BLOCK, deviation, seed);
    return 0;
}

void quantise_pool_free(struct quantise_pool *pool) {
    free(pool->elements);
    free(pool->scale);
    *pool = (struct quantise_pool){0};
}

void quantise_pool_draw(const struct quantise_pool *pool, uint8_t *elements, uint8_t *scale, size_t rows, size_t k,
                        uint64_t seed) {
    struct random_state random;
    random_seed(&random, seed);
    for (size_t block = 0; block < rows * (k / MX_BLOCK); block++) {
        const size_t drawn = (size_t)random_below(&random, POOL_BLOCKS);
        memcpy(elements + block * MX_BLOCK, pool->elements + drawn * MX_BLOCK, MX_BLOCK);
        scale[block] = pool->scale[drawn];
    }
}
