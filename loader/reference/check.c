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

double check_chain(size_t k) {
    return (double)((k + 511) / 512) + 16;
}

double check_ratio(smallm_type type, double value, double sum, const struct check_bound *bound) {
    if (isnan(sum))
        return isnan(value) ? 0 : INFINITY;
    if (bound->largest > FLT_MAX && (isnan(value) || isinf(value)))
        return 0;
    if (isnan(value))
        return INFINITY;
    if (isinf(sum))
        return value == sum ? 0 : INFINITY;
    return fabs(as_number(type, value, sum) - sum) /
           (0.5 * element_ulp(type, sum) + bound->rounding * 0x1p-24 * bound->magnitude + bound->denormal);
}

void check_add(struct check *check, smallm_type type, double value, double sum, const struct check_bound *bound,
               size_t row, size_t column) {
    struct check_result *result = &check->result;
    const double ratio = check_ratio(type, value, sum, bound);
    check->elements++;
    result->wrong += ratio > 1;
    if (ratio > result->bound_ratio) {
        result->bound_ratio = ratio;
        result->worst_row = row;
        result->worst_column = column;
    }
    if (isnan(sum) || fabs(sum) >= element_end(type) || bound->largest > FLT_MAX)
        return;
    const double number = as_number(type, value, sum);
    const long double error = isnan(number) ? INFINITY : (long double)number - sum;
    check->errors += error * error;
    check->references += (long double)sum * sum;
}

struct check_result check_end(const struct check *check) {
    struct check_result result = check->result;
    result.rel_err = check->errors == 0       ? 0
                     : check->references == 0 ? INFINITY
                                              : (double)sqrtl(check->errors / check->references);
    result.pass = result.wrong == 0 && (check->elements < REL_ERR_FROM || result.rel_err <= rel_err_bound);
    return result;
}

struct check_result check_out(smallm_type type, const void *out, size_t ldo, const double *sum, const double *magnitude,
                              size_t m, size_t n, size_t k) {
    struct check check = {0};
    for (size_t row = 0; row < m; row++) {
        for (size_t column = 0; column < n; column++) {
            const size_t at = row * n + column;
            const struct check_bound bound = {.magnitude = magnitude[at],
                                              .rounding = check_chain(k),
                                              .denormal = (double)(k / MX_BLOCK) * 0x1p-150,
                                              .largest = magnitude[at]};
            check_add(&check, type, element_to_f64(type, element_get(type, out, row * ldo + column)), sum[at], &bound,
                      row, column);
        }
    }
    return check_end(&check);
}
