#include "dense.h"

#include <math.h>
#include <stdlib.h>

#include "element.h"
#include "formats.h"
#include "quantise.h"

void dense_tables_make(struct dense_tables *tables) {
    for (int i = 0; i < 256; i++) {
        tables->e4m3[i] = e4m3_to_f64((uint8_t)i);
        tables->e8m0[i] = e8m0_to_f64((uint8_t)i);
    }
}

void dense_dequantise(const struct dense_tables *tables, const uint8_t *elements, const uint8_t *scale, size_t k,
                      double *values) {
    for (size_t block = 0; block < k / MX_BLOCK; block++) {
        double factor = tables->e8m0[scale[block]];
        for (size_t i = block * MX_BLOCK; i < (block + 1) * MX_BLOCK; i++)
            values[i] = tables->e4m3[elements[i]] * factor;
    }
}

void dense_dot(const double *x, const double *w, size_t k, double *sum, double *magnitude) {
    /* Four chains, so that the additions of one do not wait for another's. */
    double sums[4] = {0}, magnitudes[4] = {0};
    for (size_t i = 0; i < k; i += 4) {
        for (size_t lane = 0; lane < 4; lane++) {
            double product = x[i + lane] * w[i + lane];
            sums[lane] += product;
            magnitudes[lane] += fabs(product);
        }
    }
    *sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    *magnitude = (magnitudes[0] + magnitudes[1]) + (magnitudes[2] + magnitudes[3]);
}

static void add_bias(const struct dense_inputs *inputs, size_t column, double *sum, double *magnitude) {
    const double bias = element_to_f64(inputs->bias_type, element_get(inputs->bias_type, inputs->bias, column));
    for (size_t at = column; at < inputs->m * inputs->n; at += inputs->n) {
        sum[at] += bias;
        magnitude[at] += isfinite(bias) ? fabs(bias) : 0;
    }
}

int dense_reference(const struct dense_inputs *inputs, double *sum, double *magnitude) {
    const size_t m = inputs->m, n = inputs->n, k = inputs->k;
    struct dense_tables tables;
    dense_tables_make(&tables);
    double *x = malloc((m + 1) * k * sizeof *x);
    if (x == NULL)
        return -1;
    double *w = x + m * k;
    for (size_t row = 0; row < m; row++)
        dense_dequantise(&tables, inputs->x + row * inputs->ldx, inputs->x_scale + row * inputs->ldxs, k, x + row * k);
    for (size_t column = 0; column < n; column++) {
        dense_dequantise(&tables, inputs->w + column * k, inputs->w_scale + column * (k / MX_BLOCK), k, w);
        for (size_t row = 0; row < m; row++)
            dense_dot(x + row * k, w, k, &sum[row * n + column], &magnitude[row * n + column]);
        if (inputs->bias_type != SMALLM_TYPE_NONE)
            add_bias(inputs, column, sum, magnitude);
    }
    free(x);
    return 0;
}
