/* Sampled runs: what they say of a whole launch lies as near the whole launch's time as they say, results are those of
 * every workgroup, and short launches are timed wholly. */
#include <time.h>

#include "time_run.h"

static struct code *issue_code, *memory_code;
static struct mem_alloc *memory;

static double cpu_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const struct workload {
    const char *what, *kernel;
    unsigned groups, items, generations;
    uint32_t count, stride;
    double most_error; /* that may be stated */
} workloads[] = {
    {"stream, HBM", "stream_nt", 17000, 256, 4, 1, 0, 0.25},
    {"stream, L1", "stream_same", 17000, 256, 4, 1, 0, 0.25},
    {"loads, LDS, barrier, MFMA, stores", "mix", 40000, 128, 4, 40000 * 512, 0, 0.25},
    {"atomics on one line", "atomic_stream", 70000, 64, 4, 1, 0, 0.25},
    {"MFMA", "mfma_free_1", 6000, 256, 4, 2, 4, 0.25},
    {"LDS", "lds_b128_1", 7000, 256, 4, 1, 16, 0.25},
};

static struct gfx950sim_time run(const struct workload *w, const char *sample, double *seconds) {
    const struct code *code = strchr(w->kernel, '1') ? issue_code : memory_code;
    double before = cpu_seconds();
    time_set("sample", sample);
    struct time_args args = {(void *)memory->base, w->count, w->stride};
    struct gfx950sim_time t = time_launch(code, w->kernel, w->groups, w->items, args);
    *seconds = cpu_seconds() - before;
    return t;
}

static void errors(const struct workload *w) {
    char sample[16];
    double seconds[2];
    snprintf(sample, sizeof sample, "%u", w->generations);
    struct gfx950sim_time whole = run(w, "off", &seconds[0]), part = run(w, sample, &seconds[1]);
    double miss = fabs(part.modelled_us - whole.modelled_us) / whole.modelled_us;
    printf("%-36s %9.2f us, sampled %9.2f us +- %4.1f %% (%4.1f %%), %5llu of %llu, %.1f s instead of %.1f s\n",
           w->what, whole.modelled_us, part.modelled_us, 100 * part.sample_error, 100 * miss,
           (unsigned long long)part.workgroups, (unsigned long long)part.sampled_of, seconds[1], seconds[0]);
    CHECK(part.sampled_of == w->groups && part.workgroups * 2 <= w->groups, "%s: %llu of %llu were timed", w->what,
          (unsigned long long)part.workgroups, (unsigned long long)part.sampled_of);
    CHECK(whole.sampled_of == 0 && whole.sample_error == 0, "%s: the whole launch is sampled", w->what);
    CHECK(miss <= part.sample_error, "%s: off by %.2f %%, says %.2f %%", w->what, 100 * miss, 100 * part.sample_error);
    CHECK(part.sample_error <= w->most_error, "%s: %.1f %% tells nothing", w->what, 100 * part.sample_error);
}

/* Every workgroup's results, whatever is timed. */
static void results(void) {
    const struct workload *w = &workloads[2];
    size_t half = (size_t)w->groups * 512;
    uint8_t *out = (uint8_t *)memory->base + half, *kept = malloc(half);
    double seconds;
    for (size_t i = 0; i < half / 4; i++)
        ((uint32_t *)memory->base)[i] = (uint32_t)i * 2654435761u;
    for (unsigned i = 0; i < 2; i++) {
        memset(out, 0xee, half);
        run(w, i ? "4" : "off", &seconds);
        if (i)
            CHECK(memcmp(out, kept, half) == 0, "%s", "a sampled run has other results");
        else
            memcpy(kept, out, half);
    }
    free(kept);
}

static void short_launches(void) {
    double seconds;
    struct workload w = workloads[4];
    w.groups = 4 * 512 * 2 - 1;
    struct gfx950sim_time t = run(&w, "4", &seconds);
    CHECK(t.sampled_of == 0 && t.workgroups == w.groups, "%llu of %u workgroups were timed",
          (unsigned long long)t.workgroups, w.groups);
    CHECK(gfx950sim_set("sample", "3") == -1, "%s", "3 generations are taken");
    CHECK_HAS(gfx950sim_message(), "from 4 to");
    CHECK(gfx950sim_set("sample", "some") == -1, "%s", "'some' is taken");
    time_set("sample", "off");
}

int main(void) {
    issue_code = time_code(TIME_ISSUE_CO);
    memory_code = time_code(TIME_MEMORY_CO);
    memory = mem_alloc((size_t)72 << 20, MEM_DEVICE, 0);
    if (!issue_code || !memory_code || !memory)
        return 2;
    mem_fill(memory->base, 0, memory->size);
    time_set("checks", "foreign");
    time_set("time", "cold");
    for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
        errors(&workloads[i]);
    results();
    short_launches();
    mem_free((void *)memory->base);
    code_free(issue_code);
    code_free(memory_code);
    return check_result();
}
