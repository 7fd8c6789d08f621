#include <stdlib.h>
#include <string.h>

#include "context_impl.h"
#include "context_load.h"
#include "dense_table.h"
#include "device.h"
#include "error.h"
#include "kernel_info.h"
#include "moe_table.h"
#include "struct_size.h"

/* Sizes of the structs in version 0.1, the first. */
enum { OPTIONS_FIRST = sizeof(smallm_context_options), INFO_FIRST = sizeof(smallm_context_info) };

void smallm_context_options_init(smallm_context_options *options, size_t size) {
    const smallm_context_options none = {.size = size};
    smallm_struct_init(options, size, &none, sizeof none);
}

static const char *option_or_variable(const char *option, const char *variable) {
    if (option != NULL)
        return option;
    const char *value = getenv(variable);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static smallm_status find_forced(smallm_context *context, const char *name) {
    context->forced_kernel = -1;
    if (name == NULL)
        return SMALLM_OK;
    context->forced_kernel = smallm_kernel_find(name);
    if (context->forced_kernel < 0)
        return smallm_fail(
            SMALLM_ERROR_KERNEL_NAME,
            "kernel is \"%s\" (the option kernel or the environment variable SMALLM_KERNEL); no kernel has "
            "that name, see smallm_kernel_name or \"smallm info\"",
            name);
    return SMALLM_OK;
}

/* The first of a family of which one kernel does everything. */
static int find_family(enum smallm_family family) {
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (smallm_kernels[i].family == family)
            return (int)i;
    return -1;
}

static smallm_status load_table(const smallm_context *context, struct smallm_table *table,
                                const struct smallm_table_kind *kind, const char *file) {
    smallm_status status = smallm_table_load(table, kind, file);
    if (status == SMALLM_OK)
        smallm_log(&context->logger, SMALLM_LOG_DEBUG, "%s table %s: %zu rows", kind->name, table->origin,
                   table->count);
    return status;
}

static smallm_status load_tables(smallm_context *context, const smallm_context_options *options) {
    smallm_status status = load_table(context, &context->dense_table, &smallm_dense_table_kind,
                                      option_or_variable(options->dense_csv, "SMALLM_DENSE_CSV"));
    if (status == SMALLM_OK)
        status = load_table(context, &context->moe_table, &smallm_moe_table_kind,
                            option_or_variable(options->moe_csv, "SMALLM_MOE_CSV"));
    return status;
}

/* With the context's device current. */
static smallm_status set_up_device(smallm_context *context, const char *folder) {
    const struct smallm_hip *hip = &context->hip;
    smallm_status status = smallm_arch_guard(hip, context->device, context->device_name, sizeof context->device_name);
    if (status == SMALLM_OK)
        status = smallm_hip_check(hip, hip->hipRuntimeGetVersion(&context->hip_version), "hipRuntimeGetVersion");
    if (status == SMALLM_OK)
        status = smallm_context_load(context, folder);
    return status;
}

static smallm_status set_up(smallm_context *context, const smallm_context_options *options) {
    const struct smallm_hip *hip = &context->hip;
    context->logger = (struct smallm_logger){options->log, options->log_user};
    context->device = options->device;
    context->quantise_kernel = find_family(SMALLM_FAMILY_QUANTISE);
    context->sort_kernel = find_family(SMALLM_FAMILY_MOE_SORT);
    smallm_status status = find_forced(context, option_or_variable(options->kernel, "SMALLM_KERNEL"));
    if (status == SMALLM_OK)
        status = load_tables(context, options);
    if (status == SMALLM_OK)
        status = smallm_hip_open(&context->hip, options, &context->logger);
    if (status == SMALLM_OK)
        status = smallm_device_guard(hip, context->device);
    if (status != SMALLM_OK)
        return status;
    int before = 0;
    status = smallm_hip_check(hip, hip->hipGetDevice(&before), "hipGetDevice");
    if (status == SMALLM_OK)
        status = smallm_hip_check(hip, hip->hipSetDevice(context->device), "hipSetDevice");
    if (status != SMALLM_OK)
        return status;
    status = set_up_device(context, option_or_variable(options->code_object_dir, "SMALLM_CO_DIR"));
    hipError_t error = hip->hipSetDevice(before);
    return status != SMALLM_OK ? status : smallm_hip_check(hip, error, "hipSetDevice, back to the caller's device");
}

smallm_status smallm_context_create(smallm_context **out, const smallm_context_options *given) {
    if (out == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must point to where the context goes");
    *out = NULL;
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    if (given != NULL) {
        smallm_status status =
            smallm_struct_read(&options, sizeof options, OPTIONS_FIRST, given, "smallm_context_options");
        if (status != SMALLM_OK)
            return status;
    }
    smallm_context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a context", sizeof *context);
    smallm_status status = set_up(context, &options);
    if (status != SMALLM_OK) {
        smallm_log(&context->logger, SMALLM_LOG_ERROR, "%s", smallm_last_error());
        smallm_context_destroy(context);
        return status;
    }
    *out = context;
    return SMALLM_OK;
}

void smallm_context_destroy(smallm_context *context) {
    if (context == NULL)
        return;
    smallm_plan_cache_clear(&context->cache);
    smallm_context_unload(context);
    smallm_hip_close(&context->hip);
    smallm_table_free(&context->dense_table);
    smallm_table_free(&context->moe_table);
    free(context);
}

smallm_status smallm_context_get_info(const smallm_context *context, smallm_context_info *info) {
    if (context == NULL || info == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "%s is NULL; it must be given",
                           context == NULL ? "context" : "info");
    smallm_context_info known;
    memset(&known, 0, sizeof known);
    known.device = context->device;
    known.hip_version = context->hip_version;
    known.kernels = smallm_kernels_count;
    memcpy(known.device_name, context->device_name, sizeof known.device_name);
    memcpy(known.hip_library, context->hip.library, sizeof known.hip_library);
    return smallm_struct_write(info, &known, sizeof known, INFO_FIRST, "smallm_context_info");
}
