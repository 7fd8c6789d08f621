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
    uint32_t workgroups;          /* grid, one-dimensional */
    uint32_t workgroup_size;      /* work-items */
    double modelled_microseconds; /* of the cost model: not measured */
} smallm_plan_info;

/* Errors: NULL_POINTER, STRUCT_SIZE. Any thread. */
SMALLM_API smallm_status smallm_plan_get_info(const smallm_plan *plan, smallm_plan_info *info);

/* Kernels built into the library: their number, and the name of number `index` (NULL past the end). Any thread; needs
 * no device. */
SMALLM_API uint32_t smallm_kernel_count(void);
SMALLM_API const char *smallm_kernel_name(uint32_t index);

SMALLM_END_DECLS

#endif
