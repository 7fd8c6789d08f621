/* Dynamic instructions of single waves: they are whole, add up, and change nothing. */
#include "time_run.h"

static struct code *code;
static struct mem_alloc *memory;

enum { BYTES = 16 << 20, GROUPS = 32, WAVES = GROUPS * 4, LOADS = 16 };

static struct gfx950sim_time stream(unsigned groups, uint32_t count) {
    return time_launch(code, "stream", groups, 256, (struct time_args){(void *)memory->base, count, 4096});
}

static void follow(uint64_t workgroup, uint64_t workgroups, int64_t wave, uint64_t waves) {
    struct gfx950sim_time_follow f = {sizeof f, workgroup, workgroups, wave, waves};
    CHECK(gfx950sim_time_follow(&f) == 0, "follow %llu %llu %lld %llu", (unsigned long long)workgroup,
          (unsigned long long)workgroups, (long long)wave, (unsigned long long)waves);
}

static void adds_up(void) {
    size_t n, lines;
    uint64_t dropped, sum[GFX950SIM_TIME_CAUSES] = {0};
    follow(0, 0, -1, 0);
    struct gfx950sim_time alone = stream(GROUPS, 2), t;
    gfx950sim_time_steps(&n, &dropped);
    CHECK(n == 0 && dropped == 0, "%zu instructions that nobody asked for", n);
    follow(0, UINT64_MAX, -1, 0);
    t = stream(GROUPS, 2);
    CHECK(t.clocks == alone.clocks && t.wave_clocks == alone.wave_clocks, "%llu clocks, %llu when followed",
          (unsigned long long)alone.clocks, (unsigned long long)t.clocks);
    const struct gfx950sim_time_step *s = gfx950sim_time_steps(&n, &dropped);
    const struct gfx950sim_time_instruction *line = gfx950sim_time_instructions(&lines);
    CHECK(n == t.wave_instructions && dropped == 0, "%zu of %llu instructions", n,
          (unsigned long long)t.wave_instructions);
    uint64_t loads = 0, waves = 0;
    for (size_t i = 0; i < n; i++) {
        bool first = !i || s[i - 1].workgroup != s[i].workgroup || s[i - 1].wave != s[i].wave;
        waves += first;
        CHECK(s[i].instruction < lines && s[i].from <= s[i].issue && s[i].issue < s[i].end && s[i].issue < s[i].done &&
                  s[i].done <= s[i].counted,
              "step %zu: from %llu, issue %llu, end %llu, done %llu, counted %llu", i, (unsigned long long)s[i].from,
              (unsigned long long)s[i].issue, (unsigned long long)s[i].end, (unsigned long long)s[i].done,
              (unsigned long long)s[i].counted);
        CHECK(first || s[i].from == s[i - 1].end, "step %zu begins at %llu, the one before it ends at %llu", i,
              (unsigned long long)s[i].from, (unsigned long long)s[i - 1].end);
        loads += s[i].instruction < lines && strncmp(line[s[i].instruction].text, "global_load", 11) == 0;
        for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
            sum[c] += s[i].clocks[c];
    }
    CHECK(waves == WAVES && loads == WAVES * LOADS, "%llu waves, %llu loads", (unsigned long long)waves,
          (unsigned long long)loads);
    for (unsigned c = 0; c < GFX950SIM_TIME_CAUSES; c++)
        CHECK(sum[c] == (c == GFX950SIM_TIME_DISPATCH ? 0 : t.cause_clocks[c]), "%s: %llu of %llu clocks",
              gfx950sim_time_cause_name(c), (unsigned long long)sum[c], (unsigned long long)t.cause_clocks[c]);
}

static void selects(void) {
    size_t n;
    uint64_t dropped;
    follow(5, 2, 3, 0);
    struct gfx950sim_time t = stream(GROUPS, 2);
    size_t each = t.wave_instructions / WAVES;
    const struct gfx950sim_time_step *s = gfx950sim_time_steps(&n, &dropped);
    CHECK(n == 2 * each && s[0].workgroup == 5 && s[0].wave == 3 && s[n - 1].workgroup == 6 && s[n - 1].wave == 3,
          "%zu instructions of two waves with %zu each", n, each);
    follow(0, UINT64_MAX, -1, 7);
    stream(GROUPS, 2);
    gfx950sim_time_steps(&n, &dropped);
    CHECK(n == 7 * each, "%zu instructions of 7 waves", n);
    follow(GROUPS, 1, -1, 0);
    stream(GROUPS, 2);
    gfx950sim_time_steps(&n, &dropped);
    CHECK(n == 0, "%zu instructions of a workgroup that there is not", n);
    struct gfx950sim_time_follow wrong = {sizeof wrong, 0, 1, -2, 0};
    CHECK(gfx950sim_time_follow(&wrong) == -1, "wave -2 is taken");
}

static void bounded(void) {
    size_t n;
    uint64_t dropped;
    follow(0, UINT64_MAX, -1, 0);
    struct gfx950sim_time t = stream(GROUPS, 80);
    gfx950sim_time_steps(&n, &dropped);
    CHECK(t.wave_instructions > 1 << 18 && n == 1 << 18 && n + dropped == t.wave_instructions,
          "%zu instructions kept, %llu not, of %llu", n, (unsigned long long)dropped,
          (unsigned long long)t.wave_instructions);
    follow(0, 0, -1, 0);
}

int main(void) {
    code = time_code(TIME_MEMORY_CO);
    memory = mem_alloc(BYTES, MEM_DEVICE, 0);
    CHECK(code && memory, "cannot load %s", TIME_MEMORY_CO);
    if (!code || !memory)
        return 1;
    mem_fill(memory->base, 0, memory->size);
    time_set("time", "cold");
    adds_up();
    selects();
    bounded();
    code_free(code);
    return check_result();
}
