/* Rows of X or W that carry one speciality each, and what docs/numerics.md says of two of them, written apart from the
 * reference. */
#ifndef TESTS_DENSE_SPECIAL_H
#define TESTS_DENSE_SPECIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum special {
    NORMAL,
    SCALE_00,          /* normal numbers under 2^-127 */
    SCALE_FE,          /* under 2^127 */
    SCALE_FF_FIRST,    /* NaN scale of the first block */
    SCALE_FF_LAST,     /* of the last, which lies in the tail */
    SCALE_FF_ON_ZEROS, /* of a block whose elements are all zero */
    NAN_LAST,          /* E4M3 0x7f, last element */
    NAN_FIRST,         /* E4M3 0xff, first element */
    ZEROS,
    NEGATIVE_ZEROS,
    ZERO_BLOCK,  /* one block of zeros among numbers */
    LARGEST,     /* 448 throughout */
    LARGEST_00,  /* under 2^-127 */
    LARGEST_FE,  /* under 2^127 */
    ALTERNATING, /* 448, -448, ...: cancels against LARGEST */
    DENORMAL,    /* 2^-9 to 7 * 2^-9 */
    SPECIALS
};

/* Make a row of `blocks` blocks special; it holds normal numbers before. */
void special_fill(enum special kind, uint8_t *elements, uint8_t *scale, size_t blocks);

/* Whatever it meets is NaN; is 0. */
bool special_is_nan(enum special kind);
bool special_is_zero(enum special kind);

/* Sum over K of the products of two kinds whose every partial sum is exact in f32; false for other pairs. */
bool special_exact(enum special a, enum special b, size_t k, double *sum);
/* The sum passes the largest f32. */
bool special_overflows(enum special a, enum special b);

#endif
