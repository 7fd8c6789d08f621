#include "micro_device.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "machine_file.h"

extern const unsigned char micro_inside_co[] __attribute__((visibility("hidden")));
extern const unsigned char micro_issue_co[] __attribute__((visibility("hidden")));
extern const unsigned char micro_memory_co[] __attribute__((visibility("hidden")));

enum { SELF_BYTES = 4096, LINE_BYTES = 128 };

static enum exit_status resolve(struct micro_device *device) {
#define X(function)                                                                                                    \
    {                                                                                                                  \
        void *address = dlsym(device->backend->library, #function);                                                    \
        if (address == NULL)                                                                                           \
            return complain(EXIT_NO_DEVICE, "the HIP library %s has no function %s",                                   \
                            device->backend->info.hip_library, #function);                                             \
        memcpy(&device->function, &address, sizeof address);                                                           \
    }
    MICRO_FUNCTIONS(X)
#undef X
    return EXIT_RIGHT;
}

static enum exit_status load(struct micro_device *device) {
    const unsigned char *const images[MICRO_MODULES] = {micro_issue_co, micro_memory_co, micro_inside_co};
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < MICRO_MODULES && status == EXIT_RIGHT; i++) {
        status = backend_check(device->backend, device->hipModuleLoadData(&device->module[i], images[i]),
                               "hipModuleLoadData of a micro-benchmark");
        if (status != EXIT_RIGHT)
            device->module[i] = NULL;
    }
    return status;
}

enum exit_status micro_device_renew(const struct micro_device *device) {
    uint64_t own[SELF_BYTES / sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        own[i] = (uint64_t)(uintptr_t)device->self;
    return backend_check(device->backend,
                         device->backend->hipMemcpy(device->self, own, sizeof own, hipMemcpyHostToDevice),
                         "hipMemcpy to the device");
}

/* Every line is met once before the first comes again, far enough apart to meet all sets; the number of lines is a
 * power of 2. */
static enum exit_status make_circle(struct micro_device *device) {
    const size_t words = LINE_BYTES / sizeof(uint64_t);
    uint64_t *host = calloc(device->lines, LINE_BYTES);
    if (host == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu lines", device->lines);
    enum exit_status status = backend_place(device->backend, &device->circle, NULL, 0, device->lines * LINE_BYTES);
    for (size_t i = 0; i < device->lines; i++)
        host[i * words] = (uint64_t)(uintptr_t)device->circle + (i * 2654435761u + 40503u) % device->lines * LINE_BYTES;
    if (status == EXIT_RIGHT)
        status = backend_check(
            device->backend,
            device->backend->hipMemcpy(device->circle, host, device->lines * LINE_BYTES, hipMemcpyHostToDevice),
            "hipMemcpy to the device");
    free(host);
    return status;
}

static hipError_t start(const struct micro_device *device, const struct micro_launch *launch, void *stream) {
    hipFunction_t function = NULL;
    hipError_t error = hipErrorNotFound;
    for (int i = 0; i < MICRO_MODULES && error != hipSuccess; i++)
        error = device->hipModuleGetFunction(&function, device->module[i], launch->kernel);
    if (error != hipSuccess)
        return error;
    struct micro_args args = launch->args;
    size_t bytes = sizeof args;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &args, HIP_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                     HIP_LAUNCH_PARAM_END};
    return device->hipModuleLaunchKernel(function, launch->x, launch->y, 1, launch->items, 1, 1, 0, stream, NULL,
                                         extra);
}

struct timed {
    const struct micro_device *device;
    const struct micro_launch *launch;
};

/* Workgroups of the stream kernels read 32 KB each with a count of 1. */
static enum exit_status run(void *user, size_t set, void *stream) {
    enum { GROUP_READS = 32768, GROUP_STRIDE = 4096 };
    const struct timed *timed = user;
    const struct micro_launch *launch = timed->launch;
    const unsigned groups = (unsigned)(launch->sweep_bytes / GROUP_READS);
    const struct micro_launch sweep = {"stream", groups, 1, 256, {timed->device->stream, 1, groups * GROUP_STRIDE}, 0};
    (void)set;
    hipError_t error = groups == 0 ? hipSuccess : start(timed->device, &sweep, stream);
    if (error == hipSuccess)
        error = start(timed->device, launch, stream);
    return backend_check(timed->device->backend, error, launch->kernel);
}

/* The clocks of a GPU that had nothing to do come up in this. */
static enum exit_status warm_up(const struct micro_device *device) {
    struct measurement measurement;
    const struct micro_launch launch = {"stream", 1024, 1, 256, {device->stream, 1, 0}, 0};
    struct timed timed = {device, &launch};
    const struct measured measured = {.launch = run, .user = &timed, .sets = 1};
    return measure(&measurement, device->backend, &measured, "");
}

/* The mean rate of the core clock while a wave sleeps, counted against the fixed one of 100 MHz; where the device does
 * not say anything that can be, the machine file's. */
static enum exit_status find_clock(struct micro_device *device) {
    uint32_t counts[2] = {0, 0}; /* core clocks, ticks of 100 MHz */
    const struct micro_launch launch = {
        .kernel = "clock_rate", .x = 1, .y = 1, .items = 64, .args = {device->self, 1000, 0}};
    struct machine_value core = {0};
    machine_file_find(&core, "chip.core_mhz");
    device->mhz = core.value;
    enum exit_status status = backend_check(device->backend, start(device, &launch, NULL), "the launch of clock_rate");
    if (status == EXIT_RIGHT)
        status = backend_check(device->backend, device->backend->hipDeviceSynchronize(), "hipDeviceSynchronize");
    if (status == EXIT_RIGHT)
        status = backend_fetch(device->backend, counts, device->self, sizeof counts);
    const double mhz = counts[1] == 0 ? 0 : 100.0 * counts[0] / counts[1];
    if (mhz > core.value / 4 && mhz < core.value * 2)
        device->mhz = mhz;
    return status;
}

enum exit_status micro_device_open(struct micro_device *device, const struct backend *backend) {
    const bool simulated = backend->sim.present;
    *device = (struct micro_device){
        .backend = backend,
        .lines = simulated ? 4096 : (size_t)1 << 19,                    /* 64 MB: past the L2s */
        .stream_bytes = simulated ? (size_t)16 << 20 : (size_t)1 << 30, /* 1 GB: past all caches */
    };
    enum exit_status status = resolve(device);
    if (status == EXIT_RIGHT)
        status = load(device);
    if (status == EXIT_RIGHT)
        status = backend_place(backend, &device->self, NULL, 0, SELF_BYTES);
    if (status == EXIT_RIGHT)
        status = backend_place(backend, &device->stream, NULL, 0, device->stream_bytes);
    if (status == EXIT_RIGHT)
        status = make_circle(device);
    if (status == EXIT_RIGHT && !simulated)
        status = warm_up(device);
    return status == EXIT_RIGHT && !simulated ? find_clock(device) : status;
}

void micro_device_close(struct micro_device *device) {
    void *const buffers[] = {device->self, device->circle, device->stream};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        if (buffers[i] != NULL)
            device->backend->hipFree(buffers[i]);
    for (int i = 0; i < MICRO_MODULES; i++)
        if (device->module[i] != NULL)
            (void)device->hipModuleUnload(device->module[i]);
    *device = (struct micro_device){0};
}

enum exit_status micro_device_time(struct measurement *measurement, const struct micro_device *device,
                                   const struct micro_launch *launch, size_t sets, const char *mode, bool again) {
    struct timed timed = {device, launch};
    const struct measured measured = {run, &timed, sets, true};
    enum exit_status status = EXIT_RIGHT;
    if (again && device->backend->sim.present)
        status = measure(measurement, device->backend, &measured, mode);
    return status == EXIT_RIGHT ? measure(measurement, device->backend, &measured, mode) : status;
}
