#include "element.h"

#include <math.h>
#include <string.h>

struct format {
    const char *name;
    size_t bytes;
    int fraction; /* bits */
    int least;    /* exponent of the smallest normal number */
    int largest;  /* exponent of the largest number */
};

static const struct format formats[] = {
    [SMALLM_TYPE_NONE] = {"none", 0, 0, 0, 0},
    [SMALLM_TYPE_BF16] = {"bf16", 2, 7, -126, 127},
    [SMALLM_TYPE_F16] = {"f16", 2, 10, -14, 15},
    [SMALLM_TYPE_F32] = {"f32", 4, 23, -126, 127},
};

const char *element_name(smallm_type type) {
    return formats[type].name;
}

smallm_type element_type(const char *name) {
    for (int type = SMALLM_TYPE_BF16; type <= SMALLM_TYPE_F32; type++)
        if (strcmp(name, formats[type].name) == 0)
            return (smallm_type)type;
    return SMALLM_TYPE_NONE;
}

size_t element_bytes(smallm_type type) {
    return formats[type].bytes;
}

static uint32_t sign_bit(const struct format *format) {
    return (uint32_t)1 << (8 * format->bytes - 1);
}

static uint32_t infinity(const struct format *format) {
    return (uint32_t)(format->largest - format->least + 2) << format->fraction;
}

static int exponent_at(const struct format *format, double magnitude) {
    int exponent = magnitude == 0 ? format->least : ilogb(magnitude);
    return exponent < format->least ? format->least : exponent;
}

double element_to_f64(smallm_type type, uint32_t bits) {
    const struct format *format = &formats[type];
    const uint32_t code = bits & (sign_bit(format) - 1), end = infinity(format);
    const double sign = bits & sign_bit(format) ? -1.0 : 1.0;
    if (code >= end)
        return code == end ? sign * INFINITY : NAN;
    const uint32_t one = (uint32_t)1 << format->fraction;
    const int exponent = (int)(code >> format->fraction);
    if (exponent == 0)
        return sign * ldexp(code, format->least - format->fraction);
    return sign * ldexp((code & (one - 1)) | one, format->least + exponent - 1 - format->fraction);
}

uint32_t element_from_f64(smallm_type type, double value) {
    const struct format *format = &formats[type];
    const uint32_t sign = signbit(value) ? sign_bit(format) : 0, end = infinity(format);
    if (isnan(value))
        return sign | end | (uint32_t)1 << (format->fraction - 1);
    const double magnitude = fabs(value);
    if (magnitude >= element_end(type))
        return sign | end;
    const int exponent = exponent_at(format, magnitude);
    /* 1 + fraction for a normal number; adding to the exponent's field lets a carry through, up to infinity. */
    const uint32_t mantissa = (uint32_t)nearbyint(ldexp(magnitude, format->fraction - exponent));
    return sign | (((uint32_t)(exponent - format->least) << format->fraction) + mantissa);
}

double element_ulp(smallm_type type, double value) {
    const struct format *format = &formats[type];
    return ldexp(1.0, exponent_at(format, fabs(value)) - format->fraction);
}

double element_end(smallm_type type) {
    return ldexp(1.0, formats[type].largest + 1);
}

uint32_t element_get(smallm_type type, const void *array, size_t index) {
    return formats[type].bytes == 4 ? ((const uint32_t *)array)[index] : ((const uint16_t *)array)[index];
}

void element_put(smallm_type type, void *array, size_t index, uint32_t bits) {
    if (formats[type].bytes == 4)
        ((uint32_t *)array)[index] = bits;
    else
        ((uint16_t *)array)[index] = (uint16_t)bits;
}
