#include "dense_table_row.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "dense_fit.h"
#include "kernel_info.h"

const char smallm_dense_table_header[] = "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method";

enum column { K, N, M, KERNEL, N_TILE, K_WAVES, K_SPLITS, USE_ASM, US, METHOD, COLUMNS };

static const char *const names[COLUMNS] = {"K",       "N",        "M",       "kernel", "n_tile",
                                           "k_waves", "k_splits", "use_asm", "us",     "method"};

enum { LARGEST = 0x7fffffff, LARGEST_US = 1000000000, QUOTED = 60 };

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

static bool split(struct text cells[COLUMNS], char *begin, char *end, struct smallm_table_fault *fault) {
    uint32_t count = 0;
    for (char *at = begin;; at++) {
        char *comma = memchr(at, ',', (size_t)(end - at));
        if (count < COLUMNS)
            cells[count] = trimmed(begin, at, comma != NULL ? comma : end);
        count++;
        if (comma == NULL)
            break;
        at = comma;
    }
    return count == COLUMNS || smallm_table_fault(fault, 1, "the number of cells is %u; it must be %d: %s", count,
                                                  COLUMNS, smallm_dense_table_header);
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

static bool number(const struct text cells[COLUMNS], enum column column, uint32_t least, uint32_t most, uint32_t *value,
                   struct smallm_table_fault *fault) {
    const struct text *cell = &cells[column];
    uint64_t given, scale;
    if (digits(cell, &given, &scale) && scale == 0 && given >= least && given <= most) {
        *value = (uint32_t)given;
        return true;
    }
    return smallm_table_fault(fault, cell->column, "%s is \"%.*s\"; it must be a whole number from %u to %u",
                              names[column], quoted(cell), cell->begin, least, most);
}

static bool kernel(const struct text *cell, uint32_t *index, struct smallm_table_fault *fault) {
    char name[128];
    if (cell->length < sizeof name) {
        memcpy(name, cell->begin, cell->length);
        name[cell->length] = '\0';
        const int found = smallm_kernel_find(name);
        *index = (uint32_t)found;
        if (found >= 0)
            return true;
    }
    return smallm_table_fault(fault, cell->column,
                              "kernel is \"%.*s\"; no kernel has that name, see smallm_kernel_name or \"smallm info\"",
                              quoted(cell), cell->begin);
}

static bool agrees(const struct text cells[COLUMNS], enum column column, uint32_t value, uint32_t kernels,
                   const char *kernel_name, struct smallm_table_fault *fault) {
    return value == kernels || smallm_table_fault(fault, cells[column].column, "%s is %u; that of kernel %s is %u",
                                                  names[column], value, kernel_name, kernels);
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

static bool shape(struct smallm_dense_cell *cell, const struct text cells[COLUMNS], struct smallm_table_fault *fault) {
    if (!number(cells, K, SMALLM_BLOCK_K, LARGEST, &cell->k, fault))
        return false;
    if (cell->k % SMALLM_BLOCK_K != 0)
        return smallm_table_fault(fault, cells[K].column,
                                  "K is %u; it must be a multiple of %d, the block that shares a scale", cell->k,
                                  SMALLM_BLOCK_K);
    return number(cells, N, 1, LARGEST, &cell->n, fault) && number(cells, M, 1, LARGEST, &cell->m, fault);
}

/* The rules that a plan obeys, asked for dense rows and Out in bf16. */
static bool possible(const struct smallm_dense_cell *cell, const struct text cells[COLUMNS],
                     struct smallm_table_fault *fault) {
    const struct smallm_kernel_info *info = &smallm_kernels[cell->kernel];
    const smallm_dense_problem problem = {
        .m = cell->m,
        .n = cell->n,
        .k = cell->k,
        .ldx = cell->k,
        .ldxs = cell->k / SMALLM_BLOCK_K,
        .ldo = cell->n,
        .out_type = SMALLM_TYPE_BF16,
    };
    struct smallm_reason why = {0};
    enum column wrong = K_SPLITS;
    if (!smallm_dense_shape_fits(info, 1, 1, cell->k, &why))
        wrong = K;
    else if (!smallm_dense_shape_fits(info, 1, cell->n, cell->k, &why))
        wrong = N;
    else if (!smallm_dense_rows_fit(info, &problem, &why))
        wrong = cell->m > info->m_tile ? M : KERNEL;
    else if (smallm_dense_shape_fits(info, cell->k_splits, cell->n, cell->k, &why))
        return true;
    return smallm_table_fault(fault, cells[wrong].column, "%s", why.text);
}

bool smallm_dense_table_row(struct smallm_dense_cell *cell, char *begin, char *end, struct smallm_table_fault *fault) {
    struct text cells[COLUMNS];
    uint32_t n_tile, k_waves, use_asm;
    if (!split(cells, begin, end, fault) || !shape(cell, cells, fault) || !kernel(&cells[KERNEL], &cell->kernel, fault))
        return false;
    const struct smallm_kernel_info *info = &smallm_kernels[cell->kernel];
    if (!number(cells, N_TILE, 1, LARGEST, &n_tile, fault) ||
        !agrees(cells, N_TILE, n_tile, info->n_tile, info->name, fault) ||
        !number(cells, K_WAVES, 1, LARGEST, &k_waves, fault) ||
        !agrees(cells, K_WAVES, k_waves, info->k_waves, info->name, fault) ||
        !number(cells, K_SPLITS, 1, LARGEST, &cell->k_splits, fault) ||
        !number(cells, USE_ASM, 0, 1, &use_asm, fault) || !microseconds(&cells[US], &cell->us, fault))
        return false;
    cell->use_asm = use_asm != 0;
    if (cells[METHOD].length == 0)
        return smallm_table_fault(fault, cells[METHOD].column, "method is empty; say how us was found, such as model");
    cell->method = cells[METHOD].begin;
    cells[METHOD].begin[cells[METHOD].length] = '\0';
    return possible(cell, cells, fault);
}
