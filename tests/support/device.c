#include "device.h"

#define __HIP_PLATFORM_AMD__ 1
#include <dlfcn.h>
#include <hip/hip_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gfx950sim/gfx950sim.h"

#define FUNCTIONS(X)                                                                                                   \
    X(hipGetErrorString)                                                                                               \
    X(hipMalloc)                                                                                                       \
    X(hipFree)                                                                                                         \
    X(hipMemcpy)                                                                                                       \
    X(hipDeviceSynchronize)

static struct {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
    const char *(*gfx950sim_findings)(void), *(*gfx950sim_message)(void);
} hip;

static void *library;

static void need(int good, const char *what, const char *why) {
    if (good)
        return;
    fprintf(stderr, "%s failed: %s\n", what, why);
    exit(1);
}

static void need_success(hipError_t error, const char *what) {
    need(error == hipSuccess, what, hip.hipGetErrorString(error));
}

void device_function(const char *name, void *function) {
    void *address = dlsym(library, name);
    need(address != NULL, "dlsym", name);
    memcpy(function, &address, sizeof address);
}

void *device_open(const char *hip_library) {
    library = dlopen(hip_library, RTLD_NOW | RTLD_LOCAL);
    need(library != NULL, "dlopen", library == NULL ? dlerror() : "");
#define X(name) device_function(#name, &hip.name);
    FUNCTIONS(X)
#undef X
    void *address = dlsym(library, "gfx950sim_findings");
    memcpy(&hip.gfx950sim_findings, &address, sizeof address);
    address = dlsym(library, "gfx950sim_message");
    memcpy(&hip.gfx950sim_message, &address, sizeof address);
    return library;
}

void *device_alloc(size_t bytes) {
    void *memory = NULL;
    need_success(hip.hipMalloc(&memory, bytes), "hipMalloc");
    return memory;
}

void device_free(void *memory) {
    need_success(hip.hipFree(memory), "hipFree");
}

void device_upload(void *memory, const void *host, size_t bytes) {
    need_success(hip.hipMemcpy(memory, host, bytes, hipMemcpyHostToDevice), "hipMemcpy to the device");
}

void device_download(void *host, const void *memory, size_t bytes) {
    need_success(hip.hipMemcpy(host, memory, bytes, hipMemcpyDeviceToHost), "hipMemcpy from the device");
}

int device_finish(void) {
    hipError_t error = hip.hipDeviceSynchronize();
    if (hip.gfx950sim_findings != NULL && hip.gfx950sim_findings()[0] != '\0') {
        fprintf(stderr, "%s\n", hip.gfx950sim_findings());
        return -1;
    }
    if (error != hipSuccess)
        fprintf(stderr, "hipDeviceSynchronize failed: %s; %s\n", hip.hipGetErrorString(error),
                hip.gfx950sim_message != NULL ? hip.gfx950sim_message() : "no more is known");
    return error == hipSuccess ? 0 : -1;
}

void device_set(const char *name, const char *value) {
    int (*set)(const char *, const char *);
    device_function("gfx950sim_set", &set);
    need(set(name, value) == 0, "gfx950sim_set", hip.gfx950sim_message());
}

uint64_t device_launches(void) {
    void (*get_stats)(struct gfx950sim_stats *);
    struct gfx950sim_stats stats = {.size = sizeof stats};
    device_function("gfx950sim_get_stats", &get_stats);
    get_stats(&stats);
    return stats.launches;
}
