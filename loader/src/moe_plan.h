#ifndef SMALLM_SRC_MOE_PLAN_H
#define SMALLM_SRC_MOE_PLAN_H

#include "context_impl.h"
#include "plan_impl.h"
#include "smallm/moe.h"

/* The key of a problem that has passed its guards. KERNEL_NAME if it names a kernel that is not there. */
smallm_status smallm_moe_key_make(struct smallm_moe_key *key, const smallm_context *context,
                                  const smallm_moe_problem *problem);

/* Make a plan in memory from malloc. */
smallm_status smallm_moe_plan_make(smallm_plan **plan, const smallm_context *context, const smallm_moe_problem *problem,
                                   const struct smallm_moe_key *key);

#endif
