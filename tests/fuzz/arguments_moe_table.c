/* Tables of MoE cells: right ones, whose rows problems meet, and broken ones. */
#include <stdio.h>
#include <string.h>

#include "arguments_make.h"
#include "fuzz.h"

enum { BLOCK_M = 64, TICKETS = 4096, MOST_ROWS_LOG = 6 };

static uint64_t up(uint64_t a, uint64_t b) {
    return a / b + (a % b != 0);
}

static struct moe_cell make_cell(void) {
    const char *name = make_kernel_name(false);
    while (!kernel_is_moe(name))
        name = make_kernel_name(false);
    const struct kernel_shape shape = kernel_shape(name);
    struct moe_cell cell = {.kernel = name, .k_splits = 1, .use_asm = !fuzz_once_in(4)};
    cell.n = 1 + (int64_t)fuzz_below(5000);
    cell.k = 32 * (1 + (int64_t)fuzz_below(600));
    cell.a_div = 1 + (int64_t)fuzz_below(12);
    cell.weighted = (int32_t)fuzz_below(2);
    cell.rows = 1ll << fuzz_below(MOST_ROWS_LOG + 1);
    const uint64_t most = up((uint64_t)cell.k, shape.k_step) / shape.k_waves;
    const bool tickets = up((uint64_t)cell.n, shape.n_tile) * up(BLOCK_M, shape.m_tile) <= TICKETS;
    if (shape.matrix && tickets && most >= 2)
        cell.k_splits = 1 + (unsigned)fuzz_below(most);
    return cell;
}

static bool same_place(const struct moe_cell *a, const struct moe_cell *b) {
    return a->n == b->n && a->k == b->k && a->a_div == b->a_div && a->weighted == b->weighted && a->rows == b->rows;
}

void make_moe_table(struct moe_table *table, const char *file) {
    static char text[1 << 14];
    const size_t room = sizeof text / 2;
    table->known = true;
    table->count = 0;
    size_t at =
        (size_t)snprintf(text, room, "N,K,a_div,weighted,rows,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n");
    for (uint64_t left = fuzz_below(9); left > 0; left--) {
        const struct moe_cell cell = make_cell();
        const struct kernel_shape shape = kernel_shape(cell.kernel);
        bool seen = false;
        for (unsigned i = 0; i < table->count; i++)
            seen = seen || same_place(&cell, &table->cells[i]);
        if (seen)
            continue;
        table->cells[table->count++] = cell;
        at += (size_t)snprintf(text + at, room - at, "%lld,%lld,%lld,%d,%lld,%s,%u,%u,%u,%d,1.5,model\n",
                               (long long)cell.n, (long long)cell.k, (long long)cell.a_div, cell.weighted,
                               (long long)cell.rows, cell.kernel, shape.n_tile, shape.k_waves, cell.k_splits,
                               cell.use_asm);
    }
    if (fuzz_once_in(2)) {
        at = spoil_table(text, at, sizeof text);
        table->known = false;
    }
    write_file(file, text, at);
}

void meet_moe_cell(smallm_moe_problem *problem, const struct moe_cell *cell) {
    problem->n = cell->n;
    problem->k = cell->k;
    problem->a_div = cell->a_div;
    problem->weighted = cell->weighted;
    problem->experts = 1 + (int64_t)fuzz_below(64);
    problem->slots = cell->rows * problem->experts - (int64_t)fuzz_below((uint64_t)problem->experts);
    problem->x_rows = (int64_t)up((uint64_t)problem->slots, (uint64_t)cell->a_div);
    problem->sorted_len = smallm_moe_sorted_len(problem->slots, problem->experts, problem->block_m);
    problem->top_k = problem->ldx = problem->ldxs = problem->ldo = 0;
}

const struct moe_cell *moe_table_cell(const struct moe_table *table, const smallm_moe_problem *problem) {
    struct moe_cell place = {
        .n = problem->n, .k = problem->k, .a_div = problem->a_div, .weighted = problem->weighted != 0, .rows = 1};
    while (place.rows * problem->experts < problem->slots)
        place.rows *= 2;
    for (unsigned i = 0; table->known && i < table->count; i++)
        if (same_place(&place, &table->cells[i]))
            return &table->cells[i];
    return NULL;
}
