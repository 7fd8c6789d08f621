#include "front.h"

#include <string.h>

#include "../mem.h"

static unsigned flags_of(const struct mem_alloc *a) {
    void *flags = handle_get(HANDLE_FLAGS, (void *)a->base);
    return flags != NULL ? (unsigned)((uintptr_t)flags - 1) : 0;
}

static hipMemoryType type_of(const struct mem_alloc *a) {
    return a->kind == MEM_HOST ? hipMemoryTypeHost : hipMemoryTypeDevice;
}

hipError_t hipPointerGetAttributes(hipPointerAttribute_t *attributes, const void *ptr) {
    ENTER();
    REQUIRE(attributes);
    REQUIRE(ptr);
    struct mem_alloc *a = mem_find((uintptr_t)ptr);
    if (a == NULL)
        return front_fail(hipErrorInvalidValue, "ptr is %p, which lies in no allocation", ptr);
    *attributes = (hipPointerAttribute_t){
        .memoryType = type_of(a),
        .device = a->device,
        .devicePointer = (void *)ptr,
        .hostPointer = a->kind == MEM_HOST || a->kind == MEM_MANAGED ? (void *)ptr : NULL,
        .isManaged = a->kind == MEM_MANAGED,
        .allocationFlags = flags_of(a),
    };
    return hipSuccess;
}

static hipError_t get(void *data, hipPointer_attribute attribute, const void *ptr) {
    struct mem_alloc *a = mem_find((uintptr_t)ptr);
    if (attribute == HIP_POINTER_ATTRIBUTE_MAPPED) {
        *(unsigned *)data = a != NULL;
        return hipSuccess;
    }
    if (a == NULL)
        return front_fail(hipErrorInvalidValue, "ptr is %p, which lies in no allocation", ptr);
    bool host = a->kind == MEM_HOST || a->kind == MEM_MANAGED;
    switch (attribute) {
    case HIP_POINTER_ATTRIBUTE_MEMORY_TYPE:
        *(unsigned *)data = type_of(a);
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_DEVICE_POINTER:
        *(const void **)data = ptr;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_HOST_POINTER:
        if (!host)
            return front_fail(hipErrorInvalidValue, "ptr is %p, which is device memory only", ptr);
        *(const void **)data = ptr;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_BUFFER_ID:
        *(unsigned long long *)data = a->id;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_SYNC_MEMOPS:
    case HIP_POINTER_ATTRIBUTE_IS_MANAGED:
        *(unsigned *)data = attribute == HIP_POINTER_ATTRIBUTE_IS_MANAGED && a->kind == MEM_MANAGED;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
        *(unsigned *)data = (unsigned)a->device;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_RANGE_START_ADDR:
        *(uintptr_t *)data = a->base;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_RANGE_SIZE:
        *(size_t *)data = a->size;
        return hipSuccess;
    case HIP_POINTER_ATTRIBUTE_ACCESS_FLAGS:
        *(unsigned *)data = hipMemAccessFlagsProtReadWrite;
        return hipSuccess;
    default:
        return front_fail(hipErrorNotSupported, "attribute %d of pointers is not simulated", attribute);
    }
}

hipError_t hipPointerGetAttribute(void *data, hipPointer_attribute attribute, hipDeviceptr_t ptr) {
    ENTER();
    REQUIRE(data);
    return get(data, attribute, ptr);
}

/* Attributes that a pointer does not have leave 0; that is no error here. */
hipError_t hipDrvPointerGetAttributes(unsigned int numAttributes, hipPointer_attribute *attributes, void **data,
                                      hipDeviceptr_t ptr) {
    ENTER();
    REQUIRE(attributes);
    REQUIRE(data);
    hipError_t before = front_thread.last_error;
    for (unsigned i = 0; i < numAttributes; i++)
        if (data[i] != NULL && get(data[i], attributes[i], ptr) != hipSuccess)
            *(unsigned *)data[i] = 0;
    front_thread.last_error = before;
    return hipSuccess;
}
