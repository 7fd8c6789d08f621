#include "context_load.h"

#include <stdio.h>
#include <stdlib.h>

#include "code_object.h"
#include "error.h"
#include "kernel_info.h"

static smallm_status load_one(smallm_context *context, uint32_t index, const char *folder) {
    const struct smallm_hip *hip = &context->hip;
    const char *name = smallm_kernels[index].name;
    struct smallm_loaded_kernel *kernel = &context->kernels[index];
    char origin[4096];
    const void *image;
    size_t bytes;
    if (folder != NULL) {
        smallm_status status = smallm_code_object_read(folder, name, &kernel->image, &bytes, origin, sizeof origin);
        if (status != SMALLM_OK)
            return status;
    }
    image = kernel->image;
    if (image == NULL) {
        const struct smallm_code_object *built_in = smallm_kernel_built_in(index);
        if (built_in == NULL)
            return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "kernel %s has no code object in the library; rebuild it",
                               name);
        image = built_in->begin;
        bytes = (size_t)(built_in->end - built_in->begin);
        snprintf(origin, sizeof origin, "%s.co, built into the library", name);
    }
    smallm_status status = smallm_code_object_check(image, bytes, name, origin);
    if (status != SMALLM_OK)
        return status;
    char what[4200];
    snprintf(what, sizeof what, "hipModuleLoadData of code object %s", origin);
    status = smallm_hip_check(hip, hip->hipModuleLoadData(&kernel->module, image), what);
    if (status != SMALLM_OK) {
        kernel->module = NULL;
        return status;
    }
    snprintf(what, sizeof what, "hipModuleGetFunction of %s in code object %s", name, origin);
    status = smallm_hip_check(hip, hip->hipModuleGetFunction(&kernel->function, kernel->module, name), what);
    if (status == SMALLM_OK)
        smallm_log(&context->logger, SMALLM_LOG_DEBUG, "loaded %s", origin);
    return status;
}

smallm_status smallm_context_load(smallm_context *context, const char *folder) {
    context->kernels = calloc(smallm_kernels_count, sizeof *context->kernels);
    if (context->kernels == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no memory for the table of %u kernels",
                           smallm_kernels_count);
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        smallm_status status = load_one(context, i, folder);
        if (status != SMALLM_OK)
            return status;
    }
    smallm_log(&context->logger, SMALLM_LOG_INFO, "%u kernels loaded on device %d, %s", smallm_kernels_count,
               context->device, context->device_name);
    return SMALLM_OK;
}

void smallm_context_unload(smallm_context *context) {
    if (context->kernels == NULL)
        return;
    for (uint32_t i = 0; i < smallm_kernels_count; i++) {
        if (context->kernels[i].module != NULL)
            context->hip.hipModuleUnload(context->kernels[i].module);
        free(context->kernels[i].image);
    }
    free(context->kernels);
    context->kernels = NULL;
}
