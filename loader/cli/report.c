#include "report.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "element.h"

void report_text(const struct report *report) {
    const struct options *options = report->options;
    const struct backend *backend = report->backend;
    const struct check_result *check = &report->check;
    printf("problem  dense M=%lld N=%lld K=%lld ldx=%lld ldo=%lld, Out %s, bias %s, %s\n", (long long)options->m,
           (long long)options->n, (long long)options->k, (long long)options->ldx, (long long)options->ldo,
           element_name(options->out_type), element_name(options->bias_type),
           options_determinism(options->determinism));
    printf("device   %s%s\n", backend->info.device_name,
           backend->sim.present ? "; no GPU was used, every instruction ran in the simulator" : "");
    printf("hip      %s\n", backend->info.hip_library);
    printf("kernel   %s\n", report->plan.kernel);
    printf("plan     %s\n", report->plan.explanation);
    if (report->plan.workspace_bytes != 0)
        printf("splits   %u workgroups share the K of a tile, in a workspace of %llu bytes\n", report->plan.k_splits,
               (unsigned long long)report->plan.workspace_bytes);
    if (backend->sim.present)
        printf("counts   %llu wave instructions, %llu bytes of W read, which is %.3f of W's %lld\n",
               (unsigned long long)report->wave_instructions, (unsigned long long)report->w_bytes_read,
               (double)report->w_bytes_read / ((double)options->n * (double)options->k),
               (long long)(options->n * options->k));
    printf(
        "result   %s: rel_err %.3e (at most 3e-3 where M*N >= 64), bound_ratio %.3f (at most 1), %zu of %lld elements "
        "past their bound\n",
        check->pass ? "PASS" : "FAIL", check->rel_err, check->bound_ratio, check->wrong,
        (long long)(options->m * options->n));
    if (!check->pass)
        printf("worst    row %zu, column %zu\n", check->worst_row, check->worst_column);
}

int report_json(const struct report *report) {
    const struct options *options = report->options;
    const bool simulated = report->backend->sim.present;
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
    cJSON_AddStringToObject(json, "kernel", report->plan.kernel);
    cJSON_AddStringToObject(json, "explanation", report->plan.explanation);
    cJSON_AddNumberToObject(json, "workgroups", report->plan.workgroups);
    cJSON_AddNumberToObject(json, "k_splits", report->plan.k_splits);
    cJSON_AddNumberToObject(json, "workspace_bytes", (double)report->plan.workspace_bytes);
    cJSON_AddNumberToObject(json, "modelled_us", report->plan.modelled_microseconds);
    cJSON_AddStringToObject(json, "device", report->backend->info.device_name);
    cJSON_AddStringToObject(json, "hip_library", report->backend->info.hip_library);
    cJSON_AddBoolToObject(json, "simulated", simulated);
    cJSON_AddBoolToObject(json, "pass", report->check.pass);
    cJSON_AddNumberToObject(json, "rel_err", report->check.rel_err);
    /* Infinity, for a NaN in the wrong place, becomes null. */
    cJSON_AddNumberToObject(json, "bound_ratio", report->check.bound_ratio);
    cJSON_AddNumberToObject(json, "wrong_elements", (double)report->check.wrong);
    if (simulated) {
        cJSON_AddNumberToObject(json, "wave_instructions", (double)report->wave_instructions);
        cJSON_AddNumberToObject(json, "w_bytes_read", (double)report->w_bytes_read);
    } else {
        cJSON_AddNullToObject(json, "wave_instructions");
        cJSON_AddNullToObject(json, "w_bytes_read");
    }
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return -1;
    puts(text);
    free(text);
    return 0;
}
