#include "run_moe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "element.h"
#include "inputs_moe.h"
#include "quantise.h"
#include "report.h"
#include "smallm/moe.h"
#include "smallm/workspace.h"
#include "timing.h"

enum tensor { TOPK_IDS, SORTED, EXPERT_IDS, POSTS, X, X_SCALE, W, W_SCALE, WEIGHTS, OUT, WORKSPACE, TENSORS };

/* Everything of one run that must be given back. */
struct run {
    const struct moe_options *options;
    struct backend backend;
    struct timing timing;
    smallm_plan *plan;
    smallm_plan_info info;
    struct inputs_moe inputs;
    size_t bytes[TENSORS]; /* 0: there is none */
    void *device[TENSORS];
    char *out;
};

static size_t out_rows(const struct run *run) {
    return run->options->combine ? (size_t)run->options->tokens : run->inputs.slots;
}

/* What the library knows as slots, a product, is looked at here. */
static enum exit_status check_tokens(const struct moe_options *options) {
    if (options->tokens < 1 || options->tokens > INT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "tokens is %lld; it must be from 1 to %d", (long long)options->tokens,
                        INT32_MAX);
    if (options->top_k < 1 || options->top_k > INT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "top-k is %lld; it must be from 1 to %d", (long long)options->top_k,
                        INT32_MAX);
    return EXIT_RIGHT;
}

static enum exit_status make_plan(struct run *run) {
    const struct moe_options *options = run->options;
    const int64_t slots = options->tokens * options->top_k;
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    problem.experts = options->experts;
    problem.n = options->n;
    problem.k = options->k;
    problem.slots = slots;
    problem.a_div = options->a_div;
    problem.x_rows = options->a_div < 1 ? 1 : (slots + options->a_div - 1) / options->a_div;
    problem.block_m = options->block_m;
    problem.sorted_len = smallm_moe_sorted_len(slots, options->experts, options->block_m);
    problem.top_k = options->combine ? options->top_k : 0;
    problem.weighted = options->weighted;
    problem.k_splits = options->k_splits;
    problem.out_type = options->out_type;
    problem.determinism = options->determinism;
    problem.kernel = options->kernel;
    problem.ignore_tuning = options->force;
    smallm_status status = smallm_moe_plan_create(&run->plan, run->backend.context, &problem);
    run->info.size = sizeof run->info;
    return exit_status_of(status != SMALLM_OK ? status : smallm_plan_get_info(run->plan, &run->info));
}

static enum exit_status place(struct run *run, enum tensor tensor, const void *host, int fill, size_t bytes) {
    run->bytes[tensor] = bytes;
    return bytes == 0 ? EXIT_RIGHT : backend_place(&run->backend, &run->device[tensor], host, fill, bytes);
}

static enum exit_status launch_sort(void *user) {
    struct run *run = user;
    const struct inputs_moe *inputs = &run->inputs;
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)inputs->slots;
    args.experts = run->options->experts;
    args.block_m = run->options->block_m;
    args.sorted_len = (int64_t)inputs->sorted_len;
    args.topk_ids = run->device[TOPK_IDS];
    args.sorted_token_ids = run->device[SORTED];
    args.expert_ids = run->device[EXPERT_IDS];
    args.num_tokens_post_padded = run->device[POSTS];
    return backend_finish(&run->backend, exit_status_of(smallm_moe_sort(run->backend.context, &args, NULL)));
}

/* By the library's own kernel, whose result must be the model's. */
static enum exit_status sort(struct run *run) {
    const struct inputs_moe *inputs = &run->inputs;
    enum exit_status status = place(run, TOPK_IDS, inputs->topk_ids, 0, inputs->slots * sizeof(int32_t));
    if (status == EXIT_RIGHT)
        status = place(run, SORTED, NULL, 0x55, inputs->sorted_len * sizeof(int32_t));
    if (status == EXIT_RIGHT)
        status = place(run, EXPERT_IDS, NULL, 0x55, inputs->blocks * sizeof(int32_t));
    if (status == EXIT_RIGHT)
        status = place(run, POSTS, NULL, 0x55, sizeof(int32_t));
    run->timing.sorted = true;
    return status != EXIT_RIGHT ? status : timing_launch(&run->timing, &run->timing.sort, launch_sort, run);
}

static enum exit_status compare_array(struct run *run, enum tensor tensor, const int32_t *wanted, const char *name) {
    const size_t bytes = run->bytes[tensor];
    int32_t *got = malloc(bytes);
    if (got == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu bytes of %s", bytes, name);
    enum exit_status status = backend_fetch(&run->backend, got, run->device[tensor], bytes);
    for (size_t i = 0; i < bytes / sizeof *got && status == EXIT_RIGHT; i++)
        if (got[i] != wanted[i])
            status = complain(EXIT_WRONG_RESULT, "the sorted routing is wrong: %s[%zu] is %d, not %d", name, i, got[i],
                              wanted[i]);
    free(got);
    return status;
}

static enum exit_status check_sorted(struct run *run) {
    const struct inputs_moe *inputs = &run->inputs;
    enum exit_status status = compare_array(run, SORTED, inputs->sorted, "sorted_token_ids");
    if (status == EXIT_RIGHT)
        status = compare_array(run, EXPERT_IDS, inputs->expert_ids, "expert_ids");
    return status != EXIT_RIGHT ? status : compare_array(run, POSTS, &inputs->posts, "num_tokens_post_padded");
}

/* All of W is allocated; only what experts in use have is filled. */
static enum exit_status place_w(struct run *run, enum tensor tensor, uint8_t *const *host, size_t bytes) {
    const struct backend *backend = &run->backend;
    const size_t experts = (size_t)run->options->experts;
    enum exit_status status =
        backend_check(backend, backend->hipMalloc(&run->device[tensor], experts * bytes), "hipMalloc");
    if (status != EXIT_RIGHT)
        run->device[tensor] = NULL;
    run->bytes[tensor] = experts * bytes;
    for (size_t expert = 0; expert < experts && status == EXIT_RIGHT; expert++)
        if (host[expert] != NULL)
            status = backend_check(backend,
                                   backend->hipMemcpy((char *)run->device[tensor] + expert * bytes, host[expert], bytes,
                                                      hipMemcpyHostToDevice),
                                   "hipMemcpy to the device");
    return status;
}

static enum exit_status upload(struct run *run) {
    const struct moe_options *options = run->options;
    const struct inputs_moe *inputs = &run->inputs;
    const size_t n = (size_t)options->n, k = (size_t)options->k, blocks = k / MX_BLOCK;
    const size_t out_bytes = out_rows(run) * n * element_bytes(options->out_type);
    enum exit_status status = place(run, X, inputs->x, 0, inputs->x_rows * k);
    if (status == EXIT_RIGHT)
        status = place(run, X_SCALE, inputs->x_scale, 0, inputs->x_rows * blocks);
    if (status == EXIT_RIGHT)
        status = place_w(run, W, inputs->w, n * k);
    if (status == EXIT_RIGHT)
        status = place_w(run, W_SCALE, inputs->w_scale, n * blocks);
    if (status == EXIT_RIGHT && options->weighted)
        status = place(run, WEIGHTS, inputs->weights, 0, inputs->slots * sizeof(float));
    /* NaN, so that an element that the kernel leaves out is seen. */
    if (status == EXIT_RIGHT)
        status = place(run, OUT, NULL, 0xff, out_bytes);
    if (status == EXIT_RIGHT)
        status = place(run, WORKSPACE, NULL, 0, run->info.workspace_bytes);
    if (status == EXIT_RIGHT && run->info.workspace_bytes != 0)
        status = exit_status_of(
            smallm_workspace_init(run->backend.context, run->device[WORKSPACE], run->info.workspace_bytes, NULL));
    return status;
}

static enum exit_status launch(void *user) {
    struct run *run = user;
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = run->device[X];
    buffers.x_scale = run->device[X_SCALE];
    buffers.w = run->device[W];
    buffers.w_scale = run->device[W_SCALE];
    buffers.weights = run->device[WEIGHTS];
    buffers.sorted_token_ids = run->device[SORTED];
    buffers.expert_ids = run->device[EXPERT_IDS];
    buffers.num_tokens_post_padded = run->device[POSTS];
    buffers.out = run->device[OUT];
    buffers.x_bytes = run->bytes[X];
    buffers.x_scale_bytes = run->bytes[X_SCALE];
    buffers.w_bytes = run->bytes[W];
    buffers.w_scale_bytes = run->bytes[W_SCALE];
    buffers.weights_bytes = run->bytes[WEIGHTS];
    buffers.sorted_token_ids_bytes = run->bytes[SORTED];
    buffers.expert_ids_bytes = run->bytes[EXPERT_IDS];
    buffers.out_bytes = run->bytes[OUT];
    return backend_finish(&run->backend, exit_status_of(smallm_moe_execute(run->plan, &buffers, run->device[WORKSPACE],
                                                                           run->bytes[WORKSPACE], NULL)));
}

static void describe(struct timing *timing, const struct moe_options *options) {
    snprintf(timing->problem, sizeof timing->problem,
             "moe E=%lld N=%lld K=%lld T=%lld top_k=%lld a_div=%lld block_m=%lld%s%s, Out %s, %s",
             (long long)options->experts, (long long)options->n, (long long)options->k, (long long)options->tokens,
             (long long)options->top_k, (long long)options->a_div, (long long)options->block_m,
             options->weighted ? ", weighted" : "", options->combine ? ", combined" : "",
             element_name(options->out_type), options_determinism(options->determinism));
}

static void describe_text(const struct run *run) {
    const struct inputs_moe *inputs = &run->inputs;
    printf("problem  %s\n", run->timing.problem);
    printf("routing  %s: %zu of %zu slots are here, on %zu experts, at most %zu on one\n", run->options->routing,
           inputs->rows.count, inputs->slots, inputs->touched_experts, inputs->max_rows);
}

static cJSON *describe_json(const struct run *run) {
    const struct moe_options *options = run->options;
    const struct inputs_moe *inputs = &run->inputs;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddStringToObject(json, "op", "moe");
    cJSON_AddNumberToObject(json, "experts", (double)options->experts);
    cJSON_AddNumberToObject(json, "n", (double)options->n);
    cJSON_AddNumberToObject(json, "k", (double)options->k);
    cJSON_AddNumberToObject(json, "tokens", (double)options->tokens);
    cJSON_AddNumberToObject(json, "top_k", (double)options->top_k);
    cJSON_AddNumberToObject(json, "a_div", (double)options->a_div);
    cJSON_AddBoolToObject(json, "weighted", options->weighted);
    cJSON_AddBoolToObject(json, "combine", options->combine);
    cJSON_AddNumberToObject(json, "block_m", (double)options->block_m);
    cJSON_AddStringToObject(json, "routing", options->routing);
    cJSON_AddNumberToObject(json, "slots_here", (double)inputs->rows.count);
    cJSON_AddNumberToObject(json, "touched_experts", (double)inputs->touched_experts);
    cJSON_AddNumberToObject(json, "max_rows_per_expert", (double)inputs->max_rows);
    cJSON_AddStringToObject(json, "out_type", element_name(options->out_type));
    cJSON_AddStringToObject(json, "determinism", options_determinism(options->determinism));
    cJSON_AddNumberToObject(json, "seed", (double)options->seed);
    return json;
}

/* Rows that no slot names must be as they were: all bits set. */
static enum exit_status check_untouched(const struct run *run) {
    const struct moe_rows *rows = &run->inputs.rows;
    const size_t row_bytes = run->bytes[OUT] / out_rows(run);
    for (size_t slot = 0; slot < rows->slots && rows->top_k == 0; slot++)
        for (size_t i = 0; i < row_bytes && rows->first[slot + 1] == rows->first[slot]; i++)
            if ((unsigned char)run->out[slot * row_bytes + i] != 0xff)
                return complain(EXIT_WRONG_RESULT, "row %zu of the result was written, though its expert is not here",
                                slot);
    return EXIT_RIGHT;
}

static enum exit_status tell(const struct run *run, const struct report *report) {
    if (!run->options->json) {
        describe_text(run);
        report_text(report);
        return timing_text(&run->timing);
    }
    cJSON *json = describe_json(run);
    report_json(report, json);
    const enum exit_status status = timing_json(&run->timing, json);
    if (status == EXIT_RIGHT)
        return report_json_print(json);
    cJSON_Delete(json);
    return status;
}

/* Experts, rows of X, weights and rows of the result that the slots here name, each once. */
static void count_fewest(struct run *run) {
    const struct moe_options *options = run->options;
    const struct inputs_moe *inputs = &run->inputs;
    const size_t n = (size_t)options->n, k = (size_t)options->k, a_div = (size_t)options->a_div;
    const size_t row = k + k / MX_BLOCK;
    size_t x_rows = 0, slots = 0, last = SIZE_MAX;
    for (size_t slot = 0; slot < inputs->slots; slot++) {
        if (inputs->rows.first[slot + 1] == inputs->rows.first[slot])
            continue;
        slots++;
        x_rows += slot / a_div != last;
        last = slot / a_div;
    }
    const size_t results = (options->combine ? out_rows(run) : slots) * n * element_bytes(options->out_type);
    run->timing.w_bytes = (double)(inputs->touched_experts * n * row);
    run->timing.fewest_bytes =
        run->timing.w_bytes + (double)(x_rows * row + results + (options->weighted ? slots * sizeof(float) : 0));
}

static enum exit_status compute_and_report(struct run *run) {
    const struct moe_options *options = run->options;
    const size_t n = (size_t)options->n;
    enum exit_status status = upload(run);
    if (status != EXIT_RIGHT)
        return status;
    run->out = malloc(run->bytes[OUT]);
    if (run->out == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu x %zu results", out_rows(run), n);
    count_fewest(run);
    status = timing_launch(&run->timing, &run->timing.time, launch, run);
    if (status == EXIT_RIGHT)
        status = backend_fetch(&run->backend, run->out, run->device[OUT], run->bytes[OUT]);
    if (status != EXIT_RIGHT)
        return status;
    struct report report = {.backend = &run->backend,
                            .plan = run->info,
                            .elements = (options->combine ? out_rows(run) : run->inputs.rows.count) * n,
                            .w_bytes = run->inputs.touched_experts * n * (size_t)options->k};
    report.check = moe_check(&run->inputs.rows, options->out_type, run->out, n);
    report_count(&report, run->device[W]);
    status = tell(run, &report);
    if (status == EXIT_RIGHT)
        status = timing_files(&run->timing, options->json);
    if (status == EXIT_RIGHT)
        status = report_verdict(&report);
    if (status == EXIT_RIGHT)
        status = check_sorted(run);
    return status != EXIT_RIGHT ? status : check_untouched(run);
}

static void give_back(struct run *run) {
    for (int i = 0; i < TENSORS; i++)
        if (run->device[i] != NULL)
            run->backend.hipFree(run->device[i]);
    free(run->out);
    inputs_moe_free(&run->inputs);
    smallm_plan_destroy(run->plan);
    backend_close(&run->backend);
}

enum exit_status run_moe(const struct moe_options *options, const struct time_request *time) {
    struct run run;
    memset(&run, 0, sizeof run);
    run.options = options;
    enum exit_status status = check_tokens(options);
    if (status == EXIT_RIGHT)
        status = backend_open(&run.backend, time != NULL ? DEVICE_SIM : options->device);
    if (status != EXIT_RIGHT)
        return status;
    status = timing_begin(&run.timing, &run.backend, time);
    describe(&run.timing, options);
    if (status == EXIT_RIGHT)
        status = make_plan(&run);
    if (status == EXIT_RIGHT)
        status = inputs_moe_route(&run.inputs, options);
    if (status == EXIT_RIGHT)
        status = sort(&run);
    if (status == EXIT_RIGHT)
        status = inputs_moe_make(&run.inputs, options);
    if (status == EXIT_RIGHT)
        status = compute_and_report(&run);
    give_back(&run);
    return status;
}
