/* The dense layer in f64 over the same bits as the kernel's. */
#ifndef SMALLM_REFERENCE_DENSE_H
#define SMALLM_REFERENCE_DENSE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/types.h"

/* Host memory; layouts as in smallm/dense.h. */
struct dense_inputs {
    size_t m, n, k;
    size_t ldx, ldxs;
    const uint8_t *x, *x_scale, *w, *w_scale;
    smallm_type bias_type; /* NONE: no bias */
    const void *bias;
};

/* sum[m * n]: the outputs; magnitude[m * n]: the same sum over |product|, and |bias| where that is finite. Returns 0,
 * or -1 without memory. */
int dense_reference(const struct dense_inputs *inputs, double *sum, double *magnitude);

/* One dot product at a time, for who has rows of other tensors: tables of both formats, a row to f64, two rows'
 * product and the sum over |product|. */
struct dense_tables {
    double e4m3[256], e8m0[256];
};

void dense_tables_make(struct dense_tables *tables);
void dense_dequantise(const struct dense_tables *tables, const uint8_t *elements, const uint8_t *scale, size_t k,
                      double *values);
void dense_dot(const double *x, const double *w, size_t k, double *sum, double *magnitude);

#endif
