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

static const char left_mark[] = "# left to the cost model: ";

/* False for the header, other comments and empty lines of a table that is right. */
static bool read_key(struct cell *cell, const struct tune_kind *kind, const char *line) {
    *cell = (struct cell){0};
    if (strncmp(line, left_mark, sizeof left_mark - 1) == 0)
        line += sizeof left_mark - 1;
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

static struct row *find(const struct table *table, const struct cell *cell) {
    for (size_t i = 0; i < table->count; i++)
        if (cell_compare(&table->rows[i].cell, cell) == 0)
            return &table->rows[i];
    return NULL;
}

static const char *method_of(const struct row *row) {
    const char *method = strrchr(row->text, ',') + 1;
    return method + strspn(method, " \t");
}

static int goodness(const char *method) {
    static const char *const methods[] = {"model", "modelled", "measured"};
    const int count = sizeof methods / sizeof methods[0];
    const size_t length = strcspn(method, " \t");
    for (int i = 0; i < count; i++)
        if (strlen(methods[i]) == length && strncmp(methods[i], method, length) == 0)
            return i;
    return count;
}

bool table_holds(const struct table *table, const struct cell *cell) {
    const struct row *row = find(table, cell);
    return row != NULL && goodness(method_of(row)) >= goodness(table->method);
}

void table_drop(struct table *table, const struct cell *cell) {
    struct row *row = find(table, cell);
    if (row == NULL)
        return;
    free(row->text);
    *row = table->rows[--table->count];
}

enum { DIGITS = 11, KEY_TEXT = MOST_KEYS * DIGITS + 1 };

static const char *key_text(char key[KEY_TEXT], const struct table *table, const struct cell *cell) {
    int at = 0;
    for (unsigned i = 0; i < table->kind->keys; i++)
        at += snprintf(key + at, (size_t)(KEY_TEXT - at), "%u,", cell->key[i]);
    return key;
}

enum exit_status table_leave(struct table *table, const struct cell *cell) {
    char key[KEY_TEXT], *text = NULL;
    table_drop(table, cell);
    if (strcmp(table->method, "model") == 0)
        return EXIT_RIGHT;
    if (asprintf(&text, "%s%s%s", left_mark, key_text(key, table, cell), table->method) < 0)
        text = NULL;
    return append(table, cell, text);
}

enum exit_status table_add(struct table *table, const struct cell *cell, const struct candidate *candidate) {
    smallm_kernel_properties kernel = {.size = sizeof kernel};
    smallm_kernel_get_properties(candidate->kernel, &kernel);
    char key[KEY_TEXT], *text = NULL;
    if (asprintf(&text, "%s%s,%u,%u,%u,1,%.3f,%s", key_text(key, table, cell), smallm_kernel_name(candidate->kernel),
                 kernel.n_tile, kernel.k_waves, candidate->k_splits, candidate->us, table->method) < 0)
        text = NULL;
    table_drop(table, cell);
    return append(table, cell, text);
}

void table_write_header(FILE *file, const struct tune_kind *kind) {
    fprintf(file, "%skernel,n_tile,k_waves,k_splits,use_asm,us,method\n", kind->columns);
}

static bool has_other_methods(const struct table *table) {
    for (size_t i = 0; i < table->count; i++)
        if (goodness(method_of(&table->rows[i])) != goodness(table->method))
            return true;
    return false;
}

static const char *about_method(const char *method) {
    static const char *const texts[] = {
        "Method \"model\": us is the cost model's figure, not measured. Margin: within 1 % kernels count as equal.",
        "Method \"modelled\": the fastest of the cost model's best three by the timing model, cold caches, not "
        "measured. "
        "Margin: within 3 % of it kernels count as equal.",
        "Method \"measured\": the fastest of the cost model's best three, replays of a graph over rotating buffers. "
        "Margin: within 3 % of it kernels count as equal."};
    return texts[goodness(method)];
}

static void write_rows(FILE *file, const struct table *table) {
    fprintf(file,
            "# %s docs/dispatch.md has the format.\n"
            "# Made by smallm-tune %s. Machine: %s%s.\n"
            "# %s\n"
            "# %s\n",
            table->kind->about, smallm_version_string(), table->device,
            strcmp(table->method, "modelled") == 0 ? ", timing model, modelled" : "", about_method(table->method),
            table->checked ? "Each kernel was checked against an f64 reference on a small shape of every class of "
                             "shapes that it has here."
                           : "The kernels were not checked (--no-check).");
    if (has_other_methods(table))
        fputs("# Rows of another method were there before; they are kept.\n", file);
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

size_t table_rows(const struct table *table) {
    size_t rows = 0;
    for (size_t i = 0; i < table->count; i++)
        rows += table->rows[i].text[0] != '#';
    return rows;
}

void table_free(struct table *table) {
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i].text);
    free(table->rows);
}
