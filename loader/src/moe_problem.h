/* Guards on the description of a MoE problem: errors only. What the kernels at hand cannot do is declined elsewhere. */
#ifndef SMALLM_SRC_MOE_PROBLEM_H
#define SMALLM_SRC_MOE_PROBLEM_H

#include "smallm/moe.h"

/* Read the caller's struct, check every field and replace leading dimensions of 0 by the dense ones. */
smallm_status smallm_moe_problem_read(smallm_moe_problem *problem, const smallm_moe_problem *given);

#endif
