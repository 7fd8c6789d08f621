#define _GNU_SOURCE
#include "launch_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "gfx950sim/gfx950sim.h"

static int bad(const struct launch_options *o, const char *fmt, const char *what) {
    fprintf(stderr, "gfx950sim %s: ", o->command);
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

int launch_set(const struct launch_options *o, const char *name, const char *value) {
    return gfx950sim_set(name, value) == 0 ? 0 : bad(o, "%s", gfx950sim_message());
}

void launch_options_init(struct launch_options *o, const char *command) {
    memset(o, 0, sizeof *o);
    o->command = command;
    o->kernarg_size = -1;
}

static int shared_option(struct launch_options *o, const char *a, const char *v) {
    static const char *const settings_options[] = {"checks",  "check",  "order", "seed",
                                                   "threads", "budget", "mfma",  "preload"};
    char *end = "";
    for (size_t k = 0; k < sizeof settings_options / sizeof *settings_options; k++)
        if (strcmp(a + 2, settings_options[k]) == 0)
            return launch_set(o, a + 2, v);
    if (strcmp(a, "--kernel") == 0)
        o->kernel = v;
    else if (strcmp(a, "--grid") == 0) {
        if (!triple(v, o->grid))
            return bad(o, "--grid %s: one to three numbers of workgroups, at least 1, as X,Y,Z", v);
    } else if (strcmp(a, "--block") == 0) {
        if (!triple(v, o->block))
            return bad(o, "--block %s: one to three numbers of work-items, at least 1, as X,Y,Z", v);
    } else if (strcmp(a, "--lds") == 0)
        o->lds = (uint32_t)strtoul(v, &end, 0);
    else if (strcmp(a, "--kernarg-size") == 0)
        o->kernarg_size = strtol(v, &end, 0);
    else
        return bad(o, "unknown option %s; `gfx950sim help` lists them", a);
    return *end ? bad(o, "%s is no number", v) : 0;
}

int launch_options_parse(struct launch_options *o, int argc, char **argv, const struct own_option *options, void *own) {
    for (int i = 1; i < argc; i++) {
        const char *a = argv[i], *v = i + 1 < argc ? argv[i + 1] : NULL;
        if (strncmp(a, "--", 2) != 0) {
            if (!o->file)
                o->file = a;
            else if (o->nargs < MAX_ARGS)
                o->args[o->nargs++] = a;
            else
                return bad(o, "more than 256 arguments at %s", a);
            continue;
        }
        const struct own_option *mine = options;
        while (mine->name && strcmp(mine->name, a) != 0)
            mine++;
        if (!v && !(mine->name && !mine->takes_value))
            return bad(o, "%s needs a value", a);
        int status = mine->name ? mine->take(own, mine->takes_value ? v : NULL) : shared_option(o, a, v);
        if (status)
            return status;
        i += !mine->name || mine->takes_value;
    }
    if (!o->file)
        return bad(o, "which code object? gfx950sim %s FILE.co --grid X,Y,Z --block X,Y,Z ARG...", o->command);
    if (!o->grid[0] || !o->block[0])
        return bad(o, "%s", "--grid and --block are needed: a code object does not say how large its grid is");
    return 0;
}

static const struct kernel *choose(const struct code *code, const struct launch_options *o) {
    if (o->kernel) {
        const struct kernel *k = code_kernel(code, o->kernel);
        if (!k)
            fprintf(stderr, "gfx950sim %s: %s has no kernel named %s\n", o->command, o->file, o->kernel);
        return k;
    }
    if (code->nkernels == 1)
        return &code->kernels[0];
    fprintf(stderr, "gfx950sim %s: %s has %u kernels; name one with --kernel:\n", o->command, o->file, code->nkernels);
    for (unsigned i = 0; i < code->nkernels; i++)
        fprintf(stderr, "  %s\n", code->kernels[i].name);
    return NULL;
}

int launch_prepare(const struct launch_options *o, struct launch_prepared *p) {
    char err[1024] = "";
    size_t size;
    memset(p, 0, sizeof *p);
    void *bytes = file_read(o->file, &size, err, sizeof err);
    p->code = bytes ? code_load(bytes, size, err, sizeof err) : NULL;
    free(bytes);
    if (!p->code) {
        fprintf(stderr, "gfx950sim %s: %s: %s\n", o->command, o->file, err);
        return 2;
    }
    const struct kernel *kernel = choose(p->code, o);
    if (!kernel)
        return 2;
    if (!arguments_make(&p->args, kernel, o->args, o->nargs, o->kernarg_size, err, sizeof err))
        return bad(o, "%s", err);
    p->launch = (struct launch){.code = p->code,
                                .kernel = kernel,
                                .dynamic_lds = o->lds,
                                .kernarg = p->args.segment,
                                .kernarg_size = p->args.size};
    memcpy(p->launch.grid, o->grid, sizeof p->launch.grid);
    memcpy(p->launch.block, o->block, sizeof p->launch.block);
    return 0;
}

void launch_release(struct launch_prepared *p) {
    arguments_free(&p->args);
    if (p->code)
        code_free(p->code);
}
