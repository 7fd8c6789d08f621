#include "kernel_info.h"

#include <string.h>

#include "error.h"
#include "smallm/plan.h"
#include "struct_size.h"

enum { PROPERTIES_FIRST = sizeof(smallm_kernel_properties) };

const struct smallm_kernel_info smallm_kernels[] = {
#include "smallm_kernels.inc"
};
const uint32_t smallm_kernels_count = sizeof smallm_kernels / sizeof smallm_kernels[0];

/* Generated beside the assembly that includes the files. */
extern const struct smallm_code_object smallm_code_objects[];
extern const uint32_t smallm_code_objects_count;

int smallm_kernel_find(const char *name) {
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (strcmp(smallm_kernels[i].name, name) == 0)
            return (int)i;
    return -1;
}

const struct smallm_code_object *smallm_kernel_built_in(uint32_t index) {
    for (uint32_t i = 0; i < smallm_code_objects_count; i++)
        if (strcmp(smallm_code_objects[i].name, smallm_kernels[index].name) == 0)
            return &smallm_code_objects[i];
    return NULL;
}

uint32_t smallm_kernel_count(void) {
    return smallm_kernels_count;
}

const char *smallm_kernel_name(uint32_t index) {
    return index < smallm_kernels_count ? smallm_kernels[index].name : NULL;
}

smallm_status smallm_kernel_get_properties(uint32_t index, smallm_kernel_properties *properties) {
    if (properties == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "properties is NULL; it must be given");
    if (index >= smallm_kernels_count)
        return smallm_fail(SMALLM_ERROR_KERNEL_NAME, "index is %u; there are %u kernels, numbered from 0", index,
                           smallm_kernels_count);
    const struct smallm_kernel_info *kernel = &smallm_kernels[index];
    const smallm_kernel_properties known = {
        .m_tile = kernel->m_tile,
        .n_tile = kernel->n_tile,
        .k_waves = kernel->k_waves,
        .k_step = kernel->k_step,
        .depth = kernel->depth,
        .splits_k = kernel->splits_k,
        .workgroup_size = kernel->block,
    };
    return smallm_struct_write(properties, &known, sizeof known, PROPERTIES_FIRST, "smallm_kernel_properties");
}
