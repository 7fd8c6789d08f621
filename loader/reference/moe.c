#include "moe.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dense.h"
#include "element.h"
#include "quantise.h"

/* Blocks that count: all below min(num_tokens_post_padded, sorted_len), the last one whole. */
static size_t blocks_in_use(const struct moe_inputs *inputs) {
    const int64_t posts = inputs->num_tokens_post_padded, all = (int64_t)inputs->sorted_len;
    const int64_t used = posts < all ? posts : all, block = (int64_t)inputs->block_m;
    return used <= 0 ? 0 : (size_t)((used + block - 1) / block);
}

static bool is_slot(const struct moe_inputs *inputs, int32_t id) {
    return id >= 0 && (size_t)id < inputs->slots;
}

struct pair {
    int32_t slot, expert;
};

static int compare_pairs(const void *a, const void *b) {
    const struct pair *p = a, *q = b;
    return p->slot != q->slot ? (p->slot > q->slot) - (p->slot < q->slot)
                              : (p->expert > q->expert) - (p->expert < q->expert);
}

/* All pairs in the tables, duplicates among them. */
static size_t list_pairs(const struct moe_inputs *inputs, struct pair *pairs) {
    size_t count = 0;
    for (size_t block = 0; block < blocks_in_use(inputs); block++) {
        const int32_t expert = inputs->expert_ids[block];
        if (expert < 0 || (size_t)expert >= inputs->experts)
            continue;
        for (size_t i = block * inputs->block_m; i < (block + 1) * inputs->block_m; i++)
            if (is_slot(inputs, inputs->sorted_token_ids[i]))
                pairs[count++] = (struct pair){inputs->sorted_token_ids[i], expert};
    }
    return count;
}

int moe_rows_make(struct moe_rows *rows, const struct moe_inputs *inputs) {
    *rows = (struct moe_rows){.n = inputs->n, .k = inputs->k, .slots = inputs->slots, .top_k = inputs->top_k};
    struct pair *pairs = malloc((inputs->sorted_len + 1) * sizeof *pairs);
    rows->first = calloc(inputs->slots + 1, sizeof *rows->first);
    rows->expert = malloc((inputs->sorted_len + 1) * sizeof *rows->expert);
    if (pairs == NULL || rows->first == NULL || rows->expert == NULL) {
        free(pairs);
        moe_rows_free(rows);
        return -1;
    }
    const size_t count = list_pairs(inputs, pairs);
    qsort(pairs, count, sizeof *pairs, compare_pairs);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && compare_pairs(&pairs[i - 1], &pairs[i]) == 0)
            continue;
        rows->expert[rows->count++] = pairs[i].expert;
        rows->first[pairs[i].slot + 1]++;
    }
    for (size_t slot = 0; slot < inputs->slots; slot++)
        rows->first[slot + 1] += rows->first[slot];
    free(pairs);
    return 0;
}

void moe_rows_free(struct moe_rows *rows) {
    free(rows->first);
    free(rows->expert);
    free(rows->sum);
    free(rows->magnitude);
    free(rows->largest);
    free(rows->factor);
    *rows = (struct moe_rows){0};
}

size_t moe_touched(const struct moe_rows *rows, size_t experts, uint8_t *touched) {
    size_t count = 0;
    memset(touched, 0, experts);
    for (size_t row = 0; row < rows->count; row++) {
        count += !touched[rows->expert[row]];
        touched[rows->expert[row]] = 1;
    }
    return count;
}

/* Rows of X as numbers; +0 past the last. */
static void dequantise_x(const struct moe_inputs *inputs, const struct dense_tables *tables, size_t slot,
                         double *values) {
    const size_t row = slot / inputs->a_div;
    if (row < inputs->x_rows)
        dense_dequantise(tables, inputs->x + row * inputs->ldx, inputs->x_scale + row * inputs->ldxs, inputs->k,
                         values);
    else
        memset(values, 0, inputs->k * sizeof *values);
}

static void weigh(struct moe_rows *rows, const struct moe_inputs *inputs, size_t slot, size_t row) {
    const double weight = inputs->weights != NULL ? (double)inputs->weights[slot] : 1;
    rows->factor[row] = fabs(weight);
    for (size_t at = row * rows->n; at < (row + 1) * rows->n; at++) {
        const double magnitude = rows->magnitude[at];
        rows->sum[at] *= weight;
        rows->magnitude[at] *= fabs(weight);
        rows->largest[at] = fmax(magnitude, rows->magnitude[at]);
    }
}

int moe_reference(struct moe_rows *rows, const struct moe_inputs *inputs) {
    const size_t n = rows->n, k = rows->k, cells = (rows->count + 1) * n;
    struct dense_tables tables;
    dense_tables_make(&tables);
    free(rows->sum);
    free(rows->magnitude);
    free(rows->largest);
    free(rows->factor);
    rows->sum = malloc(cells * sizeof *rows->sum);
    rows->magnitude = malloc(cells * sizeof *rows->magnitude);
    rows->largest = malloc(cells * sizeof *rows->largest);
    rows->factor = malloc((rows->count + 1) * sizeof *rows->factor);
    double *x = malloc((inputs->slots + 1) * k * sizeof *x);
    if (rows->sum == NULL || rows->magnitude == NULL || rows->largest == NULL || rows->factor == NULL || x == NULL) {
        free(x);
        return -1;
    }
    double *w = x + inputs->slots * k;
    for (size_t slot = 0; slot < inputs->slots; slot++)
        if (rows->first[slot + 1] > rows->first[slot])
            dequantise_x(inputs, &tables, slot, x + slot * k);
    for (size_t expert = 0; expert < inputs->experts; expert++) {
        if (inputs->w[expert] == NULL)
            continue;
        for (size_t column = 0; column < n; column++) {
            bool here = false; /* W's row is needed, and made numbers of when the first row wants it */
            for (size_t slot = 0; slot < inputs->slots; slot++) {
                for (size_t row = rows->first[slot]; row < rows->first[slot + 1]; row++) {
                    if ((size_t)rows->expert[row] != expert)
                        continue;
                    if (!here)
                        dense_dequantise(&tables, inputs->w[expert] + column * k,
                                         inputs->w_scale[expert] + column * (k / MX_BLOCK), k, w);
                    here = true;
                    dense_dot(x + slot * k, w, k, &rows->sum[row * n + column], &rows->magnitude[row * n + column]);
                }
            }
        }
    }
    free(x);
    for (size_t slot = 0; slot < inputs->slots; slot++)
        for (size_t row = rows->first[slot]; row < rows->first[slot + 1]; row++)
            weigh(rows, inputs, slot, row);
    return 0;
}

/* The exact value of an output and its bound, from one row for each slot that counts. */
struct sum {
    double value;
    struct check_bound bound;
};

static void add_row(struct sum *sum, const struct moe_rows *rows, size_t row, size_t column) {
    const size_t at = row * rows->n + column;
    sum->value += rows->sum[at];
    sum->bound.magnitude += rows->magnitude[at];
    sum->bound.denormal += ((double)(rows->k / MX_BLOCK) * rows->factor[row] + 2) * 0x1p-150;
    sum->bound.largest = fmax(fmax(sum->bound.largest, rows->largest[at]), sum->bound.magnitude);
}

static void consider(struct sum *best, double *best_ratio, const struct sum *candidate, smallm_type type,
                     double value) {
    const double ratio = check_ratio(type, value, candidate->value, &candidate->bound);
    if (!(ratio >= *best_ratio)) {
        *best = *candidate;
        *best_ratio = ratio;
    }
}

/* Every choice of one row for each slot from `slot` on, which are few unless tables are hostile. */
static void try_rows(const struct moe_rows *rows, size_t slot, size_t end, size_t column, const struct sum *so_far,
                     smallm_type type, double value, struct sum *best, double *best_ratio) {
    while (slot < end && rows->first[slot + 1] == rows->first[slot])
        slot++;
    if (slot == end) {
        consider(best, best_ratio, so_far, type, value);
        return;
    }
    for (size_t row = rows->first[slot]; row < rows->first[slot + 1] && *best_ratio > 1; row++) {
        struct sum sum = *so_far;
        add_row(&sum, rows, row, column);
        try_rows(rows, slot + 1, end, column, &sum, type, value, best, best_ratio);
    }
}

struct check_result moe_check(const struct moe_rows *rows, smallm_type type, const void *out, size_t ldo) {
    const size_t group = rows->top_k == 0 ? 1 : rows->top_k;
    const struct sum zero = {.bound.rounding = check_chain(rows->k) + 1 + (double)rows->top_k};
    struct check check = {0};
    for (size_t to = 0; to < rows->slots / group; to++) {
        const size_t first = to * group, end = first + group;
        if (rows->top_k == 0 && rows->first[end] == rows->first[first])
            continue;
        for (size_t column = 0; column < rows->n; column++) {
            const double value = element_to_f64(type, element_get(type, out, to * ldo + column));
            double ratio = INFINITY;
            struct sum best = zero;
            for (size_t slot = first; slot < end; slot++)
                if (rows->first[slot + 1] > rows->first[slot])
                    add_row(&best, rows, rows->first[slot], column);
            try_rows(rows, first, end, column, &zero, type, value, &best, &ratio);
            check_add(&check, type, value, best.value, &best.bound, to, column);
        }
    }
    return check_end(&check);
}
