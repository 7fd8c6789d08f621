#include <stdlib.h>

#include "arguments_case.h"
#include "count_alloc.h"
#include "fuzz.h"

/* The launch that the call under way may make. */
static struct {
    const smallm_dense_problem *problem;
    const smallm_dense_buffers *buffers;
    const struct workspace *workspace;
    void *stream;
} armed;

void (*other_judge)(const struct launch *launch);

void hip_judge(const struct launch *launch) {
    if (other_judge != NULL) {
        other_judge(launch);
        return;
    }
    if (armed.problem == NULL)
        wrong("a launch of %s, and none was asked for", launch->kernel);
    judge_launch(launch, armed.problem, armed.buffers, armed.workspace, armed.stream);
}

static void *some_stream(void) {
    void *const streams[] = {NULL, &hip_stream, &hip_stream, &hip_capturing_stream};
    hip_default_is_implicit = fuzz_once_in(4);
    return streams[fuzz_below(4)];
}

static void arm(const smallm_dense_problem *problem, const smallm_dense_buffers *buffers,
                const struct workspace *workspace, void *stream) {
    armed.problem = problem;
    armed.buffers = buffers;
    armed.workspace = workspace;
    armed.stream = stream;
    quiet = true;
}

static void disarm(smallm_status status) {
    armed.problem = NULL;
    quiet = false;
    hip.fail_in = -1;
    if ((status == SMALLM_OK) != (hip.launches == 1 && !hip.failed) || hip.launches > 1 || hip.others != 0 ||
        hip.memsets != 0)
        wrong("%s with %u launches, %u memsets and %u other HIP calls", smallm_status_string(status), hip.launches,
              hip.memsets, hip.others);
    progress->launched += hip.launches;
}

void step_execute(void) {
    if (it.count == 0)
        return;
    const struct held_plan *held = &it.plans[fuzz_below(it.count)];
    const smallm_dense_buffers buffers = make_buffers(&held->problem, fuzz_once_in(2));
    const struct workspace workspace = make_workspace(held->info.workspace_bytes, fuzz_once_in(3));
    struct sized given = sized_copy(&buffers, sizeof buffers);
    const unsigned null = fuzz_once_in(32) ? 1 + (unsigned)fuzz_below(2) : 0;
    void *stream = some_stream();
    maybe_fail(1);
    arm(&held->problem, &buffers, &workspace, stream);
    const unsigned long long before = alloc_calls();
    const smallm_status status = smallm_dense_execute(null == 1 ? NULL : held->plan, null == 2 ? NULL : given.memory,
                                                      workspace.memory, workspace.bytes, stream);
    const unsigned long long allocations = alloc_calls() - before;
    const bool failed = hip.failed;
    disarm(status);
    free(given.memory);
    statuses allowed = buffers_errors(&held->problem, &buffers) | workspace_errors(&held->info, &workspace);
    allowed |= (given.wrong ? STRUCT_SIZE : 0) | (null != 0 ? NULL_POINTER : 0);
    if (allowed == 0)
        allowed = failed ? HIP : OK;
    check("smallm_dense_execute", status, allowed);
    if (allocations != 0 || hip.capture_questions != 0 || (hip.launches == 0 && hip.calls != 0))
        wrong("smallm_dense_execute made %llu allocations and %u HIP calls", allocations, hip.calls);
}

/* Whatever splits the library chooses. */
static struct workspace large_workspace(void) {
    return make_workspace(1ull << 50, false);
}

void step_dense(void) {
    const smallm_dense_problem asked = some_problem(), problem = with_forced(&asked);
    const statuses errors = problem_errors(&problem);
    const bool wild = fuzz_once_in(3);
    const smallm_dense_buffers buffers = make_buffers(&problem, wild);
    const struct workspace workspace = large_workspace();
    struct sized given_problem = sized_copy(&asked, sizeof asked), given = sized_copy(&buffers, sizeof buffers);
    const unsigned null = fuzz_once_in(32) ? 1 + (unsigned)fuzz_below(3) : 0;
    void *stream = some_stream();
    const bool capture = stream == &hip_capturing_stream || (stream == NULL && hip_default_is_implicit);
    maybe_fail(2);
    arm(&problem, &buffers, &workspace, stream);
    quiet = false;
    const smallm_status status =
        smallm_dense(null == 1 ? NULL : it.context, null == 2 ? NULL : given_problem.memory,
                     null == 3 ? NULL : given.memory, workspace.memory, workspace.bytes, stream);
    const bool failed = hip.failed;
    disarm(status);
    free(given_problem.memory);
    free(given.memory);
    /* The problem comes before the buffers, and both before the launch. */
    statuses allowed = (given_problem.wrong || given.wrong ? STRUCT_SIZE : 0) | (null != 0 ? NULL_POINTER : 0) | errors;
    if (errors == 0) {
        const statuses plan = plan_answers(&problem), wrong_buffers = buffers_errors(&problem, &buffers);
        allowed |= wrong_buffers | (plan & DECLINED);
        if (plan & OK && wrong_buffers == 0 && !given_problem.wrong && !given.wrong && null == 0)
            allowed |= OK;
        allowed |= (failed ? HIP : 0) | (capture ? CAPTURE : 0);
    }
    if (failed)
        allowed &= ~OK;
    check("smallm_dense", status, allowed);
    if (status == SMALLM_ERROR_CAPTURE && hip.launches != 0)
        wrong("a launch and SMALLM_ERROR_CAPTURE");
}

/* Unprepared use during capture is refused; after one call outside it, it is one launch and nothing else. */
void step_capture(void) {
    const smallm_dense_problem asked = make_easy_problem(), problem = with_forced(&asked);
    if (!well_inside(&problem) || table_cell(&it.table, &problem) != NULL || (it.table.count > 0 && !it.table.known))
        return;
    const smallm_dense_buffers buffers = make_buffers(&problem, false);
    const struct workspace workspace = large_workspace();
    void *const streams[] = {&hip_capturing_stream, &hip_stream, &hip_capturing_stream};
    for (int i = 0; i < 3; i++) {
        hip_clear();
        arm(&problem, &buffers, &workspace, streams[i]);
        quiet = i == 2;
        const unsigned long long before = alloc_calls();
        const smallm_status status =
            smallm_dense(it.context, &asked, &buffers, workspace.memory, workspace.bytes, streams[i]);
        const unsigned long long allocations = alloc_calls() - before;
        disarm(status);
        check("smallm_dense", status, i == 0 && hip.capture_questions != 0 ? CAPTURE : OK);
        if (i == 2 && (allocations != 0 || hip.calls != 1))
            wrong("smallm_dense of a known problem made %llu allocations and %u HIP calls", allocations, hip.calls);
    }
}

void step_workspace(void) {
    const uint64_t sizes[] = {0, 1, TICKET_BYTES - 1, TICKET_BYTES, TICKET_BYTES + 1, UINT64_MAX, fuzz_next()};
    struct workspace workspace = make_workspace(1 << 20, fuzz_once_in(2));
    if (fuzz_once_in(2))
        workspace.bytes = sizes[fuzz_below(7)];
    smallm_context *context = fuzz_once_in(16) ? NULL : it.context;
    void *stream = some_stream();
    maybe_fail(1);
    const unsigned long long before = alloc_calls();
    const smallm_status status = smallm_workspace_init(context, workspace.memory, workspace.bytes, stream);
    const unsigned long long allocations = alloc_calls() - before;
    hip.fail_in = -1;
    statuses allowed = context == NULL || workspace.memory == NULL ? NULL_POINTER : 0;
    if ((uintptr_t)workspace.memory % 256 != 0)
        allowed |= SET(SMALLM_ERROR_ALIGNMENT);
    if (workspace.bytes <= TICKET_BYTES)
        allowed |= SET(SMALLM_ERROR_WORKSPACE);
    if (allowed == 0)
        allowed = hip.failed ? HIP : OK;
    check("smallm_workspace_init", status, allowed);
    if (hip.launches != 0 || hip.others != 0 || hip.memsets != (status == SMALLM_OK || hip.failed) || allocations != 0)
        wrong("smallm_workspace_init: %u memsets, %u HIP calls, %llu allocations", hip.memsets, hip.calls, allocations);
    if (hip.memsets == 1 &&
        (hip.memset.memory != workspace.memory || hip.memset.value != 0 || hip.memset.bytes > workspace.bytes ||
         hip.memset.bytes < TICKET_BYTES || hip.memset.stream != stream))
        wrong("smallm_workspace_init sets %zu of %llu bytes", hip.memset.bytes, (unsigned long long)workspace.bytes);
}
