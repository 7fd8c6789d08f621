/* Guards on the description of a MoE problem, and what is declined. */
#include "fake_context.h"

static smallm_context *context;

static smallm_status plan(smallm_moe_problem problem) {
    smallm_plan *made = (smallm_plan *)&made;
    smallm_status status = smallm_moe_plan_create(&made, context, &problem);
    CHECK((status == SMALLM_OK) == (made != NULL), "the plan must be NULL exactly when the call fails");
    smallm_plan_destroy(made);
    return status;
}

#define WITH(field, value)                                                                                             \
    plan(({                                                                                                            \
        smallm_moe_problem problem = good_moe_problem(8, 64, 96);                                                      \
        problem.field = value;                                                                                         \
        problem;                                                                                                       \
    }))

static void test_dimensions(void) {
    CHECK_OK(plan(good_moe_problem(8, 64, 96)));
    CHECK_FAILS(WITH(experts, 0), SMALLM_ERROR_DIMENSION, "experts is 0", "from 1 to 2147483647");
    CHECK_FAILS(WITH(n, -1), SMALLM_ERROR_DIMENSION, "n is -1");
    CHECK_FAILS(WITH(k, 0x80000000), SMALLM_ERROR_DIMENSION, "k is 2147483648");
    CHECK_FAILS(WITH(k, 48), SMALLM_ERROR_K_MULTIPLE, "k is 48", "multiple of 32");
    CHECK_FAILS(WITH(x_rows, 0), SMALLM_ERROR_DIMENSION, "x_rows is 0");
    CHECK_FAILS(WITH(slots, INT64_MIN), SMALLM_ERROR_DIMENSION, "slots is -9223372036854775808");
    CHECK_FAILS(WITH(a_div, 0), SMALLM_ERROR_DIMENSION, "a_div is 0");
    CHECK_FAILS(WITH(block_m, 0), SMALLM_ERROR_DIMENSION, "block_m is 0");
    CHECK_FAILS(WITH(block_m, 6), SMALLM_ERROR_DIMENSION, "block_m is 6", "multiple of 4");
    CHECK_FAILS(WITH(sorted_len, 0), SMALLM_ERROR_DIMENSION, "sorted_len is 0");
    CHECK_FAILS(WITH(sorted_len, 100), SMALLM_ERROR_DIMENSION, "sorted_len is 100", "multiple of block_m = 64");
    CHECK_FAILS(WITH(top_k, -1), SMALLM_ERROR_DIMENSION, "top_k is -1");
    CHECK_FAILS(WITH(top_k, 5), SMALLM_ERROR_DIMENSION, "slots is 64", "multiple of top_k = 5");
    CHECK_FAILS(WITH(k_splits, -1), SMALLM_ERROR_DIMENSION, "k_splits is -1");
    CHECK_OK(WITH(sorted_len, 64));
    CHECK_OK(WITH(top_k, 4));
    CHECK_OK(WITH(a_div, 0x7fffffff));
}

static void test_leading_dimensions(void) {
    CHECK_OK(WITH(ldx, 112));
    CHECK_FAILS(WITH(ldx, 80), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 80", "k = 96");
    CHECK_FAILS(WITH(ldx, 100), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 100", "multiple of 16");
    CHECK_FAILS(WITH(ldxs, 2), SMALLM_ERROR_LEADING_DIMENSION, "ldxs is 2", "k / 32 = 3");
    CHECK_FAILS(WITH(ldo, 63), SMALLM_ERROR_LEADING_DIMENSION, "ldo is 63", "n = 64");
}

static void test_options(void) {
    CHECK_FAILS(WITH(x_type, 9), SMALLM_ERROR_TYPE, "x_type is 9");
    CHECK_FAILS(WITH(w_type, SMALLM_TYPE_NONE), SMALLM_ERROR_TYPE, "w_type is 0");
    CHECK_FAILS(WITH(out_type, -1), SMALLM_ERROR_TYPE, "out_type is -1");
    CHECK_FAILS(WITH(determinism, 3), SMALLM_ERROR_TYPE, "determinism is 3");
    CHECK_FAILS(WITH(kernel, "no_such_kernel"), SMALLM_ERROR_KERNEL_NAME, "no_such_kernel");
    CHECK_FAILS(WITH(kernel, smallm_kernel_name(0)), SMALLM_DECLINED, smallm_kernel_name(0), "does not compute MoE");
    for (int32_t type = SMALLM_TYPE_BF16; type <= SMALLM_TYPE_F32; type++)
        CHECK_OK(WITH(out_type, type));
    CHECK_FAILS(WITH(x_type, SMALLM_TYPE_BF16), SMALLM_DECLINED, "x_type is 2, BF16", "E4M3 alone");
    CHECK_FAILS(WITH(w_type, SMALLM_TYPE_F32), SMALLM_DECLINED, "w_type is 4, F32", "E4M3 alone");
    CHECK_FAILS(WITH(out_type, SMALLM_TYPE_E4M3), SMALLM_DECLINED, "out_type is 1, E4M3", "BF16, F16 and F32");
    /* An error is an error, also outside the envelope. */
    smallm_moe_problem problem = good_moe_problem(8, 64, 48);
    problem.x_type = SMALLM_TYPE_BF16;
    CHECK_FAILS(plan(problem), SMALLM_ERROR_K_MULTIPLE, "k is 48");
}

/* What 32-bit offsets and numbers reach, at the last value that is taken and the first that is not. */
static void test_reach(void) {
    smallm_moe_problem problem = good_moe_problem(8, 64, 1 << 29);
    problem.x_rows = 1;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "k is 536870912", "takes less than");
    problem = good_moe_problem(1 << 16, (1 << 15) - 1, 96);
    CHECK_OK(plan(problem));
    problem.n++;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "experts * n is 65536 * 32768", "less than 2147483648 rows");

    problem = good_moe_problem(8, 64, 96);
    problem.ldx = (1 << 27) - 16;
    CHECK_OK(plan(problem));
    problem.ldx = 1 << 27;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "x_rows * ldx is 16 * 134217728", "less than 2147483648");
    problem.ldx = 0;
    problem.ldxs = (1 << 27) - 1;
    CHECK_OK(plan(problem));
    problem.ldxs = 1 << 27;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "x_rows * ldxs is 16 * 134217728");

    problem = good_moe_problem(8, 64, 96);
    problem.ldo = (1 << 24) - 1;
    CHECK_OK(plan(problem));
    problem.ldo++;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "out has 64 rows of ldo = 16777216", "BF16");
    problem.top_k = 4;
    CHECK_OK(plan(problem));
    problem.out_type = SMALLM_TYPE_F32;
    problem.ldo *= 2;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "out has 16 rows of ldo = 33554432", "F32");
    problem.ldo--;
    CHECK_OK(plan(problem));

    problem = good_moe_problem(8, 64, 96);
    problem.sorted_len = (1 << 29) - 64;
    CHECK_OK(plan(problem));
    problem.sorted_len = 1 << 29;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "sorted_len is 536870912", "less than 536870912");
}

/* Kernels that would read the last row of X in place of one past it. */
static void test_rows_past_x(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        smallm_moe_problem problem = good_moe_problem(8, 64, 96);
        problem.kernel = smallm_kernel_name(i);
        if (strncmp(problem.kernel, "smallm_moe_gemv_", 16) != 0)
            continue;
        CHECK_OK(plan(problem));
        problem.x_rows = 15;
        CHECK_FAILS(plan(problem), SMALLM_DECLINED, "x_rows is 15", problem.kernel, "(slots - 1) / a_div = 15");
        problem.kernel = NULL;
        CHECK_OK(plan(problem));
    }
    CHECK_FAILS(WITH(n, (1 << 29) + 1), SMALLM_DECLINED, "n is 536870913");
    smallm_moe_problem problem = good_moe_problem(1, (1 << 29) + 1, 96);
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "n is 536870913", "up to 536870912");
}

static void test_combined(void) {
    smallm_moe_problem problem = good_moe_problem(8, 64, 96);
    problem.slots = 4096;
    problem.top_k = 8;
    CHECK_OK(plan(problem));
    problem.slots += 8;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "slots is 4104", "up to 4096");
    problem.top_k = 0;
    CHECK_OK(plan(problem));
    /* A ticket for each column tile, of at most 64 columns. */
    problem = good_moe_problem(1, 4096 * 256 + 1, 96);
    problem.top_k = 4;
    CHECK_FAILS(plan(problem), SMALLM_DECLINED, "n is 1048577", "tickets for 4096");
    problem.top_k = 0;
    CHECK_OK(plan(problem));
}

static void test_struct(void) {
    smallm_plan *made;
    smallm_moe_problem problem = good_moe_problem(8, 64, 96);
    CHECK_FAILS(smallm_moe_plan_create(NULL, context, &problem), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
    CHECK_FAILS(smallm_moe_plan_create(&made, NULL, &problem), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_moe_plan_create(&made, context, NULL), SMALLM_ERROR_NULL_POINTER, "problem is NULL");
    CHECK_FAILS(WITH(size, 0), SMALLM_ERROR_STRUCT_SIZE, "smallm_moe_problem", "size is 0");
    CHECK_FAILS(WITH(size, (size_t)-1), SMALLM_ERROR_STRUCT_SIZE, "smallm_moe_problem");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_dimensions();
    test_leading_dimensions();
    test_options();
    test_reach();
    test_rows_past_x();
    test_combined();
    test_struct();
    CHECK(fake->launches == 0, "%d launches", fake->launches);
    smallm_context_destroy(context);
    return test_result();
}
