/* hipGetDeviceProperties as HIP 6 and 7 name it, with their layout of hipDeviceProp_t, which HIP 5's header does not
 * declare. Offsets are those of hipDeviceProp_tR0600 in HIP 6's hip_runtime_api.h on x86-64. */
#include "front.h"

#include <string.h>

#include "device_model.h"

#if HIP_VERSION_MAJOR < 6

enum { R0600_BYTES = 1472, R0600_NAME = 0, R0600_UUID = 256, R0600_ARCH_NAME = 1160, R0600_ARCH = 1428 };

#define PUBLIC __attribute__((visibility("default")))
PUBLIC hipError_t hipGetDevicePropertiesR0600(void *prop, int deviceId);
PUBLIC hipError_t hipChooseDeviceR0600(int *device, const void *prop);

static void put(uint8_t *prop, size_t offset, size_t width, uint64_t value) {
    memcpy(prop + offset, &value, width);
}

hipError_t hipGetDevicePropertiesR0600(void *prop, int deviceId) {
    ENTER();
    REQUIRE(prop);
    hipDeviceProp_t p;
    hipUUID uuid;
    hipError_t error = hipGetDeviceProperties(&p, deviceId);
    if (error == hipSuccess)
        error = hipDeviceGetUuid(&uuid, deviceId);
    if (error != hipSuccess)
        return error;
    const struct {
        size_t offset, width;
        uint64_t value;
    } fields[] = {
        {288, 8, p.totalGlobalMem},
        {296, 8, p.sharedMemPerBlock},
        {304, 4, (uint64_t)p.regsPerBlock},
        {308, 4, (uint64_t)p.warpSize},
        {312, 8, p.memPitch},
        {320, 4, (uint64_t)p.maxThreadsPerBlock},
        {324, 4, (uint64_t)p.maxThreadsDim[0]},
        {328, 4, (uint64_t)p.maxThreadsDim[1]},
        {332, 4, (uint64_t)p.maxThreadsDim[2]},
        {336, 4, (uint64_t)p.maxGridSize[0]},
        {340, 4, (uint64_t)p.maxGridSize[1]},
        {344, 4, (uint64_t)p.maxGridSize[2]},
        {348, 4, (uint64_t)p.clockRate},
        {352, 8, p.totalConstMem},
        {360, 4, (uint64_t)p.major},
        {364, 4, (uint64_t)p.minor},
        {368, 8, p.textureAlignment},
        {376, 8, p.texturePitchAlignment},
        {384, 4, 1}, /* deviceOverlap */
        {388, 4, (uint64_t)p.multiProcessorCount},
        {400, 4, (uint64_t)p.canMapHostMemory},
        {576, 4, (uint64_t)p.concurrentKernels},
        {580, 4, (uint64_t)p.ECCEnabled},
        {584, 4, (uint64_t)p.pciBusID},
        {600, 4, 2}, /* asyncEngineCount */
        {604, 4, 1}, /* unifiedAddressing */
        {608, 4, (uint64_t)p.memoryClockRate},
        {612, 4, (uint64_t)p.memoryBusWidth},
        {616, 4, (uint64_t)p.l2CacheSize},
        {624, 4, (uint64_t)p.maxThreadsPerMultiProcessor},
        {628, 4, 1}, /* streamPrioritiesSupported */
        {632, 4, 1}, /* globalL1CacheSupported */
        {636, 4, 1}, /* localL1CacheSupported */
        {640, 8, p.maxSharedMemoryPerMultiProcessor},
        {648, 4, (uint64_t)p.regsPerBlock},
        {652, 4, (uint64_t)p.managedMemory},
        {664, 4, 1}, /* hostNativeAtomicSupported */
        {676, 4, (uint64_t)p.concurrentManagedAccess},
        {684, 4, 1}, /* canUseHostPointerForRegisteredMem */
        {696, 8, p.sharedMemPerBlock},
        {712, 4, DEVICE_WAVES_PER_CU}, /* maxBlocksPerMultiProcessor */
        {728, 4, 1},                   /* hostRegisterSupported */
        {1416, 8, p.maxSharedMemoryPerMultiProcessor},
        {1424, 4, (uint64_t)p.clockInstructionRate},
        {1464, 4, (uint64_t)p.isLargeBar},
    };
    memset(prop, 0, R0600_BYTES);
    memcpy((char *)prop + R0600_NAME, p.name, sizeof p.name);
    memcpy((char *)prop + R0600_UUID, uuid.bytes, sizeof uuid.bytes);
    memcpy((char *)prop + R0600_ARCH_NAME, p.gcnArchName, sizeof p.gcnArchName);
    memcpy((char *)prop + R0600_ARCH, &p.arch, sizeof p.arch);
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        put(prop, fields[i].offset, fields[i].width, fields[i].value);
    return hipSuccess;
}

hipError_t hipChooseDeviceR0600(int *device, const void *prop) {
    ENTER();
    REQUIRE(device);
    REQUIRE(prop);
    REQUIRE_DEVICE(0);
    *device = 0; /* all are equal */
    return hipSuccess;
}

#endif
