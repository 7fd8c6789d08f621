/* A plan: the answer to "how will this problem be computed?". Immutable; may be used by any number of threads at once.
 * Lives until destroyed; must not outlive its context. */
#ifndef SMALLM_PLAN_H
#define SMALLM_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/export.h"
#include "smallm/status.h"

SMALLM_BEGIN_DECLS

typedef struct smallm_plan smallm_plan;

/* Free a plan. NULL is ignored. */
SMALLM_API void smallm_plan_destroy(smallm_plan *plan);

typedef struct smallm_plan_info {
    size_t size;             /* set by the caller to sizeof(smallm_plan_info) */
    const char *kernel;      /* name of the kernel; valid as long as the plan */
    const char *explanation; /* why this kernel, in sentences; valid as long as the plan */
    uint64_t workspace_bytes;
    uint32_t workgroups;          /* of the whole grid */
    uint32_t k_splits;            /* workgroups that share the K of a tile; 1: none */
    uint32_t workgroup_size;      /* work-items */
    double modelled_microseconds; /* of the cost model: not measured */
} smallm_plan_info;

/* Errors: NULL_POINTER, STRUCT_SIZE. Any thread. */
SMALLM_API smallm_status smallm_plan_get_info(const smallm_plan *plan, smallm_plan_info *info);

/* Kernels built into the library: their number, and the name of number `index` (NULL past the end). Any thread; needs
 * no device. */
SMALLM_API uint32_t smallm_kernel_count(void);
SMALLM_API const char *smallm_kernel_name(uint32_t index);

typedef struct smallm_kernel_properties {
    size_t size;             /* set by the caller to sizeof(smallm_kernel_properties) */
    uint32_t m_tile;         /* rows of X that a workgroup holds: M from 1 to m_tile */
    uint32_t n_tile;         /* columns of Out of a workgroup */
    uint32_t k_waves;        /* waves of a workgroup that share the K of a tile */
    uint32_t k_step;         /* K that a wave covers in a step */
    uint32_t depth;          /* steps whose loads are in flight at once */
    uint32_t splits_k;       /* 1: workgroups may share the K of a tile too */
    uint32_t workgroup_size; /* work-items */
} smallm_kernel_properties;

/* What kernel number `index` is made of. Errors: NULL_POINTER, STRUCT_SIZE, KERNEL_NAME (index past the end). Any
 * thread; needs no device. */
SMALLM_API smallm_status smallm_kernel_get_properties(uint32_t index, smallm_kernel_properties *properties);

SMALLM_END_DECLS

#endif
