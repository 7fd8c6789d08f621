/* gfx950sim run: one launch of one kernel of a code object, arguments from the command line. */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "gfx950sim/gfx950sim.h"
#include "launch_options.h"
#include "print_json.h"
#include "report.h"
#include "settings.h"
#include "views/findings_json.h"

struct options {
    struct launch_options launch;
    uint64_t explore;
    bool stats, json;
};

static int take_stats(void *own, const char *value) {
    (void)value;
    ((struct options *)own)->stats = true;
    return 0;
}

static int take_json(void *own, const char *value) {
    (void)value;
    ((struct options *)own)->json = true;
    return 0;
}

static int take_explore(void *own, const char *value) {
    char *end;
    ((struct options *)own)->explore = strtoull(value, &end, 0);
    if (*end == '\0')
        return 0;
    fprintf(stderr, "gfx950sim run: --explore %s is no number\n", value);
    return 2;
}

static const struct own_option own_options[] = {{"--stats", false, take_stats},
                                                {"--json", false, take_json},
                                                {"--explore", true, take_explore},
                                                {NULL, false, NULL}};

static void print_json(const struct options *o, const struct kernel *k, bool ran, uint64_t differs_seed, bool differs) {
    struct gfx950sim_stats s = {.size = sizeof s};
    gfx950sim_get_stats(&s);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", o->launch.file);
    cJSON_AddStringToObject(root, "kernel", k->name);
    cJSON_AddStringToObject(root, "device", "simulated gfx950");
    cJSON_AddBoolToObject(root, "ran", ran);
    cJSON_AddNumberToObject(root, "errors", (double)s.errors);
    cJSON_AddNumberToObject(root, "warnings", (double)s.warnings);
    const struct {
        const char *name;
        uint64_t value;
    } counts[] = {{"workgroups", s.workgroups},
                  {"waves", s.waves},
                  {"wave_instructions", s.wave_instructions},
                  {"valu", s.valu},
                  {"mfma", s.mfma},
                  {"salu", s.salu},
                  {"smem", s.smem},
                  {"vmem", s.vmem},
                  {"lds", s.lds},
                  {"vmem_read_bytes", s.vmem_read_bytes},
                  {"vmem_write_bytes", s.vmem_write_bytes}};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        cJSON_AddNumberToObject(root, counts[i].name, (double)counts[i].value);
    if (o->explore) {
        cJSON_AddNumberToObject(root, "explored", (double)o->explore);
        if (differs)
            cJSON_AddNumberToObject(root, "differs_at_seed", (double)differs_seed);
    }
    findings_add_json(root);
    cli_print_json(root);
}

static void print_stats(void) {
    struct gfx950sim_stats s = {.size = sizeof s};
    gfx950sim_get_stats(&s);
    printf("workgroups %" PRIu64 ", waves %" PRIu64 ", wave-instructions %" PRIu64 "\n", s.workgroups, s.waves,
           s.wave_instructions);
    printf("  VALU %" PRIu64 ", MFMA %" PRIu64 ", SALU %" PRIu64 ", SMEM %" PRIu64 ", VMEM %" PRIu64 ", LDS %" PRIu64
           "\n",
           s.valu, s.mfma, s.salu, s.smem, s.vmem, s.lds);
    printf("  vector memory: %" PRIu64 " bytes read, %" PRIu64 " bytes written\n", s.vmem_read_bytes,
           s.vmem_write_bytes);
}

/* Runs under N seeds of the shuffled order; the output of the first differs or not. */
static int explore(struct launch *l, struct arguments *args, uint64_t n, uint64_t *seed, bool *differs, char *err,
                   size_t err_size) {
    settings.order = ORDER_SHUFFLE;
    *differs = false;
    for (uint64_t i = 0; i < n; i++) {
        settings.seed = i;
        arguments_restore(args);
        enum launch_status status = launch_run(l, err, err_size);
        if (status != LAUNCH_OK && status != LAUNCH_FAULT)
            return -1;
        if (i == 0)
            arguments_remember(args);
        else if (!arguments_same(args)) {
            *seed = i;
            *differs = true;
            return 0;
        }
    }
    return 0;
}

int cmd_run(int argc, char **argv) {
    struct options o = {.explore = 0};
    struct launch_prepared p = {.code = NULL};
    settings_init();
    launch_options_init(&o.launch, "run");
    int status = launch_options_parse(&o.launch, argc, argv, own_options, &o);
    if (!status)
        status = launch_prepare(&o.launch, &p);
    if (status) {
        launch_release(&p);
        return status;
    }
    char err[1024] = "";
    uint64_t seed = 0;
    bool differs = false;
    int ran = 0;
    if (o.explore) {
        ran = explore(&p.launch, &p.args, o.explore, &seed, &differs, err, sizeof err);
    } else {
        enum launch_status s = launch_run(&p.launch, err, sizeof err);
        bool stopped = s == LAUNCH_FAULT && report_errors() == 0; /* by --budget */
        ran = (s == LAUNCH_OK || s == LAUNCH_FAULT) && !stopped ? 0 : -1;
    }
    if (ran < 0) {
        fprintf(stderr, "gfx950sim run: %s\n", err);
        status = 2;
    } else {
        if (!arguments_store(&p.args, err, sizeof err)) {
            fprintf(stderr, "gfx950sim run: %s\n", err);
            status = 2;
        }
        struct gfx950sim_stats s = {.size = sizeof s};
        gfx950sim_get_stats(&s);
        if (o.json)
            print_json(&o, p.launch.kernel, true, seed, differs);
        else
            fputs(gfx950sim_findings(), stdout);
        if (o.stats && !o.json)
            print_stats();
        if (differs && !o.json)
            printf("the output under seed %" PRIu64 " differs from that under seed 0\n", seed);
        else if (o.explore && !o.json)
            printf("%" PRIu64 " orders, one output\n", o.explore);
        if (!status)
            status = s.errors || s.warnings || differs ? 1 : 0;
    }
    launch_release(&p);
    return status;
}
