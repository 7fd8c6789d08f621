/* A kernel that the caller forces: by the problem's own field, else for all problems of a context. */
#ifndef SMALLM_SRC_FORCED_H
#define SMALLM_SRC_FORCED_H

#include <stdbool.h>

#include "context_impl.h"
#include "plan_key.h"

/* Is kernel number `kernel` one that plans of the operation use? */
bool smallm_kernel_is_for(uint32_t kernel, enum smallm_operation operation);

/* Number of the kernel that `name` names or, where that is NULL, that the context forces on this operation; -1: none.
 * KERNEL_NAME if there is no such kernel. */
smallm_status smallm_forced_kernel(int64_t *kernel, const smallm_context *context, enum smallm_operation operation,
                                   const char *name);

/* DECLINED if the forced kernel is one of another operation. `forced` may be -1. */
smallm_status smallm_forced_guard(int forced, enum smallm_operation operation);

#endif
