/* Micro-benchmarks that say what a parameter of the machine is: one entry for each parameter. They know the machine
 * only by the times of kernels and by where waves are placed; a bench may set other parameters so that the one in
 * question is what holds the kernel back (value of the machine's file and changed value alike), and puts them back. */
#ifndef TESTS_SIM_MICRO_H
#define TESTS_SIM_MICRO_H

#define CHECK_SHARED 1
#include "time_run.h"

struct micro {
    const char *parameter;
    double (*value)(const struct micro *); /* what the bench says it is */
    double changed;                        /* another value, to be found as well; 0: the machine allows no other */
    /* for benches of one form: the kernel's clocks are `times` of the parameter and `less` of others */
    const char *kernel;
    unsigned items;
    uint32_t stride; /* between lanes in LDS */
    double times;
    struct {
        const char *parameter;
        double times;
    } less[3];
};

#define BENCH(name, of, other) {.parameter = name, .value = of, .changed = other}
/* micro_chain or micro_rate: the kernel, work-items, stride, times, and {parameter, times} of others */
#define FORM(name, of, other, k, n, s, t, ...)                                                                         \
    {                                                                                                                  \
        .parameter = name, .value = of, .changed = other, .kernel = k, .items = n, .stride = s, .times = t, .less = {  \
            __VA_ARGS__                                                                                                \
        }                                                                                                              \
    }

/* By topic; the last entry has no parameter. */
extern const struct micro micro_chip[], micro_launch[], micro_fetch[], micro_issue[], micro_lds[], micro_scalar[],
    micro_l1[], micro_l2[], micro_memory[];

/* The code objects, and 1 MB of device memory at a 2 MB boundary whose every 8 bytes hold its own address. */
extern struct code *micro_issue_code, *micro_memory_code, *micro_fetch_code, *micro_inside_code;
extern struct mem_alloc *micro_memory_block;

/* --- setting other parameters --- */
/* Sets one until micro_restore: at most 8 at a time. */
void micro_set(const char *parameter, double value);
void micro_restore(void);

/* --- launches --- */
struct micro_launch {
    const struct code *code;
    const char *kernel;
    unsigned groups, items;
    uint32_t dynamic_lds;
    struct time_args args;
};
struct gfx950sim_time micro_run(const struct micro_launch *l);
/* Clocks of two launches that differ in the count alone: of the larger less the smaller. With `again`, each runs twice
 * and the second counts. */
double micro_clocks(const struct micro_launch *l, uint32_t count, uint32_t more, bool again);
/* Memory for a bench, all of it defined. Ends the program without. */
struct mem_alloc *micro_buffer(size_t bytes);

/* --- benches of one form --- */
double micro_chain(const struct micro *m); /* clocks, less those of others */
double micro_rate(const struct micro *m);  /* `times` a clock */

/* --- circles of pointers --- */
/* Clocks of a link in a circle of n links, `step` bytes apart, in one of the chase kernels, when it goes round. */
double micro_circle(const char *kernel, const char *mode, size_t n, size_t step);
/* The largest circle, at most `most` links, of which none costs more than a circle of `few` links does. */
size_t micro_fits(const char *kernel, const char *mode, size_t few, size_t most, size_t step);

#endif
