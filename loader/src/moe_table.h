/* The table of tuned MoE cells, keyed by N, K, a_div, weighted and the rows of an expert, for any number of experts. */
#ifndef SMALLM_SRC_MOE_TABLE_H
#define SMALLM_SRC_MOE_TABLE_H

#include "smallm/moe.h"
#include "table.h"

enum {
    SMALLM_MOE_KEY_N,
    SMALLM_MOE_KEY_K,
    SMALLM_MOE_KEY_A_DIV,
    SMALLM_MOE_KEY_WEIGHTED,
    SMALLM_MOE_KEY_ROWS,
    SMALLM_MOE_KEYS
};

extern const struct smallm_table_kind smallm_moe_table_kind;

/* The row of a problem. Rows of an expert: slots over experts, at least 1, rounded up to a power of two. */
void smallm_moe_table_key(int64_t key[SMALLM_MOE_KEYS], const smallm_moe_problem *problem);

#endif
