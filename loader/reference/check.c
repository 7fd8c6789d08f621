#include "check.h"

#include <float.h>
#include <math.h>

#include "element.h"
#include "quantise.h"

static const double rel_err_bound = 3e-3;
enum { REL_ERR_FROM = 64 };

/* Infinity stands for whichever number past the largest finite one is nearest to the reference. */
static double as_number(smallm_type type, double value, double sum) {
    if (!isinf(value))
        return value;
    const double end = element_end(type);
    return copysign(1, value) * sum >= end ? sum : copysign(end, value);
}

static double element_ratio(smallm_type type, double value, double sum, double magnitude, size_t k) {
    if (isnan(sum))
        return isnan(value) ? 0 : INFINITY;
    if (magnitude > FLT_MAX && (isnan(value) || isinf(value)))
        return 0;
    if (isnan(value))
        return INFINITY;
    if (isinf(sum))
        return value == sum ? 0 : INFINITY;
    const double chain = (double)((k + 511) / 512) + 16;
    const double denormal = (double)(k / MX_BLOCK) * 0x1p-150;
    return fabs(as_number(type, value, sum) - sum) /
           (0.5 * element_ulp(type, sum) + chain * 0x1p-24 * magnitude + denormal);
}

struct check_result check_out(smallm_type type, const void *out, size_t ldo, const double *sum, const double *magnitude,
                              size_t m, size_t n, size_t k) {
    struct check_result result = {.pass = true};
    /* Squares of outputs near 2^254 pass the range of double. */
    long double errors = 0, references = 0;
    for (size_t row = 0; row < m; row++) {
        for (size_t column = 0; column < n; column++) {
            const size_t at = row * n + column;
            const double value = element_to_f64(type, element_get(type, out, row * ldo + column));
            const double ratio = element_ratio(type, value, sum[at], magnitude[at], k);
            result.wrong += ratio > 1;
            if (ratio > result.bound_ratio) {
                result.bound_ratio = ratio;
                result.worst_row = row;
                result.worst_column = column;
            }
            if (isnan(sum[at]) || fabs(sum[at]) >= element_end(type) || magnitude[at] > FLT_MAX)
                continue;
            const double number = as_number(type, value, sum[at]);
            const long double error = isnan(number) ? INFINITY : (long double)number - sum[at];
            errors += error * error;
            references += (long double)sum[at] * sum[at];
        }
    }
    result.rel_err = errors == 0 ? 0 : references == 0 ? INFINITY : (double)sqrtl(errors / references);
    result.pass = result.wrong == 0 && (m * n < REL_ERR_FROM || result.rel_err <= rel_err_bound);
    return result;
}
