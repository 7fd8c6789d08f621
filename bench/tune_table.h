/* The table being written. */
#ifndef SMALLM_BENCH_TUNE_TABLE_H
#define SMALLM_BENCH_TUNE_TABLE_H

#include <stdio.h>

#include "tune_rank.h"

struct row {
    struct cell cell;
    char *text; /* without a newline; a comment where the cell is left to the cost model */
};

struct table {
    const struct tune_kind *kind;
    const char *file; /* NULL: stdout */
    const char *device;
    const char *method; /* of rows that are added: "model", "modelled", "measured" */
    bool checked;
    struct row *rows;
    size_t count, room;
};

/* Add the rows that `file` has; no such file, no rows. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status table_resume(struct table *table);
/* Is there a row whose method is at least as good as the table's? A measurement is better than the timing model, and
 * that is better than the cost model; what has another method somebody else has put there, and it is kept. */
bool table_holds(const struct table *table, const struct cell *cell);

/* In the place of a row for this cell, where there is one. */
enum exit_status table_add(struct table *table, const struct cell *cell, const struct candidate *candidate);

/* No kernel is fast enough for all problems of this cell: a comment in the place of its row, so that it is not timed
 * again; none where the cost model alone decides. */
enum exit_status table_leave(struct table *table, const struct cell *cell);
/* No row for this cell. */
void table_drop(struct table *table, const struct cell *cell);

/* The first line that is no comment, with its newline. */
void table_write_header(FILE *file, const struct tune_kind *kind);

/* Write all rows, sorted: the file is whole at every moment. */
enum exit_status table_save(struct table *table);
size_t table_rows(const struct table *table); /* that are no comments */
void table_free(struct table *table);

#endif
