#include "check.h"

#include <float.h>
#include <math.h>

#include "formats.h"

static const double rel_err_bound = 3e-3;
enum { REL_ERR_FROM = 64 };

/* Infinity stands for the number that would follow the largest finite one. */
static double as_number(uint16_t bits) {
    double value = bf16_to_f64(bits);
    return isinf(value) ? copysign(0x1p128, value) : value;
}

static double element_ratio(uint16_t out, double sum, double magnitude, size_t k) {
    double value = as_number(out);
    if (isnan(sum))
        return isnan(value) ? 0 : INFINITY;
    if (magnitude > FLT_MAX && (isnan(value) || isinf(bf16_to_f64(out))))
        return 0;
    if (isnan(value))
        return INFINITY;
    double chain = (double)((k + 511) / 512) + 16;
    return fabs(value - sum) / (0.5 * bf16_ulp(sum) + chain * 0x1p-24 * magnitude);
}

struct check_result check_bf16(const uint16_t *out, size_t ldo, const double *sum, const double *magnitude, size_t m,
                               size_t n, size_t k) {
    struct check_result result = {.pass = true};
    /* Squares of outputs near 2^254 pass the range of double. */
    long double errors = 0, references = 0;
    for (size_t row = 0; row < m; row++) {
        for (size_t column = 0; column < n; column++) {
            const size_t at = row * n + column;
            const uint16_t bits = out[row * ldo + column];
            double ratio = element_ratio(bits, sum[at], magnitude[at], k);
            result.wrong += ratio > 1;
            if (ratio > result.bound_ratio) {
                result.bound_ratio = ratio;
                result.worst_row = row;
                result.worst_column = column;
            }
            if (isnan(sum[at]) || magnitude[at] > FLT_MAX)
                continue;
            const double value = as_number(bits);
            long double error = isnan(value) ? INFINITY : (long double)value - sum[at];
            errors += error * error;
            references += (long double)sum[at] * sum[at];
        }
    }
    result.rel_err = errors == 0 ? 0 : references == 0 ? INFINITY : (double)sqrtl(errors / references);
    result.pass = result.wrong == 0 && (m * n < REL_ERR_FROM || result.rel_err <= rel_err_bound);
    return result;
}
