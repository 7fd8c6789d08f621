/* Is a result right? Per element |out - ref| <= 1/2 ulp of bf16 at ref + (ceil(K / 512) + 16) * 2^-24 * sum |x * w|,
 * and over the whole |err| / |ref| <= 3e-3 where M * N >= 64. NaN must be NaN and nothing else. Where sum |x * w|
 * passes the largest f32, infinity and NaN are right too. */
#ifndef SMALLM_REFERENCE_CHECK_H
#define SMALLM_REFERENCE_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct check_result {
    bool pass;
    double rel_err;     /* |err| / |ref| in the 2-norm, elements whose reference is NaN left out */
    double bound_ratio; /* worst element's error over its bound; infinity for a NaN in the wrong place */
    size_t worst_row, worst_column;
    size_t wrong; /* elements past their bound */
};

/* out is bf16 [m, n] with ldo elements between rows; sum and magnitude are dense_reference's. */
struct check_result check_bf16(const uint16_t *out, size_t ldo, const double *sum, const double *magnitude, size_t m,
                               size_t n, size_t k);

#endif
