#include "launch.h"
#include "moe_buffers.h"
#include "workspace.h"

smallm_status smallm_moe_execute(const smallm_plan *plan, const smallm_moe_buffers *given, void *workspace,
                                 uint64_t workspace_bytes, void *stream) {
    smallm_status status = smallm_plan_guard(plan, SMALLM_OPERATION_MOE);
    if (status != SMALLM_OK)
        return status;
    smallm_moe_buffers buffers;
    status = smallm_moe_buffers_read(&buffers, given, &plan->launch.moe);
    if (status == SMALLM_OK && plan->workspace_bytes != 0)
        status = smallm_workspace_guard(plan, workspace, workspace_bytes);
    if (status != SMALLM_OK)
        return status;
    struct smallm_moe_args arguments = plan->launch.moe.arguments;
    arguments.x = buffers.x;
    arguments.x_scale = buffers.x_scale;
    arguments.w = buffers.w;
    arguments.w_scale = buffers.w_scale;
    arguments.weights = buffers.weights;
    arguments.sorted_token_ids = buffers.sorted_token_ids;
    arguments.expert_ids = buffers.expert_ids;
    arguments.num_tokens_post_padded = buffers.num_tokens_post_padded;
    arguments.out = buffers.out;
    arguments.workspace = workspace;
    return smallm_launch(plan->hip, plan->kernel, plan->function, plan->grid, &arguments, sizeof arguments, stream);
}
