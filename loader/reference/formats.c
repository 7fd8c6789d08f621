#include "formats.h"

#include <math.h>

double e4m3_to_f64(uint8_t bits) {
    int exponent = bits >> 3 & 15, mantissa = bits & 7;
    double sign = bits & 0x80 ? -1.0 : 1.0;
    if (exponent == 15 && mantissa == 7)
        return NAN;
    if (exponent == 0)
        return sign * ldexp(mantissa, -9);
    return sign * ldexp(8 + mantissa, exponent - 10);
}

uint8_t e4m3_from_f64(double value) {
    uint8_t sign = signbit(value) ? 0x80 : 0;
    if (isnan(value))
        return sign | 0x7f;
    double magnitude = fabs(value);
    if (magnitude == 0)
        return sign;
    int exponent = ilogb(magnitude) < -6 ? -6 : ilogb(magnitude);
    int mantissa = (int)nearbyint(ldexp(magnitude, 3 - exponent));
    /* 16 carries into the exponent, as the encoding's arithmetic does by itself. */
    int code = ((exponent + 6) << 3) + mantissa;
    return sign | (uint8_t)(code > 0x7e ? 0x7e : code);
}

double e8m0_to_f64(uint8_t bits) {
    return bits == 0xff ? NAN : ldexp(1.0, bits - 127);
}
