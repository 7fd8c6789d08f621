#include "micro.h"

int check_failures;

struct code *micro_issue_code, *micro_memory_code, *micro_fetch_code, *micro_inside_code;
struct mem_alloc *micro_memory_block;

/* --- setting other parameters --- */

static struct {
    char name[48];
    double value;
} before[8];
static unsigned nbefore;

void micro_set(const char *parameter, double value) {
    CHECK(nbefore < 8, "more than 8 parameters are set for %s", parameter);
    snprintf(before[nbefore].name, sizeof before[nbefore].name, "%s", parameter);
    before[nbefore++].value = time_parameter(parameter);
    time_override(parameter, value);
}

void micro_restore(void) {
    while (nbefore) {
        nbefore--;
        time_override(before[nbefore].name, before[nbefore].value);
    }
}

/* --- launches --- */

struct gfx950sim_time micro_run(const struct micro_launch *l) {
    return time_launch_with(l->code, l->kernel, l->groups, l->items, l->dynamic_lds, l->args);
}

double micro_clocks(const struct micro_launch *l, uint32_t count, uint32_t more, bool again) {
    double clocks[2];
    for (unsigned i = 0; i < 2; i++) {
        struct micro_launch now = *l;
        now.args.count = i ? more : count;
        for (unsigned times = 0; times < 1u + again; times++)
            clocks[i] = (double)micro_run(&now).clocks;
    }
    return clocks[1] - clocks[0];
}

struct mem_alloc *micro_buffer(size_t bytes) {
    struct mem_alloc *m = mem_alloc(bytes, MEM_DEVICE, 0);
    if (!m) {
        fprintf(stderr, "no memory for %zu bytes\n", bytes);
        exit(2);
    }
    mem_define(m, m->base, m->size, true);
    return m;
}

/* --- benches of one form --- */

static double clocks_of(const struct micro *m) {
    time_set("time", "warm");
    return time_bench(micro_issue_code, m->kernel, m->items,
                      (struct time_args){(void *)micro_memory_block->base, 20, m->stride});
}

double micro_chain(const struct micro *m) {
    double clocks = clocks_of(m);
    for (unsigned i = 0; i < 3 && m->less[i].parameter; i++)
        clocks -= m->less[i].times * time_parameter(m->less[i].parameter);
    return clocks / m->times;
}

double micro_rate(const struct micro *m) {
    return m->times / clocks_of(m);
}

/* --- circles --- */

double micro_circle(const char *kernel, const char *mode, size_t n, size_t step) {
    struct mem_alloc *m = micro_buffer(n * step + 256);
    for (size_t i = 0; i < n; i++) {
        uint64_t next = m->base + (i + 1) % n * step;
        memcpy((char *)m->base + i * step, &next, 8);
    }
    time_set("time", mode);
    uint32_t round = (uint32_t)(n / 16 + 1);
    struct micro_launch l = {micro_issue_code, kernel, 1, 64, 0, {(void *)m->base, 0, 4}};
    double clocks = micro_clocks(&l, round, 2 * round, strcmp(mode, "cold") != 0);
    mem_free((void *)m->base);
    return clocks / (16.0 * round);
}

size_t micro_fits(const char *kernel, const char *mode, size_t few, size_t most, size_t step) {
    double limit = 1.03 * micro_circle(kernel, mode, few, step);
    size_t fit = few, over = most + 1;
    while (over - fit > 1 && (double)(over - fit) > 0.02 * (double)fit) {
        size_t middle = (fit + over) / 2;
        if (micro_circle(kernel, mode, middle, step) <= limit)
            fit = middle;
        else
            over = middle;
    }
    return fit;
}
