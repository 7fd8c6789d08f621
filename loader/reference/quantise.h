/* MXFP8 as the reference's test makes it: per block of 32 along K, e = clamp(ceil(log2(max|x| / 448)), -127, 127) with
 * max|x| at least 1e-20, elements E4M3(clamp(x / 2^e, +-448)), scale byte e + 127. */
#ifndef SMALLM_REFERENCE_QUANTISE_H
#define SMALLM_REFERENCE_QUANTISE_H

#include <stddef.h>
#include <stdint.h>

enum { MX_BLOCK = 32 };

/* One block. */
void quantise_block(const double values[MX_BLOCK], uint8_t elements[MX_BLOCK], uint8_t *scale);

/* A dense [rows, k] matrix of N(0,1) * deviation, rounded to bf16 and then quantised; scale is [rows, k / 32]. */
void quantise_normal(uint8_t *elements, uint8_t *scale, size_t rows, size_t k, double deviation, uint64_t seed);

#endif
