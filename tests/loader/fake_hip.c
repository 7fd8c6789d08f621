#include "fake_hip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_clock.h"

__attribute__((visibility("default"))) struct fake_hip fake_hip;

const struct fake_clock fake_clock = {0};

__attribute__((constructor)) static void set_up(void) {
    const char *devices = getenv("FAKE_HIP_DEVICES");
    const char *capability = getenv("FAKE_HIP_CAPABILITY");
    const char *fail = getenv("FAKE_HIP_FAIL");
    fake_hip.devices = devices != NULL ? atoi(devices) : 1;
    if (capability == NULL || sscanf(capability, "%d.%d", &fake_hip.major, &fake_hip.minor) != 2) {
        fake_hip.major = 9;
        fake_hip.minor = 5;
    }
    snprintf(fake_hip.fail, sizeof fake_hip.fail, "%s", fail != NULL ? fail : "");
    fake_hip.record = 1;
}

#define FAIL_IF_TOLD                                                                                                   \
    atomic_fetch_add(&fake_hip.calls, 1);                                                                              \
    if (strcmp(fake_hip.fail, __func__) == 0)                                                                          \
        return hipErrorUnknown;

const char *hipGetErrorString(hipError_t error) {
    atomic_fetch_add(&fake_hip.calls, 1);
    return error == hipSuccess ? "no error" : error == hipErrorNoDevice ? "no ROCm-capable device" : "made to fail";
}

hipError_t hipRuntimeGetVersion(int *version) {
    FAIL_IF_TOLD
    *version = 50221153;
    return hipSuccess;
}

hipError_t hipGetDeviceCount(int *count) {
    FAIL_IF_TOLD
    *count = fake_hip.devices;
    return fake_hip.devices == 0 ? hipErrorNoDevice : hipSuccess;
}

hipError_t hipGetDevice(int *device) {
    FAIL_IF_TOLD
    *device = fake_hip.current_device;
    return hipSuccess;
}

hipError_t hipSetDevice(int device) {
    FAIL_IF_TOLD
    fake_hip.current_device = device;
    return hipSuccess;
}

hipError_t hipDeviceComputeCapability(int *major, int *minor, hipDevice_t device) {
    FAIL_IF_TOLD(void) device;
    *major = fake_hip.major;
    *minor = fake_hip.minor;
    return hipSuccess;
}

hipError_t hipDeviceGetName(char *name, int length, hipDevice_t device) {
    FAIL_IF_TOLD
    snprintf(name, (size_t)length, "fake board %d", device);
    return hipSuccess;
}

hipError_t hipModuleLoadData(hipModule_t *module, const void *image) {
    FAIL_IF_TOLD(void) image;
    *module = malloc(1);
    atomic_fetch_add(&fake_hip.modules, 1);
    atomic_fetch_add(&fake_hip.modules_ever, 1);
    return hipSuccess;
}

hipError_t hipModuleGetFunction(hipFunction_t *function, hipModule_t module, const char *name) {
    FAIL_IF_TOLD(void) module;
    /* Lives in the caller's table of kernels. */
    *function = (hipFunction_t)(void *)(uintptr_t)name;
    return hipSuccess;
}

#ifndef FAKE_HIP_INCOMPLETE
hipError_t hipModuleUnload(hipModule_t module) {
    FAIL_IF_TOLD
    free(module);
    atomic_fetch_sub(&fake_hip.modules, 1);
    return hipSuccess;
}
#endif

hipError_t hipModuleLaunchKernel(hipFunction_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                 unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                                 hipStream_t stream, void **parameters, void **extra) {
    FAIL_IF_TOLD
    atomic_fetch_add(&fake_hip.launches, 1);
    /* A microsecond, and a hundredth of one for each workgroup. */
    fake_clock_launch(stream, 1 + (double)grid_x * grid_y * grid_z / 100, extra);
    if (!fake_hip.record)
        return hipSuccess;
    if (parameters != NULL || extra == NULL || extra[0] != HIP_LAUNCH_PARAM_BUFFER_POINTER ||
        extra[2] != HIP_LAUNCH_PARAM_BUFFER_SIZE || extra[4] != HIP_LAUNCH_PARAM_END)
        return hipErrorInvalidValue;
    snprintf(fake_hip.kernel, sizeof fake_hip.kernel, "%s", (const char *)(void *)function);
    memcpy(fake_hip.grid, (unsigned[]){grid_x, grid_y, grid_z}, sizeof fake_hip.grid);
    memcpy(fake_hip.block, (unsigned[]){block_x, block_y, block_z}, sizeof fake_hip.block);
    fake_hip.shared_bytes = shared_bytes;
    fake_hip.stream = stream;
    memcpy(&fake_hip.argument_bytes, extra[3], sizeof fake_hip.argument_bytes);
    if (fake_hip.argument_bytes > sizeof fake_hip.arguments)
        return hipErrorInvalidValue;
    memcpy(fake_hip.arguments, extra[1], fake_hip.argument_bytes);
    return hipSuccess;
}

hipError_t hipMemsetAsync(void *memory, int value, size_t bytes, hipStream_t stream) {
    FAIL_IF_TOLD
    fake_hip.memset_to = memory;
    fake_hip.memset_value = value;
    fake_hip.memset_bytes = bytes;
    fake_hip.memset_stream = stream;
    atomic_fetch_add(&fake_hip.memsets, 1);
    return hipSuccess;
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *status) {
    FAIL_IF_TOLD(void) stream;
    atomic_fetch_add(&fake_hip.capture_questions, 1);
    *status = (hipStreamCaptureStatus)fake_hip.capture_status;
    return (hipError_t)fake_hip.capture_error;
}

hipError_t hipMalloc(void **memory, size_t bytes) {
    FAIL_IF_TOLD
    *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
    return *memory != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipFree(void *memory) {
    FAIL_IF_TOLD
    free(memory);
    return hipSuccess;
}

hipError_t hipMemcpy(void *to, const void *from, size_t bytes, hipMemcpyKind kind) {
    FAIL_IF_TOLD(void) kind;
    memcpy(to, from, bytes);
    return hipSuccess;
}

hipError_t hipMemset(void *memory, int value, size_t bytes) {
    FAIL_IF_TOLD
    memset(memory, value, bytes);
    return hipSuccess;
}

hipError_t hipDeviceSynchronize(void) {
    FAIL_IF_TOLD
    return hipSuccess;
}
