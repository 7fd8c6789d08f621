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

/* Dispatch (0.96 us), the first instruction and a store's way (16 and 240 clocks of 2.4 GHz), one latency (0.42 us) and
 * W at 6.91 TB/s: nothing is faster. */
static double floor_us(int64_t n, int64_t k) {
    return 0.96 + (16 + 240) / 2400.0 + 0.42 + (double)n * (double)k * 33 / 32 / 6.91e6;
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
        /* A store and a load of 0.22 us each, an atomic of 0.5, and 120 clocks of LDS and 118 to empty the L1; three
         * times the partial tile at 64 bytes a clock of 2.4 GHz. */
        const double bytes = 4.0 * kernel_parameter(kernel, 'm') * kernel_columns(kernel);
        const double split = of_splits(kernel), wanted = 2 * 0.22 + 0.5 + 238 / 2400.0 + 3 * bytes / 153600;
        CHECK(split > wanted - 0.01 && split < wanted + 0.01, "%s: %f us, not %f", kernel, split, wanted);
        /* One tile, and a K that one CU alone would read for long. */
        const int64_t columns = kernel_columns(kernel);
        const double alone = modelled(kernel, 1, 1, columns, 1 << 22);
        const double shared = modelled(kernel, 16, 1, columns, 1 << 22);
        CHECK(shared != 0 && shared < alone / 2, "%s: %f us alone, %f with 16 workgroups", kernel, alone, shared);
    }
}

/* Splits that put one workgroup on every CU, or two, are among those that the library tries. */
static void test_filling(void) {
    static const int64_t shapes[][3] = {{16, 2303, 6144}, {32, 767, 6144}, {64, 2303, 6144}, {64, 575, 12288}};
    size_t unusual = 0;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++)
        for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
            const char *kernel = smallm_kernel_name(i);
            const int64_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
            if (!kernel_is_dense(kernel) || !kernel_is_matrix(kernel) || kernel_parameter(kernel, 'm') < m)
                continue;
            const int64_t tiles = (n + kernel_columns(kernel) - 1) / kernel_columns(kernel);
            const double chosen = modelled(kernel, 0, m, n, k);
            for (int64_t each = 1; each <= 2; each++) {
                const int64_t splits = each * 256 / tiles < 32 ? each * 256 / tiles : 32;
                const double us = splits > 0 ? modelled(kernel, splits, m, n, k) : 0;
                CHECK(us == 0 || chosen <= us + resolution, "%s: %f us was chosen, with %d splits it is %f", kernel,
                      chosen, (int)splits, us);
                unusual += us != 0 && (splits == 5 || splits == 7 || splits == 10 || splits == 14);
            }
        }
    CHECK(unusual > 0, "no shape asks for a number of splits that is not usual anyway");
}

/* A load of a matrix kernel takes a clock of the L1 for each row that it touches: of the explanation's parts, "L1" is
 * that of the busiest CU. */
static double of_l1(const char *kernel, int64_t m, int64_t n, int64_t k) {
    static const char words[] = ", L1 ";
    smallm_dense_problem problem = good_problem(m, n, k);
    problem.kernel = kernel;
    problem.k_splits = 1;
    problem.ignore_tuning = 1;
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return 0;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    const char *of = strstr(info.explanation, " of memory "), *at = of != NULL ? strstr(of, words) : NULL;
    const double us = at != NULL ? strtod(at + sizeof words - 1, NULL) : 0;
    smallm_plan_destroy(plan);
    return us;
}

static void test_lines(void) {
    /* One workgroup, 48 steps of K in all its waves, no slot without a step: per step and 16 rows three loads of 16
     * lines; of X's rows only those that exist, though no load is faster than 4 clocks. */
    const char *kernel = "smallm_dense_mfma_m64_r1_l4_w8_d3";
    for (int64_t m = 1; m <= 64; m += 21) {
        double clocks = 3 * 16;
        for (int64_t group = 0; group < 64; group += 16) {
            const int64_t rows = m - group < 0 ? 0 : m - group > 16 ? 16 : m - group;
            clocks += 3 * (rows > 4 ? (double)rows : 4);
        }
        const double us = of_l1(kernel, m, 16, 48 * 128), wanted = 48 * clocks / 2400;
        CHECK(us > wanted - 0.006 && us < wanted + 0.006, "M=%d: %f us in the L1, not %f", (int)m, us, wanted);
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
    test_filling();
    test_lines();
    test_rows();
    smallm_context_destroy(context);
    return test_result();
}
