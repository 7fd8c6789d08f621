#ifndef SMALLM_SRC_DENSE_PLAN_H
#define SMALLM_SRC_DENSE_PLAN_H

#include "context_impl.h"
#include "plan_impl.h"
#include "smallm/dense.h"

/* The key of a problem that has passed its guards. KERNEL_NAME if it names a kernel that is not there. */
smallm_status smallm_dense_key_make(struct smallm_dense_key *key, const smallm_context *context,
                                    const smallm_dense_problem *problem);

/* Make a plan in memory from malloc. */
smallm_status smallm_dense_plan_make(smallm_plan **plan, const smallm_context *context,
                                     const smallm_dense_problem *problem, const struct smallm_dense_key *key);

#endif
