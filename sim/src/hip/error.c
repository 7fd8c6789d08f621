#include "front.h"

#include <stdio.h>
#include <stdlib.h>

#include "../message.h"
#include "../settings.h"

_Thread_local struct front_thread front_thread;

void front_enter(const char *api) {
    settings_init();
    front_thread.api = api;
}

hipError_t front_fail(hipError_t error, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    message_vprintf(fmt, args);
    va_end(args);
    /* "not ready" answers a question; it is no failure */
    if (error != hipErrorNotReady)
        front_thread.last_error = error;
    const char *level = getenv("AMD_LOG_LEVEL");
    if (level != NULL && atoi(level) >= 1) {
        fprintf(stderr, "gfx950sim: %s: %s: ", front_thread.api ? front_thread.api : "", hipGetErrorName(error));
        va_start(args, fmt);
        vfprintf(stderr, fmt, args);
        va_end(args);
        fputc('\n', stderr);
    }
    return error;
}

hipError_t hipGetLastError(void) {
    settings_init();
    hipError_t error = hipPeekAtLastError();
    front_thread.last_error = hipSuccess;
    struct device *device = device_state(front_thread.device);
    if (device != NULL)
        atomic_store(&device->launch_error, hipSuccess);
    return error;
}

hipError_t hipPeekAtLastError(void) {
    settings_init();
    struct device *device = device_state(front_thread.device);
    if (front_thread.last_error != hipSuccess || device == NULL)
        return front_thread.last_error;
    return (hipError_t)atomic_load(&device->launch_error);
}

#define ERRORS(X)                                                                                                      \
    X(hipSuccess, "no error")                                                                                          \
    X(hipErrorInvalidValue, "an argument is NULL or outside its range")                                                \
    X(hipErrorOutOfMemory, "out of memory")                                                                            \
    X(hipErrorNotInitialized, "HIP is not initialised")                                                                \
    X(hipErrorDeinitialized, "HIP is being unloaded")                                                                  \
    X(hipErrorProfilerDisabled, "the profiler is disabled")                                                            \
    X(hipErrorProfilerNotInitialized, "the profiler is not initialised")                                               \
    X(hipErrorProfilerAlreadyStarted, "the profiler runs already")                                                     \
    X(hipErrorProfilerAlreadyStopped, "the profiler is stopped already")                                               \
    X(hipErrorInvalidConfiguration, "a launch configuration that the device cannot run")                               \
    X(hipErrorInvalidPitchValue, "a pitch smaller than the row")                                                       \
    X(hipErrorInvalidSymbol, "no such device symbol")                                                                  \
    X(hipErrorInvalidDevicePointer, "not a device pointer")                                                            \
    X(hipErrorInvalidMemcpyDirection, "the pointers do not lie where the copy kind says")                              \
    X(hipErrorInsufficientDriver, "the driver is too old")                                                             \
    X(hipErrorMissingConfiguration, "no launch was configured")                                                        \
    X(hipErrorPriorLaunchFailure, "an earlier launch failed")                                                          \
    X(hipErrorInvalidDeviceFunction, "no such device function")                                                        \
    X(hipErrorNoDevice, "no HIP device")                                                                               \
    X(hipErrorInvalidDevice, "no device of this number")                                                               \
    X(hipErrorInvalidImage, "not a code object")                                                                       \
    X(hipErrorInvalidContext, "no such context")                                                                       \
    X(hipErrorContextAlreadyCurrent, "the context is current already")                                                 \
    X(hipErrorMapFailed, "mapping failed")                                                                             \
    X(hipErrorUnmapFailed, "unmapping failed")                                                                         \
    X(hipErrorArrayIsMapped, "the array is mapped")                                                                    \
    X(hipErrorAlreadyMapped, "mapped already")                                                                         \
    X(hipErrorNoBinaryForGpu, "no code object for this device")                                                        \
    X(hipErrorAlreadyAcquired, "acquired already")                                                                     \
    X(hipErrorNotMapped, "not mapped")                                                                                 \
    X(hipErrorNotMappedAsArray, "not mapped as an array")                                                              \
    X(hipErrorNotMappedAsPointer, "not mapped as a pointer")                                                           \
    X(hipErrorECCNotCorrectable, "a memory error that ECC cannot correct")                                             \
    X(hipErrorUnsupportedLimit, "the device has no such limit")                                                        \
    X(hipErrorContextAlreadyInUse, "the context is in use")                                                            \
    X(hipErrorPeerAccessUnsupported, "the devices cannot reach each other's memory")                                   \
    X(hipErrorInvalidKernelFile, "not a kernel file")                                                                  \
    X(hipErrorInvalidGraphicsContext, "no such graphics context")                                                      \
    X(hipErrorInvalidSource, "invalid source")                                                                         \
    X(hipErrorFileNotFound, "file not found")                                                                          \
    X(hipErrorSharedObjectSymbolNotFound, "the shared object lacks a symbol")                                          \
    X(hipErrorSharedObjectInitFailed, "the shared object failed to start")                                             \
    X(hipErrorOperatingSystem, "an operating system call failed")                                                      \
    X(hipErrorInvalidHandle, "an invalid or destroyed handle")                                                         \
    X(hipErrorIllegalState, "not allowed in the present state")                                                        \
    X(hipErrorNotFound, "no such name")                                                                                \
    X(hipErrorNotReady, "work is still running")                                                                       \
    X(hipErrorIllegalAddress, "an access outside every allocation")                                                    \
    X(hipErrorLaunchOutOfResources, "the launch needs more than the device has")                                       \
    X(hipErrorLaunchTimeOut, "the launch took too long")                                                               \
    X(hipErrorPeerAccessAlreadyEnabled, "peer access is enabled already")                                              \
    X(hipErrorPeerAccessNotEnabled, "peer access is not enabled")                                                      \
    X(hipErrorSetOnActiveProcess, "too late: the device is in use")                                                    \
    X(hipErrorContextIsDestroyed, "the context was destroyed")                                                         \
    X(hipErrorAssert, "a device assertion failed")                                                                     \
    X(hipErrorHostMemoryAlreadyRegistered, "the memory is registered already")                                         \
    X(hipErrorHostMemoryNotRegistered, "the memory is not registered")                                                 \
    X(hipErrorLaunchFailure, "a kernel failed; the simulator's findings say why")                                      \
    X(hipErrorCooperativeLaunchTooLarge, "more workgroups than run at once in a cooperative launch")                   \
    X(hipErrorNotSupported, "the simulator has no such function")                                                      \
    X(hipErrorStreamCaptureUnsupported, "not allowed while a stream captures")                                         \
    X(hipErrorStreamCaptureInvalidated, "an earlier error has invalidated the capture")                                \
    X(hipErrorStreamCaptureMerge, "the call would join two captures")                                                  \
    X(hipErrorStreamCaptureUnmatched, "the capture did not begin in this stream")                                      \
    X(hipErrorStreamCaptureUnjoined, "a stream that the capture forked was not joined again")                          \
    X(hipErrorStreamCaptureIsolation, "a dependency on work outside the capture")                                      \
    X(hipErrorStreamCaptureImplicit, "the legacy stream would depend on a capture")                                    \
    X(hipErrorCapturedEvent, "the event was last recorded in a capture")                                               \
    X(hipErrorStreamCaptureWrongThread, "the capture began in another thread")                                         \
    X(hipErrorGraphExecUpdateFailure, "the graph differs too much for an update")                                      \
    X(hipErrorUnknown, "unknown error")                                                                                \
    X(hipErrorRuntimeMemory, "a memory call of the runtime failed")                                                    \
    X(hipErrorRuntimeOther, "a call of the runtime failed")

static const struct {
    hipError_t error;
    const char *name, *text;
} errors[] = {
#define X(error, text) {error, #error, text},
    ERRORS(X)
#undef X
};

const char *hipGetErrorName(hipError_t error) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].error == error)
            return errors[i].name;
    return "hipErrorUnknown";
}

const char *hipGetErrorString(hipError_t error) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++)
        if (errors[i].error == error)
            return errors[i].text;
    return "unknown error";
}
