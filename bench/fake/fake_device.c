#include "fake_device.h"

#include <stdint.h>
#include <stdio.h>

#include "fake_clock.h"

const char *hipGetErrorString(hipError_t error) {
    return error == hipSuccess ? "no error" : "an error";
}

hipError_t hipRuntimeGetVersion(int *version) {
    *version = fake_device.runtime;
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
    snprintf(name, (size_t)length, "%s", fake_device.name);
    return hipSuccess;
}

hipError_t hipDeviceSynchronize(void) {
    return hipSuccess;
}

hipError_t hipModuleLoadData(hipModule_t *module, const void *image) {
    *module = (hipModule_t)(void *)(uintptr_t)image;
    return hipSuccess;
}

hipError_t hipModuleGetFunction(hipFunction_t *function, hipModule_t module, const char *name) {
    (void)module;
    /* Lives in the caller's table of kernels, or as long as the launch. */
    *function = (hipFunction_t)(void *)(uintptr_t)name;
    return hipSuccess;
}

hipError_t hipModuleUnload(hipModule_t module) {
    (void)module;
    return hipSuccess;
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *status) {
    *status = fake_clock_capturing(stream) ? hipStreamCaptureStatusActive : hipStreamCaptureStatusNone;
    return hipSuccess;
}
