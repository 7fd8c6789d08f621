/* The table being written. */
#ifndef SMALLM_BENCH_TUNE_TABLE_H
#define SMALLM_BENCH_TUNE_TABLE_H

#include <stdio.h>

#include "tune_rank.h"

struct row {
    struct cell cell;
    char *text; /* without a newline */
};

struct table {
    const struct tune_kind *kind;
    const char *file; /* NULL: stdout */
    const char *device;
    bool checked;
    struct row *rows;
    size_t count, room;
};

/* Add the rows that `file` has; no such file, no rows. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status table_resume(struct table *table);
/* As long as nothing was added but by table_resume. */
bool table_has(const struct table *table, const struct cell *cell);

enum exit_status table_add(struct table *table, const struct cell *cell, const struct candidate *candidate);

/* The first line that is no comment, with its newline. */
void table_write_header(FILE *file, const struct tune_kind *kind);

/* Write all rows, sorted: the file is whole at every moment. */
enum exit_status table_save(struct table *table);
void table_free(struct table *table);

#endif
