/* k_splits: chosen, given, and given where it cannot be. */
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

static smallm_status plan_of(smallm_dense_problem problem, smallm_plan_info *info, char kernel[128]) {
    smallm_plan *plan = NULL;
    const smallm_status status = smallm_dense_plan_create(&plan, context, &problem);
    if (status == SMALLM_OK) {
        info->size = sizeof *info;
        CHECK_OK(smallm_plan_get_info(plan, info));
        snprintf(kernel, 128, "%s", info->kernel);
    }
    smallm_plan_destroy(plan);
    return status;
}

static smallm_status plan(const char *kernel, int64_t k_splits, int64_t m, int64_t n, int64_t k) {
    smallm_plan_info info;
    char got[128];
    smallm_dense_problem problem = good_problem(m, n, k);
    problem.kernel = kernel;
    problem.k_splits = k_splits;
    const smallm_status status = plan_of(problem, &info, got);
    if (status == SMALLM_OK) {
        CHECK(info.k_splits == k_splits || k_splits == 0, "k_splits %d gave %u", (int)k_splits, info.k_splits);
        CHECK(kernel == NULL || strcmp(kernel, got) == 0, "%s gave %s", kernel, got);
    }
    return status;
}

/* The kernel that splits K over the fewest waves, for the rules that its parameters decide. */
static const char *a_kernel(void) {
    const char *best = NULL;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *name = smallm_kernel_name(i);
        if (kernel_is_dense(name) && kernel_is_matrix(name) &&
            (best == NULL || kernel_waves(name) < kernel_waves(best)))
            best = name;
    }
    CHECK(best != NULL, "no matrix kernel is built in");
    if (best == NULL)
        exit(1);
    return best;
}

static void test_given(void) {
    for (int64_t k_splits = 1; k_splits <= 16; k_splits++)
        CHECK_OK(plan(NULL, k_splits, 20, 768, 32768));
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *kernel = smallm_kernel_name(i);
        if (!kernel_is_dense(kernel))
            continue;
        CHECK_OK(plan(kernel, 1, 1, 768, 32768));
        if (kernel_is_matrix(kernel))
            CHECK_OK(plan(kernel, 3, 1, 768, 32768));
        else
            CHECK_FAILS(plan(kernel, 3, 1, 768, 32768), SMALLM_DECLINED, "k_splits is 3", kernel, "cannot share");
    }
}

static void test_steps(void) {
    const char *kernel = a_kernel();
    const int64_t waves = kernel_parameter(kernel, 'w');
    CHECK_OK(plan(kernel, 5, 1, 64, 128 * waves * 5));
    CHECK_FAILS(plan(kernel, 5, 1, 64, 128 * waves * 5 - 128), SMALLM_DECLINED, "k_splits is 5", kernel, "K slices");
    /* Without workgroups that share a tile, waves may have nothing to do. */
    CHECK_OK(plan(kernel, 1, 1, 64, 32));
    CHECK_FAILS(plan(NULL, 2, 1, 64, 32), SMALLM_DECLINED, "k_splits is 2", "K slices");
    const int64_t long_k = 128 * 65536 * waves;
    if (long_k < 1 << 25) {
        CHECK_OK(plan(kernel, 65535, 1, 64, long_k));
        CHECK_FAILS(plan(kernel, 65536, 1, 64, long_k), SMALLM_DECLINED, "k_splits is 65536", "at most 65535");
    }
    CHECK_FAILS(plan(NULL, 0x7fffffff, 1, 64, 32), SMALLM_DECLINED, "k_splits is 2147483647");
}

/* A ticket of four bytes in 16 KiB for each tile. */
static void test_tickets(void) {
    const char *kernel = a_kernel();
    const int64_t columns = kernel_columns(kernel), k = 128 * 2 * kernel_parameter(kernel, 'w');
    CHECK_OK(plan(kernel, 2, 1, 4096 * columns, k));
    CHECK_FAILS(plan(kernel, 2, 1, 4096 * columns + 1, k), SMALLM_DECLINED, "k_splits is 2", kernel, "4097 tiles",
                "4096");
    CHECK_OK(plan(kernel, 1, 1, 4096 * columns + 1, k));
}

static void test_guards(void) {
    CHECK_FAILS(plan(NULL, -1, 1, 64, 320), SMALLM_ERROR_DIMENSION, "k_splits is -1", "or from 1 to 2147483647");
    CHECK_FAILS(plan(NULL, 0x80000000, 1, 64, 320), SMALLM_ERROR_DIMENSION, "k_splits is 2147483648");
    CHECK_FAILS(plan(NULL, INT64_MIN, 1, 64, 320), SMALLM_ERROR_DIMENSION, "k_splits is -9223372036854775808");
}

/* Few columns and a long K at M = 64: one workgroup a tile leaves most CUs idle, and the choice must not. No table
 * tunes these shapes. */
static void test_chosen(void) {
    smallm_plan_info info;
    char kernel[128];
    CHECK_OK(plan_of(good_problem(64, 255, 16384), &info, kernel));
    CHECK(info.k_splits > 1, "one workgroup a tile with %s", kernel);
    CHECK(info.workspace_bytes > 32768, "workspace of %llu bytes", (unsigned long long)info.workspace_bytes);
    /* Much more than 256 CUs' worth of columns: splits only cost. */
    CHECK_OK(plan_of(good_problem(64, 65535, 1536), &info, kernel));
    CHECK(info.k_splits == 1, "%u workgroups a tile with %s", info.k_splits, kernel);
    /* No choice is ever one that is refused when it is given. */
    for (int64_t m = 1; m <= 64; m += 7)
        for (int64_t n = 1; n <= 20000; n = n * 3 + 1)
            for (int64_t k = 32; k <= 20000; k = k * 2 + 32) {
                CHECK_OK(plan_of(good_problem(m, n, k), &info, kernel));
                CHECK_OK(plan(kernel, info.k_splits, m, n, k));
            }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_given();
    test_steps();
    test_tickets();
    test_guards();
    test_chosen();
    smallm_context_destroy(context);
    return test_result();
}
