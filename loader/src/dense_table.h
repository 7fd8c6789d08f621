/* The table of tuned dense cells, keyed by K, N and M. */
#ifndef SMALLM_SRC_DENSE_TABLE_H
#define SMALLM_SRC_DENSE_TABLE_H

#include "table.h"

enum { SMALLM_DENSE_KEY_K, SMALLM_DENSE_KEY_N, SMALLM_DENSE_KEY_M, SMALLM_DENSE_KEYS };

extern const struct smallm_table_kind smallm_dense_table_kind;

#endif
