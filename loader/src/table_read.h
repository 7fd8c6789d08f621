#ifndef SMALLM_SRC_TABLE_READ_H
#define SMALLM_SRC_TABLE_READ_H

#include "table.h"

/* The bytes of `file`, or of the built-in table if it is NULL, with a NUL after them, in memory from malloc. */
smallm_status smallm_table_read(const struct smallm_table_kind *kind, const char *file, char **text, size_t *bytes);

#endif
