/* A dense layer for tests: inputs in host and device memory, guard bands around Out, and the reference's verdict. */
#ifndef TESTS_SUPPORT_LAYER_H
#define TESTS_SUPPORT_LAYER_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "smallm/dense.h"

struct layer_shape {
    size_t m, n, k;
    size_t ldx, ldxs, ldo;          /* 0: rows close together */
    smallm_type out_type;           /* NONE: bf16 */
    smallm_type bias_type;          /* NONE: no bias */
    smallm_determinism determinism; /* of the problem */
    size_t trailing; /* bytes of 0xFF, which are NaN, after X, W and their scales. 0: allocations end with the data */
    uint64_t seed;
};

struct layer {
    /* shape.m may be lowered after layer_upload: the first m rows are then computed. No leading dimension or Out type
     * is 0. */
    struct layer_shape shape;
    uint8_t *x, *x_scale, *w, *w_scale; /* may be changed until layer_upload, x until layer_upload_x */
    void *bias;                         /* of the bias's type; the same */
    void *out;                          /* [rows, ldo] of Out's type, set by layer_check */
    /* Private. */
    size_t rows, x_bytes, x_scale_bytes, w_bytes, w_scale_bytes, bias_bytes, out_bytes;
    double *sum, *magnitude; /* of all rows */
    void *dx, *dx_scale, *dw, *dw_scale, *dbias, *dout;
};

/* X of N(0,1) * 0.5, W of N(0,1) * 0.1, bias of N(0,1); NaN elements and 0xFF scales in the gaps between rows. */
void layer_make(struct layer *layer, const struct layer_shape *shape);

/* Rows close together, and rows of X, of its scale and of Out apart. Bf16, no bias. */
void layer_normal(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed);
void layer_apart(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed);

/* Copy to the device; compute the reference. */
void layer_upload(struct layer *layer);
/* Again, after X or its scale have been changed. */
void layer_upload_x(struct layer *layer);
void layer_free(struct layer *layer);

smallm_dense_problem layer_problem(const struct layer *layer);
smallm_dense_buffers layer_buffers(const struct layer *layer);

/* Fill Out and its guard bands with a pattern that is NaN. */
void layer_clear_out(const struct layer *layer);

/* Fetch Out and compare with the reference. */
struct check_result layer_check(struct layer *layer);
uint32_t layer_bits(const struct layer *layer, size_t row, size_t column);
double layer_out(const struct layer *layer, size_t row, size_t column);

/* After layer_check: NULL, or what was written outside the M x N elements. */
const char *layer_check_bands(const struct layer *layer);

#endif
