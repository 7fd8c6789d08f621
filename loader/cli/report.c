#include "report.h"

#include <stdio.h>
#include <stdlib.h>

void report_count(struct report *report, const void *w) {
    const struct sim *sim = &report->backend->sim;
    if (!sim->present)
        return;
    struct gfx950sim_stats stats = {.size = sizeof stats};
    struct gfx950sim_memory_stats memory = {.size = sizeof memory};
    sim->gfx950sim_get_stats(&stats);
    sim->gfx950sim_get_memory_stats(w, &memory);
    report->wave_instructions = stats.wave_instructions;
    report->w_bytes_read = memory.bytes_read;
}

void report_device(const struct backend *backend) {
    printf("device   %s%s\n", backend->info.device_name,
           backend->sim.present ? "; no GPU was used, every instruction ran in the simulator" : "");
    printf("hip      %s\n", backend->info.hip_library);
}

void report_text(const struct report *report) {
    const struct check_result *check = &report->check;
    report_device(report->backend);
    printf("kernel   %s\n", report->plan.kernel);
    printf("plan     %s\n", report->plan.explanation);
    if (report->plan.k_splits > 1)
        printf("splits   %u workgroups share the K of a tile, in a workspace of %llu bytes\n", report->plan.k_splits,
               (unsigned long long)report->plan.workspace_bytes);
    if (report->backend->sim.present)
        printf("counts   %llu wave instructions, %llu bytes of W read, which is %.3f of W's %llu\n",
               (unsigned long long)report->wave_instructions, (unsigned long long)report->w_bytes_read,
               report->w_bytes == 0 ? 0 : (double)report->w_bytes_read / (double)report->w_bytes,
               (unsigned long long)report->w_bytes);
    printf("result   %s: rel_err %.3e (at most 3e-3 where there are 64 elements or more), bound_ratio %.3f (at most "
           "1), %zu of %llu elements past their bound\n",
           check->pass ? "PASS" : "FAIL", check->rel_err, check->bound_ratio, check->wrong,
           (unsigned long long)report->elements);
    if (!check->pass)
        printf("worst    row %zu, column %zu\n", check->worst_row, check->worst_column);
}

void report_json_device(const struct backend *backend, cJSON *json) {
    cJSON_AddStringToObject(json, "device", backend->info.device_name);
    cJSON_AddStringToObject(json, "hip_library", backend->info.hip_library);
    cJSON_AddBoolToObject(json, "simulated", backend->sim.present);
}

void report_json(const struct report *report, cJSON *json) {
    cJSON_AddStringToObject(json, "kernel", report->plan.kernel);
    cJSON_AddStringToObject(json, "explanation", report->plan.explanation);
    cJSON_AddNumberToObject(json, "workgroups", report->plan.workgroups);
    cJSON_AddNumberToObject(json, "k_splits", report->plan.k_splits);
    cJSON_AddNumberToObject(json, "workspace_bytes", (double)report->plan.workspace_bytes);
    cJSON_AddNumberToObject(json, "plan_us", report->plan.modelled_microseconds);
    report_json_device(report->backend, json);
    cJSON_AddBoolToObject(json, "pass", report->check.pass);
    cJSON_AddNumberToObject(json, "rel_err", report->check.rel_err);
    /* Infinity, for a NaN in the wrong place, becomes null. */
    cJSON_AddNumberToObject(json, "bound_ratio", report->check.bound_ratio);
    cJSON_AddNumberToObject(json, "wrong_elements", (double)report->check.wrong);
    cJSON_AddNumberToObject(json, "w_bytes", (double)report->w_bytes);
    if (report->backend->sim.present) {
        cJSON_AddNumberToObject(json, "wave_instructions", (double)report->wave_instructions);
        cJSON_AddNumberToObject(json, "w_bytes_read", (double)report->w_bytes_read);
    } else {
        cJSON_AddNullToObject(json, "wave_instructions");
        cJSON_AddNullToObject(json, "w_bytes_read");
    }
}

enum exit_status report_json_print(cJSON *json) {
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the JSON text");
    puts(text);
    free(text);
    return EXIT_RIGHT;
}

enum exit_status report_verdict(const struct report *report) {
    const struct check_result *check = &report->check;
    if (check->pass)
        return EXIT_RIGHT;
    return complain(EXIT_WRONG_RESULT,
                    "the result is wrong: %zu of %llu elements are past their bound, worst at row %zu, column %zu; "
                    "rel_err %.3e",
                    check->wrong, (unsigned long long)report->elements, check->worst_row, check->worst_column,
                    check->rel_err);
}
