/* The table being written. */
#ifndef SMALLM_BENCH_TUNE_TABLE_H
#define SMALLM_BENCH_TUNE_TABLE_H

#include "tune_rank.h"

extern const char table_header[]; /* with its newline */

struct row {
    struct shape shape;
    char *text; /* without a newline */
};

struct table {
    const char *file; /* NULL: stdout */
    const char *device;
    bool checked;
    struct row *rows;
    size_t count, room;
};

/* Add the rows that `file` has; no such file, no rows. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status table_resume(struct table *table);
/* As long as nothing was added but by table_resume. */
bool table_has(const struct table *table, struct shape shape);

enum exit_status table_add(struct table *table, struct shape shape, const struct candidate *candidate);

/* Write all rows, sorted: the file is whole at every moment. */
enum exit_status table_save(struct table *table);
void table_free(struct table *table);

#endif
