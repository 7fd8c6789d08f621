/* What the parts of a self-test find. */
#ifndef SMALLM_BENCH_SELFTEST_PARTS_H
#define SMALLM_BENCH_SELFTEST_PARTS_H

#include <stdbool.h>

#include "backend.h"
#include "time_cell.h"

enum { SELFTEST_MOST_TRIALS = 2, SELFTEST_MOST_CELLS = 16 };

/* One kernel on one small shape. */
struct selftest_trial {
    char shape[64];
    bool pass;
    bool compared;               /* there was a result to compare */
    double rel_err, bound_ratio; /* 0 where results are compared bit for bit */
    size_t wrong;                /* elements */
};

struct selftest_kernel {
    const char *name;
    struct selftest_trial trial[SELFTEST_MOST_TRIALS];
    unsigned trials;
    bool pass;
};

/* NaN where there is none. */
struct selftest_micro {
    const char *name, *unit;
    const char *parameter; /* of the machine file, that most of it rests on */
    char confidence;       /* of that parameter: H, M or L */
    double hardware, modelled;
    double by_file; /* what the machine file's parameters make of it */
    bool pass;      /* false: the simulator does not give back its own parameters */
};

struct selftest_cell {
    const char *name;
    bool on_hardware, in_model;
    struct time_result hardware, modelled;
};

struct selftest_report {
    const struct backend *backend; /* the device that was asked for */
    const struct backend *model;   /* the simulator, or NULL */
    struct selftest_kernel *kernel;
    unsigned kernels;
    struct selftest_micro *micro;
    unsigned micros;
    struct selftest_cell cell[SELFTEST_MOST_CELLS];
    unsigned cells;
    double hardware_mhz; /* core clock; 0 where there is no hardware */
    bool quick;          /* without cells */
    bool broken_off;     /* a part could not be finished */
};

/* Each fills in its part, as far as it gets. EXIT_RIGHT also where something is wrong; else a status after saying what
 * failed. */
enum exit_status selftest_kernels(struct selftest_report *report);
enum exit_status selftest_micros(struct selftest_report *report);
enum exit_status selftest_cells(struct selftest_report *report);

/* Kernels that are not GEMMs, on `trial` number `at`. */
enum exit_status selftest_quantise(struct selftest_trial *trial, const struct backend *backend, unsigned at);
enum exit_status selftest_moe_sort(struct selftest_trial *trial, const struct backend *backend, unsigned at);

unsigned selftest_wrong_kernels(const struct selftest_report *report);
unsigned selftest_wrong_micros(const struct selftest_report *report);
void selftest_print_text(const struct selftest_report *report);
enum exit_status selftest_print_json(const struct selftest_report *report);

#endif
