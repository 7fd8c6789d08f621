/* The L2 of an XCD: circles, streams with other limits out of the way, stores to few places, lines that drive one
 * another out. */
#include "micro.h"

static double circle_clocks(size_t bytes) {
    return micro_circle("vmem_chase_1", "warm", bytes / 128, 128);
}

static double bytes(const struct micro *m) {
    (void)m;
    return (double)micro_fits("vmem_chase_1", "warm", 8192, 65536, 128) * 128;
}

static double hit(const struct micro *m) {
    (void)m;
    return circle_clocks(128 << 10);
}

/* Scalar loads take half a line each, if it has 128 bytes: the second half of each is there already. */
static double line_bytes(const struct micro *m) {
    (void)m;
    enum { LINKS = 4096 };
    double clocks[2], hit = time_parameter("l2.hit");
    for (unsigned i = 0; i < 2; i++) {
        size_t step = i ? 512 : 64;
        struct mem_alloc *b = micro_buffer(LINKS * step);
        for (size_t k = 0; k < LINKS; k++) {
            uint64_t next = b->base + (k + 1) % LINKS * step;
            memcpy((char *)b->base + k * step, &next, 8);
        }
        time_set("time", "cold");
        struct micro_launch l = {micro_issue_code, "smem_chase_1", 1, 64, 0, {(void *)b->base, 0, 4}};
        clocks[i] = micro_clocks(&l, 64, 128, false) / (64 * 16);
        mem_free((void *)b->base);
    }
    return 64 * (clocks[1] - hit) / (clocks[0] - hit);
}

/* --- streams --- */

/* Bytes a clock of all channels of all XCDs. */
static double channel_bytes(const char *kernel, const char *mode, uint32_t count, uint32_t stride, bool again) {
    struct mem_alloc *b = micro_buffer((size_t)64 << 20);
    time_set("time", mode);
    struct micro_launch l = {micro_memory_code, kernel, 256, 256, 0, {(void *)b->base, 0, stride}};
    double per_clock = 256 * 4096.0 * 8 * count / micro_clocks(&l, count, 2 * count, again);
    mem_free((void *)b->base);
    return per_clock / (time_parameter("chip.xcds") * time_parameter("l2.channels"));
}

static double read_bytes(const struct micro *m) {
    (void)m;
    return channel_bytes("stream", "warm", 1, 256 * 4096, true);
}

static double write_bytes(const struct micro *m) {
    (void)m;
    return channel_bytes("store_stream", "warm", 4, 0, true);
}

static void nothing_behind(void) {
    micro_set("mall.bandwidth", 1000000);
    micro_set("hbm.bandwidth", 1000000);
}

static double fabric_bytes(const struct micro *m) {
    (void)m;
    nothing_behind();
    micro_set("l2.misses", 4096);
    double per_clock = channel_bytes("stream", "flush", 1, 256 * 4096, true);
    micro_restore();
    return per_clock;
}

/* Lines by the time from the L2 on. */
static double misses(const struct micro *m) {
    (void)m;
    nothing_behind();
    micro_set("hbm.latency", 1000);
    micro_set("l2.fabric_bytes", 4096);
    double per_clock = channel_bytes("stream", "cold", 1, 256 * 4096, false) / 128,
           mhz = time_parameter("chip.core_mhz");
    double latency = time_parameter("hbm.latency") * mhz / 1000 - time_parameter("l1.hit") / 2;
    micro_restore();
    return per_clock * latency;
}

/* --- places --- */

/* Stores a clock of 32 CUs to as many places, when a channel takes 16 clocks for one. */
static double stores_a_clock(unsigned places, unsigned stride) {
    micro_set("chip.xcds", 1);
    micro_set("l2.write_bytes", 1);
    time_set("time", "warm");
    struct mem_alloc *b = micro_buffer((size_t)2 << 20);
    struct micro_launch l = {micro_memory_code, "store_places", 32, 64, 0, {(void *)b->base, 0, stride | places << 16}};
    double per_clock = 32.0 * places * 8 * 8 / micro_clocks(&l, 8, 16, true);
    mem_free((void *)b->base);
    micro_restore();
    return per_clock;
}

static double channels(const struct micro *m) {
    (void)m;
    return stores_a_clock(64, 4096) / stores_a_clock(1, 128);
}

/* 16 lines in a row are in as many channels as there are shares. */
static double interleave(const struct micro *m) {
    (void)m;
    return 2048 * stores_a_clock(1, 128) / stores_a_clock(16, 128);
}

/* --- ways --- */

enum { CANDIDATES = 1024 };

/* Is a line driven out by a walk over those of the others that are marked? */
static bool driven_out(const struct mem_alloc *b, const bool *in) {
    char *at = (char *)b->base;
    uint32_t count = 1, clocks;
    for (size_t i = 1; i <= CANDIDATES; i++) {
        if (!in[i])
            continue;
        uint64_t next = b->base + i * 128;
        memcpy(at, &next, 8);
        at = (char *)b->base + i * 128;
        count++;
    }
    memcpy(at, &b->base, 8);
    struct micro_launch l = {micro_inside_code, "evicted", 1, 64, 0, {(void *)b->base, count, 0}};
    time_set("time", "cold");
    micro_run(&l);
    memcpy(&clocks, (char *)b->base + 8, 4);
    return clocks >
           (time_parameter("l2.hit") + time_parameter("mall.latency") * time_parameter("chip.core_mhz") / 1000) / 2 +
               3 * time_parameter("scalar.hit") / 2;
}

/* In a small cache: lines are left out, more and more, as long as the others still drive one out. What is left is one
 * line for each way. */
static double ways(const struct micro *m) {
    (void)m;
    micro_set("l2.bytes", 65536);
    struct mem_alloc *b = micro_buffer((size_t)(CANDIDATES + 1) * 128);
    static bool in[CANDIDATES + 1];
    unsigned left = CANDIDATES;
    memset(in, 1, sizeof in);
    CHECK(driven_out(b, in), "%u lines do not fill 64 KB", left);
    for (unsigned part = CANDIDATES / 4; part; part = part > 1 ? (part + 1) / 2 : 0) {
        for (unsigned from = 1; from <= CANDIDATES; from += part) {
            static bool fewer[CANDIDATES + 1];
            unsigned without = 0;
            memcpy(fewer, in, sizeof in);
            for (unsigned i = from; i < from + part && i <= CANDIDATES; i++) {
                without += fewer[i];
                fewer[i] = false;
            }
            if (!without || !driven_out(b, fewer))
                continue;
            memcpy(in, fewer, sizeof in);
            left -= without;
        }
    }
    mem_free((void *)b->base);
    micro_restore();
    return left;
}

const struct micro micro_l2[] = {
    BENCH("l2.bytes", bytes, 2 << 20),
    BENCH("l2.channels", channels, 8),
    BENCH("l2.line_bytes", line_bytes, 0),
    BENCH("l2.interleave", interleave, 512),
    BENCH("l2.ways", ways, 8),
    BENCH("l2.hit", hit, 300),
    FORM("l2.write", micro_chain, 360, "store", 64, 4, 1, {"issue.interval", 1}),
    BENCH("l2.read_bytes", read_bytes, 50),
    BENCH("l2.write_bytes", write_bytes, 20),
    BENCH("l2.fabric_bytes", fabric_bytes, 20),
    BENCH("l2.misses", misses, 100),
    {.parameter = NULL},
};
