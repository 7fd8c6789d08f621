/* Latency and bandwidth of every level of the memory system, from pointer chases and streams over real addresses, and
 * what its queues and limits do: as the machine file has them and changed one by one. */
#include "time_run.h"

static struct code *issue_code, *memory_code;

static double clocks_per_ns(void) {
    return time_parameter("chip.core_mhz") / 1000;
}

static struct mem_alloc *buffer(size_t bytes) {
    struct mem_alloc *m = mem_alloc(bytes, MEM_DEVICE, 0);
    if (!m) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    mem_define(m, m->base, m->size, true);
    return m;
}

static void row(const char *what, const char *unit, double got, double want, double tolerance) {
    printf("%-44s %10.1f %10.1f %s\n", what, got, want, unit);
    CHECK(time_close(got, want, tolerance), "%s: %.2f %s instead of %.2f", what, got, unit, want);
}

/* --- chases --- */

/* A circle through `lines` lines, far enough apart to meet all sets. */
static struct mem_alloc *circle(size_t lines) {
    struct mem_alloc *m = buffer(lines * 128);
    for (size_t i = 0; i < lines; i++) {
        uint64_t next = m->base + (i * 2654435761u + 40503u) % lines * 128; /* lines: a power of 2 */
        memcpy((char *)m->base + i * 128, &next, 8);
    }
    return m;
}

/* Clocks of one link. Every line is met once, after a launch in the same mode when `again`. */
static double chase(const char *mode, size_t lines, bool again) {
    struct mem_alloc *m = circle(lines);
    double clocks[2];
    uint32_t count = (uint32_t)(lines / 32);
    time_set("time", mode);
    for (unsigned times = 1; times <= 2; times++) {
        const char *kernel = times == 1 ? "vmem_chase_1" : "vmem_chase_2";
        struct time_args args = {(void *)m->base, times == 1 ? count : count / 2, 4};
        struct time_args more = {(void *)m->base, count, 4};
        if (again)
            time_launch(issue_code, "vmem_chase_2", 1, 64, more);
        clocks[times - 1] = (double)time_launch(issue_code, kernel, 1, 64, times == 1 ? args : more).clocks;
    }
    mem_free((void *)m->base);
    return (clocks[1] - clocks[0]) / (16.0 * count);
}

static void latencies(void) {
    row("chase, L2 (warm)", "clocks", chase("warm", 4096, true), time_parameter("l2.hit"), 0.05);
    row("chase, Infinity Cache (L2 flushed)", "clocks", chase("flush", 4096, true),
        time_parameter("mall.latency") * clocks_per_ns(), 0.05);
    row("chase, HBM (cold)", "clocks", chase("cold", 4096, false), time_parameter("hbm.latency") * clocks_per_ns(),
        0.05);
    static const struct {
        const char *parameter, *mode;
        double value;
    } changed[] = {{"l2.hit", "warm", 300}, {"mall.latency", "flush", 300}, {"hbm.latency", "cold", 700}};
    for (size_t i = 0; i < 3; i++) {
        double old = time_parameter(changed[i].parameter);
        time_override(changed[i].parameter, changed[i].value);
        double want = changed[i].value * (i ? clocks_per_ns() : 1);
        row(changed[i].parameter, "clocks, changed", chase(changed[i].mode, 4096, i < 2), want, 0.05);
        time_override(changed[i].parameter, old);
    }
}

/* --- streams --- */

enum { GROUPS = 256, GROUP_BYTES = 4096 };

/* GB/s of a launch twice as long, less the shorter one. */
static double rate(const char *kernel, unsigned groups, uint32_t count, uint32_t stride, const char *mode, bool again,
                   const struct mem_alloc *m, struct gfx950sim_time *t) {
    double us[2], bytes = (double)groups * GROUP_BYTES * 8 * count;
    time_set("time", mode);
    for (uint32_t times = 1; times <= 2; times++) {
        struct time_args args = {(void *)m->base, count * times, stride};
        if (again)
            time_launch(memory_code, kernel, groups, 256, args);
        *t = time_launch(memory_code, kernel, groups, 256, args);
        us[times - 1] = t->modelled_us;
    }
    return bytes / (us[1] - us[0]) / 1e3;
}

static void bandwidths(void) {
    struct gfx950sim_time t;
    const uint32_t all = GROUPS * GROUP_BYTES;
    struct mem_alloc *m = buffer((size_t)64 << 20);
    double hbm = rate("stream_nt", GROUPS, 1, all, "cold", false, m, &t);
    row("stream, HBM, whole chip", "GB/s", hbm, time_parameter("hbm.bandwidth"), 0.05);
    CHECK(t.level[GFX950SIM_HBM].read == (uint64_t)all * 16, "%llu bytes from HBM",
          (unsigned long long)t.level[GFX950SIM_HBM].read);
    double mall = rate("stream", GROUPS, 1, all, "flush", true, m, &t);
    row("stream, Infinity Cache, whole chip", "GB/s", mall, time_parameter("mall.bandwidth"), 0.05);
    CHECK(t.level[GFX950SIM_HBM].read == 0, "%llu bytes from HBM", (unsigned long long)t.level[GFX950SIM_HBM].read);
    double l2 = rate("stream", 256, 1, 256 * GROUP_BYTES, "warm", true, m, &t);
    row("stream, L2, whole chip", "GB/s", l2, t.roof_gbps[GFX950SIM_L2], 0.05);
    double old = time_parameter("l2.read_bytes");
    time_override("l2.read_bytes", 32);
    l2 = rate("stream", 256, 1, 256 * GROUP_BYTES, "warm", true, m, &t);
    row("stream, L2 with 32 bytes a channel", "GB/s", l2, t.roof_gbps[GFX950SIM_L2], 0.05);
    time_override("l2.read_bytes", old);
    double l1 = rate("stream_same", 256, 8, 0, "warm", true, m, &t);
    row("stream, L1, whole chip", "GB/s", l1, t.roof_gbps[GFX950SIM_L1], 0.05);
    time_override("l2.fabric_bytes", 8);
    double fabric = rate("stream", GROUPS, 1, all, "flush", true, m, &t);
    row("stream, fabric with 8 bytes a channel", "GB/s", fabric, 8 * 128 * clocks_per_ns(), 0.05);
    time_set("machine", "built-in");
    time_override("hbm.bandwidth", 3000);
    row("stream, HBM with 3000 GB/s", "GB/s", rate("stream", GROUPS, 1, all, "cold", false, m, &t), 3000, 0.05);
    time_set("machine", "built-in");
    time_override("l2.write_bytes", 4);
    double writes = rate("store_stream", GROUPS, 1, all, "cold", false, m, &t);
    row("stores, L2 with 4 bytes a channel", "GB/s", writes, 4 * 128 * clocks_per_ns(), 0.05);
    time_set("machine", "built-in");
    mem_free((void *)m->base);
}

/* --- limits: bytes in flight by latency --- */

static void limits(void) {
    struct gfx950sim_time t;
    const uint32_t all = GROUPS * GROUP_BYTES;
    struct mem_alloc *m = buffer((size_t)64 << 20);
    double ns = time_parameter("hbm.latency");
    time_override("l1.misses", 24);
    row("HBM, 24 lines in flight a CU", "GB/s", rate("stream", GROUPS, 1, all, "cold", false, m, &t),
        256 * 24 * 128 / ns, 0.05);
    time_set("machine", "built-in");
    ns -= time_parameter("l1.hit") / 2 / clocks_per_ns(); /* the way to the L2 */
    time_override("l2.misses", 32);
    row("HBM, 32 lines in flight a channel of the L2", "GB/s", rate("stream", GROUPS, 1, all, "cold", false, m, &t),
        128 * 32 * 128 / ns, 0.05);
    time_set("machine", "built-in");
    time_override("l1.instructions", 2);
    row("HBM, 2 loads in flight a SIMD", "GB/s", rate("stream", GROUPS, 1, all, "cold", false, m, &t),
        1024 * 2 * 1024 / (time_parameter("hbm.latency") + 16 / clocks_per_ns()), 0.05);
    time_set("machine", "built-in");
    CHECK(t.cause_clocks[GFX950SIM_TIME_QUEUE] > 0, "%s", "no wave was held back by a full queue");
    struct time_args args = {(void *)m->base, 64, 0};
    time_set("time", "warm");
    double clocks[2];
    for (unsigned times = 1; times <= 2; times++) {
        args.count = 64 * times;
        time_launch(memory_code, "scatter", 1, 256, args);
        clocks[times - 1] = (double)time_launch(memory_code, "scatter", 1, 256, args).clocks;
    }
    row("64 lines of the L1 in one instruction", "clocks", (clocks[1] - clocks[0]) / (4 * 8 * 64),
        64 / time_parameter("l1.tags"), 0.05);
    for (unsigned times = 1; times <= 2; times++) {
        args.count = 4 * times;
        clocks[times - 1] = (double)time_launch(memory_code, "atomic_stream", 256, 64, args).clocks;
    }
    row("atomics on one line", "ns each", (clocks[1] - clocks[0]) / (256 * 8 * 4) / clocks_per_ns(),
        time_parameter("atomic.interval"), 0.05);
    mem_free((void *)m->base);
}

/* --- modes --- */

static void modes(void) {
    struct mem_alloc *m = buffer((size_t)4 << 20);
    struct time_args args = {(void *)m->base, 1, 0};
    static const struct {
        const char *mode;
        bool l2, mall;
    } cases[] = {{"cold", false, false}, {"warm", true, true}, {"flush", false, true}};
    for (size_t i = 0; i < 3; i++) {
        time_set("time", cases[i].mode);
        time_launch(memory_code, "stream", 256, 256, args);
        struct gfx950sim_time t = time_launch(memory_code, "stream", 256, 256, args);
        CHECK((t.level[GFX950SIM_L2].misses == 0) == cases[i].l2, "%s: %llu misses in the L2", cases[i].mode,
              (unsigned long long)t.level[GFX950SIM_L2].misses);
        CHECK((t.level[GFX950SIM_HBM].read == 0) == cases[i].mall, "%s: %llu bytes from HBM", cases[i].mode,
              (unsigned long long)t.level[GFX950SIM_HBM].read);
        CHECK(t.level[GFX950SIM_L1].hits + t.level[GFX950SIM_L1].misses == 256 * 4096 * 8 / 128, "%s: %llu lines",
              cases[i].mode, (unsigned long long)(t.level[GFX950SIM_L1].hits + t.level[GFX950SIM_L1].misses));
    }
    mem_free((void *)m->base);
}

int main(void) {
    issue_code = time_code(TIME_ISSUE_CO);
    memory_code = time_code(TIME_MEMORY_CO);
    if (!issue_code || !memory_code)
        return 2;
    time_set("checks", "foreign");
    printf("%-44s %10s %10s\n", "", "modelled", "by the ini");
    latencies();
    bandwidths();
    limits();
    modes();
    code_free(issue_code);
    code_free(memory_code);
    return check_result();
}
