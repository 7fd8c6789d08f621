/* The table of tuned dense cells: the text of configs/dense.csv, built in, or a file of the user's. Both are read by
 * the same code, once, when a context is created; afterwards the table is constant. docs/dispatch.md has the format. */
#ifndef SMALLM_SRC_DENSE_TABLE_H
#define SMALLM_SRC_DENSE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smallm/status.h"

struct smallm_dense_cell {
    uint32_t k, n, m;
    uint32_t kernel;    /* index in smallm_kernels */
    uint32_t k_splits;  /* from 1 */
    uint32_t line;      /* in the table's file, from 1 */
    bool use_asm;       /* false: the caller's own path is faster here */
    double us;          /* what the tuner expects of the kernel */
    const char *method; /* how the tuner knows: "model", ... */
};

struct smallm_dense_table {
    struct smallm_dense_cell *cells; /* sorted by k, n, m */
    size_t count;
    char *text;   /* the file's bytes; the cells' methods stand there */
    char *origin; /* the file's name, or "built-in dense.csv" */
};

/* Read `file`, or the built-in table if it is NULL. SMALLM_ERROR_TABLE with file, line, column and reason at the first
 * wrong cell; then, or without memory, the table is empty. */
smallm_status smallm_dense_table_load(struct smallm_dense_table *table, const char *file);
void smallm_dense_table_free(struct smallm_dense_table *table);

/* The row of exactly this shape, or NULL. No lock, no allocation. */
const struct smallm_dense_cell *smallm_dense_table_find(const struct smallm_dense_table *table, int64_t k, int64_t n,
                                                        int64_t m);

#endif
