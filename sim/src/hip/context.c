/* Contexts: HIP keeps them for old programs, one to a device. A context handle is its device's number plus one. */
#include "front.h"

static hipCtx_t context_of(int device) {
    return (hipCtx_t)(intptr_t)(device + 1);
}

static int device_of(hipCtx_t ctx) {
    return (int)((intptr_t)ctx - 1);
}

static hipError_t check_context(hipCtx_t ctx) {
    if (!device_exists(device_of(ctx)))
        return front_fail(hipErrorInvalidContext, "ctx is %p, which is no context", (void *)ctx);
    return hipSuccess;
}

enum { MAX_DEPTH = 64 };

static _Thread_local struct {
    int devices[MAX_DEPTH];
    int depth;
} stack;

static hipError_t push(hipCtx_t ctx) {
    hipError_t error = check_context(ctx);
    if (error != hipSuccess)
        return error;
    if (stack.depth == MAX_DEPTH)
        return front_fail(hipErrorInvalidContext, "%d contexts are pushed already", MAX_DEPTH);
    stack.devices[stack.depth++] = front_thread.device;
    front_thread.device = device_of(ctx);
    return hipSuccess;
}

static hipError_t pop(hipCtx_t *ctx) {
    if (stack.depth == 0)
        return front_fail(hipErrorInvalidContext, "no context is pushed");
    if (ctx != NULL)
        *ctx = context_of(front_thread.device);
    front_thread.device = stack.devices[--stack.depth];
    return hipSuccess;
}

hipError_t hipCtxPushCurrent(hipCtx_t ctx) {
    ENTER();
    return push(ctx);
}

hipError_t hipCtxPopCurrent(hipCtx_t *ctx) {
    ENTER();
    return pop(ctx);
}

hipError_t hipCtxCreate(hipCtx_t *ctx, unsigned int flags, hipDevice_t device) {
    ENTER();
    (void)flags;
    REQUIRE(ctx);
    REQUIRE_DEVICE(device);
    hipError_t error = push(context_of(device));
    if (error == hipSuccess)
        *ctx = context_of(device);
    return error;
}

hipError_t hipCtxDestroy(hipCtx_t ctx) {
    ENTER();
    hipError_t error = check_context(ctx);
    if (error == hipSuccess && stack.depth != 0 && front_thread.device == device_of(ctx))
        return pop(NULL);
    return error;
}

hipError_t hipCtxSetCurrent(hipCtx_t ctx) {
    ENTER();
    hipError_t error = check_context(ctx);
    if (error == hipSuccess)
        front_thread.device = device_of(ctx);
    return error;
}

hipError_t hipCtxGetCurrent(hipCtx_t *ctx) {
    ENTER();
    REQUIRE(ctx);
    REQUIRE_DEVICE(front_thread.device);
    *ctx = context_of(front_thread.device);
    return hipSuccess;
}

hipError_t hipCtxGetDevice(hipDevice_t *device) {
    return hipGetDevice(device);
}

hipError_t hipCtxSynchronize(void) {
    return hipDeviceSynchronize();
}

hipError_t hipCtxGetFlags(unsigned int *flags) {
    return hipGetDeviceFlags(flags);
}

hipError_t hipCtxGetApiVersion(hipCtx_t ctx, int *apiVersion) {
    ENTER();
    REQUIRE(apiVersion);
    hipError_t error = check_context(ctx);
    if (error == hipSuccess)
        *apiVersion = 4;
    return error;
}

hipError_t hipDevicePrimaryCtxRetain(hipCtx_t *pctx, hipDevice_t dev) {
    ENTER();
    REQUIRE(pctx);
    REQUIRE_DEVICE(dev);
    *pctx = context_of(dev);
    return hipSuccess;
}

hipError_t hipDevicePrimaryCtxRelease(hipDevice_t dev) {
    ENTER();
    return device_check(dev);
}

hipError_t hipDevicePrimaryCtxReset(hipDevice_t dev) {
    ENTER();
    REQUIRE_DEVICE(dev);
    int before = front_thread.device;
    front_thread.device = dev;
    hipError_t error = hipDeviceReset();
    front_thread.device = before;
    return error;
}

hipError_t hipDevicePrimaryCtxSetFlags(hipDevice_t dev, unsigned int flags) {
    ENTER();
    (void)flags;
    return device_check(dev);
}

hipError_t hipDevicePrimaryCtxGetState(hipDevice_t dev, unsigned int *flags, int *active) {
    ENTER();
    REQUIRE(flags);
    REQUIRE(active);
    REQUIRE_DEVICE(dev);
    *flags = atomic_load(&device_state(dev)->flags);
    *active = 1;
    return hipSuccess;
}
