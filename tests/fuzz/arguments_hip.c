#define __HIP_PLATFORM_AMD__ 1
#include "arguments_hip.h"

#include <hip/hip_runtime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

enum { MODULE = 0x4d6f6475, FUNCTION = 0x46756e63, GONE = 0x476f6e65, FUNCTIONS = 4 };

struct function {
    uint32_t magic;
    char name[128];
};

struct module {
    uint32_t magic;
    unsigned used;
    struct function functions[FUNCTIONS];
};

struct hip hip;
char hip_stream, hip_capturing_stream;
bool hip_default_is_implicit;

void hip_clear(void) {
    hip.calls = hip.launches = hip.memsets = hip.capture_questions = hip.others = 0;
    hip.failed = false;
}

static bool fails(unsigned *counter) {
    hip.calls++;
    (*counter)++;
    if (hip.fail_in < 0 || hip.fail_in-- > 0)
        return false;
    hip.failed = true;
    return true;
}

static hipError_t some_error(void) {
    static const hipError_t errors[] = {hipErrorUnknown,       hipErrorOutOfMemory, hipErrorInvalidValue,
                                        hipErrorLaunchFailure, hipErrorNoDevice,    (hipError_t)0x7fffffff};
    return errors[fuzz_below(sizeof errors / sizeof *errors)];
}

static void known_stream(hipStream_t stream) {
    if (stream != NULL && (void *)stream != &hip_stream && (void *)stream != &hip_capturing_stream)
        wrong("HIP got the stream %p, which nobody gave", (void *)stream);
}

const char *hipGetErrorString(hipError_t error) {
    hip.calls++;
    return error == hipSuccess ? "no error" : "made to fail";
}

hipError_t hipRuntimeGetVersion(int *version) {
    if (fails(&hip.others))
        return some_error();
    *version = 60300000;
    return hipSuccess;
}

hipError_t hipGetDeviceCount(int *count) {
    if (fails(&hip.others))
        return some_error();
    *count = hip.devices;
    return hipSuccess;
}

hipError_t hipGetDevice(int *device) {
    if (fails(&hip.others))
        return some_error();
    *device = hip.device;
    return hipSuccess;
}

hipError_t hipSetDevice(int device) {
    if (fails(&hip.others))
        return some_error();
    if (device < 0 || device >= hip.devices)
        wrong("hipSetDevice of %d, there are %d", device, hip.devices);
    hip.device = device;
    return hipSuccess;
}

hipError_t hipDeviceComputeCapability(int *major, int *minor, hipDevice_t device) {
    if (fails(&hip.others))
        return some_error();
    (void)device;
    *major = hip.major;
    *minor = hip.minor;
    return hipSuccess;
}

hipError_t hipDeviceGetName(char *name, int length, hipDevice_t device) {
    if (fails(&hip.others))
        return some_error();
    snprintf(name, (size_t)length, "board %d of the fuzzer with a name that is longer than most", device);
    return hipSuccess;
}

hipError_t hipModuleLoadData(hipModule_t *module, const void *image) {
    if (fails(&hip.others))
        return some_error();
    if (memcmp(image, "\177ELF", 4) != 0)
        wrong("hipModuleLoadData got something that is no ELF file");
    struct module *made = calloc(1, sizeof *made);
    if (made == NULL)
        return hipErrorOutOfMemory;
    made->magic = MODULE;
    *module = (hipModule_t)(void *)made;
    hip.modules++;
    return hipSuccess;
}

hipError_t hipModuleGetFunction(hipFunction_t *function, hipModule_t handle, const char *name) {
    if (fails(&hip.others))
        return some_error();
    struct module *module = (struct module *)(void *)handle;
    if (module == NULL || module->magic != MODULE || module->used == FUNCTIONS)
        wrong("hipModuleGetFunction got no module");
    struct function *made = &module->functions[module->used++];
    made->magic = FUNCTION;
    snprintf(made->name, sizeof made->name, "%s", name);
    *function = (hipFunction_t)(void *)made;
    return hipSuccess;
}

hipError_t hipModuleUnload(hipModule_t handle) {
    struct module *module = (struct module *)(void *)handle;
    if (module == NULL || module->magic != MODULE)
        wrong("hipModuleUnload got no module");
    bool failing = fails(&hip.others);
    module->magic = GONE;
    for (unsigned i = 0; i < FUNCTIONS; i++)
        module->functions[i].magic = GONE;
    free(module);
    hip.modules--;
    return failing ? some_error() : hipSuccess;
}

hipError_t hipModuleLaunchKernel(hipFunction_t handle, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                 unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared_bytes,
                                 hipStream_t stream, void **parameters, void **extra) {
    bool failing = fails(&hip.launches);
    const struct function *function = (const struct function *)(const void *)handle;
    if (function == NULL || function->magic != FUNCTION)
        wrong("a launch of something that is no function");
    known_stream(stream);
    if (parameters != NULL || extra == NULL || extra[0] != HIP_LAUNCH_PARAM_BUFFER_POINTER ||
        extra[2] != HIP_LAUNCH_PARAM_BUFFER_SIZE || extra[4] != HIP_LAUNCH_PARAM_END)
        wrong("a launch of %s without a packed buffer of arguments", function->name);
    struct launch launch = {.kernel = function->name,
                            .grid = {grid_x, grid_y, grid_z},
                            .block = {block_x, block_y, block_z},
                            .shared_bytes = shared_bytes,
                            .stream = (void *)stream,
                            .arguments = extra[1],
                            .argument_bytes = *(const size_t *)extra[3]};
    hip_judge(&launch);
    return failing ? some_error() : hipSuccess;
}

hipError_t hipMemsetAsync(void *memory, int value, size_t bytes, hipStream_t stream) {
    bool failing = fails(&hip.memsets);
    known_stream(stream);
    hip.memset = (struct memset_call){memory, value, bytes, (void *)stream};
    return failing ? some_error() : hipSuccess;
}

hipError_t hipStreamIsCapturing(hipStream_t stream, hipStreamCaptureStatus *status) {
    if (fails(&hip.capture_questions))
        return some_error();
    known_stream(stream);
    if (stream == NULL && hip_default_is_implicit)
        return hipErrorStreamCaptureImplicit;
    *status = (void *)stream == &hip_capturing_stream ? hipStreamCaptureStatusActive : hipStreamCaptureStatusNone;
    return hipSuccess;
}
