#define _GNU_SOURCE
#include "timing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_WAVES = 16 }; /* whose instructions a trace has */

static enum exit_status set(const struct backend *backend, const char *option, const char *name, const char *value) {
    if (backend->sim.gfx950sim_set(name, value) == 0)
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s: %s", option, backend->sim.gfx950sim_message());
}

static void follow(const struct sim *sim, const struct time_request *request) {
    struct gfx950sim_time_follow waves = {.size = sizeof waves, .wave = -1};
    if (request->timeline) {
        waves.workgroup = request->workgroup != OPTION_NOT_GIVEN ? (uint64_t)request->workgroup : 0;
        waves.workgroups = 1;
        waves.wave = request->wave != OPTION_NOT_GIVEN        ? request->wave
                     : request->workgroup != OPTION_NOT_GIVEN ? -1
                                                              : 0;
    } else if (request->trace != NULL && request->instructions != 0) {
        waves.workgroups = UINT64_MAX;
        waves.waves = request->instructions != OPTION_NOT_GIVEN ? (uint64_t)request->instructions : FIRST_WAVES;
    }
    sim->gfx950sim_time_follow(&waves);
}

enum exit_status timing_begin(struct timing *timing, const struct backend *backend,
                              const struct time_request *request) {
    *timing = (struct timing){.backend = backend, .request = request};
    if (request == NULL)
        return EXIT_RIGHT;
    enum exit_status status =
        request->machine != NULL ? set(backend, "machine", "machine", request->machine) : EXIT_RIGHT;
    for (size_t i = 0; i < request->parameters.count && status == EXIT_RIGHT; i++)
        status = set(backend, "set", "parameter", request->parameters.text[i]);
    follow(&backend->sim, request);
    return status;
}

enum exit_status timing_launch(const struct timing *timing, struct gfx950sim_time *time, timing_launch_once *launch,
                               void *user) {
    const struct time_request *request = timing->request;
    const struct sim *sim = &timing->backend->sim;
    enum exit_status status = request != NULL ? set(timing->backend, request->mode, "time", request->mode) : EXIT_RIGHT;
    for (int64_t i = 0; i < (request != NULL ? request->repeat : 1) && status == EXIT_RIGHT; i++) {
        if (sim->present)
            sim->gfx950sim_reset();
        status = launch(user);
    }
    if (request == NULL || status != EXIT_RIGHT)
        return status;
    time->size = sizeof *time;
    if (sim->gfx950sim_get_time(time) != 0)
        return complain(EXIT_NO_DEVICE, "the simulator has not timed the launch");
    return set(timing->backend, "time", "time", "off");
}

/* --- what is said --- */

static double rate(const struct timing *timing, double bytes) {
    return timing->time.modelled_us > 0 ? bytes / timing->time.modelled_us / 1e3 : 0;
}

static double hbm_bytes(const struct timing *timing) {
    const struct gfx950sim_time_bytes *hbm = &timing->time.level[GFX950SIM_HBM];
    return (double)hbm->read + (double)hbm->written;
}

/* Lines that the launch leaves dirty in the L2s go to memory after it. */
static double ratio_to_fewest(const struct timing *timing) {
    return timing->fewest_bytes > 0 ? (hbm_bytes(timing) + (double)timing->time.dirty_bytes) / timing->fewest_bytes : 0;
}

enum exit_status timing_text(const struct timing *timing) {
    if (timing->request == NULL)
        return EXIT_RIGHT;
    const struct sim *sim = &timing->backend->sim;
    const struct gfx950sim_view_about about = timing_about(timing);
    const double roof = timing->time.roof_gbps[GFX950SIM_HBM], gbps = rate(timing, timing->fewest_bytes);
    puts("");
    if (sim->gfx950sim_view_time(stdout, &about, 0) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "the figures cannot be written: %s", sim->gfx950sim_message());
    printf("rate: %.1f GB/s of the %.0f bytes that the product has to move, %.1f %% of the roof of %.0f GB/s; of W "
           "alone %.1f GB/s\n",
           gbps, timing->fewest_bytes, 100 * gbps / roof, roof, rate(timing, timing->w_bytes));
    printf("bytes of HBM: %.0f, and %.0f dirty in L2: %.3f of those it has to move\n", hbm_bytes(timing),
           (double)timing->time.dirty_bytes, ratio_to_fewest(timing));
    if (timing->sorted)
        printf("sort: modelled %.3f us, a launch of its own that no figure above holds\n", timing->sort.modelled_us);
    return timing_drawings(timing);
}

/* An object that the simulator prints, for `json`; members that are there already stay. NULL without memory. */
static cJSON *view_object(const struct timing *timing, int (*view)(FILE *, const struct gfx950sim_view_about *, int)) {
    const struct gfx950sim_view_about about = timing_about(timing);
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    if (file == NULL)
        return NULL;
    const int written = view(file, &about, 1);
    cJSON *object = fclose(file) == 0 && written == 0 ? cJSON_Parse(text) : NULL;
    free(text);
    return object;
}

static void move(cJSON *from, const char *name, cJSON *to, const char *new_name) {
    cJSON *item = cJSON_DetachItemFromObject(from, name);
    if (item != NULL && !cJSON_HasObjectItem(to, new_name))
        cJSON_AddItemToObject(to, new_name, item);
    else
        cJSON_Delete(item);
}

static void add_figures(const struct timing *timing, cJSON *json) {
    const double roof = timing->time.roof_gbps[GFX950SIM_HBM], gbps = rate(timing, timing->fewest_bytes);
    cJSON_AddNumberToObject(json, "gbps", gbps);
    cJSON_AddNumberToObject(json, "w_gbps", rate(timing, timing->w_bytes));
    cJSON_AddNumberToObject(json, "roof_gbps", roof);
    cJSON_AddNumberToObject(json, "roof_fraction", gbps / roof);
    cJSON_AddNumberToObject(json, "hbm_bytes", hbm_bytes(timing));
    cJSON_AddNumberToObject(json, "fewest_bytes", timing->fewest_bytes);
    cJSON_AddNumberToObject(json, "bytes_ratio", ratio_to_fewest(timing));
    if (timing->sorted)
        cJSON_AddNumberToObject(json, "sort_us", timing->sort.modelled_us);
}

enum exit_status timing_json(const struct timing *timing, cJSON *json) {
    static const char *const left[] = {"problem", "kernel", "device", "instructions", "series", "findings"};
    if (timing->request == NULL)
        return EXIT_RIGHT;
    const struct sim *sim = &timing->backend->sim;
    cJSON *whole = view_object(timing, sim->gfx950sim_view_time);
    cJSON *listing = timing->request->annotate ? view_object(timing, sim->gfx950sim_view_annotate) : NULL;
    if (whole == NULL || (timing->request->annotate && listing == NULL)) {
        cJSON_Delete(whole);
        cJSON_Delete(listing);
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the figures of the launch");
    }
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        cJSON_DeleteItemFromObject(whole, left[i]);
    move(whole, "modelled_us", json, "modelled_us");
    move(whole, "launch_us", json, "launch_us");
    move(whole, "packet_gap_us", json, "packet_gap_us");
    add_figures(timing, json);
    move(whole, "clocks_by_cause", json, "stalls");
    while (whole->child != NULL)
        move(whole, whole->child->string, json, whole->child->string);
    if (listing != NULL)
        move(listing, "lines", json, "lines");
    cJSON_Delete(whole);
    cJSON_Delete(listing);
    return EXIT_RIGHT;
}
