#include "formats.h"

#include <math.h>
#include <string.h>

double e4m3_to_f64(uint8_t bits) {
    int exponent = bits >> 3 & 15, mantissa = bits & 7;
    double sign = bits & 0x80 ? -1.0 : 1.0;
    if (exponent == 15 && mantissa == 7)
        return NAN;
    if (exponent == 0)
        return sign * ldexp(mantissa, -9);
    return sign * ldexp(8 + mantissa, exponent - 10);
}

/* `value` in units of 2^`unit`, to the nearest integer, ties to even. */
static double in_units(double value, int unit) {
    return nearbyint(ldexp(value, -unit));
}

static int exponent_of(double value, int least) {
    int exponent;
    frexp(value, &exponent);
    return exponent - 1 < least ? least : exponent - 1;
}

uint8_t e4m3_from_f64(double value) {
    uint8_t sign = signbit(value) ? 0x80 : 0;
    if (isnan(value))
        return sign | 0x7f;
    double magnitude = fabs(value);
    if (magnitude == 0)
        return sign;
    int exponent = exponent_of(magnitude, -6);
    int mantissa = (int)in_units(magnitude, exponent - 3);
    /* 16 carries into the exponent, as the encoding's arithmetic does by itself. */
    int code = ((exponent + 6) << 3) + mantissa;
    return sign | (uint8_t)(code > 0x7e ? 0x7e : code);
}

double e8m0_to_f64(uint8_t bits) {
    return bits == 0xff ? NAN : ldexp(1.0, bits - 127);
}

double bf16_to_f64(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

double bf16_ulp(double value) {
    return ldexp(1.0, (value == 0 ? -126 : exponent_of(fabs(value), -126)) - 7);
}

uint16_t bf16_from_f64(double value) {
    uint16_t sign = signbit(value) ? 0x8000 : 0;
    if (isnan(value))
        return sign | 0x7fc0;
    if (isinf(value))
        return sign | 0x7f80;
    if (value == 0)
        return sign;
    double magnitude = fabs(value);
    int exponent = exponent_of(magnitude, -126);
    if (exponent > 127)
        return sign | 0x7f80;
    /* 128 + fraction for a normal number; adding to the exponent's field lets a carry through, up to infinity. */
    int mantissa = (int)in_units(magnitude, exponent - 7);
    return sign | (uint16_t)(((exponent + 126) << 7) + mantissa);
}
