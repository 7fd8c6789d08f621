#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "element.h"

static smallm_context *context;
static void *workspace;
static uint64_t workspace_bytes;

smallm_context *run_open(const char *hip_library) {
    smallm_context_options options;
    smallm_context_options_init(&options, sizeof options);
    options.hip_handle = device_open(hip_library);
    device_set("checks", "own");
    if (smallm_context_create(&context, &options) == SMALLM_OK)
        return context;
    fprintf(stderr, "no context: %s\n", smallm_last_error());
    exit(1);
}

void run_close(void) {
    if (workspace != NULL)
        device_free(workspace);
    smallm_context_destroy(context);
}

bool run_kernel(uint32_t index, struct run_kernel *kernel) {
    *kernel = (struct run_kernel){.name = NULL};
    uint32_t dense = 0, at = 0;
    for (; (kernel->name = smallm_kernel_name(at)) != NULL; at++)
        if (strncmp(kernel->name, "smallm_dense_", strlen("smallm_dense_")) == 0 && dense++ == index)
            break;
    if (kernel->name == NULL)
        return false;
    if (sscanf(kernel->name, "smallm_dense_%7[a-z]_m%u_r%u_l%u_w%u_d%u", kernel->family, &kernel->m_tile,
               &kernel->n_rows, &kernel->k_lanes, &kernel->k_waves, &kernel->depth) != 6) {
        fprintf(stderr, "the kernel %s has a name of another form\n", kernel->name);
        exit(1);
    }
    kernel->splits_k = strcmp(kernel->family, "mfma") == 0;
    return true;
}

bool run_kernel_of(const char *family, unsigned m, struct run_kernel *kernel) {
    for (uint32_t i = 0; run_kernel(i, kernel); i++)
        if (strcmp(kernel->family, family) == 0 && kernel->m_tile >= m)
            return true;
    return false;
}

size_t run_least_k(const struct run_kernel *kernel, int64_t k_splits) {
    enum { K_STEP = 128, BLOCK = 32 };
    return K_STEP * ((size_t)k_splits * kernel->k_waves - 1) + BLOCK;
}

void *run_workspace(uint64_t bytes) {
    if (bytes <= workspace_bytes)
        return workspace;
    if (workspace != NULL)
        device_free(workspace);
    workspace = device_alloc(bytes);
    workspace_bytes = bytes;
    if (smallm_workspace_init(context, workspace, bytes, NULL) == SMALLM_OK)
        return workspace;
    fprintf(stderr, "smallm_workspace_init failed: %s\n", smallm_last_error());
    exit(1);
}

static bool wrong(const struct layer *layer, const struct run_choice *choice, const struct run_outcome *outcome,
                  const char *what) {
    const struct layer_shape *shape = &layer->shape;
    fprintf(stderr,
            "%s: M=%zu N=%zu K=%zu ldx=%zu ldxs=%zu ldo=%zu out=%s bias=%s determinism=%d trailing=%zu seed=%llu, "
            "kernel %s (asked for %s), k_splits %u (asked for %lld): ",
            what, shape->m, shape->n, shape->k, shape->ldx, shape->ldxs, shape->ldo, element_name(shape->out_type),
            element_name(shape->bias_type), (int)shape->determinism, shape->trailing, (unsigned long long)shape->seed,
            outcome->kernel, choice->kernel != NULL ? choice->kernel : "any", outcome->k_splits,
            (long long)choice->k_splits);
    return false;
}

static smallm_status execute(struct layer *layer, const struct run_choice *choice, struct run_outcome *outcome) {
    smallm_dense_problem problem = layer_problem(layer);
    problem.kernel = choice->kernel;
    problem.k_splits = choice->k_splits;
    problem.ignore_tuning = 1;
    smallm_plan *plan;
    smallm_status status = smallm_dense_plan_create(&plan, context, &problem);
    if (status != SMALLM_OK)
        return status;
    smallm_plan_info info = {.size = sizeof info};
    smallm_plan_get_info(plan, &info);
    snprintf(outcome->kernel, sizeof outcome->kernel, "%s", info.kernel);
    outcome->k_splits = info.k_splits;
    outcome->workspace_bytes = info.workspace_bytes;
    layer_clear_out(layer);
    smallm_dense_buffers buffers = layer_buffers(layer);
    void *space = info.workspace_bytes != 0 ? run_workspace(info.workspace_bytes) : NULL;
    status = smallm_dense_execute(plan, &buffers, space, info.workspace_bytes, NULL);
    smallm_plan_destroy(plan);
    return status;
}

bool run_layer(struct layer *layer, const struct run_choice *choice, const char *what, struct run_outcome *given) {
    struct run_outcome own = {.kernel = "none"}, *outcome = given != NULL ? given : &own;
    *outcome = own;
    smallm_status status = execute(layer, choice, outcome);
    const int finished = device_finish();
    if (status != SMALLM_OK || finished != 0) {
        wrong(layer, choice, outcome, what);
        fprintf(stderr, "%s %s\n", smallm_status_string(status),
                status != SMALLM_OK ? smallm_last_error() : "the launch failed or the simulator found something");
        return false;
    }
    outcome->check = layer_check(layer);
    const struct check_result *check = &outcome->check;
    if (choice->many_scales ? check->wrong != 0 : !check->pass) {
        wrong(layer, choice, outcome, what);
        fprintf(stderr, "%zu elements wrong, worst %g times its bound at row %zu, column %zu, rel_err %g\n",
                check->wrong, check->bound_ratio, check->worst_row, check->worst_column, check->rel_err);
        return false;
    }
    const char *band = layer_check_bands(layer);
    if (band != NULL) {
        wrong(layer, choice, outcome, what);
        fprintf(stderr, "something was written %s\n", band);
    }
    return band == NULL;
}
