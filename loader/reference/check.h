/* Is a result right? Per element
 *   |out - ref| <= 1/2 ulp of the output type at ref + (ceil(K / 512) + 16) * 2^-24 * sum |x * w| + K / 32 * 2^-150
 * where a bias is one more term of the sum, and over the whole |err| / |ref| <= 3e-3 where M * N >= 64. The last term,
 * half of f32's smallest number for each block, counts only where Out is f32 and denormal. NaN must be NaN and nothing
 * else; infinity is right where rounding gives it. Where sum |x * w| passes the largest f32, infinity and NaN are right
 * too. docs/numerics.md has the reasons. */
#ifndef SMALLM_REFERENCE_CHECK_H
#define SMALLM_REFERENCE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smallm/types.h"

struct check_result {
    bool pass;
    double rel_err;     /* |err| / |ref| in the 2-norm, over the elements whose reference is finite in the type */
    double bound_ratio; /* worst element's error over its bound; infinity for a NaN in the wrong place */
    size_t worst_row, worst_column;
    size_t wrong; /* elements past their bound */
};

/* What an element may cost beyond its own rounding to the output type. */
struct check_bound {
    double magnitude; /* sum |x * w|, whatever factors apply */
    double rounding;  /* times 2^-24 * magnitude: ceil(K / 512) + 16, see check_chain, and one for each rounding more */
    double denormal;  /* absolute: 2^-150 for each block, and for each rounding more */
    double largest;   /* where it passes the largest f32, infinity and NaN are right */
};

/* ceil(K / 512) + 16 */
double check_chain(size_t k);

/* Error over bound of one output whose exact value is `sum`; infinity for a NaN in the wrong place. */
double check_ratio(smallm_type type, double value, double sum, const struct check_bound *bound);

/* Element by element: zero-initialise, check_add each, check_end. */
struct check {
    struct check_result result;
    long double errors, references; /* squares of outputs near 2^254 pass the range of double */
    size_t elements;
};

void check_add(struct check *check, smallm_type type, double value, double sum, const struct check_bound *bound,
               size_t row, size_t column);
struct check_result check_end(const struct check *check);

/* out is [m, n] of bf16, f16 or f32 with ldo elements between rows; sum and magnitude are dense_reference's. */
struct check_result check_out(smallm_type type, const void *out, size_t ldo, const double *sum, const double *magnitude,
                              size_t m, size_t n, size_t k);

#endif
