#ifndef SMALLM_SRC_DENSE_TABLE_READ_H
#define SMALLM_SRC_DENSE_TABLE_READ_H

#include <stddef.h>

#include "smallm/status.h"

/* The bytes of `file`, or of the built-in table if it is NULL, with a NUL after them, in memory from malloc. */
smallm_status smallm_dense_table_read(const char *file, char **text, size_t *bytes);

#endif
