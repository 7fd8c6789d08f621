#include "front.h"

#include <stdlib.h>
#include <string.h>

bool work_clone(struct work *to, const struct work *from) {
    *to = *from;
    if (from->kind == WORK_KERNEL && from->kernel.kernarg_size != 0) {
        to->kernel.kernarg = malloc(from->kernel.kernarg_size);
        if (to->kernel.kernarg == NULL)
            return false;
        memcpy(to->kernel.kernarg, from->kernel.kernarg, from->kernel.kernarg_size);
    }
    if (from->kind == WORK_GRAPH)
        to->graph = graph_clone(from->graph);
    return from->kind != WORK_GRAPH || to->graph != NULL;
}

void work_free(struct work *work) {
    if (work->kind == WORK_KERNEL)
        free(work->kernel.kernarg);
    if (work->kind == WORK_GRAPH)
        graph_free(work->graph);
    work->kind = WORK_EMPTY;
}

static hipError_t run_event(hipEvent_t event, bool record) {
    hipEvent_t e = handle_get(HANDLE_EVENT, event);
    if (e == NULL)
        return front_fail(hipErrorInvalidHandle, "event is %p, which has been destroyed", (void *)event);
    if (record)
        event_record_now(e);
    return hipSuccess;
}

hipError_t work_run(const struct work *work, struct ihipStream_t *stream) {
    switch (work->kind) {
    case WORK_EMPTY:
        return hipSuccess;
    case WORK_KERNEL:
        return kernel_run(&work->kernel, stream);
    case WORK_COPY:
        return copy_run(&work->copy);
    case WORK_FILL:
        return fill_run(&work->fill);
    case WORK_HOST:
        front_thread.in_host_function = true;
        work->host.function(work->host.data);
        front_thread.in_host_function = false;
        return hipSuccess;
    case WORK_RECORD:
    case WORK_WAIT:
        return run_event(work->event, work->kind == WORK_RECORD);
    case WORK_GRAPH:
        return graph_run(work->graph, stream);
    }
    return hipErrorUnknown;
}

hipError_t work_submit(hipStream_t stream, const struct work *work) {
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    REQUIRE_MAY_WAIT();
    bool captured;
    hipError_t error = capture_take(s, work, &captured);
    if (error != hipSuccess || captured)
        return error;
    stream_begin(s);
    error = work_run(work, s);
    stream_end(s);
    return error;
}

hipError_t work_now(const struct work *work) {
    REQUIRE_NO_CAPTURE();
    return work_submit(NULL, work);
}
