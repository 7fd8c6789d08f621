/* The instruction cache: straight code, branches, and walks backwards through code, which no prefetcher follows. */
#include "micro.h"

static double clocks_of(const char *kernel, const char *mode, uint32_t steps, uint32_t passes, uint32_t stride) {
    time_set("time", mode);
    struct micro_launch l = {micro_fetch_code, kernel, 1, 64, 0, {NULL, steps | passes << 16, stride}};
    micro_run(&l);
    return (double)micro_run(&l).clocks;
}

/* Clocks of a step of a walk that is the first. */
static double cold_step(uint32_t stride) {
    return (clocks_of("code_walk", "first", 128, 1, stride) - clocks_of("code_walk", "first", 64, 1, stride)) / 64;
}

/* ... and of one that has been there before. */
static double again_step(uint32_t steps, uint32_t stride) {
    return (clocks_of("code_walk", "first", steps, 3, stride) - clocks_of("code_walk", "first", steps, 2, stride)) /
           steps;
}

/* Steps that a pass may have before it comes to lines that are gone again. */
static double fits(uint32_t stride, uint32_t most) {
    double limit = 1.2 * again_step(4, stride);
    uint32_t fit = 1, over = most + 1;
    while (over - fit > 1 && over - fit > fit / 50) {
        uint32_t middle = (fit + over) / 2;
        if (again_step(middle, stride) <= limit)
            fit = middle;
        else
            over = middle;
    }
    return fit;
}

static double line_bytes(const struct micro *m) {
    (void)m;
    double hit = again_step(16, 1024);
    return 64 * (cold_step(1024) - hit) / (cold_step(64) - hit);
}

static double cache_bytes(const struct micro *m) {
    (void)m;
    double line = time_parameter("fetch.line_bytes");
    return fits((uint32_t)line, (uint32_t)(163840 / line)) * line;
}

/* Lines 16 KB apart are in one set. */
static double cache_ways(const struct micro *m) {
    (void)m;
    return fits(16384, 10);
}

static double miss(const struct micro *m) {
    (void)m;
    return cold_step(1024) - again_step(16, 1024);
}

static double line_of(const char *kernel, const char *mode) {
    char name[32];
    double clocks[2];
    for (unsigned i = 0; i < 2; i++) {
        snprintf(name, sizeof name, "%s_%u", kernel, i ? 128 : 64);
        clocks[i] = clocks_of(name, mode, 0, 0, 0);
    }
    return (clocks[1] - clocks[0]) / 64;
}

/* A line of 8 instructions takes as long as they do, and what is found here beyond that. */
static double hit(const struct micro *m) {
    (void)m;
    return line_of("straight", "warm") - 8 * time_parameter("valu.plain");
}

static double stream_interval(const struct micro *m) {
    (void)m;
    return line_of("hop", "first");
}

static double branch_taken(const struct micro *m) {
    (void)m;
    return line_of("hop", "warm");
}

const struct micro micro_fetch[] = {
    BENCH("fetch.cache_bytes", cache_bytes, 32768),
    BENCH("fetch.cache_ways", cache_ways, 4),
    BENCH("fetch.line_bytes", line_bytes, 128),
    BENCH("fetch.hit", hit, 8),
    BENCH("fetch.miss", miss, 300),
    BENCH("fetch.stream_interval", stream_interval, 48),
    BENCH("fetch.branch_taken", branch_taken, 24),
    {.parameter = NULL},
};
