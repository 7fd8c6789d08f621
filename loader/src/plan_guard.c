#include "error.h"
#include "plan_impl.h"

static const char *const executes[] = {
    [SMALLM_OPERATION_DENSE] = "smallm_dense_execute",
    [SMALLM_OPERATION_MOE] = "smallm_moe_execute",
};

smallm_status smallm_plan_guard(const smallm_plan *plan, enum smallm_operation operation) {
    if (plan == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "plan is NULL; it must be given");
    if (plan->key.head.operation == operation)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_OPERATION, "plan is one for %s, with kernel %s; %s cannot run it",
                       executes[plan->key.head.operation], plan->kernel->name, executes[operation]);
}
