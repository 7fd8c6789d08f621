#include "run_dense.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "element.h"
#include "inputs.h"
#include "npy.h"
#include "report.h"
#include "smallm/dense.h"
#include "smallm/workspace.h"
#include "timing.h"

enum tensor { X, X_SCALE, W, W_SCALE, BIAS, OUT, WORKSPACE, TENSORS };

/* Everything of one run that must be given back. */
struct run {
    const struct dense_options *options;
    struct backend backend;
    struct timing timing;
    smallm_plan *plan;
    smallm_plan_info info;
    struct inputs inputs;
    size_t bytes[TENSORS]; /* 0: there is none */
    void *device[TENSORS];
    void *out;
    double *sum, *magnitude;
};

static enum exit_status make_plan(struct run *run) {
    const struct dense_options *options = run->options;
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = options->m;
    problem.n = options->n;
    problem.k = options->k;
    problem.ldx = options->ldx;
    problem.ldo = options->ldo;
    problem.k_splits = options->k_splits;
    problem.out_type = options->out_type;
    problem.bias_type = options->bias_type;
    problem.determinism = options->determinism;
    problem.kernel = options->kernel;
    problem.ignore_tuning = options->force;
    smallm_status status = smallm_dense_plan_create(&run->plan, run->backend.context, &problem);
    run->info.size = sizeof run->info;
    return exit_status_of(status != SMALLM_OK ? status : smallm_plan_get_info(run->plan, &run->info));
}

static void measure(struct run *run) {
    const struct dense_options *options = run->options;
    const size_t m = (size_t)options->m, n = (size_t)options->n, k = (size_t)options->k;
    run->bytes[X] = (m - 1) * (size_t)options->ldx + k;
    run->bytes[X_SCALE] = m * (k / SMALLM_BLOCK_K);
    run->bytes[W] = n * k;
    run->bytes[W_SCALE] = n * (k / SMALLM_BLOCK_K);
    run->bytes[BIAS] = n * element_bytes(options->bias_type);
    run->bytes[OUT] = ((m - 1) * (size_t)options->ldo + n) * element_bytes(options->out_type);
    run->bytes[WORKSPACE] = run->info.workspace_bytes;
    run->timing.w_bytes = (double)(run->bytes[W] + run->bytes[W_SCALE]);
    run->timing.fewest_bytes = run->timing.w_bytes + (double)(m * k + run->bytes[X_SCALE] + run->bytes[BIAS] +
                                                              m * n * element_bytes(options->out_type));
}

static enum exit_status upload(struct run *run) {
    const struct backend *backend = &run->backend;
    const size_t *const bytes = run->bytes;
    const void *const host[OUT] = {run->inputs.x, run->inputs.x_scale, run->inputs.w, run->inputs.w_scale,
                                   run->inputs.bias};
    for (int i = 0; i < TENSORS; i++) {
        if (bytes[i] == 0)
            continue;
        /* Out is NaN, so that an element that the kernel leaves out is seen. */
        enum exit_status status =
            backend_place(backend, &run->device[i], i < OUT ? host[i] : NULL, i == OUT ? 0xff : 0, bytes[i]);
        if (status == EXIT_RIGHT && i == WORKSPACE)
            status = exit_status_of(smallm_workspace_init(backend->context, run->device[i], bytes[i], NULL));
        if (status != EXIT_RIGHT)
            return status;
    }
    return EXIT_RIGHT;
}

static enum exit_status launch(void *user) {
    struct run *run = user;
    const struct backend *backend = &run->backend;
    const size_t *const bytes = run->bytes;
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = run->device[X];
    buffers.x_scale = run->device[X_SCALE];
    buffers.w = run->device[W];
    buffers.w_scale = run->device[W_SCALE];
    buffers.bias = run->device[BIAS];
    buffers.out = run->device[OUT];
    buffers.x_bytes = bytes[X];
    buffers.x_scale_bytes = bytes[X_SCALE];
    buffers.w_bytes = bytes[W];
    buffers.w_scale_bytes = bytes[W_SCALE];
    buffers.bias_bytes = bytes[BIAS];
    buffers.out_bytes = bytes[OUT];
    return backend_finish(backend, exit_status_of(smallm_dense_execute(run->plan, &buffers, run->device[WORKSPACE],
                                                                       bytes[WORKSPACE], NULL)));
}

static void describe(struct timing *timing, const struct dense_options *options) {
    snprintf(timing->problem, sizeof timing->problem,
             "dense M=%lld N=%lld K=%lld ldx=%lld ldo=%lld, Out %s, bias %s, %s", (long long)options->m,
             (long long)options->n, (long long)options->k, (long long)options->ldx, (long long)options->ldo,
             element_name(options->out_type), element_name(options->bias_type),
             options_determinism(options->determinism));
}

static cJSON *describe_json(const struct dense_options *options) {
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "op", "dense");
    cJSON_AddNumberToObject(json, "m", (double)options->m);
    cJSON_AddNumberToObject(json, "n", (double)options->n);
    cJSON_AddNumberToObject(json, "k", (double)options->k);
    cJSON_AddNumberToObject(json, "ldx", (double)options->ldx);
    cJSON_AddNumberToObject(json, "ldo", (double)options->ldo);
    cJSON_AddStringToObject(json, "out_type", element_name(options->out_type));
    cJSON_AddStringToObject(json, "bias", element_name(options->bias_type));
    cJSON_AddStringToObject(json, "determinism", options_determinism(options->determinism));
    cJSON_AddNumberToObject(json, "seed", (double)options->seed);
    return json;
}

static enum exit_status tell(const struct run *run, const struct report *report) {
    if (!run->options->json) {
        printf("problem  %s\n", run->timing.problem);
        report_text(report);
        return timing_text(&run->timing);
    }
    cJSON *json = describe_json(run->options);
    report_json(report, json);
    const enum exit_status status = timing_json(&run->timing, json);
    if (status == EXIT_RIGHT)
        return report_json_print(json);
    cJSON_Delete(json);
    return status;
}

static enum exit_status compute_and_report(struct run *run) {
    const struct dense_options *options = run->options;
    const size_t m = (size_t)options->m, n = (size_t)options->n, k = (size_t)options->k;
    measure(run);
    run->out = malloc(run->bytes[OUT]);
    run->sum = malloc(m * n * sizeof *run->sum);
    run->magnitude = malloc(m * n * sizeof *run->magnitude);
    if (run->out == NULL || run->sum == NULL || run->magnitude == NULL ||
        dense_reference(&run->inputs.view, run->sum, run->magnitude) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu x %zu results", m, n);
    enum exit_status status = upload(run);
    if (status == EXIT_RIGHT)
        status = timing_launch(&run->timing, &run->timing.time, launch, run);
    if (status == EXIT_RIGHT)
        status = backend_fetch(&run->backend, run->out, run->device[OUT], run->bytes[OUT]);
    if (status != EXIT_RIGHT)
        return status;

    struct report report = {.backend = &run->backend, .plan = run->info, .elements = m * n, .w_bytes = n * k};
    report.check = check_out(options->out_type, run->out, (size_t)options->ldo, run->sum, run->magnitude, m, n, k);
    report_count(&report, run->device[W]);
    char error[NPY_ERROR_BYTES];
    if (options->out != NULL &&
        npy_write(options->out, options->out_type, run->out, m, n, (size_t)options->ldo, error) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "%s", error);
    status = tell(run, &report);
    if (status == EXIT_RIGHT)
        status = timing_files(&run->timing, options->json);
    return status != EXIT_RIGHT ? status : report_verdict(&report);
}

static void give_back(struct run *run) {
    for (int i = 0; i < TENSORS; i++)
        if (run->device[i] != NULL)
            run->backend.hipFree(run->device[i]);
    free(run->out);
    free(run->sum);
    free(run->magnitude);
    inputs_free(&run->inputs);
    smallm_plan_destroy(run->plan);
    backend_close(&run->backend);
}

enum exit_status run_dense(const struct dense_options *options, const struct time_request *time) {
    struct run run;
    memset(&run, 0, sizeof run);
    run.options = options;
    enum exit_status status = backend_open(&run.backend, time != NULL ? DEVICE_SIM : options->device);
    if (status == EXIT_RIGHT)
        status = timing_begin(&run.timing, &run.backend, time);
    describe(&run.timing, options);
    if (status == EXIT_RIGHT)
        status = make_plan(&run);
    if (status == EXIT_RIGHT)
        status = inputs_make(&run.inputs, options);
    if (status == EXIT_RIGHT)
        status = compute_and_report(&run);
    give_back(&run);
    return status;
}
