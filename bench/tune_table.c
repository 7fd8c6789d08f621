#define _GNU_SOURCE
#include "tune_table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smallm/version.h"

static int compare(const void *a, const void *b) {
    return cell_compare(&((const struct row *)a)->cell, &((const struct row *)b)->cell);
}

static void sort(struct table *table) {
    if (table->count != 0)
        qsort(table->rows, table->count, sizeof *table->rows, compare);
}

/* Takes `text`, which is NULL where memory ran out. */
static enum exit_status append(struct table *table, const struct cell *cell, char *text) {
    if (text != NULL && table->count == table->room) {
        const size_t room = 2 * table->room + 64;
        struct row *larger = realloc(table->rows, room * sizeof *larger);
        if (larger == NULL) {
            free(text);
            text = NULL;
        } else {
            table->rows = larger;
            table->room = room;
        }
    }
    if (text == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the table's rows");
    table->rows[table->count++] = (struct row){*cell, text};
    return EXIT_RIGHT;
}

/* False for the header, comments and empty lines of a table that is right. */
static bool read_key(struct cell *cell, const struct tune_kind *kind, const char *line) {
    *cell = (struct cell){0};
    for (unsigned i = 0; i < kind->keys; i++) {
        int length = 0;
        if (sscanf(line, " %u ,%n", &cell->key[i], &length) != 1 || length == 0)
            return false;
        line += length;
    }
    return true;
}

enum exit_status table_resume(struct table *table) {
    FILE *file = fopen(table->file, "r");
    if (file == NULL && errno == ENOENT)
        return EXIT_RIGHT;
    enum exit_status status = exit_status_of(table->kind->check_table(table->file, NULL, NULL, NULL));
    if (file == NULL)
        return status != EXIT_RIGHT
                   ? status
                   : complain(EXIT_BAD_ARGUMENTS, "%s cannot be read: %s", table->file, strerror(errno));
    char *line = NULL;
    size_t room = 0;
    while (status == EXIT_RIGHT && getline(&line, &room, file) >= 0) {
        struct cell cell;
        line[strcspn(line, "\r\n")] = '\0';
        if (read_key(&cell, table->kind, line))
            status = append(table, &cell, strdup(line));
    }
    free(line);
    fclose(file);
    sort(table);
    return status;
}

bool table_has(const struct table *table, const struct cell *cell) {
    const struct row row = {.cell = *cell};
    return table->count != 0 && bsearch(&row, table->rows, table->count, sizeof *table->rows, compare) != NULL;
}

enum exit_status table_add(struct table *table, const struct cell *cell, const struct candidate *candidate) {
    smallm_kernel_properties kernel = {.size = sizeof kernel};
    smallm_kernel_get_properties(candidate->kernel, &kernel);
    enum { DIGITS = 11 };
    char key[MOST_KEYS * DIGITS + 1];
    int at = 0;
    for (unsigned i = 0; i < table->kind->keys; i++)
        at += snprintf(key + at, sizeof key - (size_t)at, "%u,", cell->key[i]);
    char *text = NULL;
    if (asprintf(&text, "%s%s,%u,%u,%u,1,%.3f,model", key, smallm_kernel_name(candidate->kernel), kernel.n_tile,
                 kernel.k_waves, candidate->k_splits, candidate->us) < 0)
        text = NULL;
    return append(table, cell, text);
}

void table_write_header(FILE *file, const struct tune_kind *kind) {
    fprintf(file, "%skernel,n_tile,k_waves,k_splits,use_asm,us,method\n", kind->columns);
}

static void write_rows(FILE *file, const struct table *table) {
    fprintf(file,
            "# %s docs/dispatch.md has the format.\n"
            "# Made by smallm-tune %s on %s. Method \"model\": us is the cost model's figure, not measured.\n"
            "# %s\n",
            table->kind->about, smallm_version_string(), table->device,
            table->checked ? "Each kernel was checked against an f64 reference on a small shape of every class of "
                             "shapes that it has here."
                           : "The kernels were not checked (--no-check).");
    table_write_header(file, table->kind);
    for (size_t i = 0; i < table->count; i++)
        fprintf(file, "%s\n", table->rows[i].text);
}

enum exit_status table_save(struct table *table) {
    sort(table);
    if (table->file == NULL) {
        write_rows(stdout, table);
        return fflush(stdout) == 0 ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "stdout cannot be written");
    }
    char *draft = NULL;
    if (asprintf(&draft, "%s.draft", table->file) < 0)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a file name");
    FILE *file = fopen(draft, "w");
    bool good = file != NULL;
    if (good) {
        write_rows(file, table);
        good = ferror(file) == 0;
        good = fclose(file) == 0 && good && rename(draft, table->file) == 0;
    }
    enum exit_status status =
        good ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "%s cannot be written: %s", table->file, strerror(errno));
    if (file != NULL && !good)
        unlink(draft);
    free(draft);
    return status;
}

void table_free(struct table *table) {
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i].text);
    free(table->rows);
}
