/* Tables of tuned cells: which kernel is best for an exact (K, N, M) of a dense problem, or for (N, K, a_div, weighted,
 * rows of an expert) of a MoE problem. Both are built in; the context options dense_csv and moe_csv or the environment
 * variables SMALLM_DENSE_CSV and SMALLM_MOE_CSV replace them. docs/dispatch.md has the formats. */
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

/* Check a table of the kind as smallm_context_create would, but to the end: is every row one that this library can
 * follow? NULL checks the built-in table. `problem` (may be NULL) is called once for each wrong row, in order; `rows`
 * (may be NULL) gets the number of rows. Needs no device.
 *
 * Errors: TABLE, and smallm_last_error() has the first problem with file, line, column and reason;
 * OUT_OF_HOST_MEMORY. Any thread. */
SMALLM_API smallm_status smallm_dense_table_check(const char *file, uint64_t *rows, smallm_table_problem problem,
                                                  void *user);
SMALLM_API smallm_status smallm_moe_table_check(const char *file, uint64_t *rows, smallm_table_problem problem,
                                                void *user);

SMALLM_END_DECLS

#endif
