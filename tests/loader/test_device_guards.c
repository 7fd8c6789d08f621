/* Context: device, architecture, HIP failures, options. */
#include <dlfcn.h>
#include <stdlib.h>

#include "fake_hip.h"
#include "smallm/smallm.h"
#include "test.h"

static struct fake_hip *fake;
static void *fake_handle;

static smallm_status create_with(const smallm_context_options *options) {
    smallm_context *context = (smallm_context *)&context;
    smallm_status status = smallm_context_create(&context, options);
    CHECK((status == SMALLM_OK) == (context != NULL), "the context must be NULL exactly when the call fails");
    smallm_context_destroy(context);
    CHECK(fake->modules == 0, "%d modules were left loaded", fake->modules);
    CHECK(fake->current_device == 3, "the current device became %d", fake->current_device);
    return status;
}

static smallm_context_options options_for(int device) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = fake_handle;
    options.device = device;
    return options;
}

static smallm_status create(int device) {
    smallm_context_options options = options_for(device);
    return create_with(&options);
}

static void test_success(void) {
    fake->modules_ever = 0;
    CHECK_OK(create(0));
    CHECK(fake->modules_ever == (int)smallm_kernel_count(), "%d modules for %u kernels", fake->modules_ever,
          smallm_kernel_count());
}

static void test_devices(void) {
    fake->devices = 2;
    CHECK_OK(create(1));
    CHECK_FAILS(create(2), SMALLM_ERROR_DEVICE_INDEX, "device is 2", "shows 2, numbered from 0");
    CHECK_FAILS(create(-1), SMALLM_ERROR_DEVICE_INDEX, "device is -1");
    fake->devices = 0;
    CHECK_FAILS(create(0), SMALLM_ERROR_NO_DEVICE, "fake_hip", "shows no device", "/dev/kfd");
    fake->devices = 1;
}

static void test_architecture(void) {
    fake->modules_ever = 0;
    fake->minor = 4;
    CHECK_FAILS(create(0), SMALLM_ERROR_UNSUPPORTED_ARCH, "device 0", "fake board 0", "9.4", "9.5", "gfx950");
    CHECK(fake->modules_ever == 0, "a code object was loaded on a gfx942");
    fake->minor = 5;
}

static void test_hip_failures(void) {
    static const char *const functions[] = {"hipGetDeviceCount",    "hipGetDevice",      "hipDeviceComputeCapability",
                                            "hipRuntimeGetVersion", "hipModuleLoadData", "hipModuleGetFunction"};
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        strcpy(fake->fail, functions[i]);
        CHECK_FAILS(create(0), SMALLM_ERROR_HIP, functions[i], "made to fail");
    }
    strcpy(fake->fail, "hipDeviceGetName");
    CHECK_OK(create(0));
    fake->fail[0] = '\0';
}

static void test_arguments(void) {
    CHECK_FAILS(smallm_context_create(NULL, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    smallm_context_options options = options_for(0);
    options.size = 8;
    CHECK_FAILS(create_with(&options), SMALLM_ERROR_STRUCT_SIZE, "smallm_context_options", "size is 8");
    options.size = 0;
    CHECK_FAILS(create_with(&options), SMALLM_ERROR_STRUCT_SIZE, "size is 0");

    /* A newer caller: its extra fields must be zero. */
    struct {
        smallm_context_options options;
        int64_t extra;
    } newer = {options_for(0), 0};
    newer.options.size = sizeof newer;
    CHECK_OK(create_with(&newer.options));
    newer.extra = 7;
    CHECK_FAILS(create_with(&newer.options), SMALLM_ERROR_STRUCT_SIZE, "is not zero");

    options = options_for(0);
    options.kernel = "smallm_dense_gemv_of_no_such_shape";
    CHECK_FAILS(create_with(&options), SMALLM_ERROR_KERNEL_NAME, "smallm_dense_gemv_of_no_such_shape");
    setenv("SMALLM_KERNEL", "nonsense", 1);
    CHECK_FAILS(create(0), SMALLM_ERROR_KERNEL_NAME, "nonsense", "SMALLM_KERNEL");
    unsetenv("SMALLM_KERNEL");
}

static int log_lines;

static void count_lines(void *user, smallm_log_level level, const char *message) {
    CHECK(user == &log_lines && level <= SMALLM_LOG_DEBUG && message[0] != '\0', "odd log call: %s", message);
    log_lines++;
}

static void test_log_and_info(void) {
    smallm_context_options options = options_for(0);
    options.log = count_lines;
    options.log_user = &log_lines;
    smallm_context *context;
    CHECK_OK(smallm_context_create(&context, &options));
    CHECK(log_lines > (int)smallm_kernel_count(), "%d log lines", log_lines);
    smallm_context_info info = {.size = sizeof info};
    CHECK_OK(smallm_context_get_info(context, &info));
    CHECK(strcmp(info.device_name, "fake board 0") == 0, "device name %s", info.device_name);
    CHECK(strstr(info.hip_library, "fake_hip") != NULL, "library %s", info.hip_library);
    CHECK(info.kernels == smallm_kernel_count() && info.hip_version == 50221153, "%u kernels, HIP %d", info.kernels,
          info.hip_version);
    info.size = 4;
    CHECK_FAILS(smallm_context_get_info(context, &info), SMALLM_ERROR_STRUCT_SIZE, "smallm_context_info");
    CHECK_FAILS(smallm_context_get_info(context, NULL), SMALLM_ERROR_NULL_POINTER, "info is NULL");
    CHECK_FAILS(smallm_context_get_info(NULL, &info), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    smallm_context_destroy(context);
    smallm_context_destroy(NULL);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    fake_handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    fake = fake_handle != NULL ? dlsym(fake_handle, "fake_hip") : NULL;
    if (fake == NULL)
        return 2;
    fake->current_device = 3;
    test_success();
    test_devices();
    test_architecture();
    test_hip_failures();
    test_arguments();
    test_log_and_info();
    return test_result();
}
