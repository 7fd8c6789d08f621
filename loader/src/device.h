#ifndef SMALLM_SRC_DEVICE_H
#define SMALLM_SRC_DEVICE_H

#include "hip_api.h"

/* Does the device exist? NO_DEVICE, DEVICE_INDEX or HIP if not. */
smallm_status smallm_device_guard(const struct smallm_hip *hip, int device);

/* Is the device a gfx950? UNSUPPORTED_ARCH or HIP if not. Fills in the name either way. */
smallm_status smallm_arch_guard(const struct smallm_hip *hip, int device, char *name, size_t name_bytes);

#endif
