#ifndef SMALLM_SRC_TYPE_ENVELOPE_H
#define SMALLM_SRC_TYPE_ENVELOPE_H

#include <stdint.h>

#include "smallm/status.h"

/* DECLINED if a valid smallm_type is not from `first` to `last`; `words` names those. */
smallm_status smallm_type_envelope(const char *name, int32_t type, int32_t first, int32_t last, const char *words);

/* The types that all kernels have. */
smallm_status smallm_types_envelope(int32_t x_type, int32_t w_type, int32_t out_type);

#endif
