/* The timing model from launch to retirement: dispatch, fetch, records, and what must not change with it. */
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>

#include "time_run.h"

static struct code *memory_code, *issue_code, *fetch_code;
static struct mem_alloc *memory;

enum { BYTES = 16 << 20 };

static struct time_args args_of(uint32_t count, uint32_t stride) {
    return (struct time_args){(void *)memory->base, count, stride};
}

/* --- dispatch --- */

static void dispatch(void) {
    size_t n;
    uint64_t stride, last[8][4] = {{0}}, seen[8][4] = {{0}};
    static const unsigned simds[] = {0, 2, 1, 3};
    time_set("time", "cold");
    time_launch(memory_code, "nothing", 1024, 64, args_of(0, 0));
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    CHECK(n == 1024 && stride == 1, "%zu waves, stride %llu", n, (unsigned long long)stride);
    for (size_t i = 0; i < n; i++) {
        uint64_t k = seen[w[i].xcd][w[i].se]++;
        CHECK(w[i].xcd == w[i].workgroup % 8, "workgroup %llu on XCD %u", (unsigned long long)w[i].workgroup, w[i].xcd);
        CHECK(w[i].cu == k % 8 && w[i].simd == simds[k / 8 % 4], "wave %llu of its shader engine on CU %u, SIMD %u",
              (unsigned long long)k, w[i].cu, w[i].simd);
        CHECK(!k || w[i].start - last[w[i].xcd][w[i].se] == 16, "%llu clocks between workgroups",
              (unsigned long long)(w[i].start - last[w[i].xcd][w[i].se]));
        last[w[i].xcd][w[i].se] = w[i].start;
        CHECK(w[i].start <= w[i].end && w[i].end <= w[i].retired, "wave %zu ends before it starts", i);
    }
    for (unsigned i = 0; i < 32; i++)
        CHECK(seen[i / 4][i % 4] == 32, "%llu waves on a shader engine", (unsigned long long)seen[i / 4][i % 4]);
    time_launch(memory_code, "nothing", 1, 1024, args_of(0, 0));
    w = gfx950sim_time_waves(&n, &stride);
    for (size_t i = 1; i < n; i++)
        CHECK(w[i].start - w[i - 1].start == 4, "%llu clocks between waves",
              (unsigned long long)(w[i].start - w[i - 1].start));
    /* 64 KB of LDS: two workgroups a CU; the rest wait for them */
    struct gfx950sim_time t = time_launch(memory_code, "lds_dma", 1024, 64, args_of(1, 0));
    CHECK(t.workgroups_per_cu == 2 && strcmp(t.limited_by, "LDS") == 0, "%u workgroups a CU, limit %s",
          t.workgroups_per_cu, t.limited_by);
    CHECK(t.peak_waves == 512, "%u waves at a time", t.peak_waves);
    CHECK(t.last_placed > t.clocks / 4, "the last workgroup was placed at %llu of %llu",
          (unsigned long long)t.last_placed, (unsigned long long)t.clocks);
    /* more waves than are kept */
    t = time_launch(memory_code, "nothing", 10000, 512, args_of(0, 0));
    w = gfx950sim_time_waves(&n, &stride);
    CHECK(t.waves == 80000 && stride == 2 && n == 40000, "%zu of %llu waves, stride %llu", n,
          (unsigned long long)t.waves, (unsigned long long)stride);
}

/* --- fetch and arguments --- */

static double line_clocks(const char *mode) {
    time_set("time", mode);
    double clocks[2];
    for (unsigned i = 0; i < 2; i++) {
        time_launch(fetch_code, i ? "straight_128" : "straight_64", 1, 64, args_of(0, 0));
        clocks[i] = (double)time_launch(fetch_code, i ? "straight_128" : "straight_64", 1, 64, args_of(0, 0)).clocks;
    }
    return (clocks[1] - clocks[0]) / 64;
}

static void fetch(void) {
    time_set("time", "first");
    struct gfx950sim_time t = time_launch(memory_code, "nothing", 1, 64, args_of(0, 0));
    CHECK(t.cause_clocks[GFX950SIM_TIME_FETCH] == 560, "first fetch: %llu clocks",
          (unsigned long long)t.cause_clocks[GFX950SIM_TIME_FETCH]);
    CHECK(line_clocks("first") == 32, "a cold line: %.1f clocks", line_clocks("first"));
    time_override("fetch.stream_interval", 60);
    CHECK(line_clocks("first") == 60, "a cold line: %.1f clocks instead of 60", line_clocks("first"));
    CHECK(line_clocks("warm") == 32, "a warm line: %.1f clocks", line_clocks("warm"));
    time_set("machine", "built-in");
    time_set("time", "first");
    t = time_launch(memory_code, "stream", 1, 64, args_of(1, 0));
    uint64_t lgkm = t.cause_clocks[GFX950SIM_TIME_LGKMCNT];
    CHECK(lgkm >= 760 - 20 && lgkm <= 760, "arguments: %llu clocks", (unsigned long long)lgkm);
    /* Data are cold, the code is not: neither its lines nor the loads of arguments differ otherwise. */
    time_set("time", "cold");
    t = time_launch(memory_code, "stream", 1, 64, args_of(1, 0));
    CHECK(t.fetch_misses == 0 && t.cause_clocks[GFX950SIM_TIME_LGKMCNT] == lgkm, "cold: %llu lines of code missed",
          (unsigned long long)t.fetch_misses);
    CHECK(t.level[GFX950SIM_HBM].read > 0, "%s", "cold: nothing came from the HBM");
    CHECK(line_clocks("cold") == line_clocks("warm"), "%s", "cold: straight code waits");
}

/* --- records --- */

static void conservation(void) {
    time_set("time", "cold");
    struct gfx950sim_time t = time_launch(memory_code, "stream", 64, 256, args_of(4, 64 * 4096));
    size_t n, samples;
    uint64_t width, issues = 0, clocks[GFX950SIM_TIME_CAUSES] = {0}, hbm = 0;
    const struct gfx950sim_time_instruction *p = gfx950sim_time_instructions(&n);
    for (size_t i = 0; i < n; i++) {
        issues += p[i].issues;
        for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
            clocks[c] += p[i].clocks[c];
        CHECK(!i || p[i].pc > p[i - 1].pc, "instruction %zu is out of order", i);
    }
    CHECK(issues == t.wave_instructions, "%llu issues of %llu", (unsigned long long)issues,
          (unsigned long long)t.wave_instructions);
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        CHECK(clocks[c] == t.cause_clocks[c], "%s: %llu of %llu clocks", gfx950sim_time_cause_name(c),
              (unsigned long long)clocks[c], (unsigned long long)t.cause_clocks[c]);
    uint64_t bytes = 64ull * 256 * 16 * 8 * 4;
    for (unsigned l = 0; l < GFX950SIM_LEVELS; l++)
        CHECK(t.level[l].read == bytes, "level %u: %llu bytes of %llu", l, (unsigned long long)t.level[l].read,
              (unsigned long long)bytes);
    const struct gfx950sim_time_sample *s = gfx950sim_time_series(&samples, &width);
    double flight = 0;
    for (size_t i = 0; i < samples; i++) {
        hbm += s[i].read[GFX950SIM_HBM];
        flight += s[i].bytes_in_flight * (double)width;
    }
    CHECK(hbm == bytes, "the series has %llu bytes", (unsigned long long)hbm);
    CHECK(time_close(flight / (double)t.clocks, t.mean_bytes_in_flight, 1e-6) &&
              t.peak_bytes_in_flight >= t.mean_bytes_in_flight && t.peak_bytes_in_flight <= 64.0 * 4 * 8 * 1024,
          "in flight: %g on average, %g at most", t.mean_bytes_in_flight, t.peak_bytes_in_flight);
    uint64_t stride, lives = 0;
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &stride);
    for (size_t i = 0; i < n; i++)
        lives += w[i].retired - w[i].placed;
    CHECK(lives == t.wave_clocks, "waves lived %llu of %llu clocks", (unsigned long long)lives,
          (unsigned long long)t.wave_clocks);
    t = time_launch(memory_code, "store_stream", 64, 256, args_of(4, 64 * 4096));
    CHECK(t.level[GFX950SIM_L2].written == bytes && t.dirty_bytes == bytes, "%llu written, %llu dirty",
          (unsigned long long)t.level[GFX950SIM_L2].written, (unsigned long long)t.dirty_bytes);
    CHECK(t.cause_clocks[GFX950SIM_TIME_TAIL] > 0, "%s", "stores retire behind s_endpgm");
}

/* --- what must not change --- */

static uint64_t hash(uint64_t h, const void *p, size_t n) {
    for (size_t i = 0; i < n; i++)
        h = (h ^ ((const uint8_t *)p)[i]) * 0x100000001b3ull;
    return h;
}

static uint64_t hash_records(const struct gfx950sim_time *t) {
    size_t n;
    uint64_t x, h = hash(14695981039346656037ull, &t->clocks, sizeof t->clocks);
    h = hash(h, t->cause_clocks, sizeof t->cause_clocks);
    h = hash(h, t->level, sizeof t->level);
    const struct gfx950sim_time_wave *w = gfx950sim_time_waves(&n, &x);
    for (size_t i = 0; i < n; i++)
        h = hash(h, &w[i].placed, 4 * sizeof w[i].placed);
    const struct gfx950sim_time_sample *s = gfx950sim_time_series(&n, &x);
    return hash(h, s, n * sizeof *s);
}

static uint64_t some_launches(void) {
    uint64_t h = 0;
    static const char *const modes[] = {"cold", "warm", "flush", "first"};
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        time_set("time", modes[i]);
        struct gfx950sim_time t = time_launch(memory_code, "stream", 100, 256, args_of(3, 100 * 4096));
        h = h * 31 + hash_records(&t);
        t = time_launch(memory_code, "atomic_stream", 50, 256, args_of(2, 0));
        h = h * 31 + hash_records(&t);
        t = time_launch(memory_code, "mix", 200, 128, args_of(BYTES / 2, 0));
        h = h * 31 + hash_records(&t);
    }
    return h;
}

static void determinism(void) {
    char self[256], command[300], first[64] = "", second[64] = "";
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    CHECK(n > 0, "%s", "this program has a path");
    self[n > 0 ? n : 0] = '\0';
    snprintf(command, sizeof command, "%s hash", self);
    for (unsigned i = 0; i < 2; i++) {
        FILE *f = popen(command, "r");
        CHECK(f && fgets(i ? second : first, 64, f), "%s", command);
        if (f)
            pclose(f);
    }
    CHECK(first[0] && strcmp(first, second) == 0, "two processes: %s%s", first, second);
}

static void same_results(void) {
    static const char *const modes[] = {"off", "cold", "warm", "flush", "first"};
    enum { HALF = 200 * 512 };
    uint8_t *out = (uint8_t *)memory->base + HALF, *kept = malloc(HALF);
    for (unsigned i = 0; i < HALF / 4; i++)
        ((uint32_t *)memory->base)[i] = i * 2654435761u;
    for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
        memset(out, 0xee, HALF);
        time_set("time", modes[i]);
        if (i)
            time_launch(memory_code, "mix", 200, 128, args_of(HALF, 0));
        else {
            struct time_args a = args_of(HALF, 0);
            struct launch l = {.code = memory_code,
                               .kernel = code_kernel(memory_code, "mix"),
                               .grid = {200, 1, 1},
                               .block = {128, 1, 1},
                               .kernarg = &a,
                               .kernarg_size = sizeof a};
            char err[256];
            CHECK(launch_run(&l, err, sizeof err) == LAUNCH_OK, "%s", err);
            memcpy(kept, out, HALF);
            CHECK(kept[0] != 0xee, "%s", "the kernel stored nothing");
        }
        CHECK(memcmp(kept, out, HALF) == 0, "%s: other results than without timing", modes[i]);
    }
    free(kept);
}

/* --- waves that wait for others, errors, budgets --- */

static enum launch_status status_of(const char *kernel, char *err, size_t size) {
    struct time_args a = args_of(1, 0);
    struct launch l = {.code = memory_code,
                       .kernel = code_kernel(memory_code, kernel),
                       .grid = {2, 1, 1},
                       .block = {64, 1, 1},
                       .kernarg = &a,
                       .kernarg_size = sizeof a};
    return launch_run(&l, err, size);
}

static void stops(void) {
    char err[512];
    time_set("time", "cold");
    memset((void *)memory->base, 0, 4096);
    struct gfx950sim_time t = time_launch(memory_code, "hand_off", 64, 64, args_of(1, 0));
    CHECK(t.clocks > 6400 + 1000 && t.clocks < 20000, "hand-off after %llu clocks", (unsigned long long)t.clocks);
    memset((void *)memory->base, 0, 4096);
    CHECK(status_of("for_ever", err, sizeof err) == LAUNCH_FAULT, "%s", "waits for ever");
    CHECK_HAS(gfx950sim_findings(), "repeats one state for ever");
    gfx950sim_reset();
    time_set("budget", "1000");
    CHECK(status_of("for_ever", err, sizeof err) == LAUNCH_FAULT, "%s", "no end of the budget");
    CHECK_HAS(err, "1000 wave-instructions");
    time_set("budget", "0");
    gfx950sim_reset();
    CHECK(status_of("astray", err, sizeof err) == LAUNCH_FAULT, "%s", "a wild load is no error");
    gfx950sim_reset();
    time_launch(memory_code, "nothing", 1, 64, args_of(1, 0));
}

/* s_memtime reads modelled clocks: 100 additions, its own latency and the wait. */
static void clocks(void) {
    uint32_t n;
    time_set("time", "warm");
    time_launch(memory_code, "clocks", 1, 64, args_of(0, 0));
    time_launch(memory_code, "clocks", 1, 64, args_of(0, 0));
    memcpy(&n, (void *)memory->base, 4);
    double least = 400 + 4 + 4, most = least + time_parameter("scalar.kernarg");
    CHECK(n >= least && n <= most, "%u clocks", n);
}

/* --- speed --- */

static void speed(void) {
    struct timespec a, b;
    time_set("time", "cold");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    struct gfx950sim_time t = time_launch(issue_code, "mfma_shadow_2", 256, 256, args_of(8, 4));
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    double seconds = (double)(b.tv_sec - a.tv_sec) + (double)(b.tv_nsec - a.tv_nsec) / 1e9;
    printf("%llu waves, %llu wave-instructions: %.2f s, %.2f million a second\n", (unsigned long long)t.waves,
           (unsigned long long)t.wave_instructions, seconds, (double)t.wave_instructions / seconds / 1e6);
    CHECK(t.waves == 1024 && t.wave_instructions >= 1024 * 1000, "%llu instructions",
          (unsigned long long)t.wave_instructions);
    CHECK(seconds < 10, "%.1f s", seconds);
}

int main(int argc, char **argv) {
    memory_code = time_code(TIME_MEMORY_CO);
    fetch_code = time_code(MICRO_FETCH_CO);
    issue_code = time_code(TIME_ISSUE_CO);
    memory = mem_alloc(BYTES, MEM_DEVICE, 0);
    if (!memory_code || !fetch_code || !issue_code || !memory)
        return 2;
    mem_fill(memory->base, 0, memory->size);
    time_set("checks", "foreign");
    if (argc > 1 && strcmp(argv[1], "hash") == 0) {
        printf("%016llx\n", (unsigned long long)some_launches());
        return check_result();
    }
    dispatch();
    fetch();
    conservation();
    determinism();
    same_results();
    stops();
    clocks();
    speed();
    code_free(issue_code);
    code_free(memory_code);
    code_free(fetch_code);
    return check_result();
}
