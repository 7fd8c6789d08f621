/* A HIP that does nothing, so that what is left of a call's time is the library's own. */
#include "null_hip.h"

#include <stdio.h>
#include <stdlib.h>

#include "fake_clock.h"
#include "fake_device.h"

const struct fake_device fake_device = {.name = "a device that does nothing", .runtime = 50221153};

static _Thread_local unsigned long long launches, submissions;

unsigned long long null_hip_launches(void) {
    return launches;
}

hipError_t hipModuleLaunchKernel(hipFunction_t function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                 unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                                 hipStream_t stream, void **parameters, void **extra) {
    (void)function, (void)grid_x, (void)grid_y, (void)grid_z, (void)block_x, (void)block_y, (void)block_z;
    (void)shared_bytes, (void)parameters;
    launches++;
    fake_clock_launch(stream, NULL_HIP_LAUNCH_US, extra);
    return hipSuccess;
}

/* --- memory --- */

hipError_t hipMalloc(void **memory, size_t bytes) {
    *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
    return *memory != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipFree(void *memory) {
    free(memory);
    return hipSuccess;
}

hipError_t hipMemcpy(void *to, const void *from, size_t bytes, hipMemcpyKind kind) {
    (void)to, (void)from, (void)bytes, (void)kind;
    return hipSuccess;
}

hipError_t hipMemset(void *memory, int value, size_t bytes) {
    (void)memory, (void)value, (void)bytes;
    return hipSuccess;
}

hipError_t hipMemsetAsync(void *memory, int value, size_t bytes, hipStream_t stream) {
    (void)memory, (void)value, (void)bytes, (void)stream;
    return hipSuccess;
}

/* --- the clock and the log --- */

static double submit_us(void) {
    return NULL_HIP_SUBMIT_US + (++submissions % NULL_HIP_SLOW_EVERY == 0 ? NULL_HIP_SLOW_US : 0);
}

static size_t distinct(const struct ihipGraph *graph) {
    size_t count = 0;
    for (size_t i = 0; i < graph->launches; i++) {
        size_t before = 0;
        while (before < i && graph->first[before] != graph->first[i])
            before++;
        count += before == i;
    }
    return count;
}

static void gone(const struct ihipGraph *graph) {
    const char *name = getenv("NULL_HIP_LOG");
    FILE *log = name != NULL ? fopen(name, "a") : NULL;
    if (log == NULL)
        return;
    fprintf(log, "captured=%zu distinct=%zu replays=%zu\n", graph->launches, distinct(graph), graph->replays);
    fclose(log);
}

const struct fake_clock fake_clock = {submit_us, gone};
