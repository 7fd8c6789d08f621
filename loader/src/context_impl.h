#ifndef SMALLM_SRC_CONTEXT_IMPL_H
#define SMALLM_SRC_CONTEXT_IMPL_H

#include "hip_api.h"
#include "log.h"
#include "plan_cache.h"
#include "smallm/context.h"
#include "table.h"

struct smallm_loaded_kernel {
    hipModule_t module;
    hipFunction_t function;
    void *image; /* a file's bytes, kept while HIP may refer to them; NULL if built in */
};

struct smallm_context {
    struct smallm_hip hip;
    struct smallm_logger logger;
    int device;
    int hip_version;
    /* Indices in smallm_kernels, or -1. */
    int forced_kernel, quantise_kernel, sort_kernel;
    char device_name[256];
    struct smallm_loaded_kernel *kernels; /* as many as smallm_kernels has */
    struct smallm_table dense_table, moe_table;
    struct smallm_plan_cache cache;
};

#endif
