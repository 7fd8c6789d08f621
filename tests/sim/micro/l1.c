/* The vector L1: circles through it, streams from it, and what may be on its way to it. */
#include "micro.h"

static double line_bytes(const struct micro *m) {
    (void)m;
    double hit = micro_circle("vmem_chase_1", "warm", 8, 8), miss = micro_circle("vmem_chase_1", "warm", 1024, 512);
    return 32 * (miss - hit) / (micro_circle("vmem_chase_1", "warm", 4096, 32) - hit);
}

static double bytes(const struct micro *m) {
    (void)m;
    return (double)micro_fits("vmem_chase_1", "warm", 8, 1024, 128) * 128;
}

/* Lines 512 KB apart are in one set. */
static double ways(const struct micro *m) {
    (void)m;
    return (double)micro_fits("vmem_chase_1", "warm", 1, 100, 512 << 10);
}

/* One CU reads the same 4 KB again and again. */
static double bandwidth(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct micro_launch l = {micro_memory_code, "stream_same", 1, 256, 0, {(void *)micro_memory_block->base, 0, 0}};
    return 4096.0 * 8 * 16 / micro_clocks(&l, 16, 32, true);
}

static double tags(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct micro_launch l = {micro_memory_code, "scatter", 1, 256, 0, {(void *)micro_memory_block->base, 0, 0}};
    return 4 * 8 * 64.0 * 16 / micro_clocks(&l, 16, 32, true);
}

/* One CU, 16 waves with 512 lines each in flight if they could: lines by latency. */
static double misses(const struct micro *m) {
    (void)m;
    struct mem_alloc *b = micro_buffer((size_t)64 << 20);
    micro_set("l2.misses", 4096);
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, "scatter_far", 4, 256, 0, {(void *)b->base, 0, 4 << 15}};
    micro_set("chip.xcds", 1);
    micro_set("chip.shader_engines", 1);
    micro_set("chip.cus", 1);
    double per_clock = 16 * 64 * 8.0 * 8 / micro_clocks(&l, 8, 16, false);
    micro_restore();
    mem_free((void *)b->base);
    return per_clock * time_parameter("hbm.latency") * time_parameter("chip.core_mhz") / 1000;
}

/* Four waves of one SIMD, 63 loads each in flight if they could: loads by latency. */
static double instructions(const struct micro *m) {
    (void)m;
    struct mem_alloc *b = micro_buffer((size_t)4 << 20);
    micro_set("hbm.latency", 2000); /* beside which a channel's own time is short */
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, "one_simd", 1, 1024, 0, {(void *)b->base, 0, 4096}};
    double per_clock = 4 * 32.0 * 8 / micro_clocks(&l, 8, 16, false);
    double latency = time_parameter("hbm.latency") * time_parameter("chip.core_mhz") / 1000;
    mem_free((void *)b->base);
    micro_restore();
    return per_clock * latency;
}

/* Of 48 loads of 64 lines each those in the queue issue at once; the last when 48 less those have left. */
static double queue(const struct micro *m) {
    (void)m;
    uint32_t issued[4], last = 0;
    time_set("time", "warm");
    struct micro_launch l = {micro_inside_code, "queue_vmem", 1, 256, 0, {(void *)micro_memory_block->base, 0, 0}};
    micro_run(&l);
    micro_run(&l);
    memcpy(issued, (char *)micro_memory_block->base + 8192, sizeof issued);
    for (unsigned i = 0; i < 4; i++)
        last = issued[i] > last ? issued[i] : last;
    return 48 - last / 64.0 * time_parameter("l1.tags");
}

const struct micro micro_l1[] = {
    BENCH("l1.bytes", bytes, 16384),      BENCH("l1.line_bytes", line_bytes, 0),
    BENCH("l1.ways", ways, 32),           FORM("l1.hit", micro_chain, 160, "vmem_chase", 64, 4, 1, {NULL, 0}),
    BENCH("l1.bandwidth", bandwidth, 32), BENCH("l1.tags", tags, 0.5),
    BENCH("l1.misses", misses, 300),      BENCH("l1.instructions", instructions, 40),
    BENCH("l1.queue", queue, 32),         {.parameter = NULL},
};
