/* Element types of Out and of the bias. */
#ifndef SMALLM_SRC_ELEMENT_TYPE_H
#define SMALLM_SRC_ELEMENT_TYPE_H

#include <stdint.h>

#include "smallm/types.h"

/* Bytes, and so alignment, of an element; 0 for NONE. */
uint32_t smallm_type_bytes(int32_t type);

/* "BF16" and so on. */
const char *smallm_type_name(int32_t type);

/* The kernel argument `format`. Both types are in the envelope. */
uint32_t smallm_format(int32_t out_type, int32_t bias_type);

#endif
