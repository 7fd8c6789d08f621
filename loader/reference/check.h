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

/* out is [m, n] of bf16, f16 or f32 with ldo elements between rows; sum and magnitude are dense_reference's. */
struct check_result check_out(smallm_type type, const void *out, size_t ldo, const double *sum, const double *magnitude,
                              size_t m, size_t n, size_t k);

#endif
