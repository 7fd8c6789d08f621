/* The kernels that were built, as a table. The rows are generated from configs/kernels.csv. */
#ifndef SMALLM_SRC_KERNEL_INFO_H
#define SMALLM_SRC_KERNEL_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum smallm_family {
    SMALLM_FAMILY_DENSE_GEMV,
    SMALLM_FAMILY_DENSE_MFMA,
    SMALLM_FAMILY_QUANTISE,
    SMALLM_FAMILY_MOE_SORT,
    SMALLM_FAMILY_MOE_MFMA,
    SMALLM_FAMILY_MOE_GEMV
};

struct smallm_kernel_info {
    const char *name;
    enum smallm_family family;
    uint32_t m_tile;    /* rows of X that the kernel holds */
    uint32_t n_rows;    /* row groups, of 64 / k_lanes rows of W, per wave */
    uint32_t k_lanes;   /* lanes that share a row of W */
    uint32_t k_waves;   /* waves of the workgroup that split K */
    uint32_t depth;     /* K steps in flight */
    uint32_t n_tile;    /* columns of Out per workgroup */
    uint32_t block;     /* work-items per workgroup */
    uint32_t k_step;    /* K that a wave covers in a step */
    uint32_t splits_k;  /* 1: workgroups of grid y may share the K of a tile */
    uint32_t lds_bytes; /* static LDS per workgroup */
    uint32_t kernarg_bytes;
    uint32_t vgprs;
};

struct smallm_code_object {
    const char *name;
    const unsigned char *begin, *end;
};

extern const struct smallm_kernel_info smallm_kernels[];
extern const uint32_t smallm_kernels_count;

static inline bool smallm_kernel_is_matrix(const struct smallm_kernel_info *kernel) {
    return kernel->family == SMALLM_FAMILY_DENSE_MFMA || kernel->family == SMALLM_FAMILY_MOE_MFMA;
}

/* Index in smallm_kernels, or -1. */
int smallm_kernel_find(const char *name);

/* The code object built into the library for smallm_kernels[index]. */
const struct smallm_code_object *smallm_kernel_built_in(uint32_t index);

#endif
