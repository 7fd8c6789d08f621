/* Streams, graphs and events of the HIP that computes nothing, on a clock that only launches move: each takes a
 * microsecond, and a hundredth of one for each workgroup. Launches on a stream that is being captured take it when
 * their graph is launched. */
#include "fake_time.h"

#include <stdlib.h>

struct ihipStream_t {
    char unused;
};

struct ihipEvent_t {
    double at;
};

struct ihipGraph {
    double us;
};

struct hipGraphExec {
    double us;
};

/* Microseconds. Each thread has a clock of its own. */
static _Thread_local double now, captured;
static _Thread_local hipStream_t capturing; /* or NULL */

static void *make(size_t bytes) {
    return calloc(1, bytes);
}

void fake_time_launch(hipStream_t stream, double workgroups) {
    const double us = 1 + workgroups / 100;
    if (stream != NULL && stream == capturing)
        captured += us;
    else
        now += us;
}

hipError_t hipStreamCreateWithFlags(hipStream_t *stream, unsigned flags) {
    (void)flags;
    *stream = make(sizeof **stream);
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

hipError_t hipStreamBeginCapture(hipStream_t stream, hipStreamCaptureMode mode) {
    (void)mode;
    if (stream == NULL || capturing != NULL)
        return hipErrorIllegalState;
    capturing = stream;
    captured = 0;
    return hipSuccess;
}

hipError_t hipStreamEndCapture(hipStream_t stream, hipGraph_t *graph) {
    if (stream == NULL || stream != capturing)
        return hipErrorIllegalState;
    capturing = NULL;
    *graph = make(sizeof **graph);
    if (*graph == NULL)
        return hipErrorOutOfMemory;
    (*graph)->us = captured;
    return hipSuccess;
}

hipError_t hipGraphInstantiate(hipGraphExec_t *exec, hipGraph_t graph, hipGraphNode_t *node, char *log, size_t bytes) {
    (void)node, (void)log, (void)bytes;
    *exec = make(sizeof **exec);
    if (*exec == NULL)
        return hipErrorOutOfMemory;
    (*exec)->us = graph->us;
    return hipSuccess;
}

hipError_t hipGraphLaunch(hipGraphExec_t exec, hipStream_t stream) {
    (void)stream;
    now += exec->us;
    return hipSuccess;
}

hipError_t hipGraphExecDestroy(hipGraphExec_t exec) {
    free(exec);
    return hipSuccess;
}

hipError_t hipGraphDestroy(hipGraph_t graph) {
    free(graph);
    return hipSuccess;
}

hipError_t hipEventCreate(hipEvent_t *event) {
    *event = make(sizeof **event);
    return *event != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipEventDestroy(hipEvent_t event) {
    free(event);
    return hipSuccess;
}

hipError_t hipEventRecord(hipEvent_t event, hipStream_t stream) {
    (void)stream;
    event->at = now;
    return hipSuccess;
}

hipError_t hipEventSynchronize(hipEvent_t event) {
    (void)event;
    return hipSuccess;
}

hipError_t hipEventElapsedTime(float *milliseconds, hipEvent_t from, hipEvent_t to) {
    *milliseconds = (float)((to->at - from->at) / 1e3);
    return hipSuccess;
}
