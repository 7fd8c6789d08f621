/* HIP as the library sees it: a table of functions found at run time. Only functions whose ABI is the same in HIP 5, 6
 * and 7 are in it. */
#ifndef SMALLM_SRC_HIP_API_H
#define SMALLM_SRC_HIP_API_H

#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>

#include "log.h"
#include "smallm/context.h"

#define SMALLM_HIP_FUNCTIONS(X)                                                                                        \
    X(hipGetErrorString)                                                                                               \
    X(hipRuntimeGetVersion)                                                                                            \
    X(hipGetDeviceCount)                                                                                               \
    X(hipGetDevice)                                                                                                    \
    X(hipSetDevice)                                                                                                    \
    X(hipDeviceComputeCapability)                                                                                      \
    X(hipDeviceGetName)                                                                                                \
    X(hipModuleLoadData)                                                                                               \
    X(hipModuleGetFunction)                                                                                            \
    X(hipModuleUnload)                                                                                                 \
    X(hipModuleLaunchKernel)                                                                                           \
    X(hipMemsetAsync)                                                                                                  \
    X(hipStreamIsCapturing)

struct smallm_hip {
#define X(name) __typeof__(name) *name;
    SMALLM_HIP_FUNCTIONS(X)
#undef X
    void *opened; /* handle that smallm_hip_close closes, or NULL */
    char library[1024];
};

/* Search in the order that smallm_context_options documents, then resolve every function. */
smallm_status smallm_hip_open(struct smallm_hip *hip, const smallm_context_options *options,
                              const struct smallm_logger *logger);

void smallm_hip_close(struct smallm_hip *hip);

/* SMALLM_OK, or SMALLM_ERROR_HIP with "<what>: <HIP's words>". */
smallm_status smallm_hip_check(const struct smallm_hip *hip, hipError_t error, const char *what);

#endif
