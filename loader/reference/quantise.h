/* MXFP8: per block of 32 along K an exponent e by one of smallm/quantise.h's rules, elements E4M3(clamp(x * 2^-e,
 * +-448)), scale byte e + 127. A block with an infinity or a NaN becomes byte 255 and elements 0x7f. */
#ifndef SMALLM_REFERENCE_QUANTISE_H
#define SMALLM_REFERENCE_QUANTISE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/quantise.h"
#include "smallm/types.h"

enum { MX_BLOCK = 32 };

/* One block. */
void quantise_block(smallm_scale_rule rule, const double values[MX_BLOCK], uint8_t elements[MX_BLOCK], uint8_t *scale);

/* A matrix [m, k] of bf16, f16 or f32, with as many elements between its rows; close together in elements and scale. */
void quantise_matrix(smallm_scale_rule rule, smallm_type type, const void *x, size_t ldx, size_t m, size_t k,
                     uint8_t *elements, uint8_t *scale);

/* A dense [rows, k] matrix of N(0,1) * deviation, rounded to bf16 and then quantised by the ceil rule; scale is
 * [rows, k / 32]. */
void quantise_normal(uint8_t *elements, uint8_t *scale, size_t rows, size_t k, double deviation, uint64_t seed);

/* The same for weights of gigabytes: each block is one of a few thousand that quantise_normal made once, drawn by the
 * seed. */
struct quantise_pool {
    uint8_t *elements, *scale;
};

/* 0, or -1 without memory. */
int quantise_pool_make(struct quantise_pool *pool, double deviation, uint64_t seed);
void quantise_pool_free(struct quantise_pool *pool);
void quantise_pool_draw(const struct quantise_pool *pool, uint8_t *elements, uint8_t *scale, size_t rows, size_t k,
                        uint64_t seed);

#endif
