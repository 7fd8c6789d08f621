#include "info.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>

#include "backend.h"
#include "smallm/smallm.h"

/* Devices of one HIP library, until there are no more. */
static void print_devices(const char *title, void *hip_handle) {
    printf("%s\n", title);
    for (int32_t device = 0;; device++) {
        smallm_context_options options;
        smallm_context_options_init(&options, sizeof options);
        options.hip_handle = hip_handle;
        options.device = device;
        smallm_context *context;
        smallm_status status = smallm_context_create(&context, &options);
        if (status == SMALLM_ERROR_DEVICE_INDEX)
            return;
        if (status != SMALLM_OK)
            printf("  %s\n", smallm_last_error());
        if (status != SMALLM_OK && status != SMALLM_ERROR_UNSUPPORTED_ARCH)
            return;
        if (status == SMALLM_OK) {
            smallm_context_info info = {.size = sizeof info};
            smallm_context_get_info(context, &info);
            if (device == 0)
                printf("  HIP library %s, version %d\n", info.hip_library, info.hip_version);
            printf("  device %d: %s, %u kernels load\n", device, info.device_name, info.kernels);
        }
        smallm_context_destroy(context);
    }
}

enum exit_status info_print(void) {
    printf("smallm %s\n", smallm_version_string());
    printf("kernels: %u\n", smallm_kernel_count());
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        printf("  %s\n", smallm_kernel_name(i));
    uint64_t dense = 0, moe = 0;
    smallm_dense_table_check(NULL, &dense, NULL, NULL);
    smallm_moe_table_check(NULL, &moe, NULL, NULL);
    printf("tables: dense, %" PRIu64 " rows, and MoE, %" PRIu64
           " rows, built in; other shapes are left to the cost model\n",
           dense, moe);
    print_devices("GPU:", NULL);
    void *simulator = backend_load_simulator();
    if (simulator == NULL)
        printf("simulator:\n  %s\n", dlerror());
    else
        print_devices("simulator:", simulator);
    return EXIT_RIGHT;
}
