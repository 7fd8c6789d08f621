/* Tables of tuned cells, one kind for each operation: the text of a file in configs/, built in, or a file of the
 * user's. All are read by the same code, once, when a context is created; afterwards a table is constant.
 * docs/dispatch.md has the format. */
#ifndef SMALLM_SRC_TABLE_H
#define SMALLM_SRC_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plan_key.h"
#include "reason.h"
#include "smallm/status.h"
#include "smallm/table.h"

enum { SMALLM_TABLE_KEYS = 5 };

struct smallm_cell {
    uint32_t key[SMALLM_TABLE_KEYS]; /* what a problem must be, in the order of the kind's columns */
    uint32_t kernel;                 /* index in smallm_kernels */
    uint32_t k_splits;               /* from 1 */
    uint32_t line;                   /* in the table's file, from 1 */
    bool use_asm;                    /* false: the caller's own path is faster here */
    double us;                       /* what the tuner expects of the kernel */
    const char *method;              /* how the tuner knows: "model", ... */
};

/* The columns after the keys, of every kind. */
#define SMALLM_TABLE_COLUMNS "kernel,n_tile,k_waves,k_splits,use_asm,us,method"

/* Number of the column where a row is wrong, from the first key on. */
enum smallm_table_wrong { SMALLM_WRONG_KERNEL = SMALLM_TABLE_KEYS, SMALLM_WRONG_K_SPLITS = SMALLM_WRONG_KERNEL + 3 };

struct smallm_table_kind {
    const char *name;   /* "dense" */
    const char *origin; /* what the built-in text is called */
    const char *header;
    const char *text, *text_end; /* built in, a NUL after it */
    enum smallm_operation operation;
    uint32_t keys;
    struct {
        const char *name;
        uint32_t least, most;
    } key[SMALLM_TABLE_KEYS];
    /* The rules that a plan obeys: false, with the number of the column (a key's, or an enum smallm_table_wrong) and
     * the reason. */
    bool (*possible)(const struct smallm_cell *cell, uint32_t *wrong, struct smallm_reason *why);
};

struct smallm_table {
    const struct smallm_table_kind *kind;
    struct smallm_cell *cells; /* sorted by their keys */
    size_t count;
    char *text;   /* the file's bytes; the cells' methods stand there */
    char *origin; /* the file's name, or the built-in text's */
};

/* Read `file`, or the built-in table if it is NULL. SMALLM_ERROR_TABLE with file, line, column and reason at the first
 * wrong cell; then, or without memory, the table is empty. */
smallm_status smallm_table_load(struct smallm_table *table, const struct smallm_table_kind *kind, const char *file);
void smallm_table_free(struct smallm_table *table);

/* The row of exactly these keys, or NULL. No lock, no allocation. */
const struct smallm_cell *smallm_table_find(const struct smallm_table *table, const int64_t *key);

/* "K=6144, N=2304, M=1", with another separator. */
enum { SMALLM_TABLE_PLACE = SMALLM_TABLE_KEYS * 32 };
void smallm_table_place(char place[SMALLM_TABLE_PLACE], const struct smallm_table_kind *kind,
                        const struct smallm_cell *cell, const char *separator);

/* The public checks. */
smallm_status smallm_table_check(const struct smallm_table_kind *kind, const char *file, uint64_t *rows,
                                 smallm_table_problem problem, void *user);

#endif
