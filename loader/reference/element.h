/* bf16, f16 and f32, the types of Out and of the bias: bits, values and rounding. `type` is one of these three. */
#ifndef SMALLM_REFERENCE_ELEMENT_H
#define SMALLM_REFERENCE_ELEMENT_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/types.h"

/* "bf16", "f16", "f32"; "none" for SMALLM_TYPE_NONE. */
const char *element_name(smallm_type type);
/* The type with that name, SMALLM_TYPE_NONE if it is another. */
smallm_type element_type(const char *name);
size_t element_bytes(smallm_type type);

double element_to_f64(smallm_type type, uint32_t bits);
/* Nearest even, denormals kept; past the largest finite number, infinity. */
uint32_t element_from_f64(smallm_type type, double value);
/* Distance between neighbouring numbers at |value|, as if the exponent had no upper end. */
double element_ulp(smallm_type type, double value);
/* What would follow the largest finite number: 2^128 or 2^16. */
double element_end(smallm_type type);

/* The bits of element `index` of an array. */
uint32_t element_get(smallm_type type, const void *array, size_t index);
void element_put(smallm_type type, void *array, size_t index, uint32_t bits);

#endif
