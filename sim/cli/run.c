/* gfx950sim run: one launch of one kernel of a code object, arguments from the command line. */
#define _GNU_SOURCE
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "cli.h"
#include "files.h"
#include "findings_json.h"
#include "gfx950sim/gfx950sim.h"
#include "launch.h"
#include "mem.h"
#include "report.h"
#include "settings.h"

enum { MAX_ARGS = 256 };

struct options {
    const char *file, *kernel;
    uint32_t grid[3], block[3], lds;
    long kernarg_size; /* -1: from the metadata, else from the arguments */
    uint64_t explore;
    bool stats, json;
    const char *args[MAX_ARGS];
    int nargs;
};

static int bad(const char *fmt, const char *what) {
    fprintf(stderr, "gfx950sim run: ");
    fprintf(stderr, fmt, what);
    fputc('\n', stderr);
    return 2;
}

static bool triple(const char *text, uint32_t v[3]) {
    char tail;
    v[0] = v[1] = v[2] = 1;
    int n = sscanf(text, "%" SCNu32 ",%" SCNu32 ",%" SCNu32 "%c", &v[0], &v[1], &v[2], &tail);
    return n >= 1 && n <= 3 && v[0] && v[1] && v[2] && !strchr(text, '-');
}

static int set(const char *name, const char *value) {
    if (gfx950sim_set(name, value) == 0)
        return 0;
    fprintf(stderr, "gfx950sim run: %s\n", gfx950sim_message());
    return 2;
}

static int parse(int argc, char **argv, struct options *o) {
    static const char *const settings_options[] = {"checks",  "check",  "order", "seed",
                                                   "threads", "budget", "mfma",  "preload"};
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(a, "--", 2) != 0) {
            if (!o->file)
                o->file = a;
            else if (o->nargs < MAX_ARGS)
                o->args[o->nargs++] = a;
            else
                return bad("more than 256 arguments at %s", a);
            continue;
        }
        if (strcmp(a, "--stats") == 0) {
            o->stats = true;
            continue;
        }
        if (strcmp(a, "--json") == 0) {
            o->json = true;
            continue;
        }
        if (!v)
            return bad("%s needs a value", a);
        i++;
        bool known = false;
        for (size_t k = 0; k < sizeof settings_options / sizeof *settings_options; k++)
            if (strcmp(a + 2, settings_options[k]) == 0) {
                if (set(settings_options[k], v))
                    return 2;
                known = true;
            }
        if (known)
            continue;
        char *end = "";
        if (strcmp(a, "--kernel") == 0)
            o->kernel = v;
        else if (strcmp(a, "--grid") == 0) {
            if (!triple(v, o->grid))
                return bad("--grid %s: one to three numbers of workgroups, at least 1, as X,Y,Z", v);
        } else if (strcmp(a, "--block") == 0) {
            if (!triple(v, o->block))
                return bad("--block %s: one to three numbers of work-items, at least 1, as X,Y,Z", v);
        } else if (strcmp(a, "--lds") == 0)
            o->lds = (uint32_t)strtoul(v, &end, 0);
        else if (strcmp(a, "--kernarg-size") == 0)
            o->kernarg_size = strtol(v, &end, 0);
        else if (strcmp(a, "--explore") == 0)
            o->explore = strtoull(v, &end, 0);
        else
            return bad("unknown option %s; `gfx950sim help` lists them", a);
        if (*end)
            return bad("%s is no number", v);
    }
    if (!o->file)
        return bad("%s", "which code object? gfx950sim run FILE.co --grid X,Y,Z --block X,Y,Z ARG...");
    if (!o->grid[0] || !o->block[0])
        return bad("%s", "--grid and --block are needed: a code object does not say how large its grid is");
    return 0;
}

static const struct kernel *choose(const struct code *code, const struct options *o) {
    if (o->kernel) {
        const struct kernel *k = code_kernel(code, o->kernel);
        if (!k)
            fprintf(stderr, "gfx950sim run: %s has no kernel named %s\n", o->file, o->kernel);
        return k;
    }
    if (code->nkernels == 1)
        return &code->kernels[0];
    fprintf(stderr, "gfx950sim run: %s has %u kernels; name one with --kernel:\n", o->file, code->nkernels);
    for (unsigned i = 0; i < code->nkernels; i++)
        fprintf(stderr, "  %s\n", code->kernels[i].name);
    return NULL;
}

static void print_json(const struct options *o, const struct kernel *k, bool ran, uint64_t differs_seed, bool differs) {
    struct gfx950sim_stats s = {.size = sizeof s};
    gfx950sim_get_stats(&s);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", o->file);
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
    cli_add_findings(root);
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
    struct options o = {.kernarg_size = -1};
    settings_init();
    int status = parse(argc, argv, &o);
    if (status)
        return status;
    char err[1024] = "";
    size_t size;
    void *bytes = file_read(o.file, &size, err, sizeof err);
    struct code *code = bytes ? code_load(bytes, size, err, sizeof err) : NULL;
    free(bytes);
    if (!code) {
        fprintf(stderr, "gfx950sim run: %s: %s\n", o.file, err);
        return 2;
    }
    const struct kernel *kernel = choose(code, &o);
    struct arguments args = {.count = 0};
    if (!kernel || !arguments_make(&args, kernel, o.args, o.nargs, o.kernarg_size, err, sizeof err)) {
        if (kernel)
            fprintf(stderr, "gfx950sim run: %s\n", err);
        arguments_free(&args);
        code_free(code);
        return 2;
    }
    struct launch l = {
        .code = code, .kernel = kernel, .dynamic_lds = o.lds, .kernarg = args.segment, .kernarg_size = args.size};
    memcpy(l.grid, o.grid, sizeof l.grid);
    memcpy(l.block, o.block, sizeof l.block);
    uint64_t seed = 0;
    bool differs = false;
    int ran = 0;
    if (o.explore) {
        ran = explore(&l, &args, o.explore, &seed, &differs, err, sizeof err);
    } else {
        enum launch_status s = launch_run(&l, err, sizeof err);
        bool stopped = s == LAUNCH_FAULT && report_errors() == 0; /* by --budget */
        ran = (s == LAUNCH_OK || s == LAUNCH_FAULT) && !stopped ? 0 : -1;
    }
    if (ran < 0) {
        fprintf(stderr, "gfx950sim run: %s\n", err);
        status = 2;
    } else {
        if (!arguments_store(&args, err, sizeof err)) {
            fprintf(stderr, "gfx950sim run: %s\n", err);
            status = 2;
        }
        struct gfx950sim_stats s = {.size = sizeof s};
        gfx950sim_get_stats(&s);
        if (o.json)
            print_json(&o, kernel, true, seed, differs);
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
    arguments_free(&args);
    code_free(code);
    return status;
}
