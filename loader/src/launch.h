#ifndef SMALLM_SRC_LAUNCH_H
#define SMALLM_SRC_LAUNCH_H

#include "hip_api.h"
#include "kernel_info.h"

/* One launch of a kernel with its packed arguments. Nothing else happens unless HIP fails. */
smallm_status smallm_launch(const struct smallm_hip *hip, const struct smallm_kernel_info *kernel,
                            hipFunction_t function, const uint32_t grid[3], void *arguments, size_t bytes,
                            void *stream);

#endif
