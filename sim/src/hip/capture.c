/* Stream capture. All its state is under one lock; work that is captured is added to a graph and does not run. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

struct capture {
    struct capture *next;
    uint64_t id;
    hipGraph_t graph;
    hipStreamCaptureMode mode;
    pthread_t thread;
    struct ihipStream_t *origin;
    struct ihipStream_t *streams; /* that take part, through next_captured */
    bool invalid;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct capture *captures;

static bool set_last(hipGraphNode_t **last, size_t *nlast, const hipGraphNode_t *nodes, size_t n) {
    hipGraphNode_t *copy = NULL;
    if (n != 0) {
        copy = malloc(n * sizeof *copy);
        if (copy == NULL)
            return false;
        memcpy(copy, nodes, n * sizeof *copy);
    }
    free(*last);
    *last = copy;
    *nlast = n;
    return true;
}

/* The union of a stream's last nodes and others. */
static bool join_last(struct ihipStream_t *s, const hipGraphNode_t *nodes, size_t n) {
    hipGraphNode_t *grown = realloc(s->last, (s->nlast + n + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    s->last = grown;
    for (size_t i = 0; i < n; i++) {
        size_t j = 0;
        while (j < s->nlast && s->last[j] != nodes[i])
            j++;
        if (j == s->nlast)
            s->last[s->nlast++] = nodes[i];
    }
    return true;
}

static void take_part(struct capture *c, struct ihipStream_t *s) {
    s->capture = c;
    s->next_captured = c->streams;
    c->streams = s;
}

static void leave(struct ihipStream_t *s) {
    struct ihipStream_t **at = &s->capture->streams;
    while (*at != s)
        at = &(*at)->next_captured;
    *at = s->next_captured;
    s->capture = NULL;
    s->next_captured = NULL;
    set_last(&s->last, &s->nlast, NULL, 0);
}

/* Takes the capture off the list and its streams out of it; the graph is the caller's. */
static hipGraph_t end(struct capture *c) {
    hipGraph_t graph = c->graph;
    struct capture **at = &captures;
    while (*at != c)
        at = &(*at)->next;
    *at = c->next;
    while (c->streams != NULL)
        leave(c->streams);
    free(c);
    return graph;
}

static struct capture *find(uint64_t id) {
    struct capture *c = captures;
    while (c != NULL && c->id != id)
        c = c->next;
    return c;
}

/* What waits for the legacy stream, or it for them, would depend on captures of blocking streams. */
static hipError_t legacy_conflict(const struct ihipStream_t *s, bool invalidate) {
    bool any = false;
    for (struct capture *c = captures; s->legacy && c != NULL; c = c->next)
        for (struct ihipStream_t *t = c->streams; t != NULL; t = t->next_captured)
            if (!(t->flags & hipStreamNonBlocking)) {
                any = true;
                c->invalid = c->invalid || invalidate;
            }
    if (any)
        return front_fail(hipErrorStreamCaptureImplicit,
                          "the legacy stream waits for every blocking stream, and one of "
                          "them captures; use a stream made with hipStreamNonBlocking");
    return hipSuccess;
}

hipError_t capture_guard(void) {
    REQUIRE_MAY_WAIT();
    bool any = false;
    pthread_mutex_lock(&lock);
    for (struct capture *c = captures; c != NULL; c = c->next) {
        bool mine = c->mode != hipStreamCaptureModeRelaxed && pthread_equal(c->thread, pthread_self());
        bool global = c->mode == hipStreamCaptureModeGlobal && front_thread.capture_mode == hipStreamCaptureModeGlobal;
        if (front_thread.capture_mode != hipStreamCaptureModeRelaxed && (mine || global))
            any = c->invalid = true;
    }
    pthread_mutex_unlock(&lock);
    if (any)
        return front_fail(hipErrorStreamCaptureUnsupported,
                          "%s allocates or waits, which a stream capture forbids; "
                          "call it before the capture",
                          front_thread.api);
    return hipSuccess;
}

hipError_t capture_guard_stream(struct ihipStream_t *stream) {
    REQUIRE_MAY_WAIT();
    pthread_mutex_lock(&lock);
    hipError_t error = legacy_conflict(stream, true);
    if (error == hipSuccess && stream->capture != NULL) {
        stream->capture->invalid = true;
        error = front_fail(hipErrorStreamCaptureUnsupported, "%s waits for a stream that captures", front_thread.api);
    }
    pthread_mutex_unlock(&lock);
    return error;
}

static hipError_t take(struct ihipStream_t *s, const struct work *work, bool *captured) {
    struct capture *c = s->capture;
    *captured = c != NULL;
    if (c == NULL)
        return legacy_conflict(s, true);
    if (c->invalid)
        return front_fail(hipErrorStreamCaptureInvalidated, "an earlier error has invalidated the capture; end it");
    hipError_t error = hipSuccess;
    if (work->kind == WORK_COPY)
        error = copy_check(&work->copy);
    if (work->kind == WORK_FILL)
        error = fill_check(&work->fill);
    hipGraphNode_t node;
    if (error == hipSuccess)
        error = graph_add(c->graph, s->last, s->nlast, work, &node);
    if (error == hipSuccess && !set_last(&s->last, &s->nlast, &node, 1))
        error = front_fail(hipErrorOutOfMemory, "no memory for a graph node");
    return error;
}

hipError_t capture_take(struct ihipStream_t *stream, const struct work *work, bool *captured) {
    pthread_mutex_lock(&lock);
    hipError_t error = take(stream, work, captured);
    pthread_mutex_unlock(&lock);
    return error;
}

hipError_t capture_record(struct ihipStream_t *stream, hipEvent_t event, bool *captured) {
    hipError_t error = hipSuccess;
    pthread_mutex_lock(&lock);
    struct capture *c = stream->capture;
    *captured = c != NULL;
    if (c != NULL && c->invalid)
        error = front_fail(hipErrorStreamCaptureInvalidated, "an earlier error has invalidated the capture; end it");
    else if (c != NULL && !set_last(&event->nodes, &event->nnodes, stream->last, stream->nlast))
        error = front_fail(hipErrorOutOfMemory, "no memory for an event");
    else if (c != NULL)
        event->capture_id = c->id;
    pthread_mutex_unlock(&lock);
    return error;
}

static hipError_t wait(struct ihipStream_t *s, hipEvent_t e) {
    struct capture *mine = s->capture, *theirs = e->capture_id != 0 ? find(e->capture_id) : NULL;
    if (mine == NULL && theirs == NULL)
        return legacy_conflict(s, true);
    if (theirs == NULL) {
        pthread_mutex_lock(&e->lock);
        bool recorded = e->recorded || e->capture_id != 0;
        pthread_mutex_unlock(&e->lock);
        if (!recorded)
            return hipSuccess;
        mine->invalid = true;
        return front_fail(hipErrorStreamCaptureIsolation,
                          "event %p was recorded outside the capture; record it in a "
                          "stream that captures",
                          (void *)e);
    }
    if (s->legacy) {
        theirs->invalid = true;
        return front_fail(hipErrorStreamCaptureImplicit, "the legacy stream cannot take part in a capture");
    }
    if (mine != NULL && mine != theirs) {
        mine->invalid = theirs->invalid = true;
        return front_fail(hipErrorStreamCaptureMerge, "event %p was recorded in another capture", (void *)e);
    }
    if (theirs->invalid)
        return front_fail(hipErrorStreamCaptureInvalidated, "an earlier error has invalidated the capture; end it");
    if (!join_last(s, e->nodes, e->nnodes))
        return front_fail(hipErrorOutOfMemory, "no memory for a dependency");
    if (mine == NULL)
        take_part(theirs, s);
    return hipSuccess;
}

hipError_t capture_wait(struct ihipStream_t *stream, hipEvent_t event) {
    pthread_mutex_lock(&lock);
    hipError_t error = wait(stream, event);
    pthread_mutex_unlock(&lock);
    return error;
}

bool capture_holds_event(hipEvent_t event) {
    pthread_mutex_lock(&lock);
    bool holds = event->capture_id != 0;
    pthread_mutex_unlock(&lock);
    return holds;
}

void capture_forget_event(hipEvent_t event) {
    pthread_mutex_lock(&lock);
    event->capture_id = 0;
    set_last(&event->nodes, &event->nnodes, NULL, 0);
    pthread_mutex_unlock(&lock);
}

void capture_abandon(struct ihipStream_t *stream) {
    hipGraph_t graph = NULL;
    pthread_mutex_lock(&lock);
    struct capture *c = stream->capture;
    if (c != NULL && c->origin == stream) {
        graph = end(c);
    } else if (c != NULL) {
        c->invalid = true;
        leave(stream);
    }
    pthread_mutex_unlock(&lock);
    graph_free(graph);
}

hipError_t hipStreamBeginCapture(hipStream_t stream, hipStreamCaptureMode mode) {
    ENTER();
    static uint64_t ids;
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    if (mode != hipStreamCaptureModeGlobal && mode != hipStreamCaptureModeThreadLocal &&
        mode != hipStreamCaptureModeRelaxed)
        return front_fail(hipErrorInvalidValue, "mode is %d, which is no hipStreamCaptureMode", mode);
    if (s->legacy)
        return front_fail(hipErrorStreamCaptureUnsupported, "the legacy stream cannot capture; make a stream for it");
    struct capture *c = calloc(1, sizeof *c);
    hipGraph_t graph = NULL;
    if (c == NULL || hipGraphCreate(&graph, 0) != hipSuccess) {
        free(c);
        return front_fail(hipErrorOutOfMemory, "no memory for a capture");
    }
    pthread_mutex_lock(&lock);
    if (s->capture != NULL) {
        pthread_mutex_unlock(&lock);
        free(c);
        graph_free(graph);
        return front_fail(hipErrorIllegalState, "the stream captures already");
    }
    *c = (struct capture){captures, ++ids, graph, mode, pthread_self(), s, NULL, false};
    captures = c;
    take_part(c, s);
    pthread_mutex_unlock(&lock);
    return hipSuccess;
}

/* Every node that nothing depends on must be among the origin's last nodes: else some stream was forked and not
 * joined. */
static bool joined(const struct capture *c) {
    for (size_t i = 0; i < c->graph->count; i++)
        c->graph->nodes[i]->mark = 0;
    for (size_t i = 0; i < c->graph->count; i++)
        for (size_t j = 0; j < c->graph->nodes[i]->ndeps; j++)
            c->graph->nodes[i]->deps[j]->mark = 1;
    for (size_t i = 0; i < c->origin->nlast; i++)
        c->origin->last[i]->mark = 1;
    for (size_t i = 0; i < c->graph->count; i++)
        if (c->graph->nodes[i]->mark == 0)
            return false;
    return true;
}

static hipError_t end_capture(struct ihipStream_t *s, hipGraph_t *graph) {
    struct capture *c = s->capture;
    if (c == NULL)
        return front_fail(hipErrorIllegalState, "the stream does not capture");
    if (c->origin != s)
        return front_fail(hipErrorStreamCaptureUnmatched, "the capture began in another stream; end it there");
    if (c->mode != hipStreamCaptureModeRelaxed && !pthread_equal(c->thread, pthread_self()))
        return front_fail(hipErrorStreamCaptureWrongThread, "the capture began in another thread, and not in relaxed "
                                                            "mode");
    hipError_t error = hipSuccess;
    if (c->invalid)
        error = front_fail(hipErrorStreamCaptureInvalidated, "an earlier error has invalidated the capture");
    else if (!joined(c))
        error = front_fail(hipErrorStreamCaptureUnjoined, "a stream that took part was not joined to the first one by "
                                                          "an event");
    *graph = end(c);
    return error;
}

hipError_t hipStreamEndCapture(hipStream_t stream, hipGraph_t *pGraph) {
    ENTER();
    REQUIRE(pGraph);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    hipGraph_t graph = NULL;
    pthread_mutex_lock(&lock);
    hipError_t error = end_capture(s, &graph);
    pthread_mutex_unlock(&lock);
    *pGraph = NULL;
    if (error == hipSuccess)
        *pGraph = graph;
    else
        graph_free(graph);
    return error;
}

static hipStreamCaptureStatus status_of(const struct ihipStream_t *s) {
    if (s->capture == NULL)
        return hipStreamCaptureStatusNone;
    return s->capture->invalid ? hipStreamCaptureStatusInvalidated : hipStreamCaptureStatusActive;
}

hipError_t hipStreamGetCaptureInfo_v2(hipStream_t stream, hipStreamCaptureStatus *captureStatus_out,
                                      unsigned long long *id_out, hipGraph_t *graph_out,
                                      const hipGraphNode_t **dependencies_out, size_t *numDependencies_out) {
    ENTER();
    REQUIRE(captureStatus_out);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    pthread_mutex_lock(&lock);
    hipError_t error = legacy_conflict(s, false);
    if (error == hipSuccess) {
        *captureStatus_out = status_of(s);
        if (id_out != NULL && s->capture != NULL)
            *id_out = s->capture->id;
        if (graph_out != NULL && s->capture != NULL)
            *graph_out = s->capture->graph;
        if (dependencies_out != NULL)
            *dependencies_out = s->last;
        if (numDependencies_out != NULL)
            *numDependencies_out = s->nlast;
    }
    pthread_mutex_unlock(&lock);
    return error;
}

hipError_t hipStreamGetCaptureInfo(hipStream_t stream, hipStreamCaptureStatus *pCaptureStatus,
                                   unsigned long long *pId) {
    return hipStreamGetCaptureInfo_v2(stream, pCaptureStatus, pId, NULL, NULL, NULL);
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *pCaptureStatus) {
    return hipStreamGetCaptureInfo_v2(stream, pCaptureStatus, NULL, NULL, NULL, NULL);
}

hipError_t hipStreamUpdateCaptureDependencies(hipStream_t stream, hipGraphNode_t *dependencies, size_t numDependencies,
                                              unsigned int flags) {
    ENTER();
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    if (flags != hipStreamAddCaptureDependencies && flags != hipStreamSetCaptureDependencies)
        return front_fail(hipErrorInvalidValue, "flags is %u; 0 (add) and 1 (set) are known", flags);
    if (numDependencies != 0 && dependencies == NULL)
        return front_fail(hipErrorInvalidValue, "there are %zu dependencies, but their array is NULL", numDependencies);
    hipError_t error = hipSuccess;
    pthread_mutex_lock(&lock);
    if (status_of(s) != hipStreamCaptureStatusActive)
        error = front_fail(hipErrorIllegalState, "the stream does not capture, or its capture is invalid");
    for (size_t i = 0; error == hipSuccess && i < numDependencies; i++)
        if (handle_get(HANDLE_NODE, dependencies[i]) == NULL || dependencies[i]->graph != s->capture->graph)
            error = front_fail(hipErrorInvalidValue, "dependency %zu is no node of the capture's graph", i);
    bool add = flags == hipStreamAddCaptureDependencies;
    if (error == hipSuccess && !(add ? join_last(s, dependencies, numDependencies)
                                     : set_last(&s->last, &s->nlast, dependencies, numDependencies)))
        error = front_fail(hipErrorOutOfMemory, "no memory for a dependency");
    pthread_mutex_unlock(&lock);
    return error;
}

hipError_t hipThreadExchangeStreamCaptureMode(hipStreamCaptureMode *mode) {
    ENTER();
    REQUIRE(mode);
    if (*mode != hipStreamCaptureModeGlobal && *mode != hipStreamCaptureModeThreadLocal &&
        *mode != hipStreamCaptureModeRelaxed)
        return front_fail(hipErrorInvalidValue, "*mode is %d, which is no hipStreamCaptureMode", *mode);
    hipStreamCaptureMode before = front_thread.capture_mode;
    front_thread.capture_mode = *mode;
    *mode = before;
    return hipSuccess;
}
