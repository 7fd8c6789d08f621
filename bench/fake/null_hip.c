/* A HIP that does nothing, so that what is left of a call's time is the library's own. It has one gfx950. */
#define __HIP_PLATFORM_AMD__ 1
#include "null_hip.h"

#include "null_clock.h"

#include <hip/hip_runtime_api.h>
#include <stdio.h>

static _Thread_local unsigned long long launches;

unsigned long long null_hip_launches(void) {
    return launches;
}

hipError_t hipModuleLaunchKernel(hipFunction_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                 unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                                 hipStream_t stream, void **parameters, void **extra) {
    (void)function, (void)grid_x, (void)grid_y, (void)grid_z, (void)block_x, (void)block_y, (void)block_z;
    (void)shared_bytes, (void)stream, (void)parameters;
    launches++;
    null_hip_submit(extra);
    return hipSuccess;
}

const char *hipGetErrorString(hipError_t error) {
    return error == hipSuccess ? "no error" : "an error";
}

hipError_t hipRuntimeGetVersion(int *version) {
    *version = 50221153;
    return hipSuccess;
}

hipError_t hipGetDeviceCount(int *count) {
    *count = 1;
    return hipSuccess;
}

hipError_t hipGetDevice(int *device) {
    *device = 0;
    return hipSuccess;
}

hipError_t hipSetDevice(int device) {
    return device == 0 ? hipSuccess : hipErrorInvalidDevice;
}

hipError_t hipDeviceComputeCapability(int *major, int *minor, hipDevice_t device) {
    (void)device;
    *major = 9;
    *minor = 5;
    return hipSuccess;
}

hipError_t hipDeviceGetName(char *name, int length, hipDevice_t device) {
    (void)device;
    snprintf(name, (size_t)length, "a device that does nothing");
    return hipSuccess;
}

hipError_t hipModuleLoadData(hipModule_t *module, const void *image) {
    *module = (hipModule_t)(void *)(uintptr_t)image;
    return hipSuccess;
}

hipError_t hipModuleGetFunction(hipFunction_t *function, hipModule_t module, const char *name) {
    (void)name;
    *function = (hipFunction_t)(void *)module;
    return hipSuccess;
}

hipError_t hipModuleUnload(hipModule_t module) {
    (void)module;
    return hipSuccess;
}

hipError_t hipMemsetAsync(void *memory, int value, size_t bytes, hipStream_t stream) {
    (void)memory, (void)value, (void)bytes, (void)stream;
    return hipSuccess;
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *status) {
    (void)stream;
    *status = null_hip_capturing() ? hipStreamCaptureStatusActive : hipStreamCaptureStatusNone;
    return hipSuccess;
}
