#include "planned.h"

#include "smallm/workspace.h"

enum exit_status planned_finish(struct planned *planned, const struct backend *backend, smallm_plan *plan,
                                smallm_status created) {
    *planned = (struct planned){.backend = backend, .plan = plan, .info.size = sizeof planned->info};
    if (created != SMALLM_OK || smallm_plan_get_info(plan, &planned->info) != SMALLM_OK)
        return EXIT_DECLINED;
    const uint64_t bytes = planned->info.workspace_bytes;
    if (bytes == 0)
        return EXIT_RIGHT;
    enum exit_status status = backend_check(backend, backend->hipMalloc(&planned->workspace, bytes), "hipMalloc");
    return status != EXIT_RIGHT
               ? status
               : exit_status_of(smallm_workspace_init(backend->context, planned->workspace, bytes, NULL));
}

void planned_free(struct planned *planned) {
    if (planned->workspace != NULL)
        planned->backend->hipFree(planned->workspace);
    smallm_plan_destroy(planned->plan);
    *planned = (struct planned){0};
}
