#include "smallm/plan.h"

#include <stdlib.h>

#include "error.h"
#include "plan_impl.h"
#include "struct_size.h"

enum { INFO_FIRST = sizeof(smallm_plan_info) };

void smallm_plan_destroy(smallm_plan *plan) {
    free(plan);
}

smallm_status smallm_plan_get_info(const smallm_plan *plan, smallm_plan_info *info) {
    if (plan == NULL || info == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "%s is NULL; it must be given", plan == NULL ? "plan" : "info");
    const smallm_plan_info known = {
        .kernel = plan->kernel->name,
        .explanation = plan->explanation,
        .workspace_bytes = plan->workspace_bytes,
        .workgroups = plan->grid[0] * plan->grid[1] * plan->grid[2],
        .k_splits = plan->k_splits,
        .workgroup_size = plan->kernel->block,
        .modelled_microseconds = plan->microseconds,
    };
    return smallm_struct_write(info, &known, sizeof known, INFO_FIRST, "smallm_plan_info");
}
