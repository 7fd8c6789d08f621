/* Guards on the description of a problem, and what is declined. */
#include "fake_context.h"

static smallm_context *context;

static smallm_status plan(smallm_dense_problem problem) {
    smallm_plan *made = (smallm_plan *)&made;
    smallm_status status = smallm_dense_plan_create(&made, context, &problem);
    CHECK((status == SMALLM_OK) == (made != NULL), "the plan must be NULL exactly when the call fails");
    smallm_plan_destroy(made);
    return status;
}

#define WITH(field, value)                                                                                             \
    plan(({                                                                                                            \
        smallm_dense_problem problem = good_problem(2, 64, 96);                                                        \
        problem.field = value;                                                                                         \
        problem;                                                                                                       \
    }))

static void test_dimensions(void) {
    CHECK_OK(plan(good_problem(1, 1, 32)));
    CHECK_FAILS(WITH(m, 0), SMALLM_ERROR_DIMENSION, "m is 0", "from 1 to 2147483647");
    CHECK_FAILS(WITH(m, -1), SMALLM_ERROR_DIMENSION, "m is -1");
    CHECK_FAILS(WITH(n, 0), SMALLM_ERROR_DIMENSION, "n is 0");
    CHECK_FAILS(WITH(n, 0x80000000), SMALLM_ERROR_DIMENSION, "n is 2147483648");
    CHECK_FAILS(WITH(k, 0), SMALLM_ERROR_DIMENSION, "k is 0");
    CHECK_FAILS(WITH(k, INT64_MIN), SMALLM_ERROR_DIMENSION, "k is -9223372036854775808");
    CHECK_FAILS(WITH(k, 48), SMALLM_ERROR_K_MULTIPLE, "k is 48", "multiple of 32");
}

static void test_leading_dimensions(void) {
    CHECK_OK(WITH(ldx, 96));
    CHECK_OK(WITH(ldx, 112));
    CHECK_FAILS(WITH(ldx, 80), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 80", "k = 96");
    CHECK_FAILS(WITH(ldx, 100), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 100", "multiple of 16");
    CHECK_FAILS(WITH(ldx, -96), SMALLM_ERROR_LEADING_DIMENSION, "ldx is -96");
    CHECK_FAILS(WITH(ldx, 0x100000000), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 4294967296");
    CHECK_OK(WITH(ldxs, 5));
    CHECK_FAILS(WITH(ldxs, 2), SMALLM_ERROR_LEADING_DIMENSION, "ldxs is 2", "k / 32 = 3");
    CHECK_OK(WITH(ldo, 65));
    CHECK_FAILS(WITH(ldo, 63), SMALLM_ERROR_LEADING_DIMENSION, "ldo is 63", "n = 64");
}

static void test_options(void) {
    CHECK_FAILS(WITH(x_type, 9), SMALLM_ERROR_TYPE, "x_type is 9");
    CHECK_FAILS(WITH(w_type, SMALLM_TYPE_NONE), SMALLM_ERROR_TYPE, "w_type is 0");
    CHECK_FAILS(WITH(out_type, -1), SMALLM_ERROR_TYPE, "out_type is -1");
    CHECK_FAILS(WITH(bias_type, 5), SMALLM_ERROR_TYPE, "bias_type is 5");
    CHECK_FAILS(WITH(determinism, 3), SMALLM_ERROR_TYPE, "determinism is 3");
    CHECK_OK(WITH(determinism, SMALLM_BATCH_INVARIANT));
    CHECK_FAILS(WITH(kernel, "no_such_kernel"), SMALLM_ERROR_KERNEL_NAME, "no_such_kernel");
}

static void test_declined(void) {
    for (int64_t m = 1; m <= 64; m++)
        CHECK_OK(plan(good_problem(m, 64, 96)));
    CHECK_FAILS(plan(good_problem(65, 64, 96)), SMALLM_DECLINED, "m is 65", "from 1 to 64");
    CHECK_FAILS(plan(good_problem(0x7fffffff, 64, 96)), SMALLM_DECLINED, "m is 2147483647");
    CHECK_FAILS(plan(good_problem(1, 64, 1 << 29)), SMALLM_DECLINED, "k is 536870912");
    CHECK_FAILS(plan(good_problem(1, 0x7fffffff, 32)), SMALLM_DECLINED, "n is 2147483647", "work-items");
    CHECK_FAILS(WITH(x_type, SMALLM_TYPE_BF16), SMALLM_DECLINED, "x_type is 2, BF16", "E4M3 alone");
    CHECK_FAILS(WITH(w_type, SMALLM_TYPE_F32), SMALLM_DECLINED, "w_type is 4, F32", "E4M3 alone");
    CHECK_FAILS(WITH(out_type, SMALLM_TYPE_E4M3), SMALLM_DECLINED, "out_type is 1, E4M3", "BF16, F16 and F32");
    CHECK_FAILS(WITH(bias_type, SMALLM_TYPE_E4M3), SMALLM_DECLINED, "bias_type is 1, E4M3", "NONE, BF16, F16 and F32");
    /* An error is an error, also outside the envelope. */
    CHECK_FAILS(plan(good_problem(65, 64, 48)), SMALLM_ERROR_K_MULTIPLE, "k is 48");
}

/* What 32-bit offsets reach, at the last value that is taken and the first that is not. 20 rows take a matrix kernel of
 * at least 32, which multiplies 32 rows or more; 64 rows take one of 64. */
static void test_reach(void) {
    smallm_dense_problem problem = good_problem(20, 64, (1 << 25) - 32);
    CHECK_OK(plan(problem));
    problem.k = 1 << 25;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "k is 33554432", "dense_mfma", "less than 33554432");

    problem = good_problem(64, 64, 96);
    problem.ldx = (1 << 25) - 16;
    CHECK_OK(plan(problem));
    problem.ldx = 1 << 25;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "ldx is 33554432", "less than 33554432");
    problem.ldx = 0;
    problem.ldxs = (1 << 25) - 1;
    CHECK_OK(plan(problem));
    problem.ldxs = 1 << 25;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "ldxs is 33554432", "less than 33554432");

    problem = good_problem(64, 64, 96);
    problem.ldo = (1 << 24) - 1;
    CHECK_OK(plan(problem));
    problem.ldo = 1 << 24;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "ldo is 16777216", "BF16", "less than 16777216");
    problem.ldo = 1 << 23;
    CHECK_OK(plan(problem));
    problem.out_type = SMALLM_TYPE_F32;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "ldo is 8388608", "F32", "less than 8388608");

    /* The rows that a kernel holds count, not those of X. */
    problem = good_problem(17, 64, 96);
    problem.ldo = 1 << 25;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "ldo is 33554432", "BF16", "takes less than");
    problem.ldo--;
    CHECK_OK(plan(problem));

    /* One row has only the limits of a GEMV. */
    problem = good_problem(1, 64, 1 << 25);
    CHECK_OK(plan(problem));
    problem.ldx = 0x7ffffff0;
    problem.ldxs = problem.ldo = 0x7fffffff;
    CHECK_OK(plan(problem));
}

static void test_types(void) {
    for (int32_t type = SMALLM_TYPE_BF16; type <= SMALLM_TYPE_F32; type++) {
        CHECK_OK(WITH(out_type, type));
        CHECK_OK(WITH(bias_type, type));
    }
}

static void test_struct(void) {
    smallm_plan *made;
    smallm_dense_problem problem = good_problem(1, 64, 96);
    CHECK_FAILS(smallm_dense_plan_create(NULL, context, &problem), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
    CHECK_FAILS(smallm_dense_plan_create(&made, NULL, &problem), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_dense_plan_create(&made, context, NULL), SMALLM_ERROR_NULL_POINTER, "problem is NULL");
    CHECK_FAILS(WITH(size, 0), SMALLM_ERROR_STRUCT_SIZE, "smallm_dense_problem", "size is 0");
    CHECK_FAILS(WITH(size, sizeof problem - 8), SMALLM_ERROR_STRUCT_SIZE, "smallm_dense_problem");
    CHECK_FAILS(WITH(size, (size_t)-1), SMALLM_ERROR_STRUCT_SIZE, "smallm_dense_problem");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_dimensions();
    test_leading_dimensions();
    test_options();
    test_declined();
    test_reach();
    test_types();
    test_struct();
    CHECK(fake->launches == 0, "%d launches", fake->launches);
    smallm_context_destroy(context);
    return test_result();
}
