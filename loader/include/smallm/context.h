/* A context: one device, the HIP library that drives it, and all kernels loaded on it. */
#ifndef SMALLM_CONTEXT_H
#define SMALLM_CONTEXT_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/export.h"
#include "smallm/log.h"
#include "smallm/status.h"

SMALLM_BEGIN_DECLS

typedef struct smallm_context smallm_context;

typedef struct smallm_context_options {
    size_t size; /* set by smallm_context_options_init */
    /* HIP's number of the device. Default 0. */
    int32_t device;
    /* Where HIP is, first match wins:
     *   1. hip_handle, a handle from dlopen (stays the caller's; must outlive the context)
     *   2. hip_library, a file name for dlopen
     *   3. the environment variable SMALLM_HIP_LIBRARY, the same
     *   4. HIP functions visible in the process
     *   5. libamdhip64.so.7, .6 or .5, already loaded by somebody else
     *   6. libamdhip64.so.7, .6 or .5, loaded now
     * 1 to 3 are final: if they fail, nothing else is tried. Default NULL. */
    void *hip_handle;
    const char *hip_library;
    /* Folder whose NAME.co files replace the built-in code object of that name. Default NULL: the environment variable
     * SMALLM_CO_DIR, or no replacement. */
    const char *code_object_dir;
    /* Name of the kernel that every plan of this context uses whose operation it computes, where the problem names
     * none. Default NULL: the environment variable SMALLM_KERNEL, or the cost model's choice. */
    const char *kernel;
    /* Name of a CSV file that replaces the built-in table of tuned dense cells (docs/dispatch.md). Default NULL: the
     * environment variable SMALLM_DENSE_CSV, or the built-in table. */
    const char *dense_csv;
    /* The same of tuned MoE cells. Default NULL: the environment variable SMALLM_MOE_CSV, or the built-in table. */
    const char *moe_csv;
    smallm_log_function log; /* default NULL: no messages */
    void *log_user;
} smallm_context_options;

/* Fill in the defaults. Call as smallm_context_options_init(&options, sizeof options). NULL is ignored. */
SMALLM_API void smallm_context_options_init(smallm_context_options *options, size_t size);

/* Find HIP, check that the device is a gfx950, load and check every kernel. `options` may be NULL (defaults) and is not
 * kept. On success *context is the caller's; else it is NULL. The calling thread's current HIP device is as before.
 *
 * Errors: NULL_POINTER, STRUCT_SIZE, HIP_NOT_FOUND, HIP_INCOMPLETE, NO_DEVICE, DEVICE_INDEX, UNSUPPORTED_ARCH, HIP,
 * CODE_OBJECT, KERNEL_NAME, TABLE, OUT_OF_HOST_MEMORY. Any thread; costs milliseconds; not during graph capture. */
SMALLM_API smallm_status smallm_context_create(smallm_context **context, const smallm_context_options *options);

/* Unload the kernels and free the context. NULL is ignored. No plan of the context may be used afterwards, and no
 * launch may still be running. */
SMALLM_API void smallm_context_destroy(smallm_context *context);

typedef struct smallm_context_info {
    size_t size; /* set by the caller to sizeof(smallm_context_info) */
    int32_t device;
    int32_t hip_version;    /* as hipRuntimeGetVersion gives it */
    uint32_t kernels;       /* how many kernels are loaded */
    char device_name[256];  /* as hipDeviceGetName gives it */
    char hip_library[1024]; /* file of the HIP library in use */
} smallm_context_info;

/* Errors: NULL_POINTER, STRUCT_SIZE. Any thread. */
SMALLM_API smallm_status smallm_context_get_info(const smallm_context *context, smallm_context_info *info);

SMALLM_END_DECLS

#endif
