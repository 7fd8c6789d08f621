#define _GNU_SOURCE
#include "time_result.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "smallm/version.h"

const double time_roof_gbps = 6914;

double time_gbps(const struct time_result *result) {
    return result->measured.us > 0 ? result->fewest_bytes / result->measured.us / 1e3 : 0;
}

void time_print_heading(bool modelled, const char *caches) {
    if (modelled)
        printf("Modelled for an MI355X, not measured: microseconds from the first wave to the last store, %s caches.\n",
               caches);
    else
        puts("Measured: microseconds of a launch among graph replays over rotating buffers; between events, one "
             "launch.");
    printf("GB/s of the fewest bytes that the product moves; %% of %.0f GB/s.\n", time_roof_gbps);
    printf("%-34s %-36s %6s %8s %8s %8s %7s %s\n", "cell", "kernel", "splits", "MB", "us", "GB/s", "% roof",
           modelled ? "launch us" : "event us");
}

void time_print(const struct time_result *r) {
    printf("%-34s ", r->cell);
    if (r->kernel[0] == '\0') {
        printf("no plan: %s\n", r->refused);
        return;
    }
    const struct measurement *m = &r->measured;
    printf("%-36s %6u %8.2f %8.3f %8.1f %7.1f %9.3f\n", r->kernel, r->k_splits, r->fewest_bytes / 1e6, m->us,
           time_gbps(r), 100 * time_gbps(r) / time_roof_gbps, m->modelled ? m->time.launch_us : m->event_us);
}

cJSON *time_json_begin(const struct backend *backend, const char *caches) {
    char date[64] = "", host[256] = "";
    time_t now = time(NULL);
    struct tm utc;
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S+00:00", gmtime_r(&now, &utc));
    gethostname(host, sizeof host - 1);
    cJSON *json = cJSON_CreateObject(), *context = cJSON_AddObjectToObject(json, "context");
    cJSON_AddStringToObject(context, "date", date);
    cJSON_AddStringToObject(context, "host_name", host);
    cJSON_AddStringToObject(context, "executable", "smallm-bench");
    cJSON_AddNumberToObject(context, "num_cpus", (double)sysconf(_SC_NPROCESSORS_ONLN));
    cJSON_AddStringToObject(context, "library_version", smallm_version_string());
    cJSON_AddStringToObject(context, "device", backend->info.device_name);
    cJSON_AddBoolToObject(context, "modelled", backend->sim.present);
    cJSON_AddStringToObject(context, "caches", backend->sim.present ? caches : "cold");
    cJSON_AddNumberToObject(context, "json_schema_version", 1);
    cJSON_AddArrayToObject(json, "benchmarks");
    return json;
}

static void add_model(cJSON *row, const struct gfx950sim_time *time) {
    cJSON_AddNumberToObject(row, "launch_us", time->launch_us);
    cJSON_AddNumberToObject(row, "hbm_bytes",
                            (double)(time->level[GFX950SIM_HBM].read + time->level[GFX950SIM_HBM].written));
}

void time_json_add(cJSON *json, const char *operation, const struct time_result *r) {
    char name[160];
    snprintf(name, sizeof name, "%s/%s", operation, r->cell);
    for (char *at = name; *at != '\0'; at++)
        if (*at == ' ')
            *at = '/';
    cJSON *row = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_GetObjectItem(json, "benchmarks"), row);
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddStringToObject(row, "run_name", name);
    cJSON_AddStringToObject(row, "run_type", "iteration");
    cJSON_AddNumberToObject(row, "repetitions", 1);
    cJSON_AddNumberToObject(row, "threads", 1);
    cJSON_AddNumberToObject(row, "iterations", 1);
    cJSON_AddNumberToObject(row, "real_time", r->measured.us);
    cJSON_AddNumberToObject(row, "cpu_time", r->measured.us);
    cJSON_AddStringToObject(row, "time_unit", "us");
    if (r->kernel[0] == '\0') {
        cJSON_AddBoolToObject(row, "error_occurred", 1);
        cJSON_AddStringToObject(row, "error_message", r->refused);
        return;
    }
    cJSON_AddStringToObject(row, "kernel", r->kernel);
    cJSON_AddNumberToObject(row, "k_splits", r->k_splits);
    cJSON_AddNumberToObject(row, "fewest_bytes", r->fewest_bytes);
    cJSON_AddNumberToObject(row, "w_bytes", r->w_bytes);
    cJSON_AddNumberToObject(row, "gbps", time_gbps(r));
    cJSON_AddNumberToObject(row, "roof_fraction", time_gbps(r) / time_roof_gbps);
    cJSON_AddBoolToObject(row, "modelled", r->measured.modelled);
    if (r->measured.modelled)
        add_model(row, &r->measured.time);
    else
        cJSON_AddNumberToObject(row, "event_us", r->measured.event_us);
}

enum exit_status time_json_print(cJSON *json) {
    char *text = cJSON_Print(json);
    cJSON_Delete(json);
    if (text == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the JSON text");
    puts(text);
    free(text);
    return EXIT_RIGHT;
}
