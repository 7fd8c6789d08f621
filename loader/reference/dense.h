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

#endif
