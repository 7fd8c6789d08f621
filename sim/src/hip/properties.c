#include "front.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "../settings.h"
#include "device_model.h"

hipError_t hipGetDeviceProperties(hipDeviceProp_t *prop, int deviceId) {
    ENTER();
    REQUIRE(prop);
    REQUIRE_DEVICE(deviceId);
    *prop = (hipDeviceProp_t){
        .totalGlobalMem = DEVICE_MEMORY,
        .sharedMemPerBlock = DEVICE_LDS_BYTES,
        .regsPerBlock = DEVICE_REGISTERS_PER_CU,
        .warpSize = DEVICE_WAVE,
        .maxThreadsPerBlock = DEVICE_MAX_BLOCK,
        .maxThreadsDim = {DEVICE_MAX_BLOCK, DEVICE_MAX_BLOCK, DEVICE_MAX_BLOCK},
        .maxGridSize = {DEVICE_MAX_GRID_X, DEVICE_MAX_GRID_YZ, DEVICE_MAX_GRID_YZ},
        .clockRate = DEVICE_CLOCK_KHZ,
        .memoryClockRate = DEVICE_MEMORY_CLOCK_KHZ,
        .memoryBusWidth = DEVICE_MEMORY_BUS_BITS,
        .totalConstMem = INT_MAX,
        .major = (int)settings.arch_major,
        .minor = (int)settings.arch_minor,
        .multiProcessorCount = DEVICE_CUS,
        .l2CacheSize = DEVICE_L2_BYTES,
        .maxThreadsPerMultiProcessor = DEVICE_WAVES_PER_CU * DEVICE_WAVE,
        .computeMode = hipComputeModeDefault,
        .clockInstructionRate = DEVICE_REALTIME_KHZ,
        .arch = {.hasGlobalInt32Atomics = 1,
                 .hasGlobalFloatAtomicExch = 1,
                 .hasSharedInt32Atomics = 1,
                 .hasSharedFloatAtomicExch = 1,
                 .hasFloatAtomicAdd = 1,
                 .hasGlobalInt64Atomics = 1,
                 .hasSharedInt64Atomics = 1,
                 .hasDoubles = 1,
                 .hasWarpVote = 1,
                 .hasWarpBallot = 1,
                 .hasWarpShuffle = 1,
                 .hasThreadFenceSystem = 1,
                 .has3dGrid = 1},
        .concurrentKernels = 1,
        .pciBusID = device_pci_bus(deviceId),
        .maxSharedMemoryPerMultiProcessor = DEVICE_LDS_BYTES,
        .canMapHostMemory = 1,
        .gcnArch = (int)(settings.arch_major * 100 + settings.arch_minor * 10),
        .memPitch = INT_MAX,
        .textureAlignment = DEVICE_PITCH_ALIGNMENT,
        .texturePitchAlignment = DEVICE_PITCH_ALIGNMENT,
        .ECCEnabled = 1,
        .isLargeBar = 1,
        .managedMemory = 1,
        .concurrentManagedAccess = 1,
    };
    snprintf(prop->name, sizeof prop->name, DEVICE_NAME, settings.arch);
    snprintf(prop->gcnArchName, sizeof prop->gcnArchName, "%s:sramecc+:xnack-", settings.arch);
    return hipSuccess;
}

/* Attributes that are a field of hipDeviceProp_t, and those of their own. Strings go where pi points. */
static bool attribute(hipDeviceAttribute_t attr, const hipDeviceProp_t *p, int device, int *pi) {
    switch (attr) {
    case hipDeviceAttributeEccEnabled:
        *pi = p->ECCEnabled;
        break;
    case hipDeviceAttributeAsyncEngineCount:
        *pi = 2;
        break;
    case hipDeviceAttributeCanMapHostMemory:
    case hipDeviceAttributeCanUseHostPointerForRegisteredMem:
    case hipDeviceAttributeConcurrentKernels:
    case hipDeviceAttributeConcurrentManagedAccess:
    case hipDeviceAttributeDeviceOverlap:
    case hipDeviceAttributeGlobalL1CacheSupported:
    case hipDeviceAttributeHostNativeAtomicSupported:
    case hipDeviceAttributeLocalL1CacheSupported:
    case hipDeviceAttributeManagedMemory:
    case hipDeviceAttributeStreamPrioritiesSupported:
    case hipDeviceAttributeUnifiedAddressing:
    case hipDeviceAttributeIsLargeBar:
    case hipDeviceAttributeFineGrainSupport:
        *pi = 1;
        break;
    case hipDeviceAttributeAccessPolicyMaxWindowSize:
    case hipDeviceAttributeComputePreemptionSupported:
    case hipDeviceAttributeCooperativeLaunch:
    case hipDeviceAttributeCooperativeMultiDeviceLaunch:
    case hipDeviceAttributeCooperativeMultiDeviceUnmatchedFunc:
    case hipDeviceAttributeCooperativeMultiDeviceUnmatchedGridDim:
    case hipDeviceAttributeCooperativeMultiDeviceUnmatchedBlockDim:
    case hipDeviceAttributeCooperativeMultiDeviceUnmatchedSharedMem:
    case hipDeviceAttributeDirectManagedMemAccessFromHost:
    case hipDeviceAttributeIntegrated:
    case hipDeviceAttributeIsMultiGpuBoard:
    case hipDeviceAttributeKernelExecTimeout:
    case hipDeviceAttributePageableMemoryAccess:
    case hipDeviceAttributePageableMemoryAccessUsesHostPageTables:
    case hipDeviceAttributePciDeviceId:
    case hipDeviceAttributePciDomainID:
    case hipDeviceAttributePersistingL2CacheMaxSize:
    case hipDeviceAttributeReservedSharedMemPerBlock:
    case hipDeviceAttributeTccDriver:
    case hipDeviceAttributeAsicRevision:
    case hipDeviceAttributeCanUseStreamWaitValue:
    case hipDeviceAttributeImageSupport:
    case hipDeviceAttributeMultiGpuBoardGroupID:
    case hipDeviceAttributeMemoryPoolsSupported:
        *pi = 0;
        break;
    case hipDeviceAttributeClockRate:
        *pi = p->clockRate;
        break;
    case hipDeviceAttributeComputeMode:
        *pi = p->computeMode;
        break;
    case hipDeviceAttributeL2CacheSize:
        *pi = p->l2CacheSize;
        break;
    case hipDeviceAttributeComputeCapabilityMajor:
        *pi = p->major;
        break;
    case hipDeviceAttributeComputeCapabilityMinor:
        *pi = p->minor;
        break;
    case hipDeviceAttributeMaxBlocksPerMultiProcessor:
        *pi = DEVICE_WAVES_PER_CU;
        break;
    case hipDeviceAttributeMaxBlockDimX:
    case hipDeviceAttributeMaxBlockDimY:
    case hipDeviceAttributeMaxBlockDimZ:
    case hipDeviceAttributeMaxThreadsDim:
    case hipDeviceAttributeMaxThreadsPerBlock:
        *pi = DEVICE_MAX_BLOCK;
        break;
    case hipDeviceAttributeMaxGridDimX:
        *pi = DEVICE_MAX_GRID_X;
        break;
    case hipDeviceAttributeMaxGridDimY:
    case hipDeviceAttributeMaxGridDimZ:
        *pi = DEVICE_MAX_GRID_YZ;
        break;
    case hipDeviceAttributeMaxThreadsPerMultiProcessor:
        *pi = p->maxThreadsPerMultiProcessor;
        break;
    case hipDeviceAttributeMaxPitch:
    case hipDeviceAttributeTotalConstantMemory:
    case hipDeviceAttributeTotalGlobalMem: /* as large as an int says */
        *pi = INT_MAX;
        break;
    case hipDeviceAttributeMemoryBusWidth:
        *pi = p->memoryBusWidth;
        break;
    case hipDeviceAttributeMemoryClockRate:
        *pi = p->memoryClockRate;
        break;
    case hipDeviceAttributeMultiprocessorCount:
    case hipDeviceAttributePhysicalMultiProcessorCount:
        *pi = p->multiProcessorCount;
        break;
    case hipDeviceAttributePciBusId:
        *pi = device_pci_bus(device);
        break;
    case hipDeviceAttributeMaxRegistersPerBlock:
    case hipDeviceAttributeMaxRegistersPerMultiprocessor:
        *pi = p->regsPerBlock;
        break;
    case hipDeviceAttributeMaxSharedMemoryPerBlock:
    case hipDeviceAttributeSharedMemPerBlockOptin:
    case hipDeviceAttributeSharedMemPerMultiprocessor:
    case hipDeviceAttributeMaxSharedMemoryPerMultiprocessor:
        *pi = DEVICE_LDS_BYTES;
        break;
    case hipDeviceAttributeSingleToDoublePrecisionPerfRatio:
        *pi = 2;
        break;
    case hipDeviceAttributeSurfaceAlignment:
    case hipDeviceAttributeTextureAlignment:
    case hipDeviceAttributeTexturePitchAlignment:
        *pi = DEVICE_PITCH_ALIGNMENT;
        break;
    case hipDeviceAttributeWarpSize:
        *pi = p->warpSize;
        break;
    case hipDeviceAttributeClockInstructionRate:
        *pi = p->clockInstructionRate;
        break;
    case hipDeviceAttributeArch:
        memcpy(pi, &p->arch, sizeof p->arch);
        break;
    case hipDeviceAttributeGcnArch:
        *pi = p->gcnArch;
        break;
    case hipDeviceAttributeName:
        memcpy(pi, p->name, sizeof p->name);
        break;
    case hipDeviceAttributeGcnArchName:
        memcpy(pi, p->gcnArchName, sizeof p->gcnArchName);
        break;
    default:
        return false;
    }
    return true;
}

hipError_t hipDeviceGetAttribute(int *pi, hipDeviceAttribute_t attr, int deviceId) {
    ENTER();
    REQUIRE(pi);
    hipDeviceProp_t properties;
    hipError_t error = hipGetDeviceProperties(&properties, deviceId);
    if (error != hipSuccess)
        return error;
    if (!attribute(attr, &properties, deviceId, pi))
        return front_fail(hipErrorInvalidValue, "attr is %d, which the simulated device does not have", attr);
    return hipSuccess;
}

/* The device that meets the most of what prop asks; the first of equals. All simulated devices are equal. */
hipError_t hipChooseDevice(int *device, const hipDeviceProp_t *prop) {
    ENTER();
    REQUIRE(device);
    REQUIRE(prop);
    REQUIRE_DEVICE(0);
    *device = 0;
    return hipSuccess;
}
