#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "table_read.h"
#include "table_row.h"

/* Where the faults of a table go; the first one ends a load and not a check. */
struct reader {
    struct smallm_table *table;
    size_t room;
    bool all;
    smallm_table_problem problem;
    void *user;
    smallm_status status;
};

/* Whether to go on. */
static bool report(struct reader *reader, const struct smallm_table_fault *fault) {
    if (reader->status == SMALLM_OK)
        reader->status = smallm_fail(SMALLM_ERROR_TABLE, "%s table %.1000s:%u:%u: %s", reader->table->kind->name,
                                     reader->table->origin, fault->line, fault->column, fault->reason);
    if (reader->problem != NULL)
        reader->problem(reader->user, fault->line, fault->column, fault->reason);
    return reader->all;
}

/* Unused keys are 0. */
static int compare_keys(const struct smallm_cell *a, const struct smallm_cell *b) {
    for (int i = 0; i < SMALLM_TABLE_KEYS; i++)
        if (a->key[i] != b->key[i])
            return a->key[i] < b->key[i] ? -1 : 1;
    return 0;
}

static int compare_cells(const void *a, const void *b) {
    const struct smallm_cell *left = a, *right = b;
    const int order = compare_keys(left, right);
    if (order != 0)
        return order;
    return left->line < right->line ? -1 : left->line > right->line;
}

/* A line's last byte, without \n and \r\n. */
static char *line_end(char *begin, char *newline) {
    return newline > begin && newline[-1] == '\r' ? newline - 1 : newline;
}

static bool is_text(const char *begin, const char *end, struct smallm_table_fault *fault) {
    for (const char *at = begin; at < end; at++)
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7f)
            return smallm_table_fault(fault, (uint32_t)(at - begin) + 1, "a byte 0x%02x; a table is plain text",
                                      (unsigned char)*at);
    return true;
}

static bool is_comment(const char *begin, const char *end) {
    while (begin < end && (*begin == ' ' || *begin == '\t'))
        begin++;
    return begin == end || *begin == '#';
}

static bool is_header(const char *header, const char *begin, const char *end, struct smallm_table_fault *fault) {
    const size_t length = strlen(header);
    return ((size_t)(end - begin) == length && memcmp(begin, header, length) == 0) ||
           smallm_table_fault(fault, 1, "the first line that is no comment must be the header %s", header);
}

static void read_rows(struct reader *reader, char *text, size_t bytes) {
    const struct smallm_table_kind *kind = reader->table->kind;
    struct smallm_table_fault fault = {0};
    bool header = false;
    char *const end = text + bytes;
    for (char *at = text; at < end;) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            newline = end;
        char *const last = line_end(at, newline);
        fault.line++;
        struct smallm_cell cell = {.line = fault.line};
        bool right = is_text(at, last, &fault);
        if (right && !is_comment(at, last)) {
            if (header) {
                right = smallm_table_row(kind, &cell, at, last, &fault);
                if (right)
                    reader->table->cells[reader->table->count++] = cell;
            } else {
                header = true;
                right = is_header(kind->header, at, last, &fault);
                if (!right) {
                    report(reader, &fault);
                    return;
                }
            }
        }
        if (!right && !report(reader, &fault))
            return;
        at = newline + 1;
    }
    fault.line += fault.line == 0;
    if (!header && !smallm_table_fault(&fault, 1, "there is no header %s", kind->header))
        report(reader, &fault);
}

void smallm_table_place(char place[SMALLM_TABLE_PLACE], const struct smallm_table_kind *kind,
                        const struct smallm_cell *cell, const char *separator) {
    int at = 0;
    for (uint32_t i = 0; i < kind->keys; i++)
        at += snprintf(place + at, (size_t)(SMALLM_TABLE_PLACE - at), "%s%s=%u", i == 0 ? "" : separator,
                       kind->key[i].name, cell->key[i]);
}

static void find_repeated(struct reader *reader) {
    const struct smallm_table *table = reader->table;
    qsort(table->cells, table->count, sizeof *table->cells, compare_cells);
    for (size_t i = 1; i < table->count; i++) {
        const struct smallm_cell *before = &table->cells[i - 1], *cell = &table->cells[i];
        if (compare_keys(before, cell) != 0)
            continue;
        struct smallm_table_fault fault = {.line = cell->line};
        char place[SMALLM_TABLE_PLACE];
        smallm_table_place(place, table->kind, cell, ", ");
        smallm_table_fault(&fault, 1, "%s is already in line %u; a shape has one row", place, before->line);
        if (!report(reader, &fault))
            return;
    }
}

/* No more rows than this. */
static size_t count_lines(const char *text, size_t bytes) {
    size_t lines = 1;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + bytes - at))) != NULL; at++)
        lines++;
    return lines;
}

static void read_table(struct reader *reader, const struct smallm_table_kind *kind, const char *file) {
    struct smallm_table *table = reader->table;
    size_t bytes;
    *table = (struct smallm_table){.kind = kind};
    reader->status = smallm_table_read(kind, file, &table->text, &bytes);
    if (reader->status != SMALLM_OK) {
        if (reader->problem != NULL && reader->status == SMALLM_ERROR_TABLE)
            reader->problem(reader->user, 0, 0, smallm_last_error());
        return;
    }
    table->origin = strdup(file != NULL ? file : kind->origin);
    table->cells = malloc(count_lines(table->text, bytes) * sizeof *table->cells);
    if (table->cells == NULL || table->origin == NULL) {
        reader->status =
            smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no memory for the rows of a %s table", kind->name);
        return;
    }
    read_rows(reader, table->text, bytes);
    if (reader->status == SMALLM_OK || reader->all)
        find_repeated(reader);
}

smallm_status smallm_table_load(struct smallm_table *table, const struct smallm_table_kind *kind, const char *file) {
    struct reader reader = {.table = table};
    read_table(&reader, kind, file);
    if (reader.status != SMALLM_OK)
        smallm_table_free(table);
    return reader.status;
}

void smallm_table_free(struct smallm_table *table) {
    free(table->cells);
    free(table->text);
    free(table->origin);
    *table = (struct smallm_table){0};
}

static int compare_key(const struct smallm_cell *cell, const int64_t *key, uint32_t keys) {
    for (uint32_t i = 0; i < keys; i++)
        if (cell->key[i] != key[i])
            return cell->key[i] < key[i] ? -1 : 1;
    return 0;
}

const struct smallm_cell *smallm_table_find(const struct smallm_table *table, const int64_t *key) {
    size_t from = 0, to = table->count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const struct smallm_cell *cell = &table->cells[middle];
        const int order = compare_key(cell, key, table->kind->keys);
        if (order == 0)
            return cell;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

smallm_status smallm_table_check(const struct smallm_table_kind *kind, const char *file, uint64_t *rows,
                                 smallm_table_problem problem, void *user) {
    struct smallm_table table;
    struct reader reader = {.table = &table, .all = true, .problem = problem, .user = user};
    read_table(&reader, kind, file);
    if (rows != NULL)
        *rows = table.count;
    smallm_table_free(&table);
    return reader.status;
}
