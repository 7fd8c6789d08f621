#include "run_quantise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "element.h"
#include "quantise.h"
#include "random.h"
#include "report.h"

enum tensor { X, Q, SCALE, TENSORS };

/* Everything of one run that must be given back. */
struct run {
    const struct quantise_options *options;
    struct backend backend;
    size_t bytes[TENSORS];
    void *host[TENSORS];   /* X; what comes back */
    void *wanted[TENSORS]; /* the model's Q and scale */
    void *device[TENSORS];
    uint64_t wrong[TENSORS];
};

/* Rows of many magnitudes, N(0,1) * 2^d; NaN between rows. */
static void fill(const struct run *run) {
    const struct quantise_options *options = run->options;
    struct random_state random;
    random_seed(&random, (uint64_t)options->seed);
    memset(run->host[X], 0xff, run->bytes[X]);
    for (size_t row = 0; row < (size_t)options->m; row++) {
        for (size_t at = row * (size_t)options->ldx; at < row * (size_t)options->ldx + (size_t)options->k; at++) {
            const int exponent = (int)(at / MX_BLOCK % 19) - 9;
            element_put(options->type, run->host[X], at,
                        element_from_f64(options->type, ldexp(random_normal(&random), exponent)));
        }
    }
}

static enum exit_status make(struct run *run) {
    const struct quantise_options *options = run->options;
    const size_t m = (size_t)options->m, k = (size_t)options->k, ldx = (size_t)options->ldx;
    run->bytes[X] = ((m - 1) * ldx + k) * element_bytes(options->type);
    run->bytes[Q] = m * k;
    run->bytes[SCALE] = m * (k / MX_BLOCK);
    for (int i = 0; i < TENSORS; i++) {
        run->host[i] = malloc(run->bytes[i]);
        run->wanted[i] = i == X ? NULL : malloc(run->bytes[i]);
        if (run->host[i] == NULL || (i != X && run->wanted[i] == NULL))
            return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a %zu x %zu matrix", m, k);
    }
    fill(run);
    quantise_matrix(options->rule, options->type, run->host[X], ldx, m, k, run->wanted[Q], run->wanted[SCALE]);
    return EXIT_RIGHT;
}

static smallm_quantise_args arguments(const struct run *run) {
    smallm_quantise_args args;
    smallm_quantise_args_init(&args, sizeof args);
    args.m = run->options->m;
    args.k = run->options->k;
    args.ldx = run->options->ldx;
    args.x_type = run->options->type;
    args.rule = run->options->rule;
    args.x = run->device[X];
    args.q = run->device[Q];
    args.scale = run->device[SCALE];
    return args;
}

/* The model's bytes are needed before there are any: the library's guards on a matrix that is not there yet would
 * complain of its pointers, so the few that matter for memory stand here. */
static enum exit_status check_shape(const struct quantise_options *options) {
    if (options->m < 1 || options->m > INT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "m is %lld; it must be from 1 to %d", (long long)options->m, INT32_MAX);
    if (options->k < MX_BLOCK || options->k > INT32_MAX || options->k % MX_BLOCK != 0)
        return complain(EXIT_BAD_ARGUMENTS, "k is %lld; it must be a multiple of %d from %d to %d",
                        (long long)options->k, MX_BLOCK, MX_BLOCK, INT32_MAX);
    if (options->ldx < options->k || options->ldx > INT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "ldx is %lld; it must be from k = %lld to %d", (long long)options->ldx,
                        (long long)options->k, INT32_MAX);
    return EXIT_RIGHT;
}

static enum exit_status launch(struct run *run) {
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < TENSORS && status == EXIT_RIGHT; i++)
        status = backend_place(&run->backend, &run->device[i], i == X ? run->host[X] : NULL, 0x55, run->bytes[i]);
    if (status != EXIT_RIGHT)
        return status;
    const smallm_quantise_args args = arguments(run);
    status = backend_finish(&run->backend, exit_status_of(smallm_quantise(run->backend.context, &args, NULL)));
    for (int i = Q; i < TENSORS && status == EXIT_RIGHT; i++) {
        status = backend_fetch(&run->backend, run->host[i], run->device[i], run->bytes[i]);
        for (size_t at = 0; at < run->bytes[i] && status == EXIT_RIGHT; at++)
            run->wrong[i] += ((uint8_t *)run->host[i])[at] != ((uint8_t *)run->wanted[i])[at];
    }
    return status;
}

static void tell_text(const struct run *run) {
    const struct quantise_options *options = run->options;
    printf("problem  quantise M=%lld K=%lld ldx=%lld, %s, rule %s\n", (long long)options->m, (long long)options->k,
           (long long)options->ldx, element_name(options->type), options_rule(options->rule));
    report_device(&run->backend);
    printf("result   %s: %llu of %zu elements and %llu of %zu scales differ from the model's\n",
           run->wrong[Q] + run->wrong[SCALE] == 0 ? "PASS" : "FAIL", (unsigned long long)run->wrong[Q], run->bytes[Q],
           (unsigned long long)run->wrong[SCALE], run->bytes[SCALE]);
}

static enum exit_status tell_json(const struct run *run) {
    const struct quantise_options *options = run->options;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "op", "quantise");
    cJSON_AddNumberToObject(json, "m", (double)options->m);
    cJSON_AddNumberToObject(json, "k", (double)options->k);
    cJSON_AddNumberToObject(json, "ldx", (double)options->ldx);
    cJSON_AddStringToObject(json, "type", element_name(options->type));
    cJSON_AddStringToObject(json, "rule", options_rule(options->rule));
    cJSON_AddNumberToObject(json, "seed", (double)options->seed);
    report_json_device(&run->backend, json);
    cJSON_AddBoolToObject(json, "pass", run->wrong[Q] + run->wrong[SCALE] == 0);
    cJSON_AddNumberToObject(json, "wrong_elements", (double)run->wrong[Q]);
    cJSON_AddNumberToObject(json, "wrong_scales", (double)run->wrong[SCALE]);
    return report_json_print(json);
}

static enum exit_status compute_and_report(struct run *run) {
    enum exit_status status = make(run);
    if (status == EXIT_RIGHT)
        status = launch(run);
    if (status != EXIT_RIGHT)
        return status;
    if (run->options->json)
        status = tell_json(run);
    else
        tell_text(run);
    if (status != EXIT_RIGHT || run->wrong[Q] + run->wrong[SCALE] == 0)
        return status;
    return complain(EXIT_WRONG_RESULT, "the result is wrong: %llu elements and %llu scales differ from the model's",
                    (unsigned long long)run->wrong[Q], (unsigned long long)run->wrong[SCALE]);
}

enum exit_status run_quantise(const struct quantise_options *options) {
    struct run run;
    memset(&run, 0, sizeof run);
    run.options = options;
    enum exit_status status = check_shape(options);
    if (status == EXIT_RIGHT)
        status = backend_open(&run.backend, options->device);
    if (status != EXIT_RIGHT)
        return status;
    status = compute_and_report(&run);
    for (int i = 0; i < TENSORS; i++) {
        if (run.device[i] != NULL)
            run.backend.hipFree(run.device[i]);
        free(run.host[i]);
        free(run.wanted[i]);
    }
    backend_close(&run.backend);
    return status;
}
