#include "quantise.h"

#include <math.h>

#include "element.h"
#include "formats.h"
#include "random.h"

static const double largest_e4m3 = 448;

/* Least e with 448 * 2^e >= largest, which is ceil(log2(largest / 448)) without the rounding of log2. */
static int block_exponent(double largest) {
    int exponent;
    double fraction = frexp(fmax(largest, 1e-20) / largest_e4m3, &exponent);
    int e = fraction == 0.5 ? exponent - 1 : exponent;
    return e < -127 ? -127 : e > 127 ? 127 : e;
}

void quantise_block(const double values[MX_BLOCK], uint8_t elements[MX_BLOCK], uint8_t *scale) {
    double largest = 0;
    for (int i = 0; i < MX_BLOCK; i++)
        largest = fmax(largest, fabs(values[i]));
    int e = block_exponent(largest);
    double unit = ldexp(1.0, -e);
    for (int i = 0; i < MX_BLOCK; i++)
        elements[i] = e4m3_from_f64(fmin(fmax(values[i] * unit, -largest_e4m3), largest_e4m3));
    *scale = (uint8_t)(e + 127);
}

void quantise_normal(uint8_t *elements, uint8_t *scale, size_t rows, size_t k, double deviation, uint64_t seed) {
    struct random_state random;
    random_seed(&random, seed);
    for (size_t block = 0; block < rows * (k / MX_BLOCK); block++) {
        double values[MX_BLOCK];
        for (int i = 0; i < MX_BLOCK; i++)
            values[i] = element_to_f64(SMALLM_TYPE_BF16,
                                       element_from_f64(SMALLM_TYPE_BF16, random_normal(&random) * deviation));
        quantise_block(values, elements + block * MX_BLOCK, &scale[block]);
    }
}
