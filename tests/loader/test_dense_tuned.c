/* The tuned table in the choice: followed, declining, and passed over. */
#include <unistd.h>

#include "fake_context.h"
#include "kernel_name.h"

static const char *library;
static smallm_context *context;
static char gemv[128], matrix[128];

static const char header[] = "K,N,M,kernel,n_tile,k_waves,k_splits,use_asm,us,method\n";

/* The last kernel of a family that takes one row: not what the cost model would choose for the shapes below. */
static void pick(char name[128], bool of_matrix) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        if (kernel_is_dense(smallm_kernel_name(i)) && kernel_is_matrix(smallm_kernel_name(i)) == of_matrix)
            snprintf(name, 128, "%s", smallm_kernel_name(i));
    CHECK(name[0] != '\0', "no kernel of the family is built in");
}

static int add_row(char *text, size_t bytes, int64_t k, int64_t n, int64_t m, const char *kernel, int k_splits,
                   int use_asm) {
    return snprintf(text, bytes, "%lld,%lld,%lld,%s,%u,%u,%d,%d,3.25,measured\n", (long long)k, (long long)n,
                    (long long)m, kernel, kernel_columns(kernel), kernel_parameter(kernel, 'w'), k_splits, use_asm);
}

static void open_with_table(void) {
    char text[4096], file[] = "/tmp/smallm_test_tuned_XXXXXX";
    int at = snprintf(text, sizeof text, "%s", header);
    at += add_row(text + at, sizeof text - (size_t)at, 6144, 2304, 1, gemv, 1, 1);
    at += add_row(text + at, sizeof text - (size_t)at, 6144, 2304, 2, matrix, 2, 1);
    at += add_row(text + at, sizeof text - (size_t)at, 6144, 2304, 3, gemv, 1, 0);
    at += add_row(text + at, sizeof text - (size_t)at, 6144, 2304, 16, matrix, 1, 1);
    const int descriptor = mkstemp(file);
    CHECK(descriptor >= 0 && write(descriptor, text, (size_t)at) == at, "%s cannot be written", file);
    close(descriptor);
    setenv("SMALLM_DENSE_CSV", file, 1);
    context = fake_context(library);
    unsetenv("SMALLM_DENSE_CSV");
    unlink(file);
}

static void check_plan(smallm_dense_problem problem, const char *kernel, unsigned k_splits, const char *words) {
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    CHECK(kernel == NULL || strcmp(info.kernel, kernel) == 0, "M=%d got %s, not %s", (int)problem.m, info.kernel,
          kernel);
    CHECK(k_splits == 0 || info.k_splits == k_splits, "M=%d got %u splits, not %u", (int)problem.m, info.k_splits,
          k_splits);
    CHECK(strstr(info.explanation, words) != NULL, "explanation lacks \"%s\": %s", words, info.explanation);
    smallm_plan_destroy(plan);
}

static void test_followed(void) {
    check_plan(good_problem(1, 2304, 6144), gemv, 1, "Tuned: line 2 of /tmp/smallm_test_tuned_");
    check_plan(good_problem(1, 2304, 6144), gemv, 1, "3.25 us (measured)");
    check_plan(good_problem(2, 2304, 6144), matrix, 2, "Tuned: line 3");
    /* Another shape has no row. */
    check_plan(good_problem(4, 2304, 6144), NULL, 0, "The cost model's choice. Modelled");
    check_plan(good_problem(1, 2305, 6144), NULL, 0, "The cost model's choice. Modelled");
    check_plan(good_problem(1, 2304, 6176), NULL, 0, "The cost model's choice. Modelled");
}

static void test_declined(void) {
    smallm_plan *plan;
    smallm_dense_problem problem = good_problem(3, 2304, 6144);
    CHECK_FAILS(smallm_dense_plan_create(&plan, context, &problem), SMALLM_DECLINED, "line 4 of", "use_asm = 0",
                "K=6144 N=2304 M=3", "ignore_tuning");
    problem.ignore_tuning = 1;
    check_plan(problem, gemv, 1, "its use_asm = 0 is not followed");
    problem.ignore_tuning = 0;
    problem.kernel = matrix;
    check_plan(problem, matrix, 0, "forced by name");
}

static void test_passed_over(void) {
    smallm_dense_problem problem = good_problem(2, 2304, 6144);
    problem.k_splits = 3;
    check_plan(problem, NULL, 3, "Line 3 of /tmp/smallm_test_tuned_");
    check_plan(problem, NULL, 3, "is not followed: it says smallm_dense_mfma_");
    problem.k_splits = 2;
    check_plan(problem, matrix, 2, "Tuned: line 3");
    problem.k_splits = 0;
    problem.kernel = gemv;
    check_plan(problem, gemv, 1, "forced by name");
    /* The row's kernel cannot reach so far; another can. */
    problem = good_problem(16, 2304, 6144);
    check_plan(problem, matrix, 1, "Tuned: line 5");
    problem.ldx = 0x08000000;
    check_plan(problem, NULL, 1, "Line 5 of");
    check_plan(problem, NULL, 1, "is not followed: ldx is 134217728");
}

/* A row counts only if it divides K as every other M does, and none sends one M elsewhere. */
static void test_invariant(void) {
    unsigned k_waves = 0, k_splits = 0;
    for (int64_t m = 1; m <= 64; m++) {
        smallm_dense_problem problem = good_problem(m, 2304, 6144);
        problem.determinism = SMALLM_BATCH_INVARIANT;
        smallm_plan *plan = NULL;
        CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
        if (plan == NULL)
            return;
        smallm_plan_info info = {.size = sizeof info};
        CHECK_OK(smallm_plan_get_info(plan, &info));
        const unsigned waves = kernel_parameter(info.kernel, 'w');
        CHECK(kernel_is_matrix(info.kernel) && (m == 1 || (waves == k_waves && info.k_splits == k_splits)),
              "M=%d got %s with %u splits", (int)m, info.kernel, info.k_splits);
        k_waves = waves;
        k_splits = info.k_splits;
        smallm_plan_destroy(plan);
    }
    smallm_dense_problem problem = good_problem(1, 2304, 6144);
    problem.determinism = SMALLM_BATCH_INVARIANT;
    check_plan(problem, NULL, 0, "another division of K");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    library = argv[1];
    pick(gemv, false);
    pick(matrix, true);
    open_with_table();
    test_followed();
    test_declined();
    test_passed_over();
    test_invariant();
    smallm_context_destroy(context);
    return test_result();
}
