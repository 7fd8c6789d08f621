#include "front.h"

#include <stdlib.h>

/* hipStreamLegacy of later HIP headers */
#define STREAM_LEGACY ((hipStream_t)1)

enum { PRIORITY_LEAST = 1, PRIORITY_GREATEST = -1 };

/* Any work holds `activity` to read, who waits for all work holds it to write. Among the work, that of blocking streams
 * holds `legacy` to read and that of legacy streams to write: they wait for each other, as HIP has it. */
static pthread_rwlock_t activity = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t legacy = PTHREAD_RWLOCK_INITIALIZER;

static struct ihipStream_t legacy_streams[MAX_DEVICES];
static pthread_key_t per_thread_key;

struct per_thread {
    struct ihipStream_t streams[MAX_DEVICES];
};

static void free_per_thread(void *value) {
    struct per_thread *p = value;
    for (int i = 0; i < MAX_DEVICES; i++) {
        capture_abandon(&p->streams[i]);
        pthread_mutex_destroy(&p->streams[i].lock);
    }
    free(p);
}

static void stream_init(struct ihipStream_t *s, int device, unsigned flags, int priority) {
    *s = (struct ihipStream_t){.device = device, .flags = flags, .priority = priority};
    pthread_mutex_init(&s->lock, NULL);
}

static void init(void) {
    for (int i = 0; i < MAX_DEVICES; i++) {
        stream_init(&legacy_streams[i], i, hipStreamDefault, 0);
        legacy_streams[i].legacy = true;
    }
    pthread_key_create(&per_thread_key, free_per_thread);
}

static void init_once(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
}

struct ihipStream_t *stream_legacy(int device) {
    init_once();
    return &legacy_streams[device];
}

static struct ihipStream_t *per_thread_stream(int device) {
    init_once();
    struct per_thread *p = pthread_getspecific(per_thread_key);
    if (p == NULL) {
        p = malloc(sizeof *p);
        if (p == NULL)
            return NULL;
        for (int i = 0; i < MAX_DEVICES; i++)
            stream_init(&p->streams[i], i, hipStreamDefault, 0);
        pthread_setspecific(per_thread_key, p);
    }
    return &p->streams[device];
}

struct ihipStream_t *stream_resolve(hipStream_t stream) {
    if (stream == NULL || stream == STREAM_LEGACY || stream == hipStreamPerThread) {
        if (device_check(front_thread.device) != hipSuccess)
            return NULL;
        return stream == hipStreamPerThread ? per_thread_stream(front_thread.device)
                                            : stream_legacy(front_thread.device);
    }
    struct ihipStream_t *s = handle_get(HANDLE_STREAM, stream);
    if (s == NULL)
        front_fail(hipErrorInvalidHandle, "stream is %p, which is no live stream", (void *)stream);
    return s;
}

void stream_begin(struct ihipStream_t *stream) {
    pthread_rwlock_rdlock(&activity);
    if (stream->legacy)
        pthread_rwlock_wrlock(&legacy);
    else if (!(stream->flags & hipStreamNonBlocking))
        pthread_rwlock_rdlock(&legacy);
    pthread_mutex_lock(&stream->lock);
}

void stream_end(struct ihipStream_t *stream) {
    pthread_mutex_unlock(&stream->lock);
    if (stream->legacy || !(stream->flags & hipStreamNonBlocking))
        pthread_rwlock_unlock(&legacy);
    pthread_rwlock_unlock(&activity);
}

void idle_begin(void) {
    pthread_rwlock_wrlock(&activity);
}

void idle_end(void) {
    pthread_rwlock_unlock(&activity);
}

static hipError_t create(hipStream_t *stream, unsigned flags, int priority) {
    REQUIRE(stream);
    REQUIRE_DEVICE(front_thread.device);
    if (flags & ~(unsigned)hipStreamNonBlocking)
        return front_fail(hipErrorInvalidValue,
                          "flags is 0x%x; known are hipStreamDefault (0) and "
                          "hipStreamNonBlocking (1)",
                          flags);
    struct ihipStream_t *s = malloc(sizeof *s);
    if (s == NULL || !handle_add(HANDLE_STREAM, s, s)) {
        free(s);
        return front_fail(hipErrorOutOfMemory, "no memory for a stream");
    }
    if (priority > PRIORITY_LEAST)
        priority = PRIORITY_LEAST;
    if (priority < PRIORITY_GREATEST)
        priority = PRIORITY_GREATEST;
    stream_init(s, front_thread.device, flags, priority);
    *stream = s;
    return hipSuccess;
}

hipError_t hipStreamCreate(hipStream_t *stream) {
    ENTER();
    return create(stream, hipStreamDefault, 0);
}

hipError_t hipStreamCreateWithFlags(hipStream_t *stream, unsigned int flags) {
    ENTER();
    return create(stream, flags, 0);
}

hipError_t hipStreamCreateWithPriority(hipStream_t *stream, unsigned int flags, int priority) {
    ENTER();
    return create(stream, flags, priority);
}

/* The mask is checked and kept from nothing: all CUs are one. */
hipError_t hipExtStreamCreateWithCUMask(hipStream_t *stream, uint32_t cuMaskSize, const uint32_t *cuMask) {
    ENTER();
    REQUIRE(cuMask);
    if (cuMaskSize == 0)
        return front_fail(hipErrorInvalidValue, "cuMaskSize is 0");
    return create(stream, hipStreamDefault, 0);
}

hipError_t hipDeviceGetStreamPriorityRange(int *leastPriority, int *greatestPriority) {
    ENTER();
    if (leastPriority != NULL)
        *leastPriority = PRIORITY_LEAST;
    if (greatestPriority != NULL)
        *greatestPriority = PRIORITY_GREATEST;
    return hipSuccess;
}

hipError_t hipStreamDestroy(hipStream_t stream) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct ihipStream_t *s = handle_remove(HANDLE_STREAM, stream);
    if (s == NULL)
        return front_fail(hipErrorInvalidHandle, "stream is %p, which is no stream that can be destroyed",
                          (void *)stream);
    capture_abandon(s);
    stream_begin(s);
    stream_end(s);
    pthread_mutex_destroy(&s->lock);
    free(s);
    return hipSuccess;
}

/* Work runs when it is enqueued; what another thread has begun is waited for. */
hipError_t hipStreamSynchronize(hipStream_t stream) {
    ENTER();
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    hipError_t error = capture_guard_stream(s);
    if (error != hipSuccess)
        return error;
    stream_begin(s);
    stream_end(s);
    return device_pending_error(s->device);
}

hipError_t hipStreamQuery(hipStream_t stream) {
    ENTER();
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    hipError_t error = capture_guard_stream(s);
    if (error != hipSuccess)
        return error;
    if (pthread_mutex_trylock(&s->lock) != 0)
        return front_fail(hipErrorNotReady, "another thread's work runs in the stream");
    pthread_mutex_unlock(&s->lock);
    return device_pending_error(s->device);
}

hipError_t hipStreamGetFlags(hipStream_t stream, unsigned int *flags) {
    ENTER();
    REQUIRE(flags);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    *flags = s->flags;
    return hipSuccess;
}

hipError_t hipStreamGetPriority(hipStream_t stream, int *priority) {
    ENTER();
    REQUIRE(priority);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    *priority = s->priority;
    return hipSuccess;
}

/* Later than HIP 5.2's header. */
__attribute__((visibility("default"))) hipError_t hipStreamGetDevice(hipStream_t stream, hipDevice_t *device);
hipError_t hipStreamGetDevice(hipStream_t stream, hipDevice_t *device) {
    ENTER();
    REQUIRE(device);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    *device = s->device;
    return hipSuccess;
}

hipError_t hipLaunchHostFunc(hipStream_t stream, hipHostFn_t fn, void *userData) {
    ENTER();
    REQUIRE(fn);
    struct work work = {.kind = WORK_HOST, .host = {fn, userData}};
    return work_submit(stream, &work);
}

struct callback {
    hipStreamCallback_t function;
    hipStream_t stream;
    void *data;
    hipError_t status;
};

static void call_back(void *data) {
    struct callback *c = data;
    c->function(c->stream, c->status, c->data);
}

hipError_t hipStreamAddCallback(hipStream_t stream, hipStreamCallback_t callback, void *userData, unsigned int flags) {
    ENTER();
    REQUIRE(callback);
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    hipError_t error = capture_guard_stream(s);
    if (error != hipSuccess)
        return error;
    struct callback c = {callback, stream, userData, (hipError_t)atomic_load(&device_state(s->device)->launch_error)};
    struct work work = {.kind = WORK_HOST, .host = {call_back, &c}};
    return work_submit(stream, &work);
}
