/* Streams and events: creation, order, callbacks, time, handles that are gone. */
#include "hip_check.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

static struct kernels k;

static void test_streams(void) {
    hipStream_t s = NULL;
    unsigned flags = 9;
    int priority = 9, least = 0, greatest = 0;
    CHECK_HIP(hipStreamCreateWithFlags(&s, hipStreamNonBlocking));
    CHECK_HIP(hipStreamGetFlags(s, &flags));
    CHECK(flags == hipStreamNonBlocking, "flags %u", flags);
    CHECK_HIP(hipStreamQuery(s));
    CHECK_HIP(hipStreamDestroy(s));
    CHECK_GIVES(hipStreamDestroy(s), hipErrorInvalidHandle);
    CHECK_GIVES(hipStreamSynchronize(s), hipErrorInvalidHandle);
    CHECK_GIVES(hipStreamDestroy(NULL), hipErrorInvalidHandle);
    CHECK_GIVES(hipStreamCreateWithFlags(&s, 2), hipErrorInvalidValue);
    CHECK_HIP(hipDeviceGetStreamPriorityRange(&least, &greatest));
    CHECK(greatest < least, "%d to %d", least, greatest);
    CHECK_HIP(hipStreamCreateWithPriority(&s, 0, greatest - 5));
    CHECK_HIP(hipStreamGetPriority(s, &priority));
    CHECK(priority == greatest, "%d", priority);
    CHECK_HIP(hipStreamDestroy(s));
    CHECK_HIP(hipStreamSynchronize(NULL));
    CHECK_HIP(hipStreamSynchronize(hipStreamPerThread));
}

static void test_order(void) {
    hipStream_t s = NULL, t = NULL;
    hipEvent_t e = NULL;
    uint32_t *a = filled_words(64, 1), *b = filled_words(64, 0);
    CHECK_HIP(hipStreamCreate(&s));
    CHECK_HIP(hipStreamCreateWithFlags(&t, hipStreamNonBlocking));
    CHECK_HIP(hipEventCreate(&e));
    CHECK_HIP(launch_add(&k, s, b, a, 64, 10));
    CHECK_HIP(hipEventRecord(e, s));
    CHECK_HIP(hipStreamWaitEvent(t, e, 0));
    CHECK_HIP(launch_add(&k, t, a, b, 64, 100));
    CHECK_HIP(hipStreamSynchronize(t));
    CHECK(word_at(a, 63) == 111, "%u", word_at(a, 63));
    CHECK_GIVES(hipStreamWaitEvent(t, e, 5), hipErrorInvalidValue);
    CHECK_HIP(hipEventDestroy(e));
    CHECK_GIVES(hipStreamWaitEvent(t, e, 0), hipErrorInvalidHandle);
    CHECK_HIP(hipStreamDestroy(s));
    CHECK_HIP(hipStreamDestroy(t));
    CHECK_HIP(hipFree(a));
    CHECK_HIP(hipFree(b));
}

static void test_events(void) {
    hipEvent_t a = NULL, b = NULL, untimed = NULL;
    float ms = -1;
    CHECK_HIP(hipEventCreate(&a));
    CHECK_HIP(hipEventCreate(&b));
    CHECK_HIP(hipEventCreateWithFlags(&untimed, hipEventDisableTiming));
    CHECK_GIVES(hipEventCreateWithFlags(&b, 0x100), hipErrorInvalidValue);
    CHECK_GIVES(hipEventElapsedTime(&ms, a, b), hipErrorInvalidHandle);
    CHECK_HIP(hipEventRecord(a, NULL));
    usleep(2000);
    CHECK_HIP(hipEventRecord(b, NULL));
    CHECK_HIP(hipEventRecord(untimed, NULL));
    CHECK_HIP(hipEventSynchronize(b));
    CHECK_HIP(hipEventQuery(b));
    CHECK_HIP(hipEventElapsedTime(&ms, a, b));
    CHECK(ms >= 2.0f && ms < 10000.0f, "%g ms", (double)ms);
    CHECK_GIVES(hipEventElapsedTime(&ms, a, untimed), hipErrorInvalidHandle);
    CHECK_HIP(hipEventDestroy(a));
    CHECK_GIVES(hipEventDestroy(a), hipErrorInvalidHandle);
    CHECK_GIVES(hipEventRecord(a, NULL), hipErrorInvalidHandle);
    CHECK_HIP(hipEventDestroy(b));
    CHECK_HIP(hipEventDestroy(untimed));
}

struct called {
    int times;
    hipError_t inside, status;
    hipStream_t stream;
};

static void host_function(void *data) {
    struct called *c = data;
    void *p;
    c->times++;
    c->inside = hipMalloc(&p, 4);
}

static void callback(hipStream_t stream, hipError_t status, void *data) {
    struct called *c = data;
    c->times++;
    c->stream = stream;
    c->status = status;
}

static void test_callbacks(void) {
    hipStream_t s = NULL;
    struct called c = {0, hipSuccess, hipErrorUnknown, NULL};
    CHECK_HIP(hipStreamCreate(&s));
    CHECK_HIP(hipLaunchHostFunc(s, host_function, &c));
    CHECK_HIP(hipStreamSynchronize(s));
    CHECK(c.times == 1 && c.inside == hipErrorIllegalState, "%d times, %s inside", c.times, hipGetErrorName(c.inside));
    CHECK_HIP(hipStreamAddCallback(s, callback, &c, 0));
    CHECK(c.times == 2 && c.status == hipSuccess && c.stream == s, "%d times", c.times);
    CHECK_GIVES(hipStreamAddCallback(s, callback, &c, 1), hipErrorInvalidValue);
    CHECK_GIVES(hipLaunchHostFunc(s, NULL, &c), hipErrorInvalidValue);
    CHECK_HIP(hipStreamDestroy(s));
}

/* Threads on streams of their own, allocating, launching, copying and freeing at once. */
enum { THREADS = 4, ROUNDS = 20, N = 128 };
static atomic_uint wrong;

static void *work(void *data) {
    uint32_t me = (uint32_t)(uintptr_t)data, host[N];
    hipStream_t s = NULL;
    if (hipStreamCreate(&s) != hipSuccess)
        atomic_fetch_add(&wrong, 1);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t *a = NULL, *b = NULL;
        bool ok =
            hipMalloc((void **)&a, sizeof host) == hipSuccess && hipMalloc((void **)&b, sizeof host) == hipSuccess;
        ok = ok && hipMemsetD32Async(a, (int)(1000 * me + round), N, s) == hipSuccess;
        ok = ok && launch_add(&k, s, b, a, N, me) == hipSuccess;
        ok = ok && hipMemcpyAsync(host, b, sizeof host, hipMemcpyDeviceToHost, s) == hipSuccess;
        ok = ok && hipStreamSynchronize(s) == hipSuccess;
        for (int i = 0; ok && i < N; i++)
            ok = host[i] == 1000 * me + round + me;
        ok = ok && hipFree(a) == hipSuccess && hipFree(b) == hipSuccess;
        if (!ok)
            atomic_fetch_add(&wrong, 1);
    }
    if (hipStreamDestroy(s) != hipSuccess)
        atomic_fetch_add(&wrong, 1);
    return NULL;
}

static void test_threads(void) {
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)(i + 1));
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    CHECK(wrong == 0, "%u rounds went wrong", wrong);
}

/* The legacy stream waits for blocking streams, and they for it, also across threads. */
static atomic_int in_host, out_of_host;

static void slow(void *data) {
    (void)data;
    atomic_store(&in_host, 1);
    usleep(50000);
    atomic_store(&out_of_host, 1);
}

static void *enqueue_slow(void *data) {
    CHECK_HIP(hipLaunchHostFunc(data, slow, NULL));
    return NULL;
}

static void test_legacy_stream(bool blocking) {
    hipStream_t s = NULL;
    pthread_t thread;
    void *p = filled_words(1, 0);
    CHECK_HIP(hipStreamCreateWithFlags(&s, blocking ? hipStreamDefault : hipStreamNonBlocking));
    atomic_store(&in_host, 0);
    atomic_store(&out_of_host, 0);
    pthread_create(&thread, NULL, enqueue_slow, s);
    while (!atomic_load(&in_host))
        usleep(100);
    CHECK_GIVES(hipStreamQuery(s), hipErrorNotReady);
    CHECK_HIP(hipMemset(p, 1, 4));
    CHECK(atomic_load(&out_of_host) == blocking, "the legacy stream %s for a %s stream",
          atomic_load(&out_of_host) ? "waits" : "does not wait", blocking ? "blocking" : "non-blocking");
    CHECK_HIP(hipDeviceSynchronize());
    CHECK(atomic_load(&out_of_host), "hipDeviceSynchronize waits for every stream");
    pthread_join(thread, NULL);
    CHECK_HIP(hipStreamDestroy(s));
    CHECK_HIP(hipFree(p));
}

int main(void) {
    load_kernels(&k);
    test_streams();
    test_order();
    test_events();
    test_callbacks();
    test_threads();
    test_legacy_stream(true);
    test_legacy_stream(false);
    return check_result();
}
