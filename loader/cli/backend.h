/* The device that the command line runs on: a context, HIP's memory functions from the same library, and the
 * simulator's own functions where the library is the simulator. */
#ifndef SMALLM_CLI_BACKEND_H
#define SMALLM_CLI_BACKEND_H

#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>

#include "exit_status.h"
#include "options.h"
#include "sim.h"
#include "smallm/context.h"

#define BACKEND_HIP_FUNCTIONS(X)                                                                                       \
    X(hipGetErrorString)                                                                                               \
    X(hipSetDevice)                                                                                                    \
    X(hipMalloc)                                                                                                       \
    X(hipFree)                                                                                                         \
    X(hipMemcpy)                                                                                                       \
    X(hipMemset)                                                                                                       \
    X(hipDeviceSynchronize)

struct backend {
    smallm_context *context;
    smallm_context_info info;
    void *library; /* from dlopen */
    struct sim sim;
#define X(name) __typeof__(name) *name;
    BACKEND_HIP_FUNCTIONS(X)
#undef X
};

/* Says on stderr what is wrong if it fails. */
enum exit_status backend_open(struct backend *backend, enum device_choice choice);
void backend_close(struct backend *backend);

/* EXIT_RIGHT, or EXIT_NO_DEVICE after saying what failed. */
enum exit_status backend_check(const struct backend *backend, hipError_t error, const char *what);

/* Device memory of `bytes` with a copy of `host` in it, or with bytes `fill` where that is NULL. What was allocated is
 * the caller's also if the copy fails. EXIT_RIGHT, or EXIT_NO_DEVICE after saying what failed. */
enum exit_status backend_place(const struct backend *backend, void **memory, const void *host, int fill, size_t bytes);
enum exit_status backend_fetch(const struct backend *backend, void *host, const void *memory, size_t bytes);

/* Wait for the launches, after one that gave `status`; say what the simulator has to say: findings also where nothing
 * failed, and the reason where something did. */
enum exit_status backend_finish(const struct backend *backend, enum exit_status status);

/* Handle of libgfx950sim.so, beside the program, in the library folder next to it, or where the dynamic linker finds
 * it. NULL if it is nowhere. */
void *backend_load_simulator(void);

#endif
