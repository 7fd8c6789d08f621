/* Batch-invariant plans: what orders a row's additions must not depend on M. */
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

struct order {
    unsigned k_waves, k_splits;
};

static smallm_status plan(smallm_dense_problem problem, struct order *order) {
    problem.determinism = SMALLM_BATCH_INVARIANT;
    smallm_plan *made = NULL;
    const smallm_status status = smallm_dense_plan_create(&made, context, &problem);
    if (status != SMALLM_OK)
        return status;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(made, &info));
    CHECK(kernel_is_matrix(info.kernel), "M=%d got %s", (int)problem.m, info.kernel);
    CHECK(kernel_parameter(info.kernel, 'm') >= problem.m, "M=%d got %s", (int)problem.m, info.kernel);
    CHECK(strstr(info.explanation, "Batch-invariant: k_waves") != NULL, "explanation: %s", info.explanation);
    *order = (struct order){kernel_parameter(info.kernel, 'w'), info.k_splits};
    smallm_plan_destroy(made);
    return SMALLM_OK;
}

static void check_every_m(smallm_dense_problem problem, int64_t most) {
    struct order first = {0, 0}, order = {0, 0};
    for (problem.m = 1; problem.m <= most; problem.m++) {
        CHECK_OK(plan(problem, &order));
        if (problem.m == 1)
            first = order;
        CHECK(order.k_waves == first.k_waves && order.k_splits == first.k_splits,
              "N=%d K=%d: %u waves and %u workgroups share K at M=%d, %u and %u at M=1", (int)problem.n, (int)problem.k,
              order.k_waves, order.k_splits, (int)problem.m, first.k_waves, first.k_splits);
    }
}

static void test_shapes(void) {
    static const int64_t shapes[][2] = {{1, 32},      {16, 16384},  {100, 2080},   {768, 6144},
                                        {9216, 6144}, {6144, 8192}, {65536, 1536}, {300000, 256}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        check_every_m(good_problem(1, shapes[i][0], shapes[i][1]), 64);
}

/* Neither may what is not N or K change it. */
static void test_other_fields(void) {
    struct order dense, apart;
    smallm_dense_problem problem = good_problem(20, 768, 6144);
    CHECK_OK(plan(problem, &dense));
    problem.ldx = 1 << 22;
    problem.ldo = 100000;
    problem.out_type = SMALLM_TYPE_F32;
    problem.bias_type = SMALLM_TYPE_F16;
    CHECK_OK(plan(problem, &apart));
    CHECK(dense.k_waves == apart.k_waves && dense.k_splits == apart.k_splits, "%u x %u became %u x %u", dense.k_waves,
          dense.k_splits, apart.k_waves, apart.k_splits);
}

static void test_forced(void) {
    struct order order;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        smallm_dense_problem problem = good_problem(1, 768, 6144);
        problem.kernel = smallm_kernel_name(i);
        if (!kernel_is_dense(problem.kernel))
            continue;
        if (kernel_is_matrix(problem.kernel))
            check_every_m(problem, kernel_parameter(problem.kernel, 'm'));
        else
            CHECK_FAILS(plan(problem, &order), SMALLM_DECLINED, "BATCH_INVARIANT", problem.kernel, "dense_mfma");
    }
    smallm_dense_problem problem = good_problem(1, 768, 6144);
    problem.k_splits = 5;
    check_every_m(problem, 64);
    CHECK_OK(plan(problem, &order));
    CHECK(order.k_splits == 5, "%u splits", order.k_splits);
    problem.k_splits = 1000;
    CHECK_FAILS(plan(problem, &order), SMALLM_DECLINED, "k_splits is 1000");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_shapes();
    test_other_fields();
    test_forced();
    smallm_context_destroy(context);
    return test_result();
}
