#include "dense_table.h"

#include "dense_fit.h"

extern const char smallm_dense_csv[], smallm_dense_csv_end[];

/* Asked for dense rows and Out in bf16. */
static bool possible(const struct smallm_cell *cell, uint32_t *wrong, struct smallm_reason *why) {
    const uint32_t k = cell->key[SMALLM_DENSE_KEY_K], n = cell->key[SMALLM_DENSE_KEY_N];
    const uint32_t m = cell->key[SMALLM_DENSE_KEY_M];
    const struct smallm_kernel_info *info = &smallm_kernels[cell->kernel];
    const smallm_dense_problem problem = {
        .m = m,
        .n = n,
        .k = k,
        .ldx = k,
        .ldxs = k / SMALLM_BLOCK_K,
        .ldo = n,
        .out_type = SMALLM_TYPE_BF16,
    };
    *wrong = SMALLM_DENSE_KEY_K;
    if (k % SMALLM_BLOCK_K != 0)
        return smallm_no(why, 0, "K is %u; it must be a multiple of %d, the block that shares a scale", k,
                         SMALLM_BLOCK_K);
    if (!smallm_dense_shape_fits(info, 1, 1, k, why))
        return false;
    *wrong = SMALLM_DENSE_KEY_N;
    if (!smallm_dense_shape_fits(info, 1, n, k, why))
        return false;
    *wrong = m > info->m_tile ? (uint32_t)SMALLM_DENSE_KEY_M : (uint32_t)SMALLM_WRONG_KERNEL;
    if (!smallm_dense_rows_fit(info, &problem, why))
        return false;
    *wrong = SMALLM_WRONG_K_SPLITS;
    return smallm_dense_shape_fits(info, cell->k_splits, n, k, why);
}

const struct smallm_table_kind smallm_dense_table_kind = {
    .name = "dense",
    .origin = "built-in dense.csv",
    .header = "K,N,M," SMALLM_TABLE_COLUMNS,
    .text = smallm_dense_csv,
    .text_end = smallm_dense_csv_end,
    .operation = SMALLM_OPERATION_DENSE,
    .keys = SMALLM_DENSE_KEYS,
    .key = {{"K", SMALLM_BLOCK_K, INT32_MAX}, {"N", 1, INT32_MAX}, {"M", 1, INT32_MAX}},
    .possible = possible,
};

smallm_status smallm_dense_table_check(const char *file, uint64_t *rows, smallm_table_problem problem, void *user) {
    return smallm_table_check(&smallm_dense_table_kind, file, rows, problem, user);
}
