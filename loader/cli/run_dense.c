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

enum tensor { X, X_SCALE, W, W_SCALE, BIAS, OUT, WORKSPACE, TENSORS };

/* Everything of one run that must be given back. */
struct run {
    const struct options *options;
    struct backend backend;
    smallm_plan *plan;
    smallm_plan_info info;
    struct inputs inputs;
    size_t bytes[TENSORS]; /* 0: there is none */
    void *device[TENSORS];
    void *out;
    double *sum, *magnitude;
};

static enum exit_status make_plan(struct run *run) {
    const struct options *options = run->options;
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
    const struct options *options = run->options;
    const size_t m = (size_t)options->m, n = (size_t)options->n, k = (size_t)options->k;
    run->bytes[X] = (m - 1) * (size_t)options->ldx + k;
    run->bytes[X_SCALE] = m * (k / SMALLM_BLOCK_K);
    run->bytes[W] = n * k;
    run->bytes[W_SCALE] = n * (k / SMALLM_BLOCK_K);
    run->bytes[BIAS] = n * element_bytes(options->bias_type);
    run->bytes[OUT] = ((m - 1) * (size_t)options->ldo + n) * element_bytes(options->out_type);
    run->bytes[WORKSPACE] = run->info.workspace_bytes;
}

static enum exit_status upload(struct run *run) {
    const struct backend *backend = &run->backend;
    const size_t *const bytes = run->bytes;
    const void *const host[OUT] = {run->inputs.x, run->inputs.x_scale, run->inputs.w, run->inputs.w_scale,
                                   run->inputs.bias};
    for (int i = 0; i < TENSORS; i++) {
        if (bytes[i] == 0)
            continue;
        enum exit_status status = backend_check(backend, backend->hipMalloc(&run->device[i], bytes[i]), "hipMalloc");
        if (status != EXIT_RIGHT) {
            run->device[i] = NULL;
            return status;
        }
        if (i == WORKSPACE)
            return exit_status_of(smallm_workspace_init(backend->context, run->device[i], bytes[i], NULL));
        /* NaN, so that an element that the kernel leaves out is seen. */
        hipError_t error = i == OUT ? backend->hipMemset(run->device[i], 0xff, bytes[i])
                                    : backend->hipMemcpy(run->device[i], host[i], bytes[i], hipMemcpyHostToDevice);
        status = backend_check(backend, error, i == OUT ? "hipMemset" : "hipMemcpy to the device");
        if (status != EXIT_RIGHT)
            return status;
    }
    return EXIT_RIGHT;
}

/* What the simulator has to say: findings also where nothing failed, and the reason where something did. */
static void print_findings(const struct backend *backend, bool failed) {
    if (!backend->sim.present)
        return;
    const char *findings = backend->sim.gfx950sim_findings();
    if (findings[0] != '\0')
        fprintf(stderr, "smallm: the simulator found:\n%s\n", findings);
    else if (failed)
        fprintf(stderr, "smallm: the simulator says: %s.\n", backend->sim.gfx950sim_message());
}

static enum exit_status launch(struct run *run) {
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
    enum exit_status status =
        exit_status_of(smallm_dense_execute(run->plan, &buffers, run->device[WORKSPACE], bytes[WORKSPACE], NULL));
    if (status == EXIT_RIGHT)
        status = backend_check(backend, backend->hipDeviceSynchronize(), "hipDeviceSynchronize");
    print_findings(backend, status != EXIT_RIGHT);
    if (status == EXIT_RIGHT)
        status =
            backend_check(backend, backend->hipMemcpy(run->out, run->device[OUT], bytes[OUT], hipMemcpyDeviceToHost),
                          "hipMemcpy from the device");
    return status;
}

static void count(const struct run *run, struct report *report) {
    if (!run->backend.sim.present)
        return;
    struct gfx950sim_stats stats = {.size = sizeof stats};
    struct gfx950sim_memory_stats memory = {.size = sizeof memory};
    run->backend.sim.gfx950sim_get_stats(&stats);
    run->backend.sim.gfx950sim_get_memory_stats(run->device[W], &memory);
    report->wave_instructions = stats.wave_instructions;
    report->w_bytes_read = memory.bytes_read;
}

static enum exit_status compute_and_report(struct run *run) {
    const struct options *options = run->options;
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
        status = launch(run);
    if (status != EXIT_RIGHT)
        return status;

    struct report report = {.options = options, .backend = &run->backend, .plan = run->info};
    report.check = check_out(options->out_type, run->out, (size_t)options->ldo, run->sum, run->magnitude, m, n, k);
    count(run, &report);
    char error[NPY_ERROR_BYTES];
    if (options->out != NULL &&
        npy_write(options->out, options->out_type, run->out, m, n, (size_t)options->ldo, error) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "%s", error);
    if (!options->json)
        report_text(&report);
    else if (report_json(&report) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the JSON text");
    if (report.check.pass)
        return EXIT_RIGHT;
    return complain(EXIT_WRONG_RESULT,
                    "the result is wrong: %zu of %zu elements are past their bound, worst at row %zu, "
                    "column %zu; rel_err %.3e",
                    report.check.wrong, m * n, report.check.worst_row, report.check.worst_column, report.check.rel_err);
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

enum exit_status run_dense(const struct options *options) {
    struct run run;
    memset(&run, 0, sizeof run);
    run.options = options;
    enum exit_status status = backend_open(&run.backend, options->device);
    if (status == EXIT_RIGHT)
        status = make_plan(&run);
    if (status == EXIT_RIGHT)
        status = inputs_make(&run.inputs, options);
    if (status == EXIT_RIGHT)
        status = compute_and_report(&run);
    give_back(&run);
    return status;
}
