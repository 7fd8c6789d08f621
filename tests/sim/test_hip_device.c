/* Devices: counts, names, attributes, properties, peers, errors that stay. */
#include "hip_check.h"

static void test_counts(void) {
    int n = 0, device = -1, major = 0, minor = 0, version = 0;
    CHECK_HIP(hipInit(0));
    CHECK_GIVES(hipInit(1), hipErrorInvalidValue);
    CHECK_HIP(hipGetDeviceCount(&n));
    CHECK(n == 1, "%d devices", n);
    CHECK(gfx950sim_set("devices", "3") == 0, "%s", gfx950sim_message());
    CHECK_HIP(hipGetDeviceCount(&n));
    CHECK(n == 3, "%d devices", n);
    CHECK_HIP(hipGetDevice(&device));
    CHECK(device == 0, "device %d", device);
    CHECK_HIP(hipSetDevice(2));
    CHECK_HIP(hipGetDevice(&device));
    CHECK(device == 2, "device %d", device);
    CHECK_GIVES(hipSetDevice(3), hipErrorInvalidDevice);
    CHECK_GIVES(hipSetDevice(-1), hipErrorInvalidDevice);
    CHECK_HAS(gfx950sim_message(), "device is -1; there are 3");
    CHECK_HIP(hipSetDevice(0));
    CHECK_HIP(hipDeviceComputeCapability(&major, &minor, 1));
    CHECK(major == 9 && minor == 5, "%d.%d", major, minor);
    CHECK_GIVES(hipDeviceComputeCapability(&major, NULL, 1), hipErrorInvalidValue);
    CHECK_HIP(hipRuntimeGetVersion(&version));
    CHECK(version == HIP_VERSION, "version %d", version);
    CHECK(gfx950sim_set("devices", "0") == 0, "%s", gfx950sim_message());
    CHECK_GIVES(hipGetDeviceCount(&n), hipErrorNoDevice);
    CHECK(n == 0, "%d devices", n);
    void *p;
    CHECK_GIVES(hipMalloc(&p, 4), hipErrorNoDevice);
    CHECK_GIVES(hipStreamSynchronize(NULL), hipErrorNoDevice);
    CHECK(gfx950sim_set("devices", "3") == 0, "%s", gfx950sim_message());
}

static void test_names(void) {
    char name[64], bus[16];
    int device = -1, major = 0, minor = 0;
    CHECK_HIP(hipDeviceGetName(name, sizeof name, 0));
    CHECK_HAS(name, "simulated gfx950");
    CHECK_HIP(hipDeviceGetName(name, 10, 0));
    CHECK(strcmp(name, "simulated") == 0, "a short buffer holds \"%s\"", name);
    CHECK_GIVES(hipDeviceGetName(name, 0, 0), hipErrorInvalidValue);
    CHECK_HIP(hipDeviceGetPCIBusId(bus, sizeof bus, 2));
    CHECK_HIP(hipDeviceGetByPCIBusId(&device, bus));
    CHECK(device == 2, "bus %s is device %d", bus, device);
    CHECK_GIVES(hipDeviceGetByPCIBusId(&device, "0000:ff:00.0"), hipErrorInvalidValue);
    CHECK(gfx950sim_set("arch", "gfx942") == 0, "%s", gfx950sim_message());
    CHECK_HIP(hipDeviceGetName(name, sizeof name, 0));
    CHECK_HAS(name, "simulated gfx942");
    CHECK_HIP(hipDeviceComputeCapability(&major, &minor, 0));
    CHECK(major == 9 && minor == 4, "%d.%d", major, minor);
    hipModule_t module;
    CHECK_GIVES(hipModuleLoad(&module, HIP_CO), hipErrorNoBinaryForGpu);
    CHECK(gfx950sim_set("arch", "gfx950") == 0, "%s", gfx950sim_message());
    CHECK(gfx950sim_set("arch", "gfx1100") == -1, "an arch that is not simulated");
    CHECK_HAS(gfx950sim_message(), "arch is 'gfx1100'; it must be one of gfx950, gfx942");
}

static void check_attribute(hipDeviceAttribute_t attribute, int wanted) {
    int value = -1;
    CHECK_HIP(hipDeviceGetAttribute(&value, attribute, 0));
    CHECK(value == wanted, "attribute %d is %d, not %d", attribute, value, wanted);
}

static void test_attributes(void) {
    hipDeviceProp_t p;
    size_t bytes = 0, available = 0, total = 0;
    int value;
    CHECK_HIP(hipGetDeviceProperties(&p, 0));
    CHECK(p.multiProcessorCount == 256 && p.warpSize == 64 && p.sharedMemPerBlock == 160 * 1024 &&
              p.maxThreadsPerBlock == 1024 && p.clockRate == 2400000,
          "%d CUs, wave %d, LDS %zu, block %d, %d kHz", p.multiProcessorCount, p.warpSize, p.sharedMemPerBlock,
          p.maxThreadsPerBlock, p.clockRate);
    CHECK(strncmp(p.gcnArchName, "gfx950", 6) == 0, "arch %s", p.gcnArchName);
    CHECK(p.totalGlobalMem == (size_t)288 << 30, "%zu bytes", p.totalGlobalMem);
    check_attribute(hipDeviceAttributeMultiprocessorCount, 256);
    check_attribute(hipDeviceAttributeWarpSize, 64);
    check_attribute(hipDeviceAttributeMaxSharedMemoryPerBlock, 163840);
    check_attribute(hipDeviceAttributeMaxThreadsPerMultiProcessor, 2048);
    check_attribute(hipDeviceAttributeComputeCapabilityMinor, 5);
    CHECK_GIVES(hipDeviceGetAttribute(&value, (hipDeviceAttribute_t)9000, 0), hipErrorInvalidValue);
    CHECK_GIVES(hipDeviceGetAttribute(&value, hipDeviceAttributeWarpSize, 7), hipErrorInvalidDevice);
    CHECK_HIP(hipDeviceTotalMem(&bytes, 0));
    CHECK(bytes == (size_t)288 << 30, "%zu bytes", bytes);
    CHECK_HIP(hipMemGetInfo(&available, &total));
    CHECK(available == total && total == bytes, "%zu of %zu", available, total);
}

hipError_t hipGetDevicePropertiesR0600(void *prop, int deviceId);

/* What a program compiled with HIP 6's header sees: fields by their place in its hipDeviceProp_t. */
static void test_later_properties(void) {
    unsigned char p[1472 + 8];
    int wave = 0, cus = 0, minor = 0;
    memset(p, 0xee, sizeof p);
    CHECK_HIP(hipGetDevicePropertiesR0600(p, 0));
    memcpy(&wave, p + 308, 4);
    memcpy(&minor, p + 364, 4);
    memcpy(&cus, p + 388, 4);
    CHECK(wave == 64 && cus == 256 && minor == 5, "wave %d, %d CUs, 9.%d", wave, cus, minor);
    CHECK_HAS((char *)p, "simulated gfx950");
    CHECK(strcmp((char *)p + 1160, "gfx950:sramecc+:xnack-") == 0, "%s", (char *)p + 1160);
    CHECK(p[1471] == 0 && p[1472] == 0xee, "it fills its struct and no more");
    CHECK_GIVES(hipGetDevicePropertiesR0600(p, 9), hipErrorInvalidDevice);
}

static void test_peers(void) {
    int can = -1;
    CHECK_HIP(hipSetDevice(0));
    CHECK_HIP(hipDeviceCanAccessPeer(&can, 0, 1));
    CHECK(can == 1, "%d", can);
    CHECK_HIP(hipDeviceCanAccessPeer(&can, 1, 1));
    CHECK(can == 0, "%d", can);
    CHECK_GIVES(hipDeviceCanAccessPeer(&can, 0, 9), hipErrorInvalidDevice);
    CHECK_HIP(hipDeviceEnablePeerAccess(1, 0));
    CHECK_GIVES(hipDeviceEnablePeerAccess(1, 0), hipErrorPeerAccessAlreadyEnabled);
    CHECK_GIVES(hipDeviceEnablePeerAccess(0, 0), hipErrorInvalidDevice);
    CHECK_HIP(hipDeviceDisablePeerAccess(1));
    CHECK_GIVES(hipDeviceDisablePeerAccess(1), hipErrorPeerAccessNotEnabled);
}

static void test_errors(void) {
    (void)hipGetLastError();
    CHECK_GIVES(hipSetDevice(99), hipErrorInvalidDevice);
    CHECK_HIP(hipSetDevice(0)); /* a success does not hide an error */
    CHECK_GIVES(hipPeekAtLastError(), hipErrorInvalidDevice);
    CHECK_GIVES(hipGetLastError(), hipErrorInvalidDevice);
    CHECK_GIVES(hipGetLastError(), hipSuccess);
    CHECK(strcmp(hipGetErrorName(hipErrorLaunchFailure), "hipErrorLaunchFailure") == 0, "%s",
          hipGetErrorName(hipErrorLaunchFailure));
    CHECK(hipGetErrorString(hipErrorNotReady)[0] != '\0' && hipGetErrorString((hipError_t)12345)[0] != '\0',
          "every error has words");
    hipArray *array;
    CHECK_GIVES(hipMallocArray(&array, NULL, 1, 1, 0), hipErrorNotSupported);
    CHECK_HAS(gfx950sim_message(), "hipMallocArray");
}

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* contexts, all of them */
static void test_contexts(void) {
    hipCtx_t context = NULL;
    int device = -1;
    CHECK_HIP(hipDevicePrimaryCtxRetain(&context, 1));
    CHECK_HIP(hipCtxSetCurrent(context));
    CHECK_HIP(hipGetDevice(&device));
    CHECK(device == 1, "device %d", device);
    CHECK_GIVES(hipCtxSetCurrent((hipCtx_t)0x1234), hipErrorInvalidContext);
    CHECK_HIP(hipSetDevice(0));
}

int main(void) {
    test_counts();
    test_names();
    test_attributes();
    test_later_properties();
    test_peers();
    test_errors();
    test_contexts();
    return check_result();
}
