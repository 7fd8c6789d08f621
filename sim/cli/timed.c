#define _GNU_SOURCE
#include "timed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "report.h"
#include "settings.h"

/* --- options --- */

int timed_take_cold(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "cold";
    return 0;
}

int timed_take_warm(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "warm";
    return 0;
}

int timed_take_flush(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "flush";
    return 0;
}

int timed_take_machine(void *own, const char *value) {
    return launch_set(&((struct timed *)own)->launch, "machine", value);
}

int timed_take_parameter(void *own, const char *value) {
    return launch_set(&((struct timed *)own)->launch, "parameter", value);
}

int timed_take_repeat(void *own, const char *value) {
    struct timed *t = own;
    return timed_number(t, "--repeat", value, 1, UINT32_MAX, &t->repeat);
}

int timed_number(const struct timed *t, const char *option, const char *value, uint64_t least, uint64_t most,
                 uint64_t *number) {
    char *end;
    *number = strtoull(value, &end, 0);
    if (*end == '\0' && *value != '\0' && !strchr(value, '-') && *number >= least && *number <= most)
        return 0;
    fprintf(stderr, "gfx950sim %s: %s %s: a whole number from %" PRIu64 " to %" PRIu64 "\n", t->launch.command, option,
            value, least, most);
    return 2;
}

/* --- the launch --- */

int timed_begin(struct timed *t, const char *command, int argc, char **argv, const struct own_option *options) {
    settings_init();
    launch_options_init(&t->launch, command);
    t->mode = "cold";
    t->repeat = 1;
    int status = launch_options_parse(&t->launch, argc, argv, options, t);
    if (!status)
        status = launch_set(&t->launch, "time", t->mode);
    return status ? status : launch_prepare(&t->launch, &t->prepared);
}

int timed_launch(struct timed *t) {
    char err[1024] = "";
    for (uint64_t i = 0; i < t->repeat; i++) {
        enum launch_status s = launch_run(&t->prepared.launch, err, sizeof err);
        if ((s != LAUNCH_OK && s != LAUNCH_FAULT) || (s == LAUNCH_FAULT && report_errors() == 0)) {
            fprintf(stderr, "gfx950sim %s: %s\n", t->launch.command, err);
            return 2;
        }
    }
    if (!arguments_store(&t->prepared.args, err, sizeof err)) {
        fprintf(stderr, "gfx950sim %s: %s\n", t->launch.command, err);
        return 2;
    }
    t->time.size = sizeof t->time;
    if (gfx950sim_get_time(&t->time) == 0)
        return 0;
    fprintf(stderr, "gfx950sim %s: the launch was refused before it was timed\n%s", t->launch.command,
            gfx950sim_findings());
    return 2;
}

int timed_status(void) {
    return report_errors() || report_warnings() ? EXIT_FINDINGS : EXIT_CLEAN;
}

void timed_end(struct timed *t) {
    launch_release(&t->prepared);
}

/* --- figures --- */

uint64_t timed_clocks(const struct gfx950sim_time_instruction *i) {
    return timed_stalls(i) + i->clocks[GFX950SIM_TIME_ISSUE];
}

uint64_t timed_stalls(const struct gfx950sim_time_instruction *i) {
    uint64_t sum = 0;
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        sum += c == GFX950SIM_TIME_ISSUE ? 0 : i->clocks[c];
    return sum;
}

unsigned timed_main_cause(const struct gfx950sim_time_instruction *i) {
    unsigned most = GFX950SIM_TIME_ISSUE + 1;
    for (unsigned c = most + 1; c < GFX950SIM_TIME_CAUSES; c++)
        most = i->clocks[c] > i->clocks[most] ? c : most;
    return most;
}

const char *timed_level_name(unsigned level) {
    static const char *const names[GFX950SIM_LEVELS] = {"L1", "L2", "MALL", "HBM"};
    return names[level];
}

double timed_gbps(const struct gfx950sim_time *t, uint64_t bytes) {
    return t->clocks ? (double)bytes / t->modelled_us / 1e3 : 0;
}

double timed_busy(const struct gfx950sim_time *t, uint64_t clocks, uint32_t units) {
    return t->clocks ? (double)clocks / ((double)t->clocks * units) : 0;
}

cJSON *timed_clocks_json(const uint64_t *clocks) {
    cJSON *o = cJSON_CreateObject();
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        cJSON_AddNumberToObject(o, gfx950sim_time_cause_name(c), (double)clocks[c]);
    return o;
}

cJSON *timed_json(const struct timed *t) {
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", t->launch.file);
    cJSON_AddStringToObject(root, "kernel", t->prepared.launch.kernel->name);
    cJSON_AddStringToObject(root, "device", "modelled MI355X");
    cJSON_AddStringToObject(root, "caches", t->mode);
    cJSON_AddBoolToObject(root, "aborted", t->time.aborted != 0);
    cJSON_AddNumberToObject(root, "modelled_us", t->time.modelled_us);
    cJSON_AddNumberToObject(root, "clocks", (double)t->time.clocks);
    cJSON_AddNumberToObject(root, "core_mhz", t->time.core_mhz);
    return root;
}
