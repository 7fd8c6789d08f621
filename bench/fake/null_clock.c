/* Memory, streams, events and graphs of the HIP that does nothing. */
#define __HIP_PLATFORM_AMD__ 1
#include "null_clock.h"

#include <hip/hip_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "null_hip.h"

struct graph {
    size_t launches, room, replays;
    void **first; /* argument of each launch */
};

static _Thread_local struct graph *capture;
static _Thread_local unsigned long long microseconds, submissions;

static void pass(size_t count) {
    microseconds += NULL_HIP_SUBMIT_US + NULL_HIP_LAUNCH_US * count;
    microseconds += ++submissions % NULL_HIP_SLOW_EVERY == 0 ? NULL_HIP_SLOW_US : 0;
}

static void *first_argument(void **extra) {
    void *first = NULL;
    for (; extra != NULL && *extra != HIP_LAUNCH_PARAM_END; extra += 2)
        if (*extra == HIP_LAUNCH_PARAM_BUFFER_POINTER)
            memcpy(&first, extra[1], sizeof first);
    return first;
}

void null_hip_submit(void **extra) {
    if (capture == NULL) {
        pass(1);
        return;
    }
    if (capture->launches == capture->room) {
        capture->room = 2 * capture->room + 16;
        capture->first = realloc(capture->first, capture->room * sizeof *capture->first);
        if (capture->first == NULL)
            abort();
    }
    capture->first[capture->launches++] = first_argument(extra);
}

bool null_hip_capturing(void) {
    return capture != NULL;
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

/* --- streams --- */

hipError_t hipDeviceSynchronize(void) {
    return hipSuccess;
}

hipError_t hipStreamCreateWithFlags(hipStream_t *stream, unsigned flags) {
    (void)flags;
    *stream = malloc(1);
    return *stream != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipStreamDestroy(hipStream_t stream) {
    free(stream);
    return hipSuccess;
}

hipError_t hipStreamSynchronize(hipStream_t stream) {
    (void)stream;
    return hipSuccess;
}

/* --- events --- */

hipError_t hipEventCreate(hipEvent_t *event) {
    *event = calloc(1, sizeof microseconds);
    return *event != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipEventDestroy(hipEvent_t event) {
    free(event);
    return hipSuccess;
}

hipError_t hipEventRecord(hipEvent_t event, hipStream_t stream) {
    (void)stream;
    memcpy(event, &microseconds, sizeof microseconds);
    return hipSuccess;
}

hipError_t hipEventSynchronize(hipEvent_t event) {
    (void)event;
    return hipSuccess;
}

hipError_t hipEventElapsedTime(float *milliseconds, hipEvent_t from, hipEvent_t to) {
    unsigned long long begun, ended;
    memcpy(&begun, from, sizeof begun);
    memcpy(&ended, to, sizeof ended);
    *milliseconds = (float)(ended - begun) / 1e3f;
    return hipSuccess;
}

/* --- graphs --- */

hipError_t hipStreamBeginCapture(hipStream_t stream, hipStreamCaptureMode mode) {
    (void)stream, (void)mode;
    if (capture != NULL)
        return hipErrorIllegalState;
    capture = calloc(1, sizeof *capture);
    return capture != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipStreamEndCapture(hipStream_t stream, hipGraph_t *graph) {
    (void)stream;
    if (capture == NULL)
        return hipErrorIllegalState;
    *graph = (hipGraph_t)(void *)capture;
    capture = NULL;
    return hipSuccess;
}

hipError_t hipGraphInstantiate(hipGraphExec_t *exec, hipGraph_t graph, hipGraphNode_t *node, char *log, size_t bytes) {
    (void)node, (void)log, (void)bytes;
    *exec = (hipGraphExec_t)(void *)graph;
    return hipSuccess;
}

hipError_t hipGraphLaunch(hipGraphExec_t exec, hipStream_t stream) {
    struct graph *graph = (struct graph *)(void *)exec;
    (void)stream;
    graph->replays++;
    pass(graph->launches);
    return hipSuccess;
}

/* The graph owns it all. */
hipError_t hipGraphExecDestroy(hipGraphExec_t exec) {
    (void)exec;
    return hipSuccess;
}

static size_t distinct(const struct graph *graph) {
    size_t count = 0;
    for (size_t i = 0; i < graph->launches; i++) {
        size_t before = 0;
        while (before < i && graph->first[before] != graph->first[i])
            before++;
        count += before == i;
    }
    return count;
}

hipError_t hipGraphDestroy(hipGraph_t destroyed) {
    struct graph *graph = (struct graph *)(void *)destroyed;
    const char *name = getenv("NULL_HIP_LOG");
    FILE *log = name != NULL ? fopen(name, "a") : NULL;
    if (log != NULL) {
        fprintf(log, "captured=%zu distinct=%zu replays=%zu\n", graph->launches, distinct(graph), graph->replays);
        fclose(log);
    }
    free(graph->first);
    free(graph);
    return hipSuccess;
}
