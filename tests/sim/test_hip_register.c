/* What clang's HIP programs do at start-up and at a launch: a fat binary, kernels and variables are registered under
 * their host names, and launched and copied by them. */
#include "hip_check.h"

/* Declared by no header: clang emits the calls. */
void **__hipRegisterFatBinary(const void *data);
void __hipRegisterFunction(void **modules, const void *hostFunction, char *deviceFunction, const char *deviceName,
                           unsigned int threadLimit, void *tid, void *bid, void *blockDim, void *gridDim, int *wSize);
void __hipRegisterVar(void **modules, void *var, char *hostVar, char *deviceVar, int ext, size_t size, int constant,
                      int global);
void __hipUnregisterFatBinary(void **modules);
hipError_t __hipPushCallConfiguration(dim3 gridDim, dim3 blockDim, size_t sharedMem, hipStream_t stream);
hipError_t __hipPopCallConfiguration(dim3 *gridDim, dim3 *blockDim, size_t *sharedMem, hipStream_t *stream);

struct wrapper {
    uint32_t magic, version;
    const void *binary;
    void *unused;
};

/* The host's side of a kernel and of two variables; only their addresses count. */
static char add_bias_stub, count_stub, absent_stub, counter_shadow, absent_shadow;

static void *read_bundle(void) {
    static const char id[] = "hipv4-amdgcn-amd-amdhsa--gfx950";
    FILE *file = fopen(HIP_CO, "rb");
    if (file == NULL)
        exit(1);
    static unsigned char bundle[1 << 16];
    uint64_t header[] = {1, 4096, 0, sizeof id - 1};
    header[2] = fread(bundle + 4096, 1, sizeof bundle - 4096, file);
    fclose(file);
    memcpy(bundle, "__CLANG_OFFLOAD_BUNDLE__", 24);
    memcpy(bundle + 24, header, sizeof header);
    memcpy(bundle + 24 + sizeof header, id, sizeof id - 1);
    return bundle;
}

/* As a stub does that clang makes for kernel<<<...>>>(...). */
static hipError_t add_bias(uint32_t *out, uint32_t *in, uint32_t n, uint32_t bias) {
    dim3 grid, block;
    size_t lds;
    hipStream_t stream;
    void *args[] = {&out, &in, &n, &bias};
    CHECK_HIP(__hipPopCallConfiguration(&grid, &block, &lds, &stream));
    return hipLaunchKernel(&add_bias_stub, grid, block, args, lds, stream);
}

static void test_launch(void) {
    uint32_t *in = filled_words(100, 3), *out = filled_words(100, 0);
    CHECK_HIP(__hipPushCallConfiguration((dim3){2, 1, 1}, (dim3){64, 1, 1}, 0, NULL));
    CHECK_HIP(add_bias(out, in, 100, 40));
    CHECK(word_at(out, 99) == 43, "%u", word_at(out, 99));
    dim3 d;
    size_t lds;
    hipStream_t stream;
    CHECK_GIVES(__hipPopCallConfiguration(&d, &d, &lds, &stream), hipErrorMissingConfiguration);
    CHECK_GIVES(hipLaunchKernel(&in, (dim3){1, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL), hipErrorInvalidDeviceFunction);
    CHECK_GIVES(hipLaunchKernel(&absent_stub, (dim3){1, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL), hipErrorNotFound);
    struct hipFuncAttributes a;
    int blocks = 0;
    CHECK_HIP(hipFuncGetAttributes(&a, &count_stub));
    CHECK(a.sharedSizeBytes == 40960, "%zu", a.sharedSizeBytes);
    CHECK_HIP(hipOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, &count_stub, 64, 0));
    CHECK(blocks == 4, "%d", blocks);
}

static void test_variables(void) {
    uint32_t value = 0;
    void *p = NULL;
    size_t size = 0;
    CHECK_HIP(hipGetSymbolSize(&size, &counter_shadow));
    CHECK(size == 8, "%zu bytes", size);
    CHECK_HIP(hipGetSymbolAddress(&p, &counter_shadow));
    CHECK_HIP(hipMemcpyFromSymbol(&value, &counter_shadow, 4, 0, hipMemcpyDeviceToHost));
    CHECK(value == 1000, "%u", value);
    value = 77;
    CHECK_HIP(hipMemcpyToSymbol(&counter_shadow, &value, 4, 0, hipMemcpyHostToDevice));
    CHECK_HIP(hipLaunchKernel(&count_stub, (dim3){3, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL));
    CHECK(word_at(p, 0) == 77 + 192, "%u", word_at(p, 0));
    CHECK_GIVES(hipMemcpyToSymbol(&counter_shadow, &value, 4, 5, hipMemcpyHostToDevice), hipErrorInvalidValue);
    CHECK_GIVES(hipMemcpyToSymbol(&counter_shadow, &value, 4, 0, hipMemcpyDeviceToHost),
                hipErrorInvalidMemcpyDirection);
    CHECK_GIVES(hipMemcpyToSymbol(&value, &value, 4, 0, hipMemcpyHostToDevice), hipErrorInvalidSymbol);
    CHECK_GIVES(hipGetSymbolAddress(&p, &absent_shadow), hipErrorNotFound);
}

/* Each device has a copy of its own. */
static void test_devices(void) {
    uint32_t value = 0;
    gfx950sim_set("devices", "2");
    CHECK_HIP(hipSetDevice(1));
    CHECK_HIP(hipMemcpyFromSymbol(&value, &counter_shadow, 4, 0, hipMemcpyDeviceToHost));
    CHECK(value == 1000, "%u", value);
    CHECK_HIP(hipLaunchKernel(&count_stub, (dim3){1, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL));
    CHECK_HIP(hipMemcpyFromSymbol(&value, &counter_shadow, 4, 0, hipMemcpyDeviceToHost));
    CHECK(value == 1064, "%u", value);
    CHECK_HIP(hipSetDevice(0));
}

int main(void) {
    struct wrapper wrapper = {0x48495046, 1, read_bundle(), NULL};
    void **fat = __hipRegisterFatBinary(&wrapper);
    __hipRegisterFunction(fat, &add_bias_stub, "add_bias", "add_bias", -1u, NULL, NULL, NULL, NULL, NULL);
    __hipRegisterFunction(fat, &count_stub, "count", "count", -1u, NULL, NULL, NULL, NULL, NULL);
    __hipRegisterFunction(fat, &absent_stub, "absent", "absent", -1u, NULL, NULL, NULL, NULL, NULL);
    __hipRegisterVar(fat, &counter_shadow, "counter", "counter", 0, 8, 0, 0);
    __hipRegisterVar(fat, &absent_shadow, "absent", "absent", 0, 8, 0, 0);
    test_launch();
    test_variables();
    test_devices();
    __hipUnregisterFatBinary(fat);
    CHECK_GIVES(hipLaunchKernel(&count_stub, (dim3){1, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL),
                hipErrorInvalidDeviceFunction);
    wrapper.binary = "no bundle";
    fat = __hipRegisterFatBinary(&wrapper);
    __hipRegisterFunction(fat, &count_stub, "count", "count", -1u, NULL, NULL, NULL, NULL, NULL);
    CHECK_GIVES(hipLaunchKernel(&count_stub, (dim3){1, 1, 1}, (dim3){64, 1, 1}, NULL, 0, NULL), hipErrorInvalidImage);
    __hipUnregisterFatBinary(fat);
    return check_result();
}
