#include "dense_buffers.h"
#include "launch.h"
#include "workspace.h"

smallm_status smallm_dense_execute(const smallm_plan *plan, const smallm_dense_buffers *given, void *workspace,
                                   uint64_t workspace_bytes, void *stream) {
    smallm_status status = smallm_plan_guard(plan, SMALLM_OPERATION_DENSE);
    if (status != SMALLM_OK)
        return status;
    smallm_dense_buffers buffers;
    status = smallm_dense_buffers_read(&buffers, given, &plan->launch.dense);
    if (status == SMALLM_OK && plan->workspace_bytes != 0)
        status = smallm_workspace_guard(plan, workspace, workspace_bytes);
    if (status != SMALLM_OK)
        return status;
    struct smallm_dense_args arguments = plan->launch.dense.arguments;
    arguments.x = buffers.x;
    arguments.x_scale = buffers.x_scale;
    arguments.w = buffers.w;
    arguments.w_scale = buffers.w_scale;
    arguments.out = buffers.out;
    arguments.bias = buffers.bias;
    arguments.workspace = workspace;
    return smallm_launch(plan->hip, plan->kernel, plan->function, plan->grid, &arguments, sizeof arguments, stream);
}
