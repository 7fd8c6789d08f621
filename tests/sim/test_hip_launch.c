/* Modules, both launch forms, what is refused, and what a faulty kernel leaves behind. */
#include "hip_check.h"

static struct kernels k;

static void test_modules(void) {
    hipModule_t module = NULL;
    hipFunction_t f = NULL;
    uint32_t *counter = NULL;
    uint64_t where = 0;
    size_t bytes = 0;
    CHECK_GIVES(hipModuleLoad(&module, "/no/such/file.co"), hipErrorFileNotFound);
    CHECK_GIVES(hipModuleLoad(&module, __FILE__), hipErrorInvalidImage);
    CHECK_GIVES(hipModuleLoad(&module, GFX942_CO), hipErrorNoBinaryForGpu);
    CHECK_HAS(gfx950sim_message(), "gfx942");
    CHECK_GIVES(hipModuleLoadData(&module, "nothing of the kind"), hipErrorInvalidImage);
    CHECK_GIVES(hipModuleGetFunction(&f, k.module, "no_such"), hipErrorNotFound);
    CHECK_HAS(gfx950sim_message(), "no_such");
    CHECK_HIP(hipModuleGetGlobal((void **)&counter, &bytes, k.module, "counter"));
    CHECK(bytes == 8 && word_at(counter, 0) == 1000, "%zu bytes, %u", bytes, word_at(counter, 0));
    CHECK_GIVES(hipModuleGetGlobal((void **)&counter, &bytes, k.module, "no_such"), hipErrorNotFound);
    void *p = NULL;
    CHECK_HIP(hipModuleGetGlobal(&p, NULL, k.module, "where"));
    CHECK_HIP(hipMemcpyDtoH(&where, p, sizeof where));
    CHECK(where == (uintptr_t)counter, "the pointer is 0x%llx", (unsigned long long)where);
    CHECK_HIP(hipModuleLoad(&module, HIP_CO));
    CHECK_HIP(hipModuleGetFunction(&f, module, "count"));
    CHECK_HIP(hipModuleUnload(module));
    CHECK_GIVES(hipModuleUnload(module), hipErrorInvalidHandle);
    CHECK_GIVES(hipModuleLaunchKernel(f, 1, 1, 1, 64, 1, 1, 0, NULL, NULL, NULL), hipErrorInvalidHandle);
    CHECK_GIVES(hipModuleGetFunction(&f, module, "count"), hipErrorInvalidHandle);
}

static void test_parameters(void) {
    enum { N = 150 };
    uint32_t *in = filled_words(N, 5), *out = filled_words(N, 77);
    CHECK_HIP(launch_add(&k, NULL, out, in, N - 1, 1000));
    CHECK(word_at(out, 0) == 1005 && word_at(out, N - 2) == 1005 && word_at(out, N - 1) == 77, "%u %u %u",
          word_at(out, 0), word_at(out, N - 2), word_at(out, N - 1));
    struct {
        uint32_t *out, *in;
        uint32_t n, bias;
    } packed = {out, in, N, 2000};
    size_t size = sizeof packed;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &packed, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size,
                     HIP_LAUNCH_PARAM_END};
    CHECK_HIP(hipModuleLaunchKernel(k.add_bias, 3, 1, 1, 64, 1, 1, 0, NULL, NULL, extra));
    CHECK(word_at(out, N - 1) == 2005, "%u", word_at(out, N - 1));
    void *params[] = {&packed.out, &packed.in, &packed.n, &packed.bias}, *missing[] = {&packed.out, NULL, NULL, NULL};
    CHECK_GIVES(hipModuleLaunchKernel(k.add_bias, 3, 1, 1, 64, 1, 1, 0, NULL, params, extra), hipErrorInvalidValue);
    CHECK_GIVES(hipModuleLaunchKernel(k.add_bias, 3, 1, 1, 64, 1, 1, 0, NULL, NULL, NULL), hipErrorInvalidValue);
    CHECK_GIVES(hipModuleLaunchKernel(k.add_bias, 3, 1, 1, 64, 1, 1, 0, NULL, missing, NULL), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "needs argument 1 (in, 8 bytes)");
    void *wrong[] = {(void *)7, &packed, HIP_LAUNCH_PARAM_END};
    CHECK_GIVES(hipModuleLaunchKernel(k.add_bias, 3, 1, 1, 64, 1, 1, 0, NULL, NULL, wrong), hipErrorInvalidValue);
    CHECK_HIP(hipFree(in));
    CHECK_HIP(hipFree(out));
}

static void test_configuration(void) {
    static const unsigned bad[][6] = {
        {0, 1, 1, 64, 1, 1},  {1, 1, 0, 64, 1, 1},        {1, 1, 1, 0, 1, 1},         {1, 1, 1, 1025, 1, 1},
        {1, 1, 1, 32, 32, 2}, {1u << 26, 1, 1, 64, 1, 1}, {1, 1, 1, 65536, 65536, 1}, {1, 1, 1, 4294967295u, 1, 1},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const unsigned *c = bad[i];
        CHECK_GIVES(hipModuleLaunchKernel(k.count, c[0], c[1], c[2], c[3], c[4], c[5], 0, NULL, NULL, NULL),
                    hipErrorInvalidConfiguration);
    }
    CHECK_GIVES(hipModuleLaunchKernel(k.add_bias, 1, 1, 1, 320, 1, 1, 0, NULL, NULL, NULL),
                hipErrorInvalidConfiguration);
    CHECK_HAS(gfx950sim_message(), "add_bias allows 256");
    CHECK_GIVES(hipModuleLaunchKernel(k.count, 1, 1, 1, 64, 1, 1, 163840 - 40960 + 1, NULL, NULL, NULL),
                hipErrorInvalidConfiguration);
    CHECK_HIP(hipModuleLaunchKernel(k.count, 1, 1, 1, 64, 1, 1, 163840 - 40960, NULL, NULL, NULL));
    CHECK_GIVES(hipModuleLaunchKernel(NULL, 1, 1, 1, 64, 1, 1, 0, NULL, NULL, NULL), hipErrorInvalidHandle);
    CHECK_GIVES(hipModuleLaunchKernel(k.count, 1, 1, 1, 64, 1, 1, 0, (hipStream_t)&k, NULL, NULL),
                hipErrorInvalidHandle);
}

hipError_t hipExtModuleLaunchKernel(hipFunction_t f, uint32_t globalWorkSizeX, uint32_t globalWorkSizeY,
                                    uint32_t globalWorkSizeZ, uint32_t localWorkSizeX, uint32_t localWorkSizeY,
                                    uint32_t localWorkSizeZ, size_t sharedMemBytes, hipStream_t hStream,
                                    void **kernelParams, void **extra, hipEvent_t startEvent, hipEvent_t stopEvent,
                                    uint32_t flags);

static void test_work_items(void) {
    uint32_t *counter = NULL;
    CHECK_HIP(hipModuleGetGlobal((void **)&counter, NULL, k.module, "counter"));
    uint32_t before = word_at(counter, 0);
    CHECK_HIP(hipModuleLaunchKernel(k.count, 2, 3, 1, 100, 1, 1, 0, NULL, NULL, NULL));
    CHECK(word_at(counter, 0) - before == 600, "%u work-items", word_at(counter, 0) - before);
    before = word_at(counter, 0);
    CHECK_HIP(hipExtModuleLaunchKernel(k.count, 250, 1, 1, 100, 1, 1, 0, NULL, NULL, NULL, NULL, NULL, 0));
    CHECK(word_at(counter, 0) - before == 250, "%u work-items of a grid with a smaller last workgroup",
          word_at(counter, 0) - before);
}

static void test_faults(void) {
    uint32_t *in = filled_words(4, 1);
    uint32_t offset = 100000;
    void *params[] = {&in, &offset};
    gfx950sim_reset();
    (void)hipGetLastError();
    CHECK_GIVES(hipModuleLaunchKernel(k.stray, 1, 1, 1, 64, 1, 1, 0, NULL, params, NULL), hipErrorLaunchFailure);
    CHECK(gfx950sim_finding(0) != NULL && strcmp(gfx950sim_finding_rule(0), "out-of-bounds") == 0, "found: %s",
          gfx950sim_findings());
    CHECK_GIVES(hipDeviceSynchronize(), hipErrorLaunchFailure);
    CHECK_GIVES(hipStreamSynchronize(NULL), hipErrorLaunchFailure);
    CHECK_GIVES(hipPeekAtLastError(), hipErrorLaunchFailure);
    CHECK_GIVES(hipGetLastError(), hipErrorLaunchFailure);
    CHECK_GIVES(hipGetLastError(), hipSuccess);
    CHECK_HIP(hipDeviceSynchronize());
    offset = 12;
    CHECK_HIP(hipModuleLaunchKernel(k.stray, 1, 1, 1, 64, 1, 1, 0, NULL, params, NULL));
    CHECK_HIP(hipFree(in));
    CHECK_GIVES(hipModuleLaunchKernel(k.stray, 1, 1, 1, 64, 1, 1, 0, NULL, params, NULL), hipErrorLaunchFailure);
    CHECK_HAS(gfx950sim_findings(), "use-after-free");
    (void)hipGetLastError();
    gfx950sim_reset();
}

static void test_undefined_output(void) {
    uint32_t *out = filled_words(64, 0), host[64];
    void *params[] = {&out};
    gfx950sim_reset();
    CHECK_HIP(hipModuleLaunchKernel(k.undefined, 1, 1, 1, 64, 1, 1, 0, NULL, params, NULL));
    CHECK(gfx950sim_finding(0) == NULL, "storing is no use: %s", gfx950sim_findings());
    CHECK_HIP(hipMemcpyDtoH(host, out, sizeof host));
    CHECK(gfx950sim_finding(0) != NULL && strcmp(gfx950sim_finding_rule(0), "uninit-output") == 0, "found: %s",
          gfx950sim_findings());
    gfx950sim_reset();
    CHECK_HIP(hipFree(out));
}

static void test_attributes(void) {
    struct hipFuncAttributes a;
    int value = 0, blocks = 0, grid = 0, block = 0;
    CHECK_HIP(hipFuncGetAttributes(&a, k.count));
    CHECK(a.sharedSizeBytes == 40960 && a.numRegs == 8 && a.maxThreadsPerBlock == 1024 &&
              a.maxDynamicSharedSizeBytes == 163840 - 40960,
          "%zu %d %d %d", a.sharedSizeBytes, a.numRegs, a.maxThreadsPerBlock, a.maxDynamicSharedSizeBytes);
    CHECK_HIP(hipFuncGetAttribute(&value, HIP_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK, k.add_bias));
    CHECK(value == 256, "%d", value);
    CHECK_GIVES(hipFuncSetAttribute(k.count, hipFuncAttributeMaxDynamicSharedMemorySize, 163840), hipErrorInvalidValue);
    CHECK_HIP(hipFuncSetAttribute(k.count, hipFuncAttributeMaxDynamicSharedMemorySize, 1000));
    CHECK_HIP(hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, k.count, 64, 0));
    CHECK(blocks == 4, "%d workgroups of 40 KB", blocks);
    CHECK_HIP(hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, k.count, 64, 163840));
    CHECK(blocks == 0, "%d workgroups that do not fit", blocks);
    CHECK_HIP(hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, k.add_bias, 256, 0));
    CHECK(blocks == 8, "%d workgroups of 4 waves", blocks);
    CHECK_HIP(hipModuleOccupancyMaxPotentialBlockSize(&grid, &block, k.add_bias, 0, 0));
    CHECK(block > 0 && block <= 256 && block % 64 == 0 && grid % 256 == 0, "grid %d, block %d", grid, block);
    CHECK_GIVES(hipModuleOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, k.count, 0, 0), hipErrorInvalidValue);
}

static void test_devices(void) {
    uint32_t *in = filled_words(64, 1);
    gfx950sim_set("devices", "2");
    CHECK_HIP(hipSetDevice(1));
    CHECK_GIVES(launch_add(&k, NULL, in, in, 64, 0), hipErrorInvalidDevice);
    CHECK_HIP(hipSetDevice(0));
    CHECK_HIP(launch_add(&k, NULL, in, in, 64, 0));
    CHECK_HIP(hipFree(in));
}

int main(void) {
    load_kernels(&k);
    test_modules();
    test_parameters();
    test_configuration();
    test_work_items();
    test_faults();
    test_undefined_output();
    test_attributes();
    test_devices();
    CHECK_HIP(hipModuleUnload(k.module));
    return check_result();
}
