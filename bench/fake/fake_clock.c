#include "fake_clock.h"

#include <stdlib.h>
#include <string.h>

struct ihipStream_t {
    char unused;
};

struct ihipEvent_t {
    double at;
};

struct hipGraphExec {
    hipGraph_t graph;
};

static _Thread_local double now; /* us */
static _Thread_local hipStream_t capturing;
static _Thread_local hipGraph_t captured; /* NULL where nothing is being captured */

static void submit(double us) {
    now += us + (fake_clock.submit_us != NULL ? fake_clock.submit_us() : 0);
}

static void *first_argument(void **extra) {
    void *first = NULL;
    for (; extra != NULL && *extra != HIP_LAUNCH_PARAM_END; extra += 2)
        if (*extra == HIP_LAUNCH_PARAM_BUFFER_POINTER)
            memcpy(&first, extra[1], sizeof first);
    return first;
}

bool fake_clock_capturing(hipStream_t stream) {
    return captured != NULL && stream == capturing;
}

void fake_clock_launch(hipStream_t stream, double us, void **extra) {
    if (!fake_clock_capturing(stream)) {
        submit(us);
        return;
    }
    if (captured->launches == captured->room) {
        captured->room = 2 * captured->room + 16;
        captured->first = realloc(captured->first, captured->room * sizeof *captured->first);
        if (captured->first == NULL)
            abort();
    }
    captured->first[captured->launches++] = first_argument(extra);
    captured->us += us;
}

/* --- streams --- */

static hipError_t made(const void *object) {
    return object != NULL ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipStreamCreateWithFlags(hipStream_t *stream, unsigned flags) {
    (void)flags;
    *stream = calloc(1, sizeof **stream);
    return made(*stream);
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
    *event = calloc(1, sizeof **event);
    return made(*event);
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

/* --- graphs --- */

hipError_t hipStreamBeginCapture(hipStream_t stream, hipStreamCaptureMode mode) {
    (void)mode;
    if (stream == NULL || captured != NULL)
        return hipErrorIllegalState;
    captured = calloc(1, sizeof *captured);
    if (captured == NULL)
        return hipErrorOutOfMemory;
    captured->owners = 1;
    capturing = stream;
    return hipSuccess;
}

hipError_t hipStreamEndCapture(hipStream_t stream, hipGraph_t *graph) {
    if (!fake_clock_capturing(stream))
        return hipErrorIllegalState;
    *graph = captured;
    captured = NULL;
    return hipSuccess;
}

hipError_t hipGraphInstantiate(hipGraphExec_t *exec, hipGraph_t graph, hipGraphNode_t *node, char *log, size_t bytes) {
    (void)node, (void)log, (void)bytes;
    *exec = malloc(sizeof **exec);
    if (*exec == NULL)
        return hipErrorOutOfMemory;
    (*exec)->graph = graph;
    graph->owners++;
    return hipSuccess;
}

hipError_t hipGraphLaunch(hipGraphExec_t exec, hipStream_t stream) {
    (void)stream;
    exec->graph->replays++;
    submit(exec->graph->us);
    return hipSuccess;
}

hipError_t hipGraphDestroy(hipGraph_t graph) {
    if (--graph->owners > 0)
        return hipSuccess;
    if (fake_clock.gone != NULL)
        fake_clock.gone(graph);
    free(graph->first);
    free(graph);
    return hipSuccess;
}

hipError_t hipGraphExecDestroy(hipGraphExec_t exec) {
    hipGraph_t graph = exec->graph;
    free(exec);
    return hipGraphDestroy(graph);
}
