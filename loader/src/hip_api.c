#define _GNU_SOURCE
#include "hip_api.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"

#define LIBRARY_VARIABLE "SMALLM_HIP_LIBRARY"
/* Present in every HIP; where it is found, HIP is. */
#define LANDMARK "hipModuleLaunchKernel"

static const char *const sonames[] = {"libamdhip64.so.7", "libamdhip64.so.6", "libamdhip64.so.5"};
enum { SONAMES = sizeof sonames / sizeof sonames[0] };

/* HIP starts threads of its own that outlive a dlclose, hence NODELETE. */
enum { OPEN_FLAGS = RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE };

static smallm_status open_named(struct smallm_hip *hip, const char *file, const char *where) {
    hip->opened = dlopen(file, OPEN_FLAGS);
    if (hip->opened != NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_HIP_NOT_FOUND,
                       "%s names the HIP library \"%s\", which cannot be loaded: %s; correct it or leave it unset to "
                       "search the usual places",
                       where, file, dlerror());
}

static void *open_first(int flags) {
    for (int i = 0; i < SONAMES; i++) {
        void *handle = dlopen(sonames[i], OPEN_FLAGS | flags);
        if (handle != NULL)
            return handle;
    }
    return NULL;
}

/* The library that holds `function`, so that no other function comes from a second HIP that is visible too; the search
 * through all that is visible where the program itself holds it. */
static void *library_of(struct smallm_hip *hip, const void *function) {
    Dl_info info;
    if (dladdr(function, &info) != 0)
        hip->opened = dlopen(info.dli_fname, OPEN_FLAGS | RTLD_NOLOAD);
    return hip->opened != NULL ? hip->opened : RTLD_DEFAULT;
}

/* Where the functions are, as the handle to give to dlsym. */
static smallm_status find(struct smallm_hip *hip, const smallm_context_options *options, void **handle,
                          const char **how) {
    const char *variable = getenv(LIBRARY_VARIABLE);
    if (options->hip_handle != NULL) {
        *how = "the option hip_handle";
        *handle = options->hip_handle;
        return SMALLM_OK;
    }
    if (options->hip_library != NULL || (variable != NULL && variable[0] != '\0')) {
        *how = options->hip_library != NULL ? "the option hip_library" : "the environment variable " LIBRARY_VARIABLE;
        smallm_status status = open_named(hip, options->hip_library != NULL ? options->hip_library : variable, *how);
        *handle = hip->opened;
        return status;
    }
    const void *visible = dlsym(RTLD_DEFAULT, LANDMARK);
    if (visible != NULL) {
        *how = "the symbols visible in the process";
        *handle = library_of(hip, visible);
        return SMALLM_OK;
    }
    *how = "a library that was loaded already";
    hip->opened = open_first(RTLD_NOLOAD);
    if (hip->opened == NULL) {
        *how = "the dynamic linker's search path";
        hip->opened = open_first(0);
    }
    *handle = hip->opened;
    if (hip->opened != NULL)
        return SMALLM_OK;
    return smallm_fail(
        SMALLM_ERROR_HIP_NOT_FOUND,
        "no HIP library found; looked at: the options hip_handle and hip_library (not set), the "
        "environment variable " LIBRARY_VARIABLE " (not set), " LANDMARK
        " among the symbols visible in the process (absent), %s, %s and %s already loaded (none), the "
        "same three on the dynamic linker's search path (none: %s). Install ROCm, or set " LIBRARY_VARIABLE
        " to a HIP library or to the simulator, libgfx950sim.so",
        sonames[0], sonames[1], sonames[2], dlerror());
}

static smallm_status resolve(struct smallm_hip *hip, void *handle) {
    Dl_info info;
    void *landmark = dlsym(handle, LANDMARK);
    if (landmark != NULL && dladdr(landmark, &info) != 0)
        snprintf(hip->library, sizeof hip->library, "%s", info.dli_fname);
    else
        snprintf(hip->library, sizeof hip->library, "(a library without " LANDMARK ")");
    void *address;
#define X(name)                                                                                                        \
    address = dlsym(handle, #name);                                                                                    \
    if (address == NULL)                                                                                               \
        return smallm_fail(SMALLM_ERROR_HIP_INCOMPLETE,                                                                \
                           "the HIP library %s has no function %s; HIP 5.2 or later has all that smallm needs",        \
                           hip->library, #name);                                                                       \
    memcpy(&hip->name, &address, sizeof address);
    SMALLM_HIP_FUNCTIONS(X)
#undef X
    return SMALLM_OK;
}

smallm_status smallm_hip_open(struct smallm_hip *hip, const smallm_context_options *options,
                              const struct smallm_logger *logger) {
    void *handle = NULL;
    const char *how = NULL;
    smallm_status status = find(hip, options, &handle, &how);
    if (status == SMALLM_OK)
        status = resolve(hip, handle);
    if (status == SMALLM_OK)
        smallm_log(logger, SMALLM_LOG_INFO, "HIP library %s, found through %s", hip->library, how);
    else
        smallm_hip_close(hip);
    return status;
}

void smallm_hip_close(struct smallm_hip *hip) {
    if (hip->opened != NULL)
        dlclose(hip->opened);
    hip->opened = NULL;
}

smallm_status smallm_hip_check(const struct smallm_hip *hip, hipError_t error, const char *what) {
    if (error == hipSuccess)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_HIP, "%s failed: %s (hipError_t %d, from %s)", what, hip->hipGetErrorString(error),
                       (int)error, hip->library);
}
