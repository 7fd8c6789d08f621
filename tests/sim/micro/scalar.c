/* The scalar cache: circles through it, sixteen waves that read one line, the first load of a launch. */
#include "micro.h"

/* A circle in small steps through far more than the cache: of the links in a line only one misses. */
static double line_bytes(const struct micro *m) {
    (void)m;
    double hit = micro_circle("smem_chase_1", "warm", 8, 8), miss = micro_circle("smem_chase_1", "warm", 1024, 512);
    return 16 * (miss - hit) / (micro_circle("smem_chase_1", "warm", 8192, 16) - hit);
}

static double cache_bytes(const struct micro *m) {
    (void)m;
    double line = time_parameter("scalar.line_bytes");
    return (double)micro_fits("smem_chase_1", "warm", 8, 4096, (size_t)line) * line;
}

/* Lines 64 KB apart are in one set. */
static double ways(const struct micro *m) {
    (void)m;
    return (double)micro_fits("smem_chase_1", "warm", 1, 40, 65536);
}

static double kernarg(const struct micro *m) {
    (void)m;
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, "kernarg", 1, 64, 0, {(void *)micro_memory_block->base, 0, 0}};
    double with = (double)micro_run(&l).clocks;
    l.kernel = "no_kernarg";
    return with - (double)micro_run(&l).clocks + 2 * time_parameter("issue.interval");
}

const struct micro micro_scalar[] = {
    FORM("scalar.hit", micro_chain, 120, "smem_chase", 64, 4, 1, {NULL, 0}),
    FORM("scalar.interval", micro_chain, 8, "smem_free", 1024, 4, 16, {NULL, 0}),
    BENCH("scalar.line_bytes", line_bytes, 128),
    BENCH("scalar.cache_bytes", cache_bytes, 32768),
    BENCH("scalar.ways", ways, 8),
    BENCH("scalar.kernarg", kernarg, 1000),
    {.parameter = NULL},
};
