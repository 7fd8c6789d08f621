/* The one-call form. */
#include "capture.h"
#include "dense_plan.h"
#include "dense_problem.h"
#include "error.h"

static smallm_status make_and_execute(smallm_context *context, const smallm_dense_problem *problem,
                                      const struct smallm_dense_key *key, const smallm_dense_buffers *buffers,
                                      void *workspace, uint64_t workspace_bytes, void *stream) {
    smallm_plan *made = NULL;
    smallm_status status = smallm_capture_guard(&context->hip, stream, "smallm_dense");
    if (status == SMALLM_OK)
        status = smallm_dense_plan_make(&made, context, problem, key);
    if (status != SMALLM_OK)
        return status;
    const smallm_plan *plan = smallm_plan_cache_add(&context->cache, made);
    if (plan != NULL)
        return smallm_dense_execute(plan, buffers, workspace, workspace_bytes, stream);
    status = smallm_dense_execute(made, buffers, workspace, workspace_bytes, stream);
    smallm_plan_destroy(made);
    return status;
}

smallm_status smallm_dense(smallm_context *context, const smallm_dense_problem *given,
                           const smallm_dense_buffers *buffers, void *workspace, uint64_t workspace_bytes,
                           void *stream) {
    if (context == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "context is NULL; it must be given");
    smallm_dense_problem problem;
    struct smallm_dense_key key;
    smallm_status status = smallm_dense_problem_read(&problem, given);
    if (status == SMALLM_OK)
        status = smallm_dense_key_make(&key, context, &problem);
    if (status != SMALLM_OK)
        return status;
    const smallm_plan *plan = smallm_plan_cache_find(&context->cache, &key.head);
    if (plan != NULL)
        return smallm_dense_execute(plan, buffers, workspace, workspace_bytes, stream);
    return make_and_execute(context, &problem, &key, buffers, workspace, workspace_bytes, stream);
}
