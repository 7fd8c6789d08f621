/* A HIP for programs that measure: it computes nothing, but every launch takes a time that is known, which events and
 * graphs give back. A launch takes 2 us, and one of a micro-benchmark besides 1 ns for each workgroup and count, twice
 * that where the kernel's name ends with _2. The core clock is 2,100 MHz. */
#define _GNU_SOURCE
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HEADER = 4096 };

static double now_us, captured_us;
static bool capturing;

struct args {
    uint32_t *memory;
    uint32_t count, stride;
};

hipError_t hipModuleLaunchKernel(hipFunction_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                 unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                                 hipStream_t stream, void **parameters, void **extra) {
    (void)grid_z, (void)block_x, (void)block_y, (void)block_z, (void)shared_bytes, (void)stream;
    if (parameters != NULL || extra == NULL || extra[0] != HIP_LAUNCH_PARAM_BUFFER_POINTER)
        return hipErrorInvalidValue;
    const char *name = (const char *)(void *)function;
    double us = 2;
    if (strncmp(name, "smallm_", 7) != 0) {
        struct args args;
        memcpy(&args, extra[1], sizeof args);
        const double times = strcmp(name + strlen(name) - 2, "_2") == 0 ? 2 : 1;
        us += 1e-3 * grid_x * grid_y * args.count * times;
        if (strcmp(name, "clock_rate") == 0) {
            args.memory[0] = 210000;
            args.memory[1] = 10000;
        }
    }
    *(capturing ? &captured_us : &now_us) += us;
    return hipSuccess;
}

/* --- memory: from the system, which has none of it until it is touched --- */

hipError_t hipMalloc(void **memory, size_t bytes) {
    const size_t all = bytes + HEADER;
    char *whole = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED)
        return hipErrorOutOfMemory;
    memcpy(whole, &all, sizeof all);
    *memory = whole + HEADER;
    return hipSuccess;
}

hipError_t hipFree(void *memory) {
    size_t all;
    char *whole = (char *)memory - HEADER;
    memcpy(&all, whole, sizeof all);
    return munmap(whole, all) == 0 ? hipSuccess : hipErrorInvalidValue;
}

hipError_t hipMemcpy(void *to, const void *from, size_t bytes, hipMemcpyKind kind) {
    (void)kind;
    memcpy(to, from, bytes);
    return hipSuccess;
}

/* What is new is zero already. */
hipError_t hipMemset(void *memory, int value, size_t bytes) {
    if (value != 0)
        memset(memory, value, bytes);
    return hipSuccess;
}

hipError_t hipMemsetAsync(void *memory, int value, size_t bytes, hipStream_t stream) {
    (void)stream;
    return hipMemset(memory, value, bytes);
}

/* --- time --- */

hipError_t hipEventCreate(hipEvent_t *event) {
    *event = calloc(1, sizeof(double));
    return *event != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipEventDestroy(hipEvent_t event) {
    free(event);
    return hipSuccess;
}

hipError_t hipEventRecord(hipEvent_t event, hipStream_t stream) {
    (void)stream;
    memcpy(event, &now_us, sizeof now_us);
    return hipSuccess;
}

hipError_t hipEventSynchronize(hipEvent_t event) {
    (void)event;
    return hipSuccess;
}

hipError_t hipEventElapsedTime(float *milliseconds, hipEvent_t start, hipEvent_t stop) {
    double from, to;
    memcpy(&from, start, sizeof from);
    memcpy(&to, stop, sizeof to);
    *milliseconds = (float)((to - from) / 1e3);
    return hipSuccess;
}

hipError_t hipStreamBeginCapture(hipStream_t stream, hipStreamCaptureMode mode) {
    (void)stream, (void)mode;
    capturing = true;
    captured_us = 0;
    return hipSuccess;
}

hipError_t hipStreamEndCapture(hipStream_t stream, hipGraph_t *graph) {
    (void)stream;
    capturing = false;
    double *us = malloc(sizeof *us);
    *graph = (hipGraph_t)(void *)us;
    if (us == NULL)
        return hipErrorOutOfMemory;
    *us = captured_us;
    return hipSuccess;
}

hipError_t hipGraphInstantiate(hipGraphExec_t *exec, hipGraph_t graph, hipGraphNode_t *node, char *log, size_t bytes) {
    (void)node, (void)log, (void)bytes;
    *exec = (hipGraphExec_t)(void *)graph;
    return hipSuccess;
}

hipError_t hipGraphLaunch(hipGraphExec_t exec, hipStream_t stream) {
    double us;
    (void)stream;
    memcpy(&us, (void *)exec, sizeof us);
    now_us += us;
    return hipSuccess;
}

hipError_t hipGraphExecDestroy(hipGraphExec_t exec) {
    (void)exec;
    return hipSuccess;
}

hipError_t hipGraphDestroy(hipGraph_t graph) {
    free((void *)graph);
    return hipSuccess;
}

hipError_t hipStreamCreateWithFlags(hipStream_t *stream, unsigned flags) {
    (void)flags;
    *stream = NULL;
    return hipSuccess;
}

hipError_t hipStreamDestroy(hipStream_t stream) {
    (void)stream;
    return hipSuccess;
}

hipError_t hipStreamSynchronize(hipStream_t stream) {
    (void)stream;
    return hipSuccess;
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *status) {
    (void)stream;
    *status = capturing ? hipStreamCaptureStatusActive : hipStreamCaptureStatusNone;
    return hipSuccess;
}

/* --- one gfx950 --- */

const char *hipGetErrorString(hipError_t error) {
    return error == hipSuccess ? "no error" : "an error";
}

hipError_t hipRuntimeGetVersion(int *version) {
    *version = 70000000;
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
    snprintf(name, (size_t)length, "a device whose times are known");
    return hipSuccess;
}

hipError_t hipDeviceSynchronize(void) {
    return hipSuccess;
}

/* A function is its name. */
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
