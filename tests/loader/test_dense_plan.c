/* What a plan says and what it launches. */
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

/* The kernel argument segment as the interface between generator and loader has it. */
enum {
    X = 0,
    X_SCALE = 8,
    W = 16,
    W_SCALE = 24,
    N = 32,
    K = 36,
    LDX = 40,
    LDXS = 44,
    SLICE_STEPS = 48,
    M_REM = 52,
    K_SPLITS = 56,
    FORMAT = 60,
    OUT = 64,
    BIAS = 72,
    WORKSPACE = 80,
    LDO = 88,
    SEGMENT_BYTES = 96,
    TICKET_BYTES = 32768
};

static void *const a_workspace = (void *)0x70000000;
static const uint64_t workspace_bytes = 1ull << 40;

static smallm_plan *make(smallm_dense_problem problem) {
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        exit(1);
    return plan;
}

static smallm_plan_info info_of(const smallm_plan *plan) {
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    return info;
}

static uint64_t word(size_t offset, size_t bytes) {
    uint64_t value = 0;
    memcpy(&value, fake->arguments + offset, bytes);
    return value;
}

static void check_word(size_t offset, size_t bytes, uint64_t wanted, const char *name, const char *kernel) {
    CHECK(word(offset, bytes) == wanted, "%s: argument %s is %llu, not %llu", kernel, name,
          (unsigned long long)word(offset, bytes), (unsigned long long)wanted);
}

static void check_division(const smallm_dense_problem *problem, const smallm_plan_info *info) {
    const char *kernel = info->kernel;
    const unsigned step = kernel_step(kernel), steps = ((unsigned)problem->k + step - 1) / step;
    const unsigned slices = kernel_parameter(kernel, 'w') * info->k_splits;
    check_word(SLICE_STEPS, 4, steps / slices, "slice_steps", kernel);
    check_word(M_REM, 4, (uint64_t)problem->m + 256 * (steps % slices), "m_rem", kernel);
    check_word(K_SPLITS, 4, info->k_splits, "k_splits", kernel);
}

static void check_grid(const smallm_dense_problem *problem, const smallm_plan_info *info) {
    const char *kernel = info->kernel;
    const unsigned columns = kernel_columns(kernel), tiles = ((unsigned)problem->n + columns - 1) / columns;
    const unsigned block = 64 * kernel_waves(kernel);
    CHECK(strcmp(fake->kernel, kernel) == 0, "%s was launched, not %s", fake->kernel, kernel);
    CHECK(fake->grid[0] == tiles && fake->grid[1] == info->k_splits && fake->grid[2] == 1,
          "%s: grid %u x %u x %u for N=%d and %u splits", kernel, fake->grid[0], fake->grid[1], fake->grid[2],
          (int)problem->n, info->k_splits);
    CHECK(info->workgroups == tiles * info->k_splits && info->workgroup_size == block, "the plan says %u x %u",
          info->workgroups, info->workgroup_size);
    CHECK(fake->block[0] == block && fake->block[1] == 1 && fake->block[2] == 1 && fake->shared_bytes == 0,
          "%s: block %u x %u x %u, %u bytes of LDS", kernel, fake->block[0], fake->block[1], fake->block[2],
          fake->shared_bytes);
    const uint64_t partials = 4ull * tiles * info->k_splits * columns * kernel_parameter(kernel, 'm');
    const uint64_t bytes = info->k_splits == 1 ? 0 : TICKET_BYTES + partials;
    CHECK(info->workspace_bytes == bytes, "%s: workspace of %llu bytes, not %llu", kernel,
          (unsigned long long)info->workspace_bytes, (unsigned long long)bytes);
}

/* Leading dimensions of the problem must be set. */
static void check_launch(const smallm_dense_problem *problem, const smallm_plan_info *info, uint32_t format) {
    const struct {
        size_t offset;
        const char *name;
        uint64_t value;
    } pointers[] = {{X, "x", 0x10000},
                    {X_SCALE, "x_scale", 0x20004},
                    {W, "w", 0x30010},
                    {W_SCALE, "w_scale", 0x40008},
                    {OUT, "out", 0x50004},
                    {BIAS, "bias", problem->bias_type == SMALLM_TYPE_NONE ? 0 : 0x60004},
                    {WORKSPACE, "workspace", (uintptr_t)a_workspace}};
    const struct {
        size_t offset;
        const char *name;
        int64_t value;
    } numbers[] = {{N, "n", problem->n},          {K, "k", problem->k},       {LDX, "ldx", problem->ldx},
                   {LDXS, "ldxs", problem->ldxs}, {LDO, "ldo", problem->ldo}, {FORMAT, "format", format}};
    CHECK(fake->argument_bytes == SEGMENT_BYTES, "%zu bytes of arguments", fake->argument_bytes);
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++)
        check_word(pointers[i].offset, 8, pointers[i].value, pointers[i].name, info->kernel);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        check_word(numbers[i].offset, 4, (uint64_t)numbers[i].value, numbers[i].name, info->kernel);
    check_division(problem, info);
    check_grid(problem, info);
}

static void launch_and_check(smallm_dense_problem problem, uint32_t format) {
    smallm_plan *plan = make(problem);
    const smallm_plan_info info = info_of(plan);
    smallm_dense_buffers buffers = good_buffers();
    buffers.out = (void *)0x50004;
    if (problem.bias_type != SMALLM_TYPE_NONE)
        buffers.bias = (void *)0x60004;
    CHECK_OK(smallm_dense_execute(plan, &buffers, a_workspace, workspace_bytes, (void *)0x1234));
    CHECK(fake->stream == (void *)0x1234, "stream %p", fake->stream);
    if (problem.ldx == 0)
        problem.ldx = problem.k;
    if (problem.ldxs == 0)
        problem.ldxs = problem.k / 32;
    if (problem.ldo == 0)
        problem.ldo = problem.n;
    check_launch(&problem, &info, format);
    smallm_plan_destroy(plan);
}

static void test_launch(void) {
    smallm_dense_problem problem = good_problem(3, 2305, 1056);
    problem.ldx = 1072;
    problem.ldxs = 40;
    problem.ldo = 2400;
    launch_and_check(problem, 0);
    launch_and_check(good_problem(1, 7, 32), 0);
    for (int64_t m = 1; m <= 64; m++)
        launch_and_check(good_problem(m, 100 * m + 1, 32 * (65 - m)), 0);
}

/* Workgroups that share tiles, whole and cut, and slices of one step and of several. */
static void test_splits(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *name = smallm_kernel_name(i);
        if (!kernel_is_dense(name) || !kernel_is_matrix(name))
            continue;
        for (int64_t k_splits = 2; k_splits <= 16; k_splits += 7) {
            smallm_dense_problem problem = good_problem(1, 1000, 128 * kernel_parameter(name, 'w') * k_splits);
            problem.kernel = name;
            problem.k_splits = k_splits;
            launch_and_check(problem, 0);
            problem.k = 3 * problem.k + 32;
            launch_and_check(problem, 0);
        }
    }
}

static void test_formats(void) {
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (uint32_t out = 0; out < 3; out++) {
        smallm_dense_problem problem = good_problem(20, 100, 320);
        problem.out_type = types[out];
        launch_and_check(problem, out);
        for (uint32_t bias = 0; bias < 3; bias++) {
            problem.bias_type = types[bias];
            launch_and_check(problem, out | (bias + 1) << 2);
        }
    }
}

/* A shape that no table tunes. */
static void test_explanation(void) {
    for (int64_t m = 1; m <= 64; m += 3) {
        smallm_plan *plan = make(good_problem(m, 2303, 6144));
        const smallm_plan_info info = info_of(plan);
        CHECK(kernel_parameter(info.kernel, 'm') >= m, "M=%d got %s", (int)m, info.kernel);
        CHECK(strncmp(info.explanation, info.kernel, strlen(info.kernel)) == 0, "explanation: %s", info.explanation);
        CHECK(strstr(info.explanation, "Modelled") != NULL && strstr(info.explanation, "next best smallm_") != NULL &&
                  strstr(info.explanation, "The cost model's choice") != NULL,
              "explanation: %s", info.explanation);
        CHECK(info.explanation[strlen(info.explanation) - 1] == '.', "cut short: %s", info.explanation);
        /* 14.6 MB at 6.91 TB/s is 2.1 us; nothing is modelled to be faster than memory, or slow. */
        CHECK(info.modelled_microseconds > 2.1 && info.modelled_microseconds < 10, "modelled %f us for M=%d",
              info.modelled_microseconds, (int)m);
        smallm_plan_destroy(plan);
    }
    CHECK_FAILS(smallm_plan_get_info(NULL, NULL), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
}

static void test_forced_kernel(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *name = smallm_kernel_name(i);
        smallm_dense_problem problem = good_problem(kernel_parameter(name, 'm'), 100, 320);
        problem.kernel = name;
        if (!kernel_is_dense(name)) {
            smallm_plan *none = NULL;
            problem.m = 1;
            CHECK_FAILS(smallm_dense_plan_create(&none, context, &problem), SMALLM_DECLINED, name,
                        "does not compute dense");
            continue;
        }
        launch_and_check(problem, 0);
        smallm_plan *plan = make(problem);
        const smallm_plan_info info = info_of(plan);
        CHECK(strcmp(info.kernel, name) == 0, "forced %s, got %s", name, info.kernel);
        CHECK(strstr(info.explanation, "forced by name") != NULL, "explanation: %s", info.explanation);
        smallm_plan_destroy(plan);
        if (++problem.m <= 64)
            CHECK_FAILS(smallm_dense_plan_create(&plan, context, &problem), SMALLM_DECLINED, "m is", name);
    }
    CHECK(smallm_kernel_name(smallm_kernel_count()) == NULL, "a kernel past the end");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_launch();
    test_splits();
    test_formats();
    test_explanation();
    test_forced_kernel();
    smallm_context_destroy(context);
    return test_result();
}
