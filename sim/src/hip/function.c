/* What HIP tells about a kernel, and what may be set. */
#include "front.h"

#include "device_model.h"

static int registers(const struct kernel *kernel) {
    return (int)((kernel->rsrc1 & 0x3f) + 1) * 8;
}

static int max_block(const struct kernel *kernel) {
    return kernel->max_flat_workgroup_size ? (int)kernel->max_flat_workgroup_size : DEVICE_MAX_BLOCK;
}

static int max_dynamic_lds(hipFunction_t f) {
    int set = atomic_load(&f->max_dynamic_lds);
    return set >= 0 ? set : DEVICE_LDS_BYTES - (int)f->kernel->group_segment_fixed_size;
}

enum { BINARY_VERSION = 95 }; /* compute capability, 10 major + minor */

hipError_t hipFuncGetAttributes(struct hipFuncAttributes *attr, const void *func) {
    ENTER();
    REQUIRE(attr);
    hipFunction_t f = function_resolve(func);
    if (f == NULL)
        return front_thread.last_error;
    *attr = (struct hipFuncAttributes){
        .binaryVersion = BINARY_VERSION,
        .localSizeBytes = f->kernel->private_segment_fixed_size,
        .maxDynamicSharedSizeBytes = max_dynamic_lds(f),
        .maxThreadsPerBlock = max_block(f->kernel),
        .numRegs = registers(f->kernel),
        .ptxVersion = BINARY_VERSION,
        .sharedSizeBytes = f->kernel->group_segment_fixed_size,
    };
    return hipSuccess;
}

hipError_t hipFuncGetAttribute(int *value, hipFunction_attribute attrib, hipFunction_t hfunc) {
    ENTER();
    REQUIRE(value);
    hipFunction_t f = handle_get(HANDLE_FUNCTION, hfunc);
    if (f == NULL)
        return front_fail(hipErrorInvalidHandle, "hfunc is %p, which is in no loaded module", (void *)hfunc);
    switch (attrib) {
    case HIP_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
        *value = max_block(f->kernel);
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES:
        *value = (int)f->kernel->group_segment_fixed_size;
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES:
        *value = (int)f->kernel->private_segment_fixed_size;
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_NUM_REGS:
        *value = registers(f->kernel);
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_PTX_VERSION:
    case HIP_FUNC_ATTRIBUTE_BINARY_VERSION:
        *value = BINARY_VERSION;
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES:
        *value = max_dynamic_lds(f);
        return hipSuccess;
    case HIP_FUNC_ATTRIBUTE_CONST_SIZE_BYTES:
    case HIP_FUNC_ATTRIBUTE_CACHE_MODE_CA:
    case HIP_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT:
        *value = 0;
        return hipSuccess;
    default:
        return front_fail(hipErrorInvalidValue, "attrib is %d, which is no hipFunction_attribute", attrib);
    }
}

hipError_t hipFuncSetAttribute(const void *func, hipFuncAttribute attr, int value) {
    ENTER();
    hipFunction_t f = function_resolve(func);
    if (f == NULL)
        return front_thread.last_error;
    if (attr == hipFuncAttributePreferredSharedMemoryCarveout)
        return hipSuccess; /* LDS and L1 do not share */
    if (attr != hipFuncAttributeMaxDynamicSharedMemorySize)
        return front_fail(hipErrorInvalidValue, "attr is %d, which is no hipFuncAttribute", attr);
    int most = DEVICE_LDS_BYTES - (int)f->kernel->group_segment_fixed_size;
    if (value < 0 || value > most)
        return front_fail(hipErrorInvalidValue, "value is %d; kernel %s can have 0 to %d bytes of dynamic LDS", value,
                          f->kernel->name, most);
    atomic_store(&f->max_dynamic_lds, value);
    return hipSuccess;
}

hipError_t hipFuncSetCacheConfig(const void *func, hipFuncCache_t config) {
    ENTER();
    (void)config;
    return function_resolve(func) != NULL ? hipSuccess : front_thread.last_error;
}

hipError_t hipFuncSetSharedMemConfig(const void *func, hipSharedMemConfig config) {
    ENTER();
    (void)config;
    return function_resolve(func) != NULL ? hipSuccess : front_thread.last_error;
}

const char *hipKernelNameRef(const hipFunction_t f) {
    hipFunction_t function = handle_get(HANDLE_FUNCTION, f);
    return function != NULL ? function->kernel->name : NULL;
}

const char *hipKernelNameRefByPtr(const void *hostFunction, hipStream_t stream) {
    (void)stream;
    hipFunction_t function = function_resolve(hostFunction);
    return function != NULL ? function->kernel->name : NULL;
}
