/* A dense layer for tests: inputs in host and device memory, guard bands around Out, and the reference's verdict. */
#ifndef TESTS_SUPPORT_LAYER_H
#define TESTS_SUPPORT_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "smallm/dense.h"

struct layer {
    /* m may be lowered after layer_upload: the first m rows are then computed. */
    size_t m, n, k, ldx, ldxs, ldo;
    uint64_t seed;
    smallm_determinism determinism;
    uint8_t *x, *x_scale, *w, *w_scale; /* may be changed until layer_upload */
    uint16_t *out;                      /* [rows, ldo], set by layer_check */
    /* Private. */
    size_t rows, x_bytes, x_scale_bytes, w_bytes, w_scale_bytes, out_bytes;
    double *sum, *magnitude; /* of all rows */
    void *dx, *dx_scale, *dw, *dw_scale, *dout;
};

/* Rows close together, N(0,1) * 0.5 and N(0,1) * 0.1. */
void layer_normal(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed);

/* Rows of X, of its scale and of Out apart, with NaN elements and 0xFF scales in the gaps. */
void layer_apart(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed);

/* Copy to the device, into allocations that end with the last byte that the problem has; compute the reference. */
void layer_upload(struct layer *layer);
void layer_free(struct layer *layer);

smallm_dense_problem layer_problem(const struct layer *layer);
smallm_dense_buffers layer_buffers(const struct layer *layer);

/* Fill Out and its guard bands with a pattern that is NaN. */
void layer_clear_out(const struct layer *layer);

/* Fetch Out and compare with the reference. */
struct check_result layer_check(struct layer *layer);
double layer_out(const struct layer *layer, size_t row, size_t column);

/* After layer_check: NULL, or what was written outside the M x N elements. */
const char *layer_check_bands(const struct layer *layer);

#endif
