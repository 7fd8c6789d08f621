#include "dense_table.h"

#include <stdlib.h>
#include <string.h>

#include "dense_table_read.h"
#include "dense_table_row.h"
#include "error.h"
#include "smallm/table.h"

/* Where the faults of a table go; the first one ends a load and not a check. */
struct reader {
    struct smallm_dense_table *table;
    size_t room;
    bool all;
    smallm_table_problem problem;
    void *user;
    smallm_status status;
};

/* Whether to go on. */
static bool report(struct reader *reader, const struct smallm_table_fault *fault) {
    if (reader->status == SMALLM_OK)
        reader->status = smallm_fail(SMALLM_ERROR_TABLE, "dense table %.1000s:%u:%u: %s", reader->table->origin,
                                     fault->line, fault->column, fault->reason);
    if (reader->problem != NULL)
        reader->problem(reader->user, fault->line, fault->column, fault->reason);
    return reader->all;
}

static int compare_shapes(const struct smallm_dense_cell *a, const struct smallm_dense_cell *b) {
    if (a->k != b->k)
        return a->k < b->k ? -1 : 1;
    if (a->n != b->n)
        return a->n < b->n ? -1 : 1;
    return a->m < b->m ? -1 : a->m > b->m;
}

static int compare_cells(const void *a, const void *b) {
    const struct smallm_dense_cell *left = a, *right = b;
    const int order = compare_shapes(left, right);
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

static bool is_header(const char *begin, const char *end, struct smallm_table_fault *fault) {
    const size_t length = strlen(smallm_dense_table_header);
    return ((size_t)(end - begin) == length && memcmp(begin, smallm_dense_table_header, length) == 0) ||
           smallm_table_fault(fault, 1, "the first line that is no comment must be the header %s",
                              smallm_dense_table_header);
}

static void read_rows(struct reader *reader, char *text, size_t bytes) {
    struct smallm_table_fault fault = {0};
    bool header = false;
    char *const end = text + bytes;
    for (char *at = text; at < end;) {
        char *newline = memchr(at, '\n', (size_t)(end - at));
        if (newline == NULL)
            newline = end;
        char *const last = line_end(at, newline);
        fault.line++;
        struct smallm_dense_cell cell = {.line = fault.line};
        bool right = is_text(at, last, &fault);
        if (right && !is_comment(at, last)) {
            if (header) {
                right = smallm_dense_table_row(&cell, at, last, &fault);
                if (right)
                    reader->table->cells[reader->table->count++] = cell;
            } else {
                header = true;
                right = is_header(at, last, &fault);
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
    if (!header && !smallm_table_fault(&fault, 1, "there is no header %s", smallm_dense_table_header))
        report(reader, &fault);
}

static void find_repeated(struct reader *reader) {
    const struct smallm_dense_table *table = reader->table;
    qsort(table->cells, table->count, sizeof *table->cells, compare_cells);
    for (size_t i = 1; i < table->count; i++) {
        const struct smallm_dense_cell *before = &table->cells[i - 1], *cell = &table->cells[i];
        if (compare_shapes(before, cell) != 0)
            continue;
        struct smallm_table_fault fault = {.line = cell->line};
        smallm_table_fault(&fault, 1, "K=%u, N=%u, M=%u is already in line %u; a shape has one row", cell->k, cell->n,
                           cell->m, before->line);
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

static void read_table(struct reader *reader, const char *file) {
    struct smallm_dense_table *table = reader->table;
    size_t bytes;
    *table = (struct smallm_dense_table){0};
    reader->status = smallm_dense_table_read(file, &table->text, &bytes);
    if (reader->status != SMALLM_OK) {
        if (reader->problem != NULL && reader->status == SMALLM_ERROR_TABLE)
            reader->problem(reader->user, 0, 0, smallm_last_error());
        return;
    }
    table->origin = strdup(file != NULL ? file : "built-in dense.csv");
    table->cells = malloc(count_lines(table->text, bytes) * sizeof *table->cells);
    if (table->cells == NULL || table->origin == NULL) {
        reader->status = smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no memory for the rows of a dense table");
        return;
    }
    read_rows(reader, table->text, bytes);
    if (reader->status == SMALLM_OK || reader->all)
        find_repeated(reader);
}

smallm_status smallm_dense_table_load(struct smallm_dense_table *table, const char *file) {
    struct reader reader = {.table = table};
    read_table(&reader, file);
    if (reader.status != SMALLM_OK)
        smallm_dense_table_free(table);
    return reader.status;
}

void smallm_dense_table_free(struct smallm_dense_table *table) {
    free(table->cells);
    free(table->text);
    free(table->origin);
    *table = (struct smallm_dense_table){0};
}

const struct smallm_dense_cell *smallm_dense_table_find(const struct smallm_dense_table *table, int64_t k, int64_t n,
                                                        int64_t m) {
    size_t from = 0, to = table->count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const struct smallm_dense_cell *cell = &table->cells[middle];
        if (cell->k == k && cell->n == n && cell->m == m)
            return cell;
        if (cell->k < k || (cell->k == k && (cell->n < n || (cell->n == n && cell->m < m))))
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

smallm_status smallm_dense_table_check(const char *file, uint64_t *rows, smallm_table_problem problem, void *user) {
    struct smallm_dense_table table;
    struct reader reader = {.table = &table, .all = true, .problem = problem, .user = user};
    read_table(&reader, file);
    if (rows != NULL)
        *rows = table.count;
    smallm_dense_table_free(&table);
    return reader.status;
}
