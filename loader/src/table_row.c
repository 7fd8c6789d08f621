#include "table_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "forced.h"
#include "kernel_info.h"

/* Columns after the keys. */
enum column { KERNEL, N_TILE, K_WAVES, K_SPLITS, USE_ASM, US, METHOD, COLUMNS };

static const char *const names[COLUMNS] = {"kernel", "n_tile", "k_waves", "k_splits", "use_asm", "us", "method"};

enum { MOST_COLUMNS = SMALLM_TABLE_KEYS + COLUMNS, LARGEST = 0x7fffffff, LARGEST_US = 1000000000, QUOTED = 60 };

struct text {
    char *begin;
    size_t length;
    uint32_t column;
};

bool smallm_table_fault(struct smallm_table_fault *fault, uint32_t column, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fault->column = column;
    vsnprintf(fault->reason, sizeof fault->reason, format, arguments);
    va_end(arguments);
    return false;
}

/* For %.*s: a cell may be as long as the file. */
static int quoted(const struct text *cell) {
    return cell->length < QUOTED ? (int)cell->length : QUOTED;
}

static bool blank(char c) {
    return c == ' ' || c == '\t';
}

static struct text trimmed(char *line, char *begin, char *end) {
    while (begin < end && blank(*begin))
        begin++;
    while (end > begin && blank(end[-1]))
        end--;
    return (struct text){begin, (size_t)(end - begin), (uint32_t)(begin - line) + 1};
}

static bool split(const struct smallm_table_kind *kind, struct text cells[MOST_COLUMNS], char *begin, char *end,
                  struct smallm_table_fault *fault) {
    const uint32_t columns = kind->keys + COLUMNS;
    uint32_t count = 0;
    for (char *at = begin;; at++) {
        char *comma = memchr(at, ',', (size_t)(end - at));
        if (count < columns)
            cells[count] = trimmed(begin, at, comma != NULL ? comma : end);
        count++;
        if (comma == NULL)
            break;
        at = comma;
    }
    return count == columns ||
           smallm_table_fault(fault, 1, "the number of cells is %u; it must be %u: %s", count, columns, kind->header);
}

/* Digits only: no sign, no exponent, whatever the locale. At most nine digits after a point, which `scale` counts. */
static bool digits(const struct text *cell, uint64_t *value, uint64_t *scale) {
    *value = 0;
    *scale = 0;
    size_t seen = 0;
    for (size_t i = 0; i < cell->length; i++) {
        const char c = cell->begin[i];
        if (c == '.' && *scale == 0 && seen > 0) {
            *scale = 1;
            continue;
        }
        if (c < '0' || c > '9' || ++seen > 18)
            return false;
        *value = *value * 10 + (uint64_t)(c - '0');
        if (*scale != 0)
            *scale *= 10;
    }
    return seen > 0 && *scale != 1;
}

static bool number(const struct text *cell, const char *name, uint32_t least, uint32_t most, uint32_t *value,
                   struct smallm_table_fault *fault) {
    uint64_t given, scale;
    if (digits(cell, &given, &scale) && scale == 0 && given >= least && given <= most) {
        *value = (uint32_t)given;
        return true;
    }
    return smallm_table_fault(fault, cell->column, "%s is \"%.*s\"; it must be a whole number from %u to %u", name,
                              quoted(cell), cell->begin, least, most);
}

static bool kernel(const struct smallm_table_kind *kind, const struct text *cell, uint32_t *index,
                   struct smallm_table_fault *fault) {
    char name[128];
    if (cell->length < sizeof name) {
        memcpy(name, cell->begin, cell->length);
        name[cell->length] = '\0';
        const int found = smallm_kernel_find(name);
        *index = (uint32_t)found;
        if (found >= 0)
            return smallm_kernel_is_for(*index, kind->operation) ||
                   smallm_table_fault(fault, cell->column, "kernel is \"%s\", which does not compute %s problems", name,
                                      kind->name);
    }
    return smallm_table_fault(fault, cell->column,
                              "kernel is \"%.*s\"; no kernel has that name, see smallm_kernel_name or \"smallm info\"",
                              quoted(cell), cell->begin);
}

/* A number that must be the kernel's. */
static bool agrees(const struct text *cell, const char *name, uint32_t kernels, const char *kernel_name,
                   struct smallm_table_fault *fault) {
    uint32_t value;
    return number(cell, name, 1, LARGEST, &value, fault) &&
           (value == kernels || smallm_table_fault(fault, cell->column, "%s is %u; that of kernel %s is %u", name,
                                                   value, kernel_name, kernels));
}

static bool microseconds(const struct text *cell, double *us, struct smallm_table_fault *fault) {
    uint64_t value, scale;
    if (digits(cell, &value, &scale)) {
        *us = (double)value / (double)(scale == 0 ? 1 : scale);
        if (*us <= LARGEST_US)
            return true;
    }
    return smallm_table_fault(fault, cell->column,
                              "us is \"%.*s\"; it must be a decimal number of microseconds from 0 to %d, such as 4.25",
                              quoted(cell), cell->begin, LARGEST_US);
}

static bool keys(const struct smallm_table_kind *kind, struct smallm_cell *cell, const struct text *cells,
                 struct smallm_table_fault *fault) {
    for (uint32_t i = 0; i < kind->keys; i++)
        if (!number(&cells[i], kind->key[i].name, kind->key[i].least, kind->key[i].most, &cell->key[i], fault))
            return false;
    return true;
}

bool smallm_table_row(const struct smallm_table_kind *kind, struct smallm_cell *cell, char *begin, char *end,
                      struct smallm_table_fault *fault) {
    struct text cells[MOST_COLUMNS];
    const struct text *const rest = cells + kind->keys;
    uint32_t use_asm, wrong;
    if (!split(kind, cells, begin, end, fault) || !keys(kind, cell, cells, fault) ||
        !kernel(kind, &rest[KERNEL], &cell->kernel, fault))
        return false;
    const struct smallm_kernel_info *info = &smallm_kernels[cell->kernel];
    if (!agrees(&rest[N_TILE], names[N_TILE], info->n_tile, info->name, fault) ||
        !agrees(&rest[K_WAVES], names[K_WAVES], info->k_waves, info->name, fault) ||
        !number(&rest[K_SPLITS], names[K_SPLITS], 1, LARGEST, &cell->k_splits, fault) ||
        !number(&rest[USE_ASM], names[USE_ASM], 0, 1, &use_asm, fault) || !microseconds(&rest[US], &cell->us, fault))
        return false;
    cell->use_asm = use_asm != 0;
    if (rest[METHOD].length == 0)
        return smallm_table_fault(fault, rest[METHOD].column, "method is empty; say how us was found, such as model");
    cell->method = rest[METHOD].begin;
    rest[METHOD].begin[rest[METHOD].length] = '\0';
    struct smallm_reason why = {0};
    if (kind->possible(cell, &wrong, &why))
        return true;
    if (wrong >= SMALLM_TABLE_KEYS)
        wrong += kind->keys - SMALLM_TABLE_KEYS;
    return smallm_table_fault(fault, cells[wrong].column, "%s", why.text);
}
