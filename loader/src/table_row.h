/* One line of a table. */
#ifndef SMALLM_SRC_TABLE_ROW_H
#define SMALLM_SRC_TABLE_ROW_H

#include "table.h"

struct smallm_table_fault {
    uint32_t line, column; /* from 1; line 0: none read yet */
    char reason[512];
};

__attribute__((format(printf, 3, 4))) bool smallm_table_fault(struct smallm_table_fault *fault, uint32_t column,
                                                              const char *format, ...);

/* Read the row [begin, end), a line without its newline. False with the column and reason of the first wrong cell.
 * Writes a NUL at or before `end`, which ends cell->method. */
bool smallm_table_row(const struct smallm_table_kind *kind, struct smallm_cell *cell, char *begin, char *end,
                      struct smallm_table_fault *fault);

#endif
