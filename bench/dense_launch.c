#include "dense_launch.h"

#include "smallm/types.h"

static enum exit_status make(void **memory, const struct backend *backend, size_t bytes) {
    return backend_place(backend, memory, NULL, 0, bytes);
}

enum exit_status dense_memory_make(struct dense_memory *memory, const struct backend *backend, unsigned k, unsigned n,
                                   unsigned most_m) {
    *memory = (struct dense_memory){.k = k, .n = n};
    const size_t blocks = k / SMALLM_BLOCK_K;
    enum exit_status status = make(&memory->x, backend, (size_t)most_m * k);
    if (status == EXIT_RIGHT)
        status = make(&memory->x_scale, backend, most_m * blocks);
    if (status == EXIT_RIGHT)
        status = make(&memory->w, backend, (size_t)n * k);
    if (status == EXIT_RIGHT)
        status = make(&memory->w_scale, backend, n * blocks);
    if (status == EXIT_RIGHT)
        status = make(&memory->out, backend, sizeof(uint16_t) * most_m * n);
    return status;
}

void dense_memory_free(struct dense_memory *memory, const struct backend *backend) {
    void *const all[] = {memory->x, memory->x_scale, memory->w, memory->w_scale, memory->out};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] != NULL)
            backend->hipFree(all[i]);
    *memory = (struct dense_memory){0};
}

double dense_fewest_bytes(const struct shape *shape) {
    const double m = shape->m, n = shape->n, k = shape->k;
    return (m + n) * k * (1 + 1.0 / SMALLM_BLOCK_K) + m * n * sizeof(uint16_t);
}

smallm_dense_problem dense_problem(const struct shape *shape, const char *kernel, uint32_t k_splits) {
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = shape->m;
    problem.n = shape->n;
    problem.k = shape->k;
    problem.kernel = kernel;
    problem.k_splits = k_splits;
    return problem;
}

enum exit_status dense_launch_make(struct planned *launch, const struct backend *backend,
                                   const smallm_dense_problem *problem) {
    smallm_plan *plan = NULL;
    const smallm_status created = smallm_dense_plan_create(&plan, backend->context, problem);
    return planned_finish(launch, backend, plan, created);
}

smallm_status dense_launch_run(const struct planned *launch, const struct dense_memory *memory, void *stream) {
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = memory->x;
    buffers.x_scale = memory->x_scale;
    buffers.w = memory->w;
    buffers.w_scale = memory->w_scale;
    buffers.out = memory->out;
    return smallm_dense_execute(launch->plan, &buffers, launch->workspace, launch->info.workspace_bytes, stream);
}
