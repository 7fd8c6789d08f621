/* Behind the L2s: Infinity Cache, HBM, atomics. */
#include "micro.h"

static double clocks_per_ns(void) {
    return time_parameter("chip.core_mhz") / 1000;
}

/* --- latency --- */

/* Clocks of a link, each met once and after nothing (cold) or a launch that met it too (flush). */
static double first_met(const char *mode) {
    enum { LINES = 4096 };
    struct mem_alloc *b = micro_buffer(LINES * 128);
    for (size_t i = 0; i < LINES; i++) {
        uint64_t next = b->base + (i + 1) % LINES * 128;
        memcpy((char *)b->base + i * 128, &next, 8);
    }
    bool again = strcmp(mode, "cold") != 0;
    struct micro_launch l = {micro_issue_code, "vmem_chase_1", 1, 64, 0, {(void *)b->base, LINES / 16, 4}};
    time_set("time", mode);
    if (again)
        micro_run(&l);
    double clocks = micro_clocks(&l, LINES / 32, LINES / 16, false) / (LINES / 2);
    mem_free((void *)b->base);
    return clocks;
}

static double mall_latency(const struct micro *m) {
    (void)m;
    return first_met("flush") / clocks_per_ns();
}

static double hbm_latency(const struct micro *m) {
    (void)m;
    return first_met("cold") / clocks_per_ns();
}

/* --- bandwidth --- */

static double gbps(const char *kernel, const char *mode, bool again) {
    struct mem_alloc *b = micro_buffer((size_t)32 << 20);
    time_set("time", mode);
    struct micro_launch l = {micro_memory_code, kernel, 256, 256, 0, {(void *)b->base, 0, 256 * 4096}};
    double per_clock = 256 * 4096.0 * 8 / micro_clocks(&l, 1, 2, again);
    mem_free((void *)b->base);
    return per_clock * clocks_per_ns();
}

static double mall_bandwidth(const struct micro *m) {
    (void)m;
    return gbps("stream", "flush", true);
}

static double hbm_bandwidth(const struct micro *m) {
    (void)m;
    return gbps("stream_nt", "cold", false);
}

/* --- parts --- */

/* All that read one line stand in line at one slice. */
static double slices(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct micro_launch l = {micro_memory_code, "one_line", 256, 256, 0, {(void *)micro_memory_block->base, 0, 0}};
    double per_clock = 256 * 4 * 8 * 2.0 / micro_clocks(&l, 2, 4, true);
    return time_parameter("mall.bandwidth") / (per_clock * 128 * clocks_per_ns());
}

/* One wave reads 8 times 64 lines, `step` bytes from one load to the next. */
static double scatter_clocks(const struct mem_alloc *b, uint32_t step) {
    time_set("time", "cold");
    struct micro_launch l = {micro_memory_code, "scatter_far", 1, 64, 0, {(void *)b->base, 1, step}};
    return (double)micro_run(&l).clocks;
}

/* Clocks that a channel takes for a line, when one has all lines that are read: 512 of them, and 288. */
static double channels(const struct micro *m) {
    (void)m;
    micro_set("hbm.interleave", 65536);
    struct mem_alloc *b = micro_buffer((size_t)2 << 20);
    double clocks = (scatter_clocks(b, 8192) - scatter_clocks(b, 4096)) / (512 - 288);
    mem_free((void *)b->base);
    micro_restore();
    return time_parameter("hbm.bandwidth") * clocks / (128 * clocks_per_ns());
}

/* When a channel takes long for a line, the last of 64 lines in a row has waited for its channel's share but itself. */
static double interleave(const struct micro *m) {
    (void)m;
    micro_set("hbm.bandwidth", 10);
    struct mem_alloc *b = micro_buffer((size_t)2 << 20);
    struct micro_launch l = {micro_memory_code, "stream_same", 1, 8, 0, {(void *)b->base, 1, 0}};
    time_set("time", "cold");
    double one = (double)micro_run(&l).clocks, all = scatter_clocks(b, 0);
    double line = 128 * clocks_per_ns() * time_parameter("hbm.channels") / time_parameter("hbm.bandwidth");
    mem_free((void *)b->base);
    micro_restore();
    return 128 * (1 + (all - one) / line);
}

/* Lines of a small Infinity Cache that are far apart are in one set. */
static double ways(const struct micro *m) {
    (void)m;
    micro_set("mall.bytes", 65536);
    size_t n = micro_fits("vmem_chase_sc1_1", "flush", 1, 40, 65536);
    micro_restore();
    return (double)n;
}

/* Parts of a buffer that the cache cannot hold are read one after the other, and again from the last to the first: what
 * is left from the first time takes as long as the part that was read last, what has gone as long as it did at first.
 */
static double mall_bytes(const struct micro *m) {
    (void)m;
    enum { PARTS = 9, GROUPS = 128, PART_BYTES = GROUPS * 8 << 15 };
    double first[PARTS], hit = 0, found = 0;
    struct mem_alloc *b = micro_buffer((size_t)PARTS * PART_BYTES);
    struct micro_launch l = {micro_memory_code, "scatter_far_sc1", GROUPS, 256, 0, {NULL, 1, GROUPS << 15}};
    for (unsigned i = 0; i < PARTS; i++) {
        time_set("time", i ? "flush" : "cold");
        l.args.p = (char *)b->base + (size_t)i * PART_BYTES;
        first[i] = (double)micro_run(&l).clocks;
    }
    for (unsigned i = PARTS; i-- > 0;) {
        l.args.p = (char *)b->base + (size_t)i * PART_BYTES;
        double again = (double)micro_run(&l).clocks;
        hit = i == PARTS - 1 ? again : hit;
        found += (first[i] - again) / (first[i] - hit);
    }
    mem_free((void *)b->base);
    return found * PART_BYTES;
}

/* --- atomics --- */

static double atomic_latency(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct time_args args = {(void *)micro_memory_block->base, 20, 4};
    double clocks = time_bench(micro_issue_code, "atomic", 64, args) - time_parameter("issue.interval");
    memcpy((void *)micro_memory_block->base, &micro_memory_block->base, 8);
    return clocks / clocks_per_ns();
}

static double atomic_interval(const struct micro *m) {
    (void)m;
    time_set("time", "warm");
    struct micro_launch l = {micro_memory_code, "atomic_stream", 256, 64, 0, {(void *)micro_memory_block->base, 0, 0}};
    double clocks = micro_clocks(&l, 4, 8, true) / (256 * 8 * 4);
    memcpy((void *)micro_memory_block->base, &micro_memory_block->base, 8);
    return clocks / clocks_per_ns();
}

const struct micro micro_memory[] = {
    BENCH("mall.bytes", mall_bytes, 128 << 20),
    BENCH("mall.slices", slices, 64),
    BENCH("mall.ways", ways, 8),
    BENCH("mall.latency", mall_latency, 300),
    BENCH("mall.bandwidth", mall_bandwidth, 12000),
    BENCH("hbm.latency", hbm_latency, 700),
    BENCH("hbm.bandwidth", hbm_bandwidth, 3000),
    BENCH("hbm.channels", channels, 128),
    BENCH("hbm.interleave", interleave, 1024),
    BENCH("atomic.latency", atomic_latency, 800),
    BENCH("atomic.interval", atomic_interval, 25),
    {.parameter = NULL},
};
