/* Micro-benchmarks of the machine, and what parameters each shows. */
#ifndef SMALLM_BENCH_MICRO_ROWS_H
#define SMALLM_BENCH_MICRO_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum micro_kind {
    MICRO_PAIR,   /* NAME_1 and NAME_2 of micro_issue.s: clocks or ns of one repetition */
    MICRO_CHASE,  /* vmem_chase over lines that are at `level`: clocks or ns of a link */
    MICRO_STREAM, /* GB/s of the whole chip */
    MICRO_TAGS,   /* clocks of a load of 64 lines */
    MICRO_ATOMIC, /* ns of an atomic on one line that the whole chip updates */
    MICRO_GAP     /* ns between two kernels of a graph that do nothing */
};

enum micro_level { MICRO_L1, MICRO_L2, MICRO_MALL, MICRO_HBM };

enum { MICRO_TERMS = 3 };

struct micro_term {
    const char *parameter;
    double times;
};

/* By the machine file a row is the sum of its terms, each a parameter times a number, or, where `inverse`, that number
 * divided by the one parameter. */
struct micro_row {
    const char *name, *kernel;
    enum micro_kind kind;
    unsigned items;  /* pairs: of the one workgroup */
    uint32_t stride; /* pairs: between lanes in LDS */
    bool inverse;
    bool in_ns;   /* the first parameter is in ns, and so is the row; further ones are in clocks */
    bool rate;    /* the first parameter is in bytes a clock, of `units` of them, and the row in GB/s */
    double units; /* on the chip */
    struct micro_term term[MICRO_TERMS];
    enum micro_level level;
};

extern const struct micro_row micro_rows[];
extern const size_t micro_rows_count;

#endif
