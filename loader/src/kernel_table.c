#include "kernel_info.h"

#include <string.h>

#include "smallm/plan.h"

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
