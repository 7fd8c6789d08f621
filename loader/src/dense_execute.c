#include "dense_buffers.h"
#include "error.h"
#include "workspace.h"

smallm_status smallm_dense_execute(const smallm_plan *plan, const smallm_dense_buffers *given, void *workspace,
                                   uint64_t workspace_bytes, void *stream) {
    if (plan == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "plan is NULL; it must be given");
    smallm_dense_buffers buffers;
    smallm_status status = smallm_dense_buffers_read(&buffers, given, plan);
    if (status == SMALLM_OK && plan->workspace_bytes != 0)
        status = smallm_workspace_guard(plan, workspace, workspace_bytes);
    if (status != SMALLM_OK)
        return status;
    struct smallm_dense_args arguments = plan->arguments;
    arguments.x = buffers.x;
    arguments.x_scale = buffers.x_scale;
    arguments.w = buffers.w;
    arguments.w_scale = buffers.w_scale;
    arguments.out = buffers.out;
    arguments.bias = buffers.bias;
    arguments.workspace = workspace;
    size_t bytes = sizeof arguments;
    void *packed[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &arguments, HIP_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                      HIP_LAUNCH_PARAM_END};
    hipError_t error = plan->hip->hipModuleLaunchKernel(plan->function, plan->tiles, plan->k_splits, 1,
                                                        plan->kernel->block, 1, 1, 0, stream, NULL, packed);
    if (error == hipSuccess)
        return SMALLM_OK;
    return smallm_hip_check(plan->hip, error, plan->kernel->name);
}
