/* What a plan says and what it launches. */
#include "fake_context.h"

static smallm_context *context;

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

/* The number after `letter` in a kernel's name, such as 64 for 'l' in ..._l64_... */
static unsigned parameter(const char *kernel, char letter) {
    for (const char *at = strchr(kernel, '_'); at != NULL; at = strchr(at + 1, '_'))
        if (at[1] == letter && at[2] >= '0' && at[2] <= '9')
            return (unsigned)atoi(at + 2);
    return 0;
}

static unsigned columns_per_workgroup(const char *kernel) {
    return 4 / parameter(kernel, 'w') * parameter(kernel, 'r') * (64 / parameter(kernel, 'l'));
}

static uint64_t word(size_t offset, size_t bytes) {
    uint64_t value = 0;
    memcpy(&value, fake->arguments + offset, bytes);
    return value;
}

/* The kernel argument layout as the interface between generator and loader has it: five pointers, six numbers. */
static void check_launch(const smallm_dense_problem *problem, const smallm_plan_info *info) {
    const unsigned columns = columns_per_workgroup(info->kernel);
    const int64_t numbers[] = {problem->m, problem->n, problem->k, problem->ldx, problem->ldxs, problem->ldo};
    const uint64_t pointers[] = {0x10000, 0x20004, 0x30010, 0x40008, 0x50002};
    CHECK(strcmp(fake->kernel, info->kernel) == 0, "%s was launched, not %s", fake->kernel, info->kernel);
    CHECK(fake->grid[0] == ((unsigned)problem->n + columns - 1) / columns, "grid %u for N=%d and %u columns",
          fake->grid[0], (int)problem->n, columns);
    CHECK(fake->grid[0] == info->workgroups && fake->block[0] == info->workgroup_size, "the plan says %u x %u",
          info->workgroups, info->workgroup_size);
    CHECK(fake->grid[1] == 1 && fake->grid[2] == 1 && fake->block[0] == 256 && fake->block[1] == 1 &&
              fake->block[2] == 1 && fake->shared_bytes == 0,
          "odd launch");
    CHECK(fake->argument_bytes == 64, "%zu bytes of arguments", fake->argument_bytes);
    for (size_t i = 0; i < 5; i++)
        CHECK(word(8 * i, 8) == pointers[i], "pointer %zu is %llx", i, (unsigned long long)word(8 * i, 8));
    for (size_t i = 0; i < 6; i++)
        CHECK(word(40 + 4 * i, 4) == (uint64_t)numbers[i], "number %zu is %llu", i,
              (unsigned long long)word(40 + 4 * i, 4));
}

static void test_launch(void) {
    smallm_dense_problem problem = good_problem(3, 2305, 1056);
    problem.ldx = 1072;
    problem.ldxs = 40;
    problem.ldo = 2400;
    smallm_plan *plan = make(problem);
    smallm_plan_info info = info_of(plan);
    smallm_dense_buffers buffers = good_buffers();
    CHECK_OK(smallm_dense_execute(plan, &buffers, NULL, 0, (void *)0x1234));
    CHECK(fake->stream == (void *)0x1234, "stream %p", fake->stream);
    check_launch(&problem, &info);
    smallm_plan_destroy(plan);

    problem = good_problem(1, 7, 32);
    plan = make(problem);
    info = info_of(plan);
    CHECK_OK(smallm_dense_execute(plan, &buffers, NULL, 0, NULL));
    problem.ldx = 32;
    problem.ldxs = 1;
    problem.ldo = 7;
    check_launch(&problem, &info);
    smallm_plan_destroy(plan);
}

static void test_choice(void) {
    for (int64_t m = 1; m <= 4; m++) {
        smallm_plan *plan = make(good_problem(m, 2304, 6144));
        smallm_plan_info info = info_of(plan);
        unsigned tile = parameter(info.kernel, 'm');
        CHECK(tile >= m && tile < 2 * m + 1, "M=%d got %s", (int)m, info.kernel);
        CHECK(strncmp(info.explanation, info.kernel, strlen(info.kernel)) == 0, "explanation: %s", info.explanation);
        CHECK(strstr(info.explanation, "Modelled") != NULL && strstr(info.explanation, "next best") != NULL,
              "explanation: %s", info.explanation);
        /* 14.6 MB at 6.91 TB/s is 2.1 us; nothing is modelled to be faster than memory, or slow. */
        CHECK(info.modelled_microseconds > 2.1 && info.modelled_microseconds < 10, "modelled %f us",
              info.modelled_microseconds);
        CHECK(info.workspace_bytes == 0, "workspace");
        smallm_plan_destroy(plan);
    }
    CHECK_FAILS(smallm_plan_get_info(NULL, NULL), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
}

static void test_forced(void) {
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        const char *name = smallm_kernel_name(i);
        smallm_dense_problem problem = good_problem(parameter(name, 'm'), 100, 320);
        problem.kernel = name;
        smallm_plan *plan = make(problem);
        smallm_plan_info info = info_of(plan);
        CHECK(strcmp(info.kernel, name) == 0, "forced %s, got %s", name, info.kernel);
        CHECK(strstr(info.explanation, "forced") != NULL, "explanation: %s", info.explanation);
        smallm_plan_destroy(plan);
        if (++problem.m <= 4)
            CHECK_FAILS(smallm_dense_plan_create(&plan, context, &problem), SMALLM_DECLINED, "m is", name);
    }
    CHECK(smallm_kernel_name(smallm_kernel_count()) == NULL, "a kernel past the end");
}

static void test_batch_invariant(void) {
    char first[256] = "";
    for (int64_t m = 1; m <= 4; m++) {
        smallm_dense_problem problem = good_problem(m, 768, 6144);
        problem.determinism = SMALLM_BATCH_INVARIANT;
        smallm_plan *plan = make(problem);
        if (m == 1)
            snprintf(first, sizeof first, "%s", info_of(plan).kernel);
        CHECK(strcmp(first, info_of(plan).kernel) == 0, "M=%d is computed by %s, M=1 by %s", (int)m,
              info_of(plan).kernel, first);
        smallm_plan_destroy(plan);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_launch();
    test_choice();
    test_forced();
    test_batch_invariant();
    smallm_context_destroy(context);
    return test_result();
}
