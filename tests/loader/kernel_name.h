/* What a kernel's name says of it, read apart from the library. */
#ifndef TESTS_LOADER_KERNEL_NAME_H
#define TESTS_LOADER_KERNEL_NAME_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The number after `letter` in a kernel's name, such as 64 for 'l' in ..._l64_... */
static inline unsigned kernel_parameter(const char *kernel, char letter) {
    for (const char *at = strchr(kernel, '_'); at != NULL; at = strchr(at + 1, '_'))
        if (at[1] == letter && at[2] >= '0' && at[2] <= '9')
            return (unsigned)atoi(at + 2);
    return 0;
}

static inline bool kernel_is_dense(const char *kernel) {
    return strncmp(kernel, "smallm_dense_", 13) == 0;
}

static inline bool kernel_is_moe(const char *kernel) {
    return strncmp(kernel, "smallm_moe_mfma_", 16) == 0 || strncmp(kernel, "smallm_moe_gemv_", 16) == 0;
}

static inline bool kernel_is_matrix(const char *kernel) {
    return strncmp(kernel, "smallm_dense_mfma_", 18) == 0 || strncmp(kernel, "smallm_moe_mfma_", 16) == 0;
}

static inline unsigned kernel_waves(const char *kernel) {
    return kernel_is_matrix(kernel) ? kernel_parameter(kernel, 'w') : 4;
}

static inline unsigned kernel_columns(const char *kernel) {
    const unsigned rows = kernel_parameter(kernel, 'r');
    if (kernel_is_matrix(kernel))
        return 16 * rows;
    return 4 / kernel_parameter(kernel, 'w') * rows * (64 / kernel_parameter(kernel, 'l'));
}

static inline unsigned kernel_step(const char *kernel) {
    return 32 * kernel_parameter(kernel, 'l');
}

#endif
