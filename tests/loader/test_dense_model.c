/* The cost model, as plans show it: bounds that physics sets, and a choice that is the cheapest of all candidates. */
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

/* What the choice between candidates may overlook, us. */
static const double resolution = 0.05;

/* Modelled us, or 0 if declined. */
static double modelled(const char *kernel, int64_t k_splits, int64_t m, int64_t n, int64_t k) {
    smallm_dense_problem problem = good_problem(m, n, k);
    problem.kernel = kernel;
    problem.k_splits = k_splits;
    problem.ignore_tuning = 1;
    smallm_plan *plan = NULL;
    const smallm_status status = smallm_dense_plan_create(&plan, context, &problem);
    CHECK(status == SMALLM_OK || status == SMALLM_DECLINED, "%s", smallm_last_error());
    if (status != SMALLM_OK)
        return 0;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    smallm_plan_destroy(plan);
    return info.modelled_microseconds;
}

/* Dispatch (0.96 us), one latency (0.75 us) and W at 6.91 TB/s: nothing is faster. */
static double floor_us(int64_t n, int64_t k) {
    return 0.96 + 0.75 + (double)n * (double)k * 33 / 32 / 6.91e6;
}

static void test_floor(void) {
    for (int64_t m = 1; m <= 64; m += 9)
        for (int64_t n = 16; n <= 70000; n *= 5)
            for (int64_t k = 32; k <= 20000; k *= 3) {
                const double us = modelled(NULL, 0, m, n, k), floor = floor_us(n, k);
                CHECK(us >= floor * 0.999, "M=%d N=%d K=%d: %f us, and %f is the floor", (int)m, (int)n, (int)k, us,
                      floor);
            }
}

/* Shapes that no table tunes. */
static void test_cheapest(void) {
    static const int64_t shapes[][3] = {{1, 2303, 6144}, {4, 767, 6144},  {7, 100, 2080},   {16, 1151, 6144},
                                        {24, 65, 8192},  {33, 9215, 512}, {64, 2303, 6144}, {64, 255, 16384}};
    static const int64_t splits[] = {1, 2, 3, 4, 6, 8, 12, 16};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        const int64_t m = shapes[i][0], n = shapes[i][1], k = shapes[i][2];
        const double chosen = modelled(NULL, 0, m, n, k);
        size_t candidates = 0;
        for (uint32_t kernel = 0; kernel < smallm_kernel_count(); kernel++)
            for (size_t s = 0; s < sizeof splits / sizeof splits[0]; s++) {
                if (!kernel_is_dense(smallm_kernel_name(kernel)))
                    continue;
                const double us = modelled(smallm_kernel_name(kernel), splits[s], m, n, k);
                candidates += us != 0;
                CHECK(us == 0 || chosen <= us + resolution, "M=%d N=%d K=%d: %f us was chosen, %s with %d splits is %f",
                      (int)m, (int)n, (int)k, chosen, smallm_kernel_name(kernel), (int)splits[s], us);
            }
        CHECK(candidates > 1, "M=%d N=%d K=%d has %zu candidates", (int)m, (int)n, (int)k, candidates);
    }
}

/* The part of the explanation that says what two workgroups pay for sharing a tile. */
static double of_splits(const char *kernel) {
    static const char words[] = " + adding workgroups ";
    smallm_dense_problem problem = good_problem(1, 16, 8192);
    problem.kernel = kernel;
    problem.k_splits = 2;
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return 0;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    const char *at = strstr(info.explanation, words);
    const double us = at != NULL ? strtod(at + sizeof words - 1, NULL) : 0;
    smallm_plan_destroy(plan);
    return us;
}

/* What workgroups that share a tile cost, and what they bring. */
static void test_splits(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *kernel = smallm_kernel_name(i);
        if (!kernel_is_dense(kernel) || !kernel_is_matrix(kernel))
            continue;
        /* Three round trips of 0.22 us; three times the partial tile at 64 bytes a clock of 2.4 GHz. */
        const double bytes = 4.0 * kernel_parameter(kernel, 'm') * kernel_columns(kernel);
        const double split = of_splits(kernel), wanted = 0.66 + 3 * bytes / 153600;
        CHECK(split > wanted - 0.01 && split < wanted + 0.01, "%s: %f us, not %f", kernel, split, wanted);
        /* One tile, and a K that one CU alone would read for long. */
        const int64_t columns = kernel_columns(kernel);
        const double alone = modelled(kernel, 1, 1, columns, 1 << 22);
        const double shared = modelled(kernel, 16, 1, columns, 1 << 22);
        CHECK(shared != 0 && shared < alone / 2, "%s: %f us alone, %f with 16 workgroups", kernel, alone, shared);
    }
}

/* X is read again for each tile: at M = 64 it is most of what narrow tiles move. */
static void test_rows(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *kernel = smallm_kernel_name(i);
        if (!kernel_is_dense(kernel))
            continue;
        const int64_t most = kernel_parameter(kernel, 'm');
        const double few = modelled(kernel, 1, 1, 9216, 6144), many = modelled(kernel, 1, most, 9216, 6144);
        CHECK(many >= few, "%s: %f us for %d rows and %f for one", kernel, many, (int)most, few);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_floor();
    test_cheapest();
    test_splits();
    test_rows();
    smallm_context_destroy(context);
    return test_result();
}
