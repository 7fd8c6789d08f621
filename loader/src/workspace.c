#include "smallm/workspace.h"

#include "context_impl.h"
#include "error.h"
#include "guard.h"
#include "workspace.h"

enum { WORKSPACE_ALIGNMENT = 256 };

smallm_status smallm_workspace_guard(const smallm_plan *plan, const void *workspace, uint64_t bytes) {
    if (workspace != NULL && bytes >= plan->workspace_bytes)
        return smallm_alignment_guard("workspace", workspace, WORKSPACE_ALIGNMENT);
    return smallm_fail(SMALLM_ERROR_WORKSPACE,
                       "workspace is %p with %llu bytes; this plan needs %llu, initialised by smallm_workspace_init",
                       workspace, (unsigned long long)bytes, (unsigned long long)plan->workspace_bytes);
}

smallm_status smallm_workspace_init(smallm_context *context, void *workspace, uint64_t bytes, void *stream) {
    if (context == NULL || workspace == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "%s is NULL; it must be given",
                           context == NULL ? "context" : "workspace");
    smallm_status status = smallm_alignment_guard("workspace", workspace, WORKSPACE_ALIGNMENT);
    if (status != SMALLM_OK)
        return status;
    if (bytes <= SMALLM_TICKET_BYTES)
        return smallm_fail(SMALLM_ERROR_WORKSPACE,
                           "bytes is %llu; the workspace of a plan is larger than %d, see workspace_bytes in "
                           "smallm_plan_info",
                           (unsigned long long)bytes, (int)SMALLM_TICKET_BYTES);
    return smallm_hip_check(&context->hip, context->hip.hipMemsetAsync(workspace, 0, SMALLM_TICKET_BYTES, stream),
                            "hipMemsetAsync of the workspace");
}
