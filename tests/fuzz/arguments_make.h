/* Arguments: right ones, ones near a limit, and wrong ones. */
#ifndef TESTS_FUZZ_ARGUMENTS_MAKE_H
#define TESTS_FUZZ_ARGUMENTS_MAKE_H

#include "arguments_rules.h"
#include "smallm/moe.h"

/* A struct of the interface in memory that ends where its field size says. */
struct sized {
    void *memory;
    bool wrong; /* the library must answer STRUCT_SIZE */
};

/* A copy of `known`, whose first field is its size, `bytes`; mostly of that size, else longer, shorter, or lying. */
struct sized sized_copy(const void *known, size_t bytes);

/* Mostly valid, small and large; wild: any field may be anything. */
smallm_dense_problem make_problem(bool wild);

/* Of a problem that the library must take. */
smallm_dense_problem make_easy_problem(void);

/* For a valid problem; wild: anything. */
smallm_dense_buffers make_buffers(const smallm_dense_problem *problem, bool wild);
struct workspace make_workspace(uint64_t need, bool wild);

/* The name of a kernel, or of none. */
const char *make_kernel_name(bool wild);

struct cell {
    int64_t k, n, m;
    const char *kernel;
    unsigned k_splits;
    bool use_asm;
};

/* A dispatch table in a file. */
struct table {
    bool known; /* valid and as `cells` says; else the file holds anything */
    unsigned count;
    struct cell cells[8];
};
void make_table(struct table *table, const char *file);

/* The table's row for the problem, or NULL. */
const struct cell *table_cell(const struct table *table, const smallm_dense_problem *problem);

/* The same of MoE cells; a problem of given types that is valid comes to meet a cell. */
struct moe_cell {
    int64_t n, k, a_div, rows;
    int32_t weighted;
    const char *kernel;
    unsigned k_splits;
    bool use_asm;
};

struct moe_table {
    bool known;
    unsigned count;
    struct moe_cell cells[8];
};
void make_moe_table(struct moe_table *table, const char *file);
const struct moe_cell *moe_table_cell(const struct moe_table *table, const smallm_moe_problem *problem);
void meet_moe_cell(smallm_moe_problem *problem, const struct moe_cell *cell);

/* Break a text of `bytes` in `room`; returns how long it is then. */
size_t spoil_table(char *text, size_t bytes, size_t room);
void write_file(const char *file, const char *text, size_t bytes);

#endif
