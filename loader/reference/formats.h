/* Number formats, exactly. OCP 8-bit Floating Point v1.0 (E4M3), OCP Microscaling v1.0 (E8M0). */
#ifndef SMALLM_REFERENCE_FORMATS_H
#define SMALLM_REFERENCE_FORMATS_H

#include <stdint.h>

double e4m3_to_f64(uint8_t bits);
/* Nearest even; |value| <= 448 or NaN. */
uint8_t e4m3_from_f64(double value);

/* 2^(bits - 127); NaN for 0xFF. */
double e8m0_to_f64(uint8_t bits);

#endif
