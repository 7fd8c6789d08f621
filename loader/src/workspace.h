#ifndef SMALLM_SRC_WORKSPACE_H
#define SMALLM_SRC_WORKSPACE_H

#include "plan_impl.h"

/* Is this the workspace that the plan needs? The plan needs one. */
smallm_status smallm_workspace_guard(const smallm_plan *plan, const void *workspace, uint64_t bytes);

#endif
