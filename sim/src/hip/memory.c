#include "front.h"

#include <stdlib.h>
#include <string.h>

#include "../mem.h"
#include "device_model.h"

/* Allocations of hipMalloc and its kind carry their flags in the handle table, by base address. */
static hipError_t allocate(void **ptr, size_t size, enum mem_kind kind, unsigned flags) {
    REQUIRE(ptr);
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_NO_CAPTURE();
    *ptr = NULL;
    if (size == 0)
        return hipSuccess;
    struct device *device = device_state(front_thread.device);
    bool counts = kind != MEM_HOST;
    if (counts && (size > DEVICE_MEMORY || atomic_fetch_add(&device->used, size) > DEVICE_MEMORY - size)) {
        if (size <= DEVICE_MEMORY)
            atomic_fetch_sub(&device->used, size);
        return front_fail(hipErrorOutOfMemory, "%zu bytes do not fit into the device's %zu, of which %zu are in use",
                          size, DEVICE_MEMORY, (size_t)atomic_load(&device->used));
    }
    struct mem_alloc *a = mem_alloc(size, kind, front_thread.device);
    if (a != NULL && !handle_add(HANDLE_FLAGS, (void *)a->base, (void *)((uintptr_t)flags + 1))) {
        mem_free((void *)a->base);
        a = NULL;
    }
    if (a == NULL) {
        if (counts)
            atomic_fetch_sub(&device->used, size);
        return front_fail(hipErrorOutOfMemory, "the host has no address space for %zu bytes", size);
    }
    *ptr = (void *)a->base;
    return hipSuccess;
}

/* The allocation whose base is ptr, and which hipMalloc or its kind made; NULL after front_fail. */
static struct mem_alloc *allocation_at(void *ptr) {
    struct mem_alloc *a = mem_find((uintptr_t)ptr);
    if (a != NULL && a->base == (uintptr_t)ptr && handle_get(HANDLE_FLAGS, ptr) != NULL)
        return a;
    if (mem_was_freed((uintptr_t)ptr))
        front_fail(hipErrorInvalidValue, "ptr is %p, which has been freed already", ptr);
    else if (a != NULL)
        front_fail(hipErrorInvalidValue, "ptr is %p, inside an allocation that begins at %p", ptr, (void *)a->base);
    else
        front_fail(hipErrorInvalidValue, "ptr is %p, which is no allocation of HIP's", ptr);
    return NULL;
}

static void release_now(struct mem_alloc *a) {
    struct device *device = device_state(a->device);
    if (a->kind != MEM_HOST && a->owned && device != NULL)
        atomic_fetch_sub(&device->used, a->size);
    handle_remove(HANDLE_FLAGS, (void *)a->base);
    mem_free((void *)a->base);
}

/* Waits for all work first, as hipFree does: nothing can still use the memory. */
static hipError_t release(void *ptr, bool host) {
    if (ptr == NULL)
        return hipSuccess;
    REQUIRE_NO_CAPTURE();
    struct mem_alloc *a = allocation_at(ptr);
    if (a == NULL)
        return hipErrorInvalidValue;
    if (!a->owned || host != (a->kind == MEM_HOST))
        return front_fail(hipErrorInvalidValue, "ptr is %p, which is %s memory; free it with %s", ptr,
                          !a->owned ? "registered" : (host ? "device" : "host"),
                          !a->owned ? "hipHostUnregister" : (host ? "hipFree" : "hipHostFree"));
    idle_begin();
    release_now(a);
    idle_end();
    return hipSuccess;
}

static bool on_device(const void *base, void *value, void *context) {
    (void)value;
    const struct mem_alloc *a = mem_find((uintptr_t)base);
    return a != NULL && a->device == *(const int *)context;
}

void memory_free_all(int device) {
    const void *base;
    while ((base = handle_search(HANDLE_FLAGS, on_device, &device)) != NULL)
        release_now(mem_find((uintptr_t)base));
}

hipError_t hipMalloc(void **ptr, size_t size) {
    ENTER();
    return allocate(ptr, size, MEM_DEVICE, hipDeviceMallocDefault);
}

hipError_t hipExtMallocWithFlags(void **ptr, size_t sizeBytes, unsigned int flags) {
    ENTER();
    if (flags != hipDeviceMallocDefault && flags != hipDeviceMallocFinegrained)
        return front_fail(hipErrorInvalidValue,
                          "flags is 0x%x; known are hipDeviceMallocDefault (0) and "
                          "hipDeviceMallocFinegrained (1)",
                          flags);
    return allocate(ptr, sizeBytes, MEM_DEVICE, flags);
}

hipError_t hipMallocManaged(void **dev_ptr, size_t size, unsigned int flags) {
    ENTER();
    if (flags != hipMemAttachGlobal && flags != hipMemAttachHost)
        return front_fail(hipErrorInvalidValue,
                          "flags is 0x%x; known are hipMemAttachGlobal (1) and hipMemAttachHost "
                          "(2)",
                          flags);
    return allocate(dev_ptr, size, MEM_MANAGED, flags);
}

hipError_t hipHostMalloc(void **ptr, size_t size, unsigned int flags) {
    ENTER();
    unsigned known = hipHostMallocPortable | hipHostMallocMapped | hipHostMallocWriteCombined | hipHostMallocNumaUser |
                     hipHostMallocCoherent | hipHostMallocNonCoherent;
    if (flags & ~known)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; the known ones are 0x%x", flags, known);
    if ((flags & hipHostMallocCoherent) && (flags & hipHostMallocNonCoherent))
        return front_fail(hipErrorInvalidValue, "flags asks for coherent and for non-coherent memory");
    return allocate(ptr, size, MEM_HOST, flags);
}

hipError_t hipHostAlloc(void **ptr, size_t size, unsigned int flags) {
    return hipHostMalloc(ptr, size, flags);
}

hipError_t hipMallocHost(void **ptr, size_t size) {
    return hipHostMalloc(ptr, size, hipHostMallocDefault);
}

hipError_t hipMemAllocHost(void **ptr, size_t size) {
    return hipHostMalloc(ptr, size, hipHostMallocDefault);
}

hipError_t hipMallocPitch(void **ptr, size_t *pitch, size_t width, size_t height) {
    ENTER();
    REQUIRE(pitch);
    if (width > DEVICE_MEMORY || (height != 0 && width > DEVICE_MEMORY / height))
        return front_fail(hipErrorOutOfMemory, "%zu rows of %zu bytes do not fit into the device's memory", height,
                          width);
    *pitch = (width + DEVICE_PITCH_ALIGNMENT - 1) / DEVICE_PITCH_ALIGNMENT * DEVICE_PITCH_ALIGNMENT;
    return allocate(ptr, *pitch * height, MEM_DEVICE, hipDeviceMallocDefault);
}

hipError_t hipMemAllocPitch(hipDeviceptr_t *dptr, size_t *pitch, size_t widthInBytes, size_t height,
                            unsigned int elementSizeBytes) {
    ENTER();
    if (elementSizeBytes != 4 && elementSizeBytes != 8 && elementSizeBytes != 16)
        return front_fail(hipErrorInvalidValue, "elementSizeBytes is %u; it must be 4, 8 or 16", elementSizeBytes);
    return hipMallocPitch(dptr, pitch, widthInBytes, height);
}

hipError_t hipMalloc3D(hipPitchedPtr *pitchedDevPtr, hipExtent extent) {
    ENTER();
    REQUIRE(pitchedDevPtr);
    if (extent.depth != 0 && extent.height > DEVICE_MEMORY / extent.depth)
        return front_fail(hipErrorOutOfMemory, "%zu slices of %zu rows do not fit into the device's memory",
                          extent.depth, extent.height);
    hipPitchedPtr p = {.xsize = extent.width, .ysize = extent.height};
    hipError_t error = hipMallocPitch(&p.ptr, &p.pitch, extent.width, extent.height * extent.depth);
    if (error == hipSuccess)
        *pitchedDevPtr = p;
    return error;
}

hipError_t hipFree(void *ptr) {
    ENTER();
    return release(ptr, false);
}

hipError_t hipHostFree(void *ptr) {
    ENTER();
    return release(ptr, true);
}

hipError_t hipFreeHost(void *ptr) {
    return hipHostFree(ptr);
}

/* Stream-ordered allocation: memory is there at once and goes after the stream's work so far, which has run. */
hipError_t hipMallocAsync(void **dev_ptr, size_t size, hipStream_t stream) {
    ENTER();
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    hipError_t error = capture_guard_stream(s);
    return error != hipSuccess ? error : allocate(dev_ptr, size, MEM_DEVICE, hipDeviceMallocDefault);
}

hipError_t hipFreeAsync(void *dev_ptr, hipStream_t stream) {
    ENTER();
    struct ihipStream_t *s = stream_resolve(stream);
    if (s == NULL)
        return front_thread.last_error;
    REQUIRE(dev_ptr);
    hipError_t error = capture_guard_stream(s);
    return error != hipSuccess ? error : release(dev_ptr, false);
}

hipError_t hipHostRegister(void *hostPtr, size_t sizeBytes, unsigned int flags) {
    ENTER();
    REQUIRE(hostPtr);
    REQUIRE_DEVICE(front_thread.device);
    unsigned known = hipHostRegisterPortable | hipHostRegisterMapped | hipExtHostRegisterCoarseGrained;
    if (sizeBytes == 0)
        return front_fail(hipErrorInvalidValue, "sizeBytes is 0");
    if (flags & ~known)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; the known ones are 0x%x", flags, known);
    if (mem_register(hostPtr, sizeBytes, MEM_HOST, front_thread.device) == NULL)
        return front_fail(hipErrorHostMemoryAlreadyRegistered,
                          "%zu bytes at %p overlap memory that is registered or HIP's own", sizeBytes, hostPtr);
    if (!handle_add(HANDLE_FLAGS, hostPtr, (void *)((uintptr_t)flags + 1))) {
        mem_free(hostPtr);
        return front_fail(hipErrorOutOfMemory, "no memory to register %zu bytes", sizeBytes);
    }
    return hipSuccess;
}

hipError_t hipHostUnregister(void *hostPtr) {
    ENTER();
    REQUIRE_MAY_WAIT();
    REQUIRE(hostPtr);
    struct mem_alloc *a = mem_find((uintptr_t)hostPtr);
    if (a == NULL || a->base != (uintptr_t)hostPtr || a->owned || a->kind != MEM_HOST)
        return front_fail(hipErrorHostMemoryNotRegistered, "hostPtr is %p, which hipHostRegister was not given",
                          hostPtr);
    idle_begin();
    release_now(a);
    idle_end();
    return hipSuccess;
}

hipError_t hipHostGetDevicePointer(void **devPtr, void *hstPtr, unsigned int flags) {
    ENTER();
    REQUIRE(devPtr);
    REQUIRE(hstPtr);
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    struct mem_alloc *a = mem_find((uintptr_t)hstPtr);
    if (a == NULL || (a->kind != MEM_HOST && a->kind != MEM_MANAGED))
        return front_fail(hipErrorInvalidValue, "hstPtr is %p, which the device cannot reach", hstPtr);
    *devPtr = hstPtr;
    return hipSuccess;
}

hipError_t hipHostGetFlags(unsigned int *flagsPtr, void *hostPtr) {
    ENTER();
    REQUIRE(flagsPtr);
    REQUIRE(hostPtr);
    struct mem_alloc *a = mem_find((uintptr_t)hostPtr);
    void *flags = a != NULL && a->kind == MEM_HOST ? handle_get(HANDLE_FLAGS, (void *)a->base) : NULL;
    if (flags == NULL)
        return front_fail(hipErrorInvalidValue, "hostPtr is %p, which is no host memory of HIP's", hostPtr);
    *flagsPtr = (unsigned)((uintptr_t)flags - 1);
    return hipSuccess;
}

hipError_t hipMemGetInfo(size_t *free, size_t *total) {
    ENTER();
    REQUIRE(free);
    REQUIRE(total);
    REQUIRE_DEVICE(front_thread.device);
    *total = DEVICE_MEMORY;
    *free = DEVICE_MEMORY - atomic_load(&device_state(front_thread.device)->used);
    return hipSuccess;
}

hipError_t hipMemPtrGetInfo(void *ptr, size_t *size) {
    ENTER();
    REQUIRE(ptr);
    REQUIRE(size);
    struct mem_alloc *a = allocation_at(ptr);
    if (a == NULL)
        return hipErrorInvalidValue;
    *size = a->size;
    return hipSuccess;
}

hipError_t hipMemGetAddressRange(hipDeviceptr_t *pbase, size_t *psize, hipDeviceptr_t dptr) {
    ENTER();
    struct mem_alloc *a = mem_find((uintptr_t)dptr);
    if (a == NULL)
        return front_fail(hipErrorNotFound, "dptr is %p, which lies in no allocation", dptr);
    if (pbase != NULL)
        *pbase = (void *)a->base;
    if (psize != NULL)
        *psize = a->size;
    return hipSuccess;
}

/* Managed memory is one with the host's: advice and prefetches are checked and change nothing. */
static hipError_t check_managed(const void *ptr, size_t count, int device) {
    struct mem_alloc *a = mem_find((uintptr_t)ptr);
    if (device != hipCpuDeviceId)
        REQUIRE_DEVICE(device);
    if (a == NULL || a->kind != MEM_MANAGED || count == 0 || count > a->size - ((uintptr_t)ptr - a->base))
        return front_fail(hipErrorInvalidValue, "%zu bytes at %p are not managed memory", count, ptr);
    return hipSuccess;
}

hipError_t hipMemPrefetchAsync(const void *dev_ptr, size_t count, int device, hipStream_t stream) {
    ENTER();
    if (stream_resolve(stream) == NULL)
        return front_thread.last_error;
    return check_managed(dev_ptr, count, device);
}

hipError_t hipMemAdvise(const void *dev_ptr, size_t count, hipMemoryAdvise advice, int device) {
    ENTER();
    (void)advice;
    return check_managed(dev_ptr, count, device);
}
