#include "front.h"

#include <stdlib.h>
#include <string.h>

#include "../launch.h"
#include "../settings.h"
#include "device_model.h"

/* Bytes that the explicit arguments take, from offset 0. */
static size_t explicit_size(const struct kernel *kernel) {
    size_t size = 0;
    for (uint32_t i = 0; i < kernel->nargs; i++) {
        const struct kernel_arg *arg = &kernel->args[i];
        if (strncmp(arg->value_kind, "hidden_", 7) != 0 && (size_t)arg->offset + arg->size > size)
            size = (size_t)arg->offset + arg->size;
    }
    return size;
}

static hipError_t pack_params(struct work_kernel *k, const struct kernel *kernel, void **params) {
    if (!kernel->has_metadata)
        return front_fail(hipErrorInvalidValue,
                          "kernel %s has no metadata, so kernelParams cannot be packed; pass the "
                          "arguments in a buffer through extra",
                          kernel->name);
    k->kernarg_size = explicit_size(kernel);
    k->kernarg = k->kernarg_size != 0 ? calloc(1, k->kernarg_size) : NULL;
    if (k->kernarg == NULL && k->kernarg_size != 0)
        return front_fail(hipErrorOutOfMemory, "no memory for %zu bytes of arguments", k->kernarg_size);
    for (uint32_t i = 0, n = 0; i < kernel->nargs; i++) {
        const struct kernel_arg *arg = &kernel->args[i];
        if (strncmp(arg->value_kind, "hidden_", 7) == 0)
            continue;
        if (params == NULL || params[n] == NULL) {
            free(k->kernarg);
            k->kernarg = NULL;
            return front_fail(hipErrorInvalidValue,
                              "kernel %s needs argument %u (%s, %u bytes), but kernelParams%s is "
                              "NULL",
                              kernel->name, n, arg->name, arg->size, params == NULL ? "" : "[i]");
        }
        memcpy((uint8_t *)k->kernarg + arg->offset, params[n++], arg->size);
    }
    return hipSuccess;
}

/* HIP_LAUNCH_PARAM_BUFFER_POINTER, p, HIP_LAUNCH_PARAM_BUFFER_SIZE, &n, HIP_LAUNCH_PARAM_END, in any order. */
static hipError_t pack_extra(struct work_kernel *k, void **extra) {
    const void *buffer = NULL;
    const size_t *size = NULL;
    for (int i = 0; extra[i] != HIP_LAUNCH_PARAM_END; i += 2) {
        if (i >= 4 || (extra[i] != HIP_LAUNCH_PARAM_BUFFER_POINTER && extra[i] != HIP_LAUNCH_PARAM_BUFFER_SIZE))
            return front_fail(hipErrorInvalidValue, "extra[%d] is %p, which is no HIP_LAUNCH_PARAM_*", i, extra[i]);
        if (extra[i] == HIP_LAUNCH_PARAM_BUFFER_POINTER)
            buffer = extra[i + 1];
        else
            size = extra[i + 1];
    }
    if (size == NULL || (buffer == NULL && *size != 0))
        return front_fail(hipErrorInvalidValue, "extra gives no buffer %s", size == NULL ? "size" : "pointer");
    k->kernarg_size = *size;
    k->kernarg = *size != 0 ? malloc(*size) : NULL;
    if (k->kernarg == NULL && *size != 0)
        return front_fail(hipErrorOutOfMemory, "no memory for %zu bytes of arguments", *size);
    if (*size != 0)
        memcpy(k->kernarg, buffer, *size);
    return hipSuccess;
}

hipError_t kernel_pack(struct work_kernel *k, void **params, void **extra) {
    if (params != NULL && extra != NULL)
        return front_fail(hipErrorInvalidValue, "both kernelParams and extra are given; one of them must be NULL");
    if (extra != NULL)
        return pack_extra(k, extra);
    const struct kernel *kernel = k->function->kernel;
    if (params == NULL && !kernel->has_metadata) {
        k->kernarg = NULL; /* nothing is known of its arguments, so it has none */
        k->kernarg_size = 0;
        return hipSuccess;
    }
    return pack_params(k, kernel, params);
}

hipError_t kernel_check(const struct work_kernel *k) {
    if (handle_get(HANDLE_FUNCTION, k->function) == NULL)
        return front_fail(hipErrorInvalidHandle, "the function is %p, which is in no loaded module",
                          (void *)k->function);
    uint64_t items = 1;
    for (int i = 0; i < 3; i++) {
        if (k->grid[i] == 0 || k->block[i] == 0)
            return front_fail(hipErrorInvalidConfiguration, "the %s is 0 in dimension %c",
                              k->grid[i] == 0 ? "grid" : "block", "xyz"[i]);
        if ((uint64_t)k->grid[i] * k->block[i] > UINT32_MAX)
            return front_fail(hipErrorInvalidConfiguration,
                              "the grid has %u x %u work-items in dimension %c; HIP allows "
                              "less than 2^32",
                              k->grid[i], k->block[i], "xyz"[i]);
        items *= k->block[i] <= DEVICE_MAX_BLOCK ? k->block[i] : DEVICE_MAX_BLOCK + 1;
    }
    const struct kernel *kernel = k->function->kernel;
    uint32_t limit = kernel->max_flat_workgroup_size ? kernel->max_flat_workgroup_size : DEVICE_MAX_BLOCK;
    if (items > limit)
        return front_fail(hipErrorInvalidConfiguration, "the block has %u x %u x %u work-items; kernel %s allows %u",
                          k->block[0], k->block[1], k->block[2], kernel->name, limit);
    if (k->lds > DEVICE_LDS_BYTES || kernel->group_segment_fixed_size > DEVICE_LDS_BYTES - k->lds)
        return front_fail(hipErrorInvalidConfiguration,
                          "kernel %s needs %u bytes of LDS and %u dynamic ones; a CU has "
                          "%d",
                          kernel->name, kernel->group_segment_fixed_size, k->lds, DEVICE_LDS_BYTES);
    return hipSuccess;
}

hipError_t kernel_run(const struct work_kernel *k, struct ihipStream_t *stream) {
    hipError_t error = kernel_check(k);
    if (error != hipSuccess)
        return error;
    const struct ihipModule_t *module = k->function->module;
    if (module->device != stream->device)
        return front_fail(hipErrorInvalidDevice, "kernel %s was loaded on device %d, the stream is of device %d",
                          k->function->kernel->name, module->device, stream->device);
    struct launch launch = {
        .code = module->code,
        .kernel = k->function->kernel,
        .grid = {k->grid[0], k->grid[1], k->grid[2]},
        .block = {k->block[0], k->block[1], k->block[2]},
        .partial = {k->partial[0], k->partial[1], k->partial[2]},
        .dynamic_lds = k->lds,
        .kernarg = k->kernarg,
        .kernarg_size = k->kernarg_size,
        .device = stream->device,
    };
    char why[512] = "";
    switch (launch_run(&launch, why, sizeof why)) {
    case LAUNCH_OK:
        return hipSuccess;
    case LAUNCH_BAD_CONFIG:
        return front_fail(hipErrorInvalidConfiguration, "%s", why);
    case LAUNCH_NO_MEMORY:
        return front_fail(hipErrorOutOfMemory, "%s", why);
    case LAUNCH_FAULT:
        break;
    }
    atomic_store(&device_state(stream->device)->launch_error, hipErrorLaunchFailure);
    return front_fail(hipErrorLaunchFailure, "%s", why);
}

static hipError_t launch(struct work *work, hipStream_t stream, void **params, void **extra) {
    hipError_t error = kernel_check(&work->kernel);
    if (error == hipSuccess)
        error = kernel_pack(&work->kernel, params, extra);
    if (error != hipSuccess)
        return error;
    error = work_submit(stream, work);
    free(work->kernel.kernarg);
    return error;
}

hipError_t hipModuleLaunchKernel(hipFunction_t f, unsigned int gridDimX, unsigned int gridDimY, unsigned int gridDimZ,
                                 unsigned int blockDimX, unsigned int blockDimY, unsigned int blockDimZ,
                                 unsigned int sharedMemBytes, hipStream_t stream, void **kernelParams, void **extra) {
    ENTER();
    struct work work = {.kind = WORK_KERNEL,
                        .kernel = {.function = f,
                                   .given = f,
                                   .grid = {gridDimX, gridDimY, gridDimZ},
                                   .block = {blockDimX, blockDimY, blockDimZ},
                                   .lds = sharedMemBytes}};
    return launch(&work, stream, kernelParams, extra);
}

static hipError_t record(hipEvent_t event, hipStream_t stream) {
    return event == NULL ? hipSuccess : hipEventRecord(event, stream);
}

/* Declared in hip/hip_ext.h for C++ only. Sizes are in work-items, and the last workgroup may be smaller. */
__attribute__((visibility("default"))) hipError_t
hipExtModuleLaunchKernel(hipFunction_t f, uint32_t globalWorkSizeX, uint32_t globalWorkSizeY, uint32_t globalWorkSizeZ,
                         uint32_t localWorkSizeX, uint32_t localWorkSizeY, uint32_t localWorkSizeZ,
                         size_t sharedMemBytes, hipStream_t hStream, void **kernelParams, void **extra,
                         hipEvent_t startEvent, hipEvent_t stopEvent, uint32_t flags);
hipError_t hipExtModuleLaunchKernel(hipFunction_t f, uint32_t globalWorkSizeX, uint32_t globalWorkSizeY,
                                    uint32_t globalWorkSizeZ, uint32_t localWorkSizeX, uint32_t localWorkSizeY,
                                    uint32_t localWorkSizeZ, size_t sharedMemBytes, hipStream_t hStream,
                                    void **kernelParams, void **extra, hipEvent_t startEvent, hipEvent_t stopEvent,
                                    uint32_t flags) {
    ENTER();
    if (flags & ~(uint32_t)hipExtAnyOrderLaunch)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; only hipExtAnyOrderLaunch (1) is known", flags);
    uint32_t global[3] = {globalWorkSizeX, globalWorkSizeY, globalWorkSizeZ};
    struct work work = {.kind = WORK_KERNEL,
                        .kernel = {.function = f,
                                   .given = f,
                                   .block = {localWorkSizeX, localWorkSizeY, localWorkSizeZ},
                                   .lds = sharedMemBytes > UINT32_MAX ? UINT32_MAX : (uint32_t)sharedMemBytes}};
    for (int i = 0; i < 3; i++) {
        uint32_t block = work.kernel.block[i] ? work.kernel.block[i] : 1;
        work.kernel.grid[i] = global[i] / block + (global[i] % block != 0);
        work.kernel.partial[i] = global[i] % block;
    }
    hipError_t error = record(startEvent, hStream);
    if (error == hipSuccess)
        error = launch(&work, hStream, kernelParams, extra);
    return error != hipSuccess ? error : record(stopEvent, hStream);
}

hipError_t hipLaunchKernel(const void *function_address, dim3 numBlocks, dim3 dimBlocks, void **args,
                           size_t sharedMemBytes, hipStream_t stream) {
    ENTER();
    hipFunction_t f = function_resolve(function_address);
    if (f == NULL)
        return front_thread.last_error;
    struct work work = {.kind = WORK_KERNEL,
                        .kernel = {.function = f,
                                   .given = function_address,
                                   .grid = {numBlocks.x, numBlocks.y, numBlocks.z},
                                   .block = {dimBlocks.x, dimBlocks.y, dimBlocks.z},
                                   .lds = sharedMemBytes > UINT32_MAX ? UINT32_MAX : (uint32_t)sharedMemBytes}};
    return launch(&work, stream, args, NULL);
}

hipError_t hipExtLaunchKernel(const void *function_address, dim3 numBlocks, dim3 dimBlocks, void **args,
                              size_t sharedMemBytes, hipStream_t stream, hipEvent_t startEvent, hipEvent_t stopEvent,
                              int flags) {
    ENTER();
    if (flags & ~hipExtAnyOrderLaunch)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; only hipExtAnyOrderLaunch (1) is known", flags);
    hipError_t error = record(startEvent, stream);
    if (error == hipSuccess)
        error = hipLaunchKernel(function_address, numBlocks, dimBlocks, args, sharedMemBytes, stream);
    return error != hipSuccess ? error : record(stopEvent, stream);
}
