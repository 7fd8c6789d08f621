#include "front.h"

#include <stdlib.h>

static hipEvent_t resolve(hipEvent_t event) {
    hipEvent_t e = handle_get(HANDLE_EVENT, event);
    if (e == NULL)
        front_fail(hipErrorInvalidHandle, "event is %p, which is no live event", (void *)event);
    return e;
}

hipError_t hipEventCreateWithFlags(hipEvent_t *event, unsigned flags) {
    ENTER();
    REQUIRE(event);
    REQUIRE_DEVICE(front_thread.device);
    unsigned releases = hipEventReleaseToDevice | hipEventReleaseToSystem;
    unsigned known = hipEventBlockingSync | hipEventDisableTiming | hipEventInterprocess | releases;
    if ((flags & ~known) || (flags & releases) == releases)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; the known ones are 0x%x, at most one of them a release",
                          flags, known);
    if ((flags & hipEventInterprocess) && !(flags & hipEventDisableTiming))
        return front_fail(hipErrorInvalidValue, "hipEventInterprocess needs hipEventDisableTiming");
    hipEvent_t e = calloc(1, sizeof *e);
    if (e == NULL || !handle_add(HANDLE_EVENT, e, e)) {
        free(e);
        return front_fail(hipErrorOutOfMemory, "no memory for an event");
    }
    e->flags = flags;
    pthread_mutex_init(&e->lock, NULL);
    *event = e;
    return hipSuccess;
}

hipError_t hipEventCreate(hipEvent_t *event) {
    return hipEventCreateWithFlags(event, hipEventDefault);
}

hipError_t hipEventDestroy(hipEvent_t event) {
    ENTER();
    hipEvent_t e = handle_remove(HANDLE_EVENT, event);
    if (e == NULL)
        return front_fail(hipErrorInvalidHandle, "event is %p, which is no live event", (void *)event);
    capture_forget_event(e);
    pthread_mutex_destroy(&e->lock);
    free(e);
    return hipSuccess;
}

void event_record_now(hipEvent_t event) {
    pthread_mutex_lock(&event->lock);
    event->recorded = true;
    clock_gettime(CLOCK_MONOTONIC, &event->time);
    pthread_mutex_unlock(&event->lock);
}

hipError_t hipEventRecord(hipEvent_t event, hipStream_t stream) {
    ENTER();
    hipEvent_t e = resolve(event);
    struct ihipStream_t *s = e != NULL ? stream_resolve(stream) : NULL;
    if (s == NULL)
        return front_thread.last_error;
    bool captured;
    hipError_t error = capture_record(s, e, &captured);
    if (error != hipSuccess || captured)
        return error;
    capture_forget_event(e);
    struct work work = {.kind = WORK_RECORD, .event = e};
    return work_submit(stream, &work);
}

/* Everything that was enqueued before the record has run: there is nothing left to wait for but a capture's order. */
hipError_t hipStreamWaitEvent(hipStream_t stream, hipEvent_t event, unsigned int flags) {
    ENTER();
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    hipEvent_t e = resolve(event);
    struct ihipStream_t *s = e != NULL ? stream_resolve(stream) : NULL;
    if (s == NULL)
        return front_thread.last_error;
    return capture_wait(s, e);
}

static hipError_t query(hipEvent_t event) {
    ENTER();
    hipEvent_t e = resolve(event);
    if (e == NULL)
        return hipErrorInvalidHandle;
    if (capture_holds_event(e))
        return front_fail(hipErrorCapturedEvent, "event %p was last recorded in a stream that captures", (void *)e);
    return hipSuccess;
}

hipError_t hipEventQuery(hipEvent_t event) {
    return query(event);
}

hipError_t hipEventSynchronize(hipEvent_t event) {
    return query(event);
}

static bool timed(hipEvent_t event, struct timespec *time) {
    pthread_mutex_lock(&event->lock);
    bool recorded = event->recorded;
    *time = event->time;
    pthread_mutex_unlock(&event->lock);
    return recorded && !(event->flags & hipEventDisableTiming);
}

hipError_t hipEventElapsedTime(float *ms, hipEvent_t start, hipEvent_t stop) {
    ENTER();
    REQUIRE(ms);
    hipEvent_t first = resolve(start), last = first != NULL ? resolve(stop) : NULL;
    if (last == NULL)
        return hipErrorInvalidHandle;
    if (capture_holds_event(first) || capture_holds_event(last))
        return front_fail(hipErrorCapturedEvent, "an event was last recorded in a stream that captures");
    struct timespec a, b;
    if (!timed(first, &a) || !timed(last, &b))
        return front_fail(hipErrorInvalidHandle, "both events must be recorded and made without hipEventDisableTiming");
    *ms = (float)((double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) * 1e-6);
    return hipSuccess;
}
