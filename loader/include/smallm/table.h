/* The table of tuned dense cells: which kernel is best for an exact (K, N, M). One is built in; the context option
 * dense_csv or the environment variable SMALLM_DENSE_CSV replaces it. docs/dispatch.md has the format. */
#ifndef SMALLM_TABLE_H
#define SMALLM_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/export.h"
#include "smallm/status.h"

SMALLM_BEGIN_DECLS

/* Called for every problem of a table: line and column from 1 (0 where the file cannot be read at all), and the reason,
 * which ends with the call. */
typedef void (*smallm_table_problem)(void *user, uint32_t line, uint32_t column, const char *reason);

/* Check a table as smallm_context_create would, but to the end: is every row one that this library can follow? NULL
 * checks the built-in table. `problem` (may be NULL) is called once for each wrong row, in order; `rows` (may be NULL)
 * gets the number of rows. Needs no device.
 *
 * Errors: TABLE, and smallm_last_error() has the first problem with file, line, column and reason;
 * OUT_OF_HOST_MEMORY. Any thread. */
SMALLM_API smallm_status smallm_dense_table_check(const char *file, uint64_t *rows, smallm_table_problem problem,
                                                  void *user);

SMALLM_END_DECLS

#endif
