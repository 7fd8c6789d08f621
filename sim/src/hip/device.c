#include "front.h"

#include <stdio.h>
#include <string.h>

#include "../settings.h"
#include "device_model.h"

static struct device devices[MAX_DEVICES];

bool device_exists(int device) {
    return device >= 0 && (unsigned)device < settings.devices && device < MAX_DEVICES;
}

struct device *device_state(int device) {
    return device_exists(device) ? &devices[device] : NULL;
}

hipError_t device_pending_error(int device) {
    struct device *d = device_state(device);
    hipError_t error = d != NULL ? (hipError_t)atomic_load(&d->launch_error) : hipSuccess;
    if (error != hipSuccess)
        return front_fail(error, "an earlier launch on device %d failed; hipGetLastError clears this", device);
    return hipSuccess;
}

hipError_t device_check(int device) {
    if (settings.devices == 0)
        return front_fail(hipErrorNoDevice, "the simulator is set to 0 devices");
    if (!device_exists(device))
        return front_fail(hipErrorInvalidDevice, "device is %d; there are %u, numbered from 0", device,
                          settings.devices);
    return hipSuccess;
}

hipError_t hipInit(unsigned int flags) {
    ENTER();
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    if (settings.devices == 0)
        return front_fail(hipErrorNoDevice, "the simulator is set to 0 devices");
    return hipSuccess;
}

hipError_t hipDriverGetVersion(int *driverVersion) {
    ENTER();
    REQUIRE(driverVersion);
    *driverVersion = HIP_VERSION;
    return hipSuccess;
}

hipError_t hipRuntimeGetVersion(int *runtimeVersion) {
    ENTER();
    REQUIRE(runtimeVersion);
    *runtimeVersion = HIP_VERSION;
    return hipSuccess;
}

hipError_t hipGetDeviceCount(int *count) {
    ENTER();
    REQUIRE(count);
    *count = (int)settings.devices;
    if (settings.devices == 0)
        return front_fail(hipErrorNoDevice, "the simulator is set to 0 devices");
    return hipSuccess;
}

hipError_t hipSetDevice(int deviceId) {
    ENTER();
    REQUIRE_DEVICE(deviceId);
    front_thread.device = deviceId;
    return hipSuccess;
}

hipError_t hipGetDevice(int *deviceId) {
    ENTER();
    REQUIRE(deviceId);
    REQUIRE_DEVICE(front_thread.device);
    *deviceId = front_thread.device;
    return hipSuccess;
}

hipError_t hipDeviceGet(hipDevice_t *device, int ordinal) {
    ENTER();
    REQUIRE(device);
    REQUIRE_DEVICE(ordinal);
    *device = ordinal;
    return hipSuccess;
}

hipError_t hipDeviceComputeCapability(int *major, int *minor, hipDevice_t device) {
    ENTER();
    REQUIRE(major);
    REQUIRE(minor);
    REQUIRE_DEVICE(device);
    *major = (int)settings.arch_major;
    *minor = (int)settings.arch_minor;
    return hipSuccess;
}

hipError_t hipDeviceGetName(char *name, int len, hipDevice_t device) {
    ENTER();
    REQUIRE(name);
    REQUIRE_DEVICE(device);
    if (len <= 0)
        return front_fail(hipErrorInvalidValue, "len is %d; it must be the bytes at name", len);
    snprintf(name, (size_t)len, DEVICE_NAME, settings.arch);
    return hipSuccess;
}

hipError_t hipDeviceGetUuid(hipUUID *uuid, hipDevice_t device) {
    ENTER();
    REQUIRE(uuid);
    REQUIRE_DEVICE(device);
    memset(uuid->bytes, 0, sizeof uuid->bytes);
    snprintf(uuid->bytes, sizeof uuid->bytes, "gfx950sim-%05d", device);
    return hipSuccess;
}

/* One device a PCI bus. */
hipError_t hipDeviceGetPCIBusId(char *pciBusId, int len, int device) {
    ENTER();
    REQUIRE(pciBusId);
    REQUIRE_DEVICE(device);
    if (len < (int)sizeof "0000:00:00.0")
        return front_fail(hipErrorInvalidValue, "len is %d; 13 are needed", len);
    snprintf(pciBusId, (size_t)len, "0000:%02x:00.0", device_pci_bus(device));
    return hipSuccess;
}

hipError_t hipDeviceGetByPCIBusId(int *device, const char *pciBusId) {
    ENTER();
    REQUIRE(device);
    REQUIRE(pciBusId);
    unsigned domain, bus, slot;
    if (sscanf(pciBusId, "%x:%x:%x", &domain, &bus, &slot) == 3 && domain == 0 && slot == 0)
        for (int i = 0; device_exists(i); i++)
            if ((unsigned)device_pci_bus(i) == bus) {
                *device = i;
                return hipSuccess;
            }
    return front_fail(hipErrorInvalidValue, "no device has the PCI bus id %s", pciBusId);
}

hipError_t hipDeviceTotalMem(size_t *bytes, hipDevice_t device) {
    ENTER();
    REQUIRE(bytes);
    REQUIRE_DEVICE(device);
    *bytes = DEVICE_MEMORY;
    return hipSuccess;
}

hipError_t hipDeviceSynchronize(void) {
    ENTER();
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_NO_CAPTURE();
    idle_begin();
    idle_end();
    return device_pending_error(front_thread.device);
}

hipError_t hipDeviceReset(void) {
    ENTER();
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_NO_CAPTURE();
    struct device *device = &devices[front_thread.device];
    idle_begin();
    memory_free_all(front_thread.device);
    atomic_store(&device->launch_error, hipSuccess);
    atomic_store(&device->peers, 0);
    atomic_store(&device->flags, 0);
    idle_end();
    return hipSuccess;
}

hipError_t hipSetDeviceFlags(unsigned flags) {
    ENTER();
    REQUIRE_DEVICE(front_thread.device);
    unsigned known = hipDeviceScheduleMask | hipDeviceMapHost | hipDeviceLmemResizeToMax;
    if (flags & ~known)
        return front_fail(hipErrorInvalidValue, "flags is 0x%x; the known ones are 0x%x", flags, known);
    atomic_store(&devices[front_thread.device].flags, flags);
    return hipSuccess;
}

hipError_t hipGetDeviceFlags(unsigned int *flags) {
    ENTER();
    REQUIRE(flags);
    REQUIRE_DEVICE(front_thread.device);
    *flags = atomic_load(&devices[front_thread.device].flags);
    return hipSuccess;
}

/* The LDS and the L1 of a CU are of fixed size: these settings are taken and change nothing. */
hipError_t hipDeviceSetCacheConfig(hipFuncCache_t cacheConfig) {
    ENTER();
    (void)cacheConfig;
    return hipSuccess;
}

hipError_t hipDeviceGetCacheConfig(hipFuncCache_t *cacheConfig) {
    ENTER();
    REQUIRE(cacheConfig);
    *cacheConfig = hipFuncCachePreferNone;
    return hipSuccess;
}

hipError_t hipDeviceSetSharedMemConfig(hipSharedMemConfig config) {
    ENTER();
    (void)config;
    return hipSuccess;
}

hipError_t hipDeviceGetSharedMemConfig(hipSharedMemConfig *pConfig) {
    ENTER();
    REQUIRE(pConfig);
    *pConfig = hipSharedMemBankSizeFourByte;
    return hipSuccess;
}

hipError_t hipDeviceGetLimit(size_t *pValue, enum hipLimit_t limit) {
    ENTER();
    REQUIRE(pValue);
    if (limit != hipLimitMallocHeapSize)
        return front_fail(hipErrorUnsupportedLimit, "limit is %d; only hipLimitMallocHeapSize (%d) is known", limit,
                          hipLimitMallocHeapSize);
    *pValue = DEVICE_HEAP;
    return hipSuccess;
}

hipError_t hipDeviceGetP2PAttribute(int *value, hipDeviceP2PAttr attr, int srcDevice, int dstDevice) {
    ENTER();
    REQUIRE(value);
    REQUIRE_DEVICE(srcDevice);
    REQUIRE_DEVICE(dstDevice);
    if (srcDevice == dstDevice)
        return front_fail(hipErrorInvalidDevice, "srcDevice and dstDevice are both %d", srcDevice);
    switch (attr) {
    case hipDevP2PAttrPerformanceRank:
    case hipDevP2PAttrHipArrayAccessSupported:
        *value = 0;
        return hipSuccess;
    case hipDevP2PAttrAccessSupported:
    case hipDevP2PAttrNativeAtomicSupported:
        *value = 1;
        return hipSuccess;
    }
    return front_fail(hipErrorInvalidValue, "attr is %d, which is no hipDeviceP2PAttr", attr);
}

hipError_t hipDeviceCanAccessPeer(int *canAccessPeer, int deviceId, int peerDeviceId) {
    ENTER();
    REQUIRE(canAccessPeer);
    REQUIRE_DEVICE(deviceId);
    REQUIRE_DEVICE(peerDeviceId);
    *canAccessPeer = deviceId != peerDeviceId;
    return hipSuccess;
}

hipError_t hipDeviceEnablePeerAccess(int peerDeviceId, unsigned int flags) {
    ENTER();
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_DEVICE(peerDeviceId);
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    if (peerDeviceId == front_thread.device)
        return front_fail(hipErrorInvalidDevice, "peerDeviceId is %d, the current device itself", peerDeviceId);
    uint64_t bit = (uint64_t)1 << peerDeviceId;
    if (atomic_fetch_or(&devices[front_thread.device].peers, bit) & bit)
        return front_fail(hipErrorPeerAccessAlreadyEnabled, "device %d reaches device %d already", front_thread.device,
                          peerDeviceId);
    return hipSuccess;
}

hipError_t hipDeviceDisablePeerAccess(int peerDeviceId) {
    ENTER();
    REQUIRE_DEVICE(front_thread.device);
    REQUIRE_DEVICE(peerDeviceId);
    uint64_t bit = (uint64_t)1 << peerDeviceId;
    if (!(atomic_fetch_and(&devices[front_thread.device].peers, ~bit) & bit))
        return front_fail(hipErrorPeerAccessNotEnabled, "device %d does not reach device %d", front_thread.device,
                          peerDeviceId);
    return hipSuccess;
}
