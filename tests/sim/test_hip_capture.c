/* Stream capture: what is captured, what invalidates, forks and joins, modes and threads. */
#include "hip_check.h"

#include <pthread.h>

static struct kernels k;
static uint32_t *a, *b;
static hipStream_t s, t;

static size_t node_count(hipGraph_t graph) {
    size_t n = 0;
    CHECK_HIP(hipGraphGetNodes(graph, NULL, &n));
    return n;
}

static hipStreamCaptureStatus status_of(hipStream_t stream) {
    hipStreamCaptureStatus status = hipStreamCaptureStatusNone;
    CHECK_HIP(hipStreamIsCapturing(stream, &status));
    return status;
}

static void begin(hipStreamCaptureMode mode) {
    CHECK_HIP(hipStreamBeginCapture(s, mode));
}

/* Ends the capture of s, which must give the error, and no graph with an error. */
static void end(hipError_t wanted) {
    hipGraph_t graph = (hipGraph_t)1;
    CHECK_GIVES(hipStreamEndCapture(s, &graph), wanted);
    CHECK((graph == NULL) == (wanted != hipSuccess), "graph %p", (void *)graph);
    if (wanted == hipSuccess)
        CHECK_HIP(hipGraphDestroy(graph));
    CHECK(status_of(s) == hipStreamCaptureStatusNone, "the capture is over");
}

static void test_replay(void) {
    hipGraph_t graph = NULL;
    hipGraphExec_t exec = NULL;
    uint32_t host[64] = {0};
    CHECK_HIP(hipMemsetD32(a, 1, 64));
    begin(hipStreamCaptureModeGlobal);
    CHECK(status_of(s) == hipStreamCaptureStatusActive, "status %d", status_of(s));
    CHECK_HIP(launch_add(&k, s, a, a, 64, 5));
    CHECK_HIP(hipMemcpyAsync(b, a, 256, hipMemcpyDeviceToDevice, s));
    CHECK_HIP(hipMemcpyAsync(host, b, 256, hipMemcpyDeviceToHost, s));
    CHECK_HIP(hipStreamEndCapture(s, &graph));
    CHECK(host[0] == 0 && word_at(a, 0) == 1, "captured work does not run");
    CHECK(node_count(graph) == 3, "%zu nodes", node_count(graph));
    CHECK_HIP(hipGraphInstantiate(&exec, graph, NULL, NULL, 0));
    CHECK_HIP(hipGraphDestroy(graph));
    for (uint32_t i = 1; i <= 3; i++) {
        CHECK_HIP(hipGraphLaunch(exec, s));
        CHECK(host[63] == 1 + 5 * i, "after launch %u: %u", i, host[63]);
    }
    CHECK_HIP(hipGraphExecDestroy(exec));
}

/* Calls that allocate or wait end a capture in global mode, whichever thread makes them. */
static hipError_t call_malloc(void) {
    void *p = NULL;
    return hipMalloc(&p, 4);
}
static hipError_t call_free(void) {
    return hipFree(b);
}
static hipError_t call_memcpy(void) {
    return hipMemcpy(a, b, 4, hipMemcpyDeviceToDevice);
}
static hipError_t call_memset(void) {
    return hipMemset(a, 0, 4);
}
static hipError_t call_device_synchronize(void) {
    return hipDeviceSynchronize();
}
static hipError_t call_module_load(void) {
    hipModule_t m;
    return hipModuleLoad(&m, HIP_CO);
}
static hipError_t call_stream_synchronize(void) {
    return hipStreamSynchronize(s);
}
static hipError_t call_stream_query(void) {
    return hipStreamQuery(s);
}

static hipError_t (*const forbidden[])(void) = {call_malloc,
                                                call_free,
                                                call_memcpy,
                                                call_memset,
                                                call_device_synchronize,
                                                call_module_load,
                                                call_stream_synchronize,
                                                call_stream_query};
enum { FORBIDDEN = sizeof forbidden / sizeof forbidden[0], OF_THE_STREAM = 2 /* the last ones: in every mode */ };

static void test_forbidden(void) {
    for (int i = 0; i < FORBIDDEN; i++) {
        begin(hipStreamCaptureModeGlobal);
        CHECK_HIP(launch_add(&k, s, a, a, 64, 5));
        CHECK_GIVES(forbidden[i](), hipErrorStreamCaptureUnsupported);
        CHECK(status_of(s) == hipStreamCaptureStatusInvalidated, "call %d leaves status %d", i, status_of(s));
        CHECK_GIVES(launch_add(&k, s, a, a, 64, 5), hipErrorStreamCaptureInvalidated);
        end(hipErrorStreamCaptureInvalidated);
    }
    CHECK_HIP(hipMemset(a, 0, 4)); /* the simulator is as before */
}

struct other {
    int call;
    hipStreamCaptureMode mode;
    hipError_t error;
};

static void *call_in_thread(void *data) {
    struct other *o = data;
    (void)hipThreadExchangeStreamCaptureMode(&o->mode);
    o->error = forbidden[o->call]();
    return NULL;
}

static hipError_t in_thread(int call, hipStreamCaptureMode mode) {
    struct other o = {call, mode, hipErrorUnknown};
    pthread_t thread;
    pthread_create(&thread, NULL, call_in_thread, &o);
    pthread_join(thread, NULL);
    return o.error;
}

static void test_modes(void) {
    begin(hipStreamCaptureModeGlobal);
    CHECK_GIVES(in_thread(0, hipStreamCaptureModeThreadLocal), hipSuccess);
    CHECK_GIVES(in_thread(0, hipStreamCaptureModeRelaxed), hipSuccess);
    CHECK(status_of(s) == hipStreamCaptureStatusActive, "threads of other modes do not disturb");
    CHECK_GIVES(in_thread(0, hipStreamCaptureModeGlobal), hipErrorStreamCaptureUnsupported);
    end(hipErrorStreamCaptureInvalidated);
    begin(hipStreamCaptureModeThreadLocal);
    CHECK_GIVES(in_thread(0, hipStreamCaptureModeGlobal), hipSuccess);
    CHECK_GIVES(call_memcpy(), hipErrorStreamCaptureUnsupported);
    end(hipErrorStreamCaptureInvalidated);
    begin(hipStreamCaptureModeRelaxed);
    void *p = NULL;
    CHECK_HIP(hipMalloc(&p, 4));
    CHECK_HIP(hipFree(p));
    CHECK_GIVES(call_stream_synchronize(), hipErrorStreamCaptureUnsupported);
    end(hipErrorStreamCaptureInvalidated);
    hipStreamCaptureMode mode = hipStreamCaptureModeRelaxed;
    begin(hipStreamCaptureModeGlobal);
    CHECK_HIP(hipThreadExchangeStreamCaptureMode(&mode));
    CHECK(mode == hipStreamCaptureModeGlobal, "mode %d", mode);
    CHECK_HIP(hipMalloc(&p, 4));
    CHECK_HIP(hipFree(p));
    CHECK_HIP(hipThreadExchangeStreamCaptureMode(&mode));
    end(hipSuccess);
}

static void test_legacy_stream(void) {
    hipStreamCaptureStatus status;
    CHECK_GIVES(hipStreamBeginCapture(NULL, hipStreamCaptureModeGlobal), hipErrorStreamCaptureUnsupported);
    begin(hipStreamCaptureModeRelaxed);
    CHECK_GIVES(hipStreamIsCapturing(NULL, &status), hipErrorStreamCaptureImplicit);
    CHECK(status_of(s) == hipStreamCaptureStatusActive, "a question does not invalidate");
    CHECK_GIVES(hipMemsetAsync(a, 0, 4, NULL), hipErrorStreamCaptureImplicit);
    end(hipErrorStreamCaptureInvalidated);
    /* t does not wait for the legacy stream */
    CHECK_HIP(hipStreamBeginCapture(t, hipStreamCaptureModeRelaxed));
    CHECK_HIP(hipMemsetAsync(a, 0, 4, NULL));
    hipGraph_t graph = NULL;
    CHECK_HIP(hipStreamEndCapture(t, &graph));
    CHECK_HIP(hipGraphDestroy(graph));
}

static void test_forks(void) {
    hipEvent_t fork = NULL, join = NULL, outside = NULL, never = NULL;
    hipGraph_t graph = NULL;
    size_t n = 0;
    CHECK_HIP(hipEventCreate(&fork));
    CHECK_HIP(hipEventCreate(&join));
    CHECK_HIP(hipEventCreate(&outside));
    CHECK_HIP(hipEventCreate(&never));
    CHECK_HIP(hipEventRecord(outside, s));
    begin(hipStreamCaptureModeGlobal);
    CHECK_HIP(hipMemsetAsync(a, 1, 256, s));
    CHECK_HIP(hipEventRecord(fork, s));
    CHECK_HIP(hipStreamWaitEvent(t, fork, 0));
    CHECK(status_of(t) == hipStreamCaptureStatusActive, "a stream that waits for a captured event takes part");
    CHECK_HIP(hipMemsetAsync(b, 2, 256, t));
    CHECK_HIP(hipMemsetAsync(a, 3, 256, s));
    CHECK_GIVES(hipStreamEndCapture(t, &graph), hipErrorStreamCaptureUnmatched);
    CHECK_GIVES(hipEventQuery(fork), hipErrorCapturedEvent);
    CHECK_HIP(hipEventRecord(join, t));
    CHECK_HIP(hipStreamWaitEvent(s, join, 0));
    CHECK_HIP(hipStreamWaitEvent(s, never, 0));
    CHECK_HIP(hipMemsetAsync(a, 4, 256, s));
    CHECK_HIP(hipStreamEndCapture(s, &graph));
    CHECK(status_of(t) == hipStreamCaptureStatusNone, "the capture is over for all");
    CHECK(node_count(graph) == 4, "%zu nodes", node_count(graph));
    CHECK_HIP(hipGraphGetEdges(graph, NULL, NULL, &n));
    CHECK(n == 4, "%zu edges of a diamond", n);
    CHECK_HIP(hipGraphDestroy(graph));

    begin(hipStreamCaptureModeGlobal);
    CHECK_HIP(hipEventRecord(fork, s));
    CHECK_HIP(hipStreamWaitEvent(t, fork, 0));
    CHECK_HIP(hipMemsetAsync(b, 2, 256, t));
    end(hipErrorStreamCaptureUnjoined);
    begin(hipStreamCaptureModeGlobal);
    CHECK_GIVES(hipStreamWaitEvent(s, outside, 0), hipErrorStreamCaptureIsolation);
    end(hipErrorStreamCaptureInvalidated);
    begin(hipStreamCaptureModeGlobal);
    CHECK_HIP(hipStreamBeginCapture(t, hipStreamCaptureModeGlobal));
    CHECK_HIP(hipEventRecord(fork, t));
    CHECK_GIVES(hipStreamWaitEvent(s, fork, 0), hipErrorStreamCaptureMerge);
    end(hipErrorStreamCaptureInvalidated);
    CHECK_GIVES(hipStreamEndCapture(t, &graph), hipErrorStreamCaptureInvalidated);
    CHECK_HIP(hipEventRecord(fork, s));
    CHECK_HIP(hipEventQuery(fork)); /* recorded anew, outside */
    CHECK_HIP(hipEventDestroy(fork));
    CHECK_HIP(hipEventDestroy(join));
    CHECK_HIP(hipEventDestroy(outside));
    CHECK_HIP(hipEventDestroy(never));
}

static void *end_in_thread(void *data) {
    hipGraph_t graph;
    *(hipError_t *)data = hipStreamEndCapture(s, &graph);
    return NULL;
}

static void test_misuse(void) {
    hipGraph_t graph = NULL;
    pthread_t thread;
    hipError_t error = hipSuccess;
    unsigned long long id = 0, next = 0;
    hipStreamCaptureStatus status;
    CHECK_GIVES(hipStreamEndCapture(s, &graph), hipErrorIllegalState);
    CHECK_GIVES(hipStreamBeginCapture(s, (hipStreamCaptureMode)7), hipErrorInvalidValue);
    begin(hipStreamCaptureModeGlobal);
    CHECK_GIVES(hipStreamBeginCapture(s, hipStreamCaptureModeGlobal), hipErrorIllegalState);
    CHECK_HIP(hipStreamGetCaptureInfo(s, &status, &id));
    pthread_create(&thread, NULL, end_in_thread, &error);
    pthread_join(thread, NULL);
    CHECK(error == hipErrorStreamCaptureWrongThread, "%s", hipGetErrorName(error));
    CHECK_GIVES(hipMemcpyAsync(a, b, 257, hipMemcpyDeviceToDevice, s), hipErrorInvalidValue);
    end(hipSuccess); /* a bad argument is no part of the capture */
    begin(hipStreamCaptureModeRelaxed);
    CHECK_HIP(hipStreamGetCaptureInfo(s, &status, &next));
    CHECK(next != id && id != 0, "each capture has its number: %llu, %llu", id, next);
    end(hipSuccess);
    hipStream_t gone = NULL;
    CHECK_HIP(hipStreamCreate(&gone));
    CHECK_HIP(hipStreamBeginCapture(gone, hipStreamCaptureModeGlobal));
    CHECK_HIP(hipStreamDestroy(gone));
    CHECK_HIP(hipMemset(a, 0, 4)); /* the capture went with its stream */
}

int main(void) {
    load_kernels(&k);
    a = filled_words(64, 0);
    b = filled_words(64, 0);
    CHECK_HIP(hipStreamCreate(&s));
    CHECK_HIP(hipStreamCreateWithFlags(&t, hipStreamNonBlocking));
    test_replay();
    test_forbidden();
    test_modes();
    test_legacy_stream();
    test_forks();
    test_misuse();
    return check_result();
}
