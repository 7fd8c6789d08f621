#include "moe_table.h"

#include "kernel_info.h"
#include "moe_fit.h"

extern const char smallm_moe_csv[], smallm_moe_csv_end[];

void smallm_moe_table_key(int64_t key[SMALLM_MOE_KEYS], const smallm_moe_problem *problem) {
    int64_t rows = 1;
    while (rows < (problem->slots + problem->experts - 1) / problem->experts)
        rows *= 2;
    key[SMALLM_MOE_KEY_N] = problem->n;
    key[SMALLM_MOE_KEY_K] = problem->k;
    key[SMALLM_MOE_KEY_A_DIV] = problem->a_div;
    key[SMALLM_MOE_KEY_WEIGHTED] = problem->weighted;
    key[SMALLM_MOE_KEY_ROWS] = rows;
}

/* Asked for one expert and one block. */
static bool possible(const struct smallm_cell *cell, uint32_t *wrong, struct smallm_reason *why) {
    const struct smallm_kernel_info *info = &smallm_kernels[cell->kernel];
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    const uint32_t k = cell->key[SMALLM_MOE_KEY_K], rows = cell->key[SMALLM_MOE_KEY_ROWS];
    problem.experts = problem.x_rows = problem.slots = problem.n = problem.ldo = 1;
    problem.k = problem.ldx = k;
    problem.ldxs = k / SMALLM_BLOCK_K;
    problem.sorted_len = problem.block_m;
    *wrong = SMALLM_MOE_KEY_ROWS;
    if ((rows & (rows - 1)) != 0)
        return smallm_no(why, 0, "rows is %u; it must be a power of two: slots over experts, rounded up to one", rows);
    *wrong = SMALLM_MOE_KEY_K;
    if (k % SMALLM_BLOCK_K != 0)
        return smallm_no(why, 0, "K is %u; it must be a multiple of %d, the block that shares a scale", k,
                         SMALLM_BLOCK_K);
    if (!smallm_moe_fits(info, &problem, why))
        return false;
    *wrong = SMALLM_MOE_KEY_N;
    problem.n = problem.ldo = cell->key[SMALLM_MOE_KEY_N];
    if (!smallm_moe_fits(info, &problem, why))
        return false;
    *wrong = SMALLM_WRONG_K_SPLITS;
    return smallm_moe_splits_fit(info, cell->k_splits, &problem, why);
}

const struct smallm_table_kind smallm_moe_table_kind = {
    .name = "MoE",
    .origin = "built-in moe.csv",
    .header = "N,K,a_div,weighted,rows," SMALLM_TABLE_COLUMNS,
    .text = smallm_moe_csv,
    .text_end = smallm_moe_csv_end,
    .operation = SMALLM_OPERATION_MOE,
    .keys = SMALLM_MOE_KEYS,
    .key = {{"N", 1, INT32_MAX},
            {"K", SMALLM_BLOCK_K, INT32_MAX},
            {"a_div", 1, INT32_MAX},
            {"weighted", 0, 1},
            {"rows", 1, 1u << 30}},
    .possible = possible,
};

smallm_status smallm_moe_table_check(const char *file, uint64_t *rows, smallm_table_problem problem, void *user) {
    return smallm_table_check(&smallm_moe_table_kind, file, rows, problem, user);
}
