#include "forced.h"

#include "error.h"
#include "kernel_info.h"

/* 0: kernels that are launched without a plan. */
static const enum smallm_operation operations[] = {
    [SMALLM_FAMILY_DENSE_GEMV] = SMALLM_OPERATION_DENSE,
    [SMALLM_FAMILY_DENSE_MFMA] = SMALLM_OPERATION_DENSE,
    [SMALLM_FAMILY_QUANTISE] = 0,
    [SMALLM_FAMILY_MOE_SORT] = 0,
    [SMALLM_FAMILY_MOE_MFMA] = SMALLM_OPERATION_MOE,
    [SMALLM_FAMILY_MOE_GEMV] = SMALLM_OPERATION_MOE,
};

static const char *const names[] = {[SMALLM_OPERATION_DENSE] = "dense", [SMALLM_OPERATION_MOE] = "MoE"};

bool smallm_kernel_is_for(uint32_t kernel, enum smallm_operation operation) {
    return operations[smallm_kernels[kernel].family] == operation;
}

smallm_status smallm_forced_kernel(int64_t *kernel, const smallm_context *context, enum smallm_operation operation,
                                   const char *name) {
    *kernel = -1;
    if (name == NULL) {
        const int forced = context->forced_kernel;
        if (forced >= 0 && smallm_kernel_is_for((uint32_t)forced, operation))
            *kernel = forced;
        return SMALLM_OK;
    }
    *kernel = smallm_kernel_find(name);
    if (*kernel >= 0)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_KERNEL_NAME,
                       "kernel is \"%s\"; no kernel has that name, see smallm_kernel_name or \"smallm info\"", name);
}

smallm_status smallm_forced_guard(int forced, enum smallm_operation operation) {
    if (forced < 0 || smallm_kernel_is_for((uint32_t)forced, operation))
        return SMALLM_OK;
    return smallm_fail(SMALLM_DECLINED, "declined: kernel is %s, which does not compute %s problems",
                       smallm_kernels[forced].name, names[operation]);
}
