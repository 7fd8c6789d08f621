/* Cells as Google Benchmark prints them, with counters of our own. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "smallm/version.h"
#include "time_result.h"

cJSON *time_json_begin(const struct backend *backend, const char *caches, double roof_gbps) {
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
    /* "caches" is the format's own word for the host's. */
    cJSON_AddStringToObject(context, "cache_state", backend->sim.present ? caches : "cold");
    cJSON_AddNumberToObject(context, "roof_gbps", roof_gbps);
    cJSON_AddNumberToObject(context, "json_schema_version", 1);
    cJSON_AddArrayToObject(json, "benchmarks");
    return json;
}

static void add_figures(cJSON *row, const struct time_result *r) {
    const struct measurement *m = &r->measured;
    cJSON_AddStringToObject(row, "kernel", r->kernel);
    cJSON_AddNumberToObject(row, "k_splits", r->k_splits);
    cJSON_AddNumberToObject(row, "fewest_bytes", r->fewest_bytes);
    cJSON_AddNumberToObject(row, "w_bytes", r->w_bytes);
    cJSON_AddNumberToObject(row, "gbps", time_gbps(r));
    cJSON_AddNumberToObject(row, "roof_fraction", time_gbps(r) / r->roof_gbps);
    cJSON_AddBoolToObject(row, "modelled", m->modelled);
    if (!m->modelled) {
        cJSON_AddNumberToObject(row, "event_us", m->event_us);
        cJSON_AddNumberToObject(row, "spread", m->spread);
        return;
    }
    const struct gfx950sim_time_bytes *hbm = &m->time.level[GFX950SIM_HBM];
    cJSON_AddNumberToObject(row, "launch_us", m->time.launch_us);
    cJSON_AddNumberToObject(row, "hbm_bytes", (double)(hbm->read + hbm->written));
}

static void add_peers(cJSON *row, const struct time_result *r) {
    cJSON *peers = r->peers != 0 ? cJSON_AddObjectToObject(row, "peers") : NULL;
    for (size_t i = 0; i < r->peers; i++) {
        const struct time_peer *peer = &r->peer[i];
        if (!peer->taken) {
            cJSON_AddNullToObject(peers, peer->name);
            continue;
        }
        cJSON *one = cJSON_AddObjectToObject(peers, peer->name);
        cJSON_AddNumberToObject(one, "us", peer->us);
        cJSON_AddNumberToObject(one, "ratio", time_ratio(r, peer));
        if (peer->launches != 0) {
            cJSON_AddNumberToObject(one, "launches", (double)peer->launches);
            cJSON_AddNumberToObject(one, "packet_gap_us", peer->gap_us);
        }
    }
}

void time_json_add(cJSON *json, const char *operation, const struct time_result *r) {
    char name[160];
    snprintf(name, sizeof name, "%s/%s", operation, r->cell);
    for (char *at = name; *at != '\0'; at++)
        if (*at == ' ')
            *at = '/';
    cJSON *row = cJSON_CreateObject(), *list = cJSON_GetObjectItem(json, "benchmarks");
    cJSON_AddStringToObject(row, "name", name);
    cJSON_AddNumberToObject(row, "family_index", cJSON_GetArraySize(list));
    cJSON_AddNumberToObject(row, "per_family_instance_index", 0);
    cJSON_AddStringToObject(row, "run_name", name);
    cJSON_AddStringToObject(row, "run_type", "iteration");
    cJSON_AddNumberToObject(row, "repetitions", 1);
    cJSON_AddNumberToObject(row, "repetition_index", 0);
    cJSON_AddNumberToObject(row, "threads", 1);
    if (r->kernel[0] == '\0') {
        cJSON_AddBoolToObject(row, "error_occurred", 1);
        cJSON_AddStringToObject(row, "error_message", r->refused);
    }
    cJSON_AddNumberToObject(row, "iterations", (double)r->measured.launches);
    cJSON_AddNumberToObject(row, "real_time", r->measured.us);
    cJSON_AddNumberToObject(row, "cpu_time", r->measured.us);
    cJSON_AddStringToObject(row, "time_unit", "us");
    if (r->kernel[0] != '\0')
        add_figures(row, r);
    add_peers(row, r);
    cJSON_AddItemToArray(list, row);
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
