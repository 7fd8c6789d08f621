/* A launch on hardware. Clocks ramp up over tenths of a second (CK pull request 1241), so that the first replays are
 * thrown away; every launch of a replay has buffers of its own, so that caches hold none of them. */
#include "measure_gpu.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPLAYS = 30, EVENT_ROUNDS = 3 };
static const double warm_up_seconds = 0.5;

#define GPU_FUNCTIONS(X)                                                                                               \
    X(hipStreamCreateWithFlags)                                                                                        \
    X(hipStreamDestroy)                                                                                                \
    X(hipStreamSynchronize)                                                                                            \
    X(hipStreamBeginCapture)                                                                                           \
    X(hipStreamEndCapture)                                                                                             \
    X(hipGraphInstantiate)                                                                                             \
    X(hipGraphLaunch)                                                                                                  \
    X(hipGraphExecDestroy)                                                                                             \
    X(hipGraphDestroy)                                                                                                 \
    X(hipEventCreate)                                                                                                  \
    X(hipEventDestroy)                                                                                                 \
    X(hipEventRecord)                                                                                                  \
    X(hipEventSynchronize)                                                                                             \
    X(hipEventElapsedTime)

struct gpu {
    const struct backend *backend;
    const struct measured *measured;
    hipStream_t stream;
    hipEvent_t before, after;
    hipGraph_t graph;
    hipGraphExec_t exec;
#define X(name) __typeof__(name) *name;
    GPU_FUNCTIONS(X)
#undef X
};

static enum exit_status resolve(struct gpu *gpu) {
#define X(function)                                                                                                    \
    {                                                                                                                  \
        void *address = dlsym(gpu->backend->library, #function);                                                       \
        if (address == NULL)                                                                                           \
            return complain(EXIT_NO_DEVICE, "the HIP library %s has no function %s", gpu->backend->info.hip_library,   \
                            #function);                                                                                \
        memcpy(&gpu->function, &address, sizeof address);                                                              \
    }
    GPU_FUNCTIONS(X)
#undef X
    return EXIT_RIGHT;
}

static enum exit_status check(const struct gpu *gpu, hipError_t error, const char *what) {
    return backend_check(gpu->backend, error, what);
}

static enum exit_status launch_all(const struct gpu *gpu) {
    enum exit_status status = EXIT_RIGHT;
    for (size_t set = 0; set < gpu->measured->sets && status == EXIT_RIGHT; set++)
        status = gpu->measured->launch(gpu->measured->user, set, gpu->stream);
    return status;
}

static enum exit_status prepare(struct gpu *gpu) {
    enum exit_status status = resolve(gpu);
    if (status == EXIT_RIGHT)
        status =
            check(gpu, gpu->hipStreamCreateWithFlags(&gpu->stream, hipStreamNonBlocking), "hipStreamCreateWithFlags");
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipEventCreate(&gpu->before), "hipEventCreate");
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipEventCreate(&gpu->after), "hipEventCreate");
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipStreamBeginCapture(gpu->stream, hipStreamCaptureModeThreadLocal),
                       "hipStreamBeginCapture");
    if (status != EXIT_RIGHT)
        return status;
    status = launch_all(gpu);
    enum exit_status ended = check(gpu, gpu->hipStreamEndCapture(gpu->stream, &gpu->graph), "hipStreamEndCapture");
    if (status == EXIT_RIGHT)
        status = ended;
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipGraphInstantiate(&gpu->exec, gpu->graph, NULL, NULL, 0), "hipGraphInstantiate");
    return status;
}

static void give_back(struct gpu *gpu) {
    if (gpu->exec != NULL)
        (void)gpu->hipGraphExecDestroy(gpu->exec);
    if (gpu->graph != NULL)
        (void)gpu->hipGraphDestroy(gpu->graph);
    if (gpu->before != NULL)
        (void)gpu->hipEventDestroy(gpu->before);
    if (gpu->after != NULL)
        (void)gpu->hipEventDestroy(gpu->after);
    if (gpu->stream != NULL)
        (void)gpu->hipStreamDestroy(gpu->stream);
}

/* Microseconds between the events around a replay, or around one launch where `set` is not negative. */
static enum exit_status between_events(const struct gpu *gpu, long set, double *us) {
    float milliseconds = 0;
    enum exit_status status = check(gpu, gpu->hipEventRecord(gpu->before, gpu->stream), "hipEventRecord");
    if (status == EXIT_RIGHT)
        status = set < 0 ? check(gpu, gpu->hipGraphLaunch(gpu->exec, gpu->stream), "hipGraphLaunch")
                         : gpu->measured->launch(gpu->measured->user, (size_t)set, gpu->stream);
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipEventRecord(gpu->after, gpu->stream), "hipEventRecord");
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipEventSynchronize(gpu->after), "hipEventSynchronize");
    if (status == EXIT_RIGHT)
        status = check(gpu, gpu->hipEventElapsedTime(&milliseconds, gpu->before, gpu->after), "hipEventElapsedTime");
    *us = 1e3 * (double)milliseconds;
    return status;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static enum exit_status replays(struct measurement *measurement, const struct gpu *gpu) {
    double us[REPLAYS];
    enum exit_status status = EXIT_RIGHT;
    const double end = seconds() + (gpu->measured->hot ? 0 : warm_up_seconds);
    do
        status = between_events(gpu, -1, &us[0]);
    while (seconds() < end && status == EXIT_RIGHT);
    for (int i = 0; i < REPLAYS && status == EXIT_RIGHT; i++)
        status = between_events(gpu, -1, &us[i]);
    if (status != EXIT_RIGHT)
        return status;
    qsort(us, REPLAYS, sizeof us[0], compare);
    measurement->us = us[REPLAYS / 2] / (double)gpu->measured->sets;
    measurement->launches = REPLAYS * gpu->measured->sets;
    measurement->spread = us[REPLAYS / 2] > 0 ? (us[REPLAYS - 1] - us[0]) / us[REPLAYS / 2] : 0;
    return EXIT_RIGHT;
}

static enum exit_status events(struct measurement *measurement, const struct gpu *gpu) {
    const size_t count = EVENT_ROUNDS * gpu->measured->sets;
    double *us = malloc(count * sizeof *us);
    if (us == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu times", count);
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++)
        status = between_events(gpu, (long)(i % gpu->measured->sets), &us[i]);
    qsort(us, count, sizeof *us, compare);
    measurement->event_us = us[count / 2];
    free(us);
    return status;
}

enum exit_status measure_gpu(struct measurement *measurement, const struct backend *backend,
                             const struct measured *measured) {
    struct gpu gpu = {.backend = backend, .measured = measured};
    enum exit_status status = prepare(&gpu);
    if (status == EXIT_RIGHT)
        status = replays(measurement, &gpu);
    if (status == EXIT_RIGHT)
        status = events(measurement, &gpu);
    give_back(&gpu);
    return status;
}
