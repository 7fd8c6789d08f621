/* For the tests of the timing model: kernels of one code object, run in modelled time. */
#ifndef TESTS_SIM_TIME_RUN_H
#define TESTS_SIM_TIME_RUN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "code.h"
#include "gfx950sim/time.h"
#include "launch.h"
#include "mem.h"
#include "report.h"

#include "check.h"

static inline struct code *time_code(const char *path) {
    char err[512] = "";
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    fseek(f, 0, SEEK_END);
    long size = ftell(f);
    rewind(f);
    void *bytes = malloc((size_t)size);
    size_t n = fread(bytes, 1, (size_t)size, f);
    fclose(f);
    struct code *code = code_load(bytes, n, err, sizeof err);
    free(bytes);
    if (!code)
        fprintf(stderr, "%s: %s\n", path, err);
    return code;
}

static inline void time_set(const char *name, const char *value) {
    if (gfx950sim_set(name, value) != 0) {
        check_failures++;
        fprintf(stderr, "%s\n", gfx950sim_message());
    }
}

static inline double time_parameter(const char *name) {
    struct gfx950sim_time_parameter p = {.size = sizeof p};
    for (size_t n = 0; gfx950sim_time_parameter(n, &p) == 0; n++)
        if (strcmp(p.name, name) == 0)
            return p.value;
    CHECK(false, "there is no parameter %s", name);
    return 0;
}

static inline void time_override(const char *name, double value) {
    char text[96];
    snprintf(text, sizeof text, "%s=%.9g", name, value);
    time_set("parameter", text);
}

struct time_args {
    const void *p;
    uint32_t count, stride;
};

/* One launch. Findings of severity error are failures. */
static inline struct gfx950sim_time time_launch_with(const struct code *code, const char *kernel, unsigned groups,
                                                     unsigned items, uint32_t dynamic_lds, struct time_args args) {
    struct gfx950sim_time t = {.size = sizeof t};
    struct launch l = {.code = code,
                       .kernel = code_kernel(code, kernel),
                       .grid = {groups, 1, 1},
                       .block = {items, 1, 1},
                       .dynamic_lds = dynamic_lds,
                       .kernarg = &args,
                       .kernarg_size = sizeof args};
    char err[512] = "";
    CHECK(l.kernel, "there is no kernel %s", kernel);
    if (!l.kernel)
        return t;
    enum launch_status s = launch_run(&l, err, sizeof err);
    CHECK(s == LAUNCH_OK, "%s: %s\n%s", kernel, err, gfx950sim_findings());
    CHECK(gfx950sim_get_time(&t) == 0 && t.clocks > 0, "%s: nothing was timed", kernel);
    uint64_t sum = 0;
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        sum += t.cause_clocks[c];
    CHECK(sum == t.wave_clocks, "%s: causes make %llu of %llu clocks", kernel, (unsigned long long)sum,
          (unsigned long long)t.wave_clocks);
    return t;
}

static inline struct gfx950sim_time time_launch(const struct code *code, const char *kernel, unsigned groups,
                                                unsigned items, struct time_args args) {
    return time_launch_with(code, kernel, groups, items, 0, args);
}

/* Clocks of one repetition in a bench of micro_issue.s, everything it touches being warm. */
static inline double time_bench(const struct code *code, const char *name, unsigned items, struct time_args args) {
    double clocks[2] = {0, 0};
    for (unsigned times = 1; times <= 2; times++) {
        char kernel[64];
        snprintf(kernel, sizeof kernel, "%s_%u", name, times);
        for (int run = 0; run < 2; run++)
            clocks[times - 1] = (double)time_launch(code, kernel, 1, items, args).clocks;
    }
    return (clocks[1] - clocks[0]) / (16.0 * args.count);
}

static inline bool time_close(double value, double wanted, double tolerance) {
    return fabs(value - wanted) <= tolerance * fabs(wanted);
}

#endif
