/* What the tables of dense and of MoE cells differ in, for the tuner. */
#ifndef SMALLM_BENCH_TUNE_KIND_H
#define SMALLM_BENCH_TUNE_KIND_H

#include <stddef.h>

#include "check.h"
#include "smallm/context.h"
#include "smallm/plan.h"
#include "smallm/table.h"
#include "time_cell.h"
#include "tune_options.h"

enum { MOST_KEYS = 5, CELL_TEXT = 128 };

/* A row of the table to be: its first columns, and the problems that it is for. */
struct cell {
    unsigned key[MOST_KEYS]; /* 0 past kind->keys */
    const void *problem;     /* [problems], as the kind has them */
    size_t problems;
};

struct cells {
    struct cell *cell; /* sorted by key */
    size_t count;
    void *problem;
};

struct trial;

struct tune_kind {
    const char *name;     /* the command line's first word; its kernels are called smallm_<name>_... */
    const char *shapes;   /* the file that is read unless another is named */
    const char *variable; /* names a table to the library */
    const char *about;    /* first line of the table, a comment */
    const char *columns;  /* of the key, each with a comma */
    unsigned keys;
    /* How much more than the library's own choice a row's kernel may take for any problem of the row: 1, as much; 0: no
     * matter. */
    double most;

    enum exit_status (*read)(struct cells *cells, const struct tune_options *options);
    smallm_status (*check_table)(const char *file, uint64_t *rows, smallm_table_problem problem, void *user);
    /* Of a kernel, or with NULL and 0 of the library's own choice. */
    smallm_status (*plan)(smallm_plan **plan, smallm_context *context, const struct cell *cell, size_t at,
                          const char *kernel, uint32_t k_splits);
    unsigned (*rows)(const struct cell *cell); /* of X that go with one read of W */
    /* Would the library follow a row with this kernel for the problem? */
    bool (*follows)(const struct cell *cell, size_t at, const smallm_kernel_properties *kernel);
    /* A launch of the problem. */
    enum exit_status (*time)(struct time_result *result, const struct backend *backend, const struct cell *cell,
                             size_t at, const struct time_choice *choice);

    /* A small problem, for tune_check.c: N and K are the trial's own. */
    void (*sizes)(unsigned *n, unsigned *k, const struct cell *cell);
    bool (*variant)(const struct cell *cell, const smallm_kernel_properties *kernel); /* CLASS_VARIANT? */
    smallm_status (*trial_plan)(struct trial *trial);
    bool (*trial_inputs)(struct trial *trial); /* and what is right for them; false without memory */
    smallm_status (*trial_execute)(const struct trial *trial);
    struct check_result (*trial_check)(const struct trial *trial);
};

extern const struct tune_kind tune_dense, tune_moe;

int cell_compare(const struct cell *a, const struct cell *b);
/* As "K=6144 N=2304 M=1". */
const char *cell_text(char text[CELL_TEXT], const struct tune_kind *kind, const struct cell *cell);
void cells_free(struct cells *cells);

#endif
