#define _GNU_SOURCE
#include "dispatch_loops.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "structure_moe_cell.h"
#include "tune_shapes.h"

/* Nothing reads these. */
static void *somewhere(uintptr_t at) {
    return (void *)(at << 20);
}

static enum exit_status need_workspace(struct dispatch_bench *bench, const smallm_plan *plan) {
    smallm_plan_info info = {.size = sizeof info};
    enum exit_status status = exit_status_of(smallm_plan_get_info(plan, &info));
    if (info.workspace_bytes > bench->workspace_bytes)
        bench->workspace_bytes = info.workspace_bytes;
    return status;
}

static enum exit_status make_plans(struct dispatch_bench *bench, const char *cells) {
    struct tune_options options = {.shapes = cells};
    struct shape *shapes = NULL;
    size_t count = 0;
    enum exit_status status = shapes_read(&shapes, &count, &options);
    if (status != EXIT_RIGHT)
        return status;
    bench->workspace = somewhere(9);
    for (size_t i = 0; i < count && bench->plans < DISPATCH_MOST_PLANS && status == EXIT_RIGHT; i++) {
        smallm_dense_problem *problem = &bench->problem[bench->plans];
        smallm_plan **plan = &bench->plan[bench->plans];
        smallm_dense_problem_init(problem, sizeof *problem);
        problem->m = shapes[i].m;
        problem->n = shapes[i].n;
        problem->k = shapes[i].k;
        smallm_status made = smallm_dense_plan_create(plan, bench->context, problem);
        if (made == SMALLM_DECLINED)
            continue;
        status = exit_status_of(made);
        if (status == EXIT_RIGHT)
            status = need_workspace(bench, *plan);
        bench->plans += *plan != NULL;
    }
    free(shapes);
    if (status == EXIT_RIGHT && bench->plans == 0)
        return complain(EXIT_BAD_ARGUMENTS, "the library declines every cell of %s", cells);
    return status;
}

static enum exit_status make_moe_plans(struct dispatch_bench *bench, const char *cells) {
    struct moe_shape *shapes = NULL;
    size_t count = 0;
    enum exit_status status = moe_shapes_read(&shapes, &count, cells);
    for (size_t i = 0; i < count && bench->moe_plans < DISPATCH_MOST_PLANS && status == EXIT_RIGHT; i++) {
        smallm_moe_problem *problem = &bench->moe_problem[bench->moe_plans];
        smallm_plan **plan = &bench->moe_plan[bench->moe_plans];
        smallm_moe_problem_init(problem, sizeof *problem);
        problem->experts = shapes[i].experts;
        problem->n = shapes[i].n;
        problem->k = shapes[i].k;
        problem->slots = (int64_t)shapes[i].tokens * shapes[i].top_k;
        problem->a_div = shapes[i].a_div;
        problem->x_rows = (problem->slots + problem->a_div - 1) / problem->a_div;
        problem->block_m = shapes[i].block_m;
        problem->sorted_len = smallm_moe_sorted_len(problem->slots, problem->experts, problem->block_m);
        problem->top_k = shapes[i].combine ? shapes[i].top_k : 0;
        problem->weighted = shapes[i].weighted != 0;
        smallm_status made = smallm_moe_plan_create(plan, bench->context, problem);
        if (made == SMALLM_DECLINED)
            continue;
        status = exit_status_of(made);
        if (status == EXIT_RIGHT)
            status = need_workspace(bench, *plan);
        bench->moe_plans += *plan != NULL;
    }
    free(shapes);
    if (status == EXIT_RIGHT && bench->moe_plans == 0)
        return complain(EXIT_BAD_ARGUMENTS, "the library declines every cell of %s", cells);
    return status;
}

/* Each problem once, so that the context keeps its plan; and each plan, so that no batch is the first. */
static enum exit_status warm(const struct dispatch_bench *bench) {
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < bench->plans && status == EXIT_RIGHT; i++) {
        status = exit_status_of(smallm_dense(bench->context, &bench->problem[i], &bench->buffers, bench->workspace,
                                             bench->workspace_bytes, NULL));
        if (status == EXIT_RIGHT)
            status = exit_status_of(
                smallm_dense_execute(bench->plan[i], &bench->buffers, bench->workspace, bench->workspace_bytes, NULL));
    }
    for (size_t i = 0; i < bench->moe_plans && status == EXIT_RIGHT; i++) {
        const smallm_moe_problem *problem = &bench->moe_problem[i];
        const smallm_moe_buffers *buffers = &bench->moe_buffers[problem->weighted];
        status = exit_status_of(
            smallm_moe(bench->context, problem, buffers, bench->workspace, bench->workspace_bytes, NULL));
        if (status == EXIT_RIGHT)
            status = exit_status_of(
                smallm_moe_execute(bench->moe_plan[i], buffers, bench->workspace, bench->workspace_bytes, NULL));
    }
    return status;
}

static void fill_buffers(struct dispatch_bench *bench) {
    smallm_dense_buffers_init(&bench->buffers, sizeof bench->buffers);
    bench->buffers.x = somewhere(1);
    bench->buffers.x_scale = somewhere(2);
    bench->buffers.w = somewhere(3);
    bench->buffers.w_scale = somewhere(4);
    bench->buffers.out = somewhere(5);
    for (int weighted = 0; weighted < 2; weighted++) {
        smallm_moe_buffers *buffers = &bench->moe_buffers[weighted];
        smallm_moe_buffers_init(buffers, sizeof *buffers);
        buffers->x = somewhere(1);
        buffers->x_scale = somewhere(2);
        buffers->w = somewhere(3);
        buffers->w_scale = somewhere(4);
        buffers->weights = weighted ? somewhere(6) : NULL;
        buffers->sorted_token_ids = somewhere(7);
        buffers->expert_ids = somewhere(8);
        buffers->num_tokens_post_padded = somewhere(10);
        buffers->out = somewhere(5);
    }
}

enum exit_status dispatch_open(struct dispatch_bench *bench, const char *cells, const char *moe_cells) {
    *bench = (struct dispatch_bench){.library = dlopen(SMALLM_NULL_HIP, RTLD_NOW | RTLD_LOCAL)};
    if (bench->library == NULL)
        return complain(EXIT_NO_DEVICE, "the HIP that does nothing cannot be loaded: %s; build it again", dlerror());
    void *launch = dlsym(bench->library, "hipModuleLaunchKernel");
    void *launches = dlsym(bench->library, "null_hip_launches");
    if (launch == NULL || launches == NULL)
        return complain(EXIT_NO_DEVICE, "%s is not the HIP that does nothing", SMALLM_NULL_HIP);
    memcpy(&bench->launch, &launch, sizeof launch);
    memcpy(&bench->launches, &launches, sizeof launches);
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = bench->library;
    fill_buffers(bench);
    enum exit_status status = exit_status_of(smallm_context_create(&bench->context, &options));
    if (status == EXIT_RIGHT)
        status = make_plans(bench, cells);
    if (status == EXIT_RIGHT)
        status = make_moe_plans(bench, moe_cells);
    return status == EXIT_RIGHT ? warm(bench) : status;
}

void dispatch_close(struct dispatch_bench *bench) {
    for (size_t i = 0; i < bench->plans; i++)
        smallm_plan_destroy(bench->plan[i]);
    for (size_t i = 0; i < bench->moe_plans; i++)
        smallm_plan_destroy(bench->moe_plan[i]);
    smallm_context_destroy(bench->context);
    if (bench->library != NULL)
        dlclose(bench->library);
}

/* --- one batch each: how many calls failed --- */

static unsigned hip_alone(const struct dispatch_bench *bench) {
    unsigned char arguments[128] = {0};
    size_t bytes = sizeof arguments;
    void *packed[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, arguments, HIP_LAUNCH_PARAM_BUFFER_SIZE, &bytes,
                      HIP_LAUNCH_PARAM_END};
    unsigned failed = 0;
    for (unsigned i = 0; i < DISPATCH_BATCH; i++)
        failed += bench->launch(NULL, 1, 1, 1, 256, 1, 1, 0, NULL, NULL, packed) != hipSuccess;
    return failed;
}

static unsigned execute(const struct dispatch_bench *bench) {
    unsigned failed = 0;
    size_t at = 0;
    for (unsigned i = 0; i < DISPATCH_BATCH; i++) {
        failed += smallm_dense_execute(bench->plan[at], &bench->buffers, bench->workspace, bench->workspace_bytes,
                                       NULL) != SMALLM_OK;
        at = at + 1 < bench->plans ? at + 1 : 0;
    }
    return failed;
}

static unsigned one_call(const struct dispatch_bench *bench) {
    unsigned failed = 0;
    size_t at = 0;
    for (unsigned i = 0; i < DISPATCH_BATCH; i++) {
        failed += smallm_dense(bench->context, &bench->problem[at], &bench->buffers, bench->workspace,
                               bench->workspace_bytes, NULL) != SMALLM_OK;
        at = at + 1 < bench->plans ? at + 1 : 0;
    }
    return failed;
}

static unsigned moe_execute(const struct dispatch_bench *bench) {
    unsigned failed = 0;
    size_t at = 0;
    for (unsigned i = 0; i < DISPATCH_BATCH; i++) {
        failed += smallm_moe_execute(bench->moe_plan[at], &bench->moe_buffers[bench->moe_problem[at].weighted],
                                     bench->workspace, bench->workspace_bytes, NULL) != SMALLM_OK;
        at = at + 1 < bench->moe_plans ? at + 1 : 0;
    }
    return failed;
}

static unsigned moe_one_call(const struct dispatch_bench *bench) {
    unsigned failed = 0;
    size_t at = 0;
    for (unsigned i = 0; i < DISPATCH_BATCH; i++) {
        const smallm_moe_problem *problem = &bench->moe_problem[at];
        failed += smallm_moe(bench->context, problem, &bench->moe_buffers[problem->weighted], bench->workspace,
                             bench->workspace_bytes, NULL) != SMALLM_OK;
        at = at + 1 < bench->moe_plans ? at + 1 : 0;
    }
    return failed;
}

/* --- time --- */

static double now(clockid_t clock) {
    struct timespec t;
    clock_gettime(clock, &t);
    return 1e9 * (double)t.tv_sec + (double)t.tv_nsec;
}

void dispatch_measure(const struct dispatch_bench *bench, struct dispatch_times *times) {
    static unsigned (*const loops[DISPATCH_LOOPS])(const struct dispatch_bench *) = {
        [LOOP_HIP] = hip_alone,           [LOOP_EXECUTE] = execute,           [LOOP_ONE_CALL] = one_call,
        [LOOP_MOE_EXECUTE] = moe_execute, [LOOP_MOE_ONE_CALL] = moe_one_call,
    };
    const unsigned long long before = bench->launches();
    times->failed = 0;
    for (unsigned batch = 0; batch < DISPATCH_BATCHES; batch++) {
        for (int l = 0; l < DISPATCH_LOOPS; l++) {
            const double real = now(CLOCK_MONOTONIC), cpu = now(CLOCK_THREAD_CPUTIME_ID);
            times->failed += loops[l](bench);
            times->cpu[l][batch] = (now(CLOCK_THREAD_CPUTIME_ID) - cpu) / DISPATCH_BATCH;
            times->real[l][batch] = (now(CLOCK_MONOTONIC) - real) / DISPATCH_BATCH;
        }
    }
    times->launches = bench->launches() - before;
}
