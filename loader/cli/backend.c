#define _GNU_SOURCE
#include "backend.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char simulator_file[] = "libgfx950sim.so";

void *backend_load_simulator(void) {
    static const char *const folders[] = {"/", "/../lib/", "/../" SMALLM_LIBDIR "/"};
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length > 0) {
        program[length] = '\0';
        *strrchr(program, '/') = '\0';
        for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
            char file[2 * PATH_MAX];
            snprintf(file, sizeof file, "%s%s%s", program, folders[i], simulator_file);
            if (access(file, F_OK) == 0)
                return dlopen(file, RTLD_NOW | RTLD_LOCAL);
        }
    }
    return dlopen(simulator_file, RTLD_NOW | RTLD_LOCAL);
}

static smallm_status open_gpu(struct backend *backend) {
    smallm_status status = smallm_context_create(&backend->context, NULL);
    if (status != SMALLM_OK)
        return status;
    backend->info.size = sizeof backend->info;
    smallm_context_get_info(backend->context, &backend->info);
    backend->library = dlopen(backend->info.hip_library, RTLD_NOW | RTLD_NOLOAD);
    return SMALLM_OK;
}

static smallm_status open_simulator(struct backend *backend) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = backend->library;
    smallm_status status = smallm_context_create(&backend->context, &options);
    if (status != SMALLM_OK)
        return status;
    backend->info.size = sizeof backend->info;
    return smallm_context_get_info(backend->context, &backend->info);
}

static bool no_usable_gpu(smallm_status status) {
    return status == SMALLM_ERROR_HIP_NOT_FOUND || status == SMALLM_ERROR_NO_DEVICE ||
           status == SMALLM_ERROR_UNSUPPORTED_ARCH;
}

static enum exit_status open_context(struct backend *backend, enum device_choice choice) {
    if (choice != DEVICE_SIM) {
        smallm_status status = open_gpu(backend);
        if (choice == DEVICE_GPU || !no_usable_gpu(status))
            return exit_status_of(status);
    }
    backend->library = backend_load_simulator();
    if (backend->library == NULL)
        return complain(EXIT_NO_DEVICE,
                        "%s%s cannot be loaded: %s; build with SMALLM_BUILD_SIM=ON, or name a GPU's HIP",
                        choice == DEVICE_AUTO ? "there is no gfx950 and " : "", simulator_file, dlerror());
    return exit_status_of(open_simulator(backend));
}

static enum exit_status resolve(struct backend *backend) {
    void *address;
#define X(name)                                                                                                        \
    address = dlsym(backend->library, #name);                                                                          \
    if (address == NULL)                                                                                               \
        return complain(EXIT_NO_DEVICE, "the HIP library %s has no function %s", backend->info.hip_library, #name);    \
    memcpy(&backend->name, &address, sizeof address);
    BACKEND_HIP_FUNCTIONS(X)
#undef X
    const char *missing = sim_find(&backend->sim, backend->library);
    if (missing != NULL)
        return complain(EXIT_NO_DEVICE, "the simulator %s has no function %s; it is of another version",
                        backend->info.hip_library, missing);
    return EXIT_RIGHT;
}

enum exit_status backend_open(struct backend *backend, enum device_choice choice) {
    memset(backend, 0, sizeof *backend);
    enum exit_status status = open_context(backend, choice);
    if (status == EXIT_RIGHT)
        status = resolve(backend);
    if (status == EXIT_RIGHT && choice == DEVICE_GPU && backend->sim.present)
        status =
            complain(EXIT_NO_DEVICE, "--device gpu, but the HIP library found, %s, is the simulator; use --device sim",
                     backend->info.hip_library);
    if (status == EXIT_RIGHT)
        status = backend_check(backend, backend->hipSetDevice(backend->info.device), "hipSetDevice");
    if (status != EXIT_RIGHT)
        backend_close(backend);
    return status;
}

void backend_close(struct backend *backend) {
    smallm_context_destroy(backend->context);
    backend->context = NULL;
}

enum exit_status backend_check(const struct backend *backend, hipError_t error, const char *what) {
    if (error == hipSuccess)
        return EXIT_RIGHT;
    return complain(EXIT_NO_DEVICE, "%s failed: %s", what, backend->hipGetErrorString(error));
}

enum exit_status backend_place(const struct backend *backend, void **memory, const void *host, int fill, size_t bytes) {
    enum exit_status status = backend_check(backend, backend->hipMalloc(memory, bytes), "hipMalloc");
    if (status != EXIT_RIGHT) {
        *memory = NULL;
        return status;
    }
    if (host == NULL)
        return backend_check(backend, backend->hipMemset(*memory, fill, bytes), "hipMemset");
    return backend_check(backend, backend->hipMemcpy(*memory, host, bytes, hipMemcpyHostToDevice),
                         "hipMemcpy to the device");
}

enum exit_status backend_fetch(const struct backend *backend, void *host, const void *memory, size_t bytes) {
    return backend_check(backend, backend->hipMemcpy(host, memory, bytes, hipMemcpyDeviceToHost),
                         "hipMemcpy from the device");
}

enum exit_status backend_finish(const struct backend *backend, enum exit_status status) {
    if (status == EXIT_RIGHT)
        status = backend_check(backend, backend->hipDeviceSynchronize(), "hipDeviceSynchronize");
    if (!backend->sim.present)
        return status;
    const char *findings = backend->sim.gfx950sim_findings();
    if (findings[0] != '\0')
        fprintf(stderr, "smallm: the simulator found:\n%s\n", findings);
    else if (status != EXIT_RIGHT)
        fprintf(stderr, "smallm: the simulator says: %s.\n", backend->sim.gfx950sim_message());
    return status;
}
