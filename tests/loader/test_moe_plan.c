/* What a MoE plan says and what it launches. */
#include "division.h"
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

/* The kernel argument segment as the interface between generator and loader has it. */
enum {
    EXPERT_IDS = 0,
    POST_PADDED = 8,
    W = 16,
    W_SCALE = 24,
    SORTED = 32,
    N = 40,
    K = 44,
    SLICE_STEPS = 48,
    SLICE_REM = 52,
    BLOCK_M = 56,
    EM = 60,
    EXPERTS = 64,
    SLOTS = 68,
    X = 72,
    X_SCALE = 80,
    X_ROWS = 88,
    LDX = 92,
    LDXS = 96,
    DIV_MAGIC = 100,
    DIV_SHIFT = 104,
    LDO = 108,
    WEIGHTS = 112,
    OUT = 120,
    WORKSPACE = 128,
    SLICE_STEPS1 = 136,
    SLICE_REM1 = 140,
    K_SPLITS = 144,
    GRID_Y = 148,
    FORMAT = 152,
    TOKENS = 156,
    TOP_K = 160,
    BLOCK_MAGIC = 164,
    BLOCK_SHIFT = 168,
    SEGMENT_BYTES = 176,
    TICKET_BYTES = 32768
};

static void *const a_workspace = (void *)0x70000000;

static smallm_plan *make(smallm_moe_problem problem) {
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_moe_plan_create(&plan, context, &problem));
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

static void check_words(const smallm_moe_problem *problem, const char *kernel, uint32_t format) {
    const struct {
        size_t offset, bytes;
        const char *name;
        uint64_t value;
    } wanted[] = {
        {X, 8, "x", 0x10000},
        {X_SCALE, 8, "x_scale", 0x20004},
        {W, 8, "w", 0x30010},
        {W_SCALE, 8, "w_scale", 0x40008},
        {SORTED, 8, "sorted_token_ids", 0x60004},
        {EXPERT_IDS, 8, "expert_ids", 0x70004},
        {POST_PADDED, 8, "num_tokens_post_padded", 0x80004},
        {OUT, 8, "out", 0x50004},
        {WORKSPACE, 8, "workspace", (uintptr_t)a_workspace},
        {WEIGHTS, 8, "weights", problem->weighted ? 0x90004 : 0},
        {N, 4, "n", (uint64_t)problem->n},
        {K, 4, "k", (uint64_t)problem->k},
        {BLOCK_M, 4, "block_m", (uint64_t)problem->block_m},
        {EM, 4, "em", (uint64_t)problem->sorted_len},
        {EXPERTS, 4, "experts", (uint64_t)problem->experts},
        {SLOTS, 4, "slots", (uint64_t)problem->slots},
        {X_ROWS, 4, "x_rows", (uint64_t)problem->x_rows},
        {LDX, 4, "ldx", (uint64_t)(problem->ldx != 0 ? problem->ldx : problem->k)},
        {LDXS, 4, "ldxs", (uint64_t)(problem->ldxs != 0 ? problem->ldxs : problem->k / 32)},
        {LDO, 4, "ldo", (uint64_t)(problem->ldo != 0 ? problem->ldo : problem->n)},
        {FORMAT, 4, "format", format},
        {TOP_K, 4, "top_k", (uint64_t)problem->top_k},
        {TOKENS, 4, "tokens", (uint64_t)(problem->top_k != 0 ? problem->slots / problem->top_k : 0)},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        CHECK(word(wanted[i].offset, wanted[i].bytes) == wanted[i].value, "%s: argument %s is %llu, not %llu", kernel,
              wanted[i].name, (unsigned long long)word(wanted[i].offset, wanted[i].bytes),
              (unsigned long long)wanted[i].value);
}

static unsigned smaller(unsigned a, unsigned b) {
    return a < b ? a : b;
}

/* Blocks that routing can fill, and no more than there are. */
static unsigned blocks_of(const smallm_moe_problem *problem) {
    const unsigned slots = (unsigned)problem->slots, block = (unsigned)problem->block_m;
    const unsigned spread = (unsigned)((slots + (uint64_t)problem->experts * (block - 1)) / block);
    const unsigned blocks = smaller(smaller(spread, slots), (unsigned)(problem->sorted_len / block));
    return blocks == 0 ? 1 : blocks;
}

static void check_division(const smallm_moe_problem *problem, const smallm_plan_info *info) {
    const char *kernel = info->kernel;
    const unsigned step = kernel_step(kernel), steps = ((unsigned)problem->k + step - 1) / step;
    const unsigned waves = kernel_parameter(kernel, 'w'), slices = waves * info->k_splits;
    CHECK(word(SLICE_STEPS, 4) == steps / slices && word(SLICE_REM, 4) == steps % slices &&
              word(SLICE_STEPS1, 4) == steps / waves && word(SLICE_REM1, 4) == steps % waves &&
              word(K_SPLITS, 4) == info->k_splits,
          "%s: %u steps in %u slices: %u, %u, alone %u, %u", kernel, steps, slices, (unsigned)word(SLICE_STEPS, 4),
          (unsigned)word(SLICE_REM, 4), (unsigned)word(SLICE_STEPS1, 4), (unsigned)word(SLICE_REM1, 4));
    CHECK(division_is_exact((uint32_t)problem->a_div, (uint32_t)word(DIV_MAGIC, 4), (uint32_t)word(DIV_SHIFT, 4)),
          "division by a_div = %lld", (long long)problem->a_div);
    if (problem->top_k != 0)
        CHECK(division_is_exact((uint32_t)problem->block_m, (uint32_t)word(BLOCK_MAGIC, 4),
                                (uint32_t)word(BLOCK_SHIFT, 4)),
              "division by block_m = %lld", (long long)problem->block_m);
}

static void check_grid(const smallm_moe_problem *problem, const smallm_plan_info *info) {
    const char *kernel = info->kernel;
    const unsigned columns = kernel_columns(kernel), tiles = ((unsigned)problem->n + columns - 1) / columns;
    const unsigned blocks = blocks_of(problem), block = 64 * kernel_waves(kernel), rows = kernel_parameter(kernel, 'm');
    CHECK(strcmp(fake->kernel, kernel) == 0, "%s was launched, not %s", fake->kernel, kernel);
    CHECK(fake->grid[0] == tiles && fake->grid[1] == blocks && fake->grid[2] == info->k_splits,
          "%s: grid %u x %u x %u, not %u x %u x %u", kernel, fake->grid[0], fake->grid[1], fake->grid[2], tiles, blocks,
          info->k_splits);
    CHECK(word(GRID_Y, 4) == blocks, "grid_y is %u", (unsigned)word(GRID_Y, 4));
    CHECK(info->workgroups == tiles * blocks * info->k_splits && info->workgroup_size == block, "the plan says %u x %u",
          info->workgroups, info->workgroup_size);
    CHECK(fake->block[0] == block && fake->block[1] == 1 && fake->block[2] == 1 && fake->shared_bytes == 0,
          "%s: block of %u", kernel, fake->block[0]);
    const uint64_t chunks = ((uint64_t)problem->block_m + rows - 1) / rows;
    const uint64_t partials = info->k_splits == 1 ? 0 : 4 * tiles * blocks * chunks * info->k_splits * columns * rows;
    const uint64_t combined = problem->top_k == 0 ? 0 : 4 * (uint64_t)(problem->slots * problem->n);
    const uint64_t bytes = partials + combined == 0 ? 0 : TICKET_BYTES + partials + combined;
    CHECK(info->workspace_bytes == bytes, "%s: workspace of %llu bytes, not %llu", kernel,
          (unsigned long long)info->workspace_bytes, (unsigned long long)bytes);
}

static void launch_and_check(smallm_moe_problem problem, uint32_t format) {
    smallm_plan *plan = make(problem);
    const smallm_plan_info info = info_of(plan);
    smallm_moe_buffers buffers = good_moe_buffers();
    if (problem.weighted)
        buffers.weights = (void *)0x90004;
    const int launches = fake->launches, calls = fake->calls;
    CHECK_OK(smallm_moe_execute(plan, &buffers, a_workspace, 1ull << 40, (void *)0x1234));
    CHECK(fake->launches == launches + 1 && fake->calls == calls + 1, "%d HIP calls", fake->calls - calls);
    CHECK(fake->stream == (void *)0x1234 && fake->argument_bytes == SEGMENT_BYTES, "%zu bytes on stream %p",
          fake->argument_bytes, fake->stream);
    check_words(&problem, info.kernel, format);
    check_division(&problem, &info);
    check_grid(&problem, &info);
    smallm_plan_destroy(plan);
}

static void test_launch(void) {
    smallm_moe_problem problem = good_moe_problem(129, 2305, 1056);
    problem.ldx = 1072;
    problem.ldxs = 40;
    problem.ldo = 2400;
    launch_and_check(problem, 0);
    for (int64_t i = 1; i <= 64; i++) {
        problem = good_moe_problem(1 + i * i % 513, 100 * i + 1, 32 * (65 - i));
        problem.slots = 1 + i * i;
        problem.a_div = i % 9 == 0 ? 0x7fffffff - i : i;
        problem.block_m = 4 * i;
        problem.weighted = i % 2 == 0;
        problem.sorted_len = smallm_moe_sorted_len(problem.slots, problem.experts, problem.block_m);
        if (i % 3 == 0)
            problem.sorted_len = problem.block_m;
        launch_and_check(problem, problem.weighted ? 16 : 0);
    }
}

static void test_formats(void) {
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    for (uint32_t out = 0; out < 3; out++)
        for (uint32_t weighted = 0; weighted < 2; weighted++)
            for (int64_t top_k = 0; top_k <= 8; top_k += 4) {
                smallm_moe_problem problem = good_moe_problem(20, 100, 320);
                problem.out_type = types[out];
                problem.weighted = (int32_t)weighted;
                problem.top_k = top_k;
                problem.block_m = 20;
                problem.sorted_len = 400;
                launch_and_check(problem, out | weighted << 4 | (top_k != 0 ? 1u << 5 : 0));
            }
}

/* Every kernel, forced; shared by as many workgroups as its slices and the tickets allow, and no more. */
static void test_kernels(void) {
    unsigned kernels = 0;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        smallm_kernel_properties properties = {.size = sizeof properties};
        CHECK_OK(smallm_kernel_get_properties(i, &properties));
        if (!kernel_is_moe(smallm_kernel_name(i)))
            continue;
        kernels++;
        const int64_t waves = kernel_parameter(smallm_kernel_name(i), 'w'), step = kernel_step(smallm_kernel_name(i));
        smallm_moe_problem problem = good_moe_problem(4, 100, 3 * step * waves * 3 + 32);
        problem.kernel = smallm_kernel_name(i);
        launch_and_check(problem, 0);
        problem.k_splits = 3;
        smallm_plan *none = NULL;
        if (!properties.splits_k) {
            CHECK_FAILS(smallm_moe_plan_create(&none, context, &problem), SMALLM_DECLINED, "k_splits is 3",
                        problem.kernel, "cannot share");
            continue;
        }
        launch_and_check(problem, 0);
        problem.top_k = 4;
        launch_and_check(problem, 32);
        problem.top_k = 0;
        problem.k = step * waves * 3 - step;
        CHECK_FAILS(smallm_moe_plan_create(&none, context, &problem), SMALLM_DECLINED, "k_splits is 3", "K slices");
        problem.k = step * waves * 3;
        /* Tiles times blocks times chunks of a block: 4096 tickets. */
        problem.slots = problem.sorted_len = problem.block_m = 64;
        const int64_t chunks = 64 / kernel_parameter(problem.kernel, 'm');
        problem.experts = 1;
        problem.n = 4096 / chunks * kernel_columns(problem.kernel);
        launch_and_check(problem, 0);
        problem.n++;
        CHECK_FAILS(smallm_moe_plan_create(&none, context, &problem), SMALLM_DECLINED, "k_splits is 3",
                    "tickets for 4096");
        problem.k_splits = 1;
        launch_and_check(problem, 0);
    }
    CHECK(kernels > 0, "no MoE kernel is built in");
}

/* The reference's cells engage, and say why. */
static void test_cells(void) {
    static const int64_t cells[][6] = {
        {128, 1536, 6144, 4, 0, 16}, {128, 6144, 768, 1, 1, 8},   {128, 6144, 768, 1, 0, 8}, {32, 1536, 6144, 4, 0, 16},
        {64, 6144, 768, 1, 1, 8},    {128, 1536, 6144, 4, 0, 64}, {32, 768, 6144, 4, 0, 16}, {256, 1536, 6144, 4, 0, 8},
        {128, 768, 6144, 4, 0, 64},  {32, 6144, 768, 1, 1, 4}};
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        smallm_moe_problem problem = good_moe_problem(cells[i][0], cells[i][1], cells[i][2]);
        problem.a_div = cells[i][3];
        problem.weighted = (int32_t)cells[i][4];
        problem.slots = cells[i][5];
        problem.x_rows = problem.slots / problem.a_div;
        problem.sorted_len = smallm_moe_sorted_len(problem.slots, problem.experts, problem.block_m);
        smallm_plan *plan = make(problem);
        const smallm_plan_info info = info_of(plan);
        CHECK(kernel_is_moe(info.kernel), "cell %zu got %s", i, info.kernel);
        CHECK(strncmp(info.explanation, info.kernel, strlen(info.kernel)) == 0 &&
                  strstr(info.explanation, "random routing would touch") != NULL &&
                  strstr(info.explanation, "Modelled") != NULL,
              "explanation: %s", info.explanation);
        CHECK(info.explanation[strlen(info.explanation) - 1] == '.', "cut short: %s", info.explanation);
        /* W of the experts that random routing touches, at 6.91 TB/s and at a third of that. */
        double left = (double)problem.experts;
        for (int64_t slot = 0; slot < problem.slots; slot++)
            left *= 1 - 1 / (double)problem.experts;
        const double bytes = ((double)problem.experts - left) * (double)(problem.n * problem.k) * 33 / 32;
        CHECK(info.modelled_microseconds > bytes / 6.91e6 && info.modelled_microseconds < 5 + 3 * bytes / 6.91e6,
              "cell %zu is modelled as %f us for %.0f bytes", i, info.modelled_microseconds, bytes);
        smallm_plan_destroy(plan);
    }
}

/* The division of K follows from the weights alone: not from slots, blocks, types or what happens to the rows. */
static void test_invariant(void) {
    static const int64_t shapes[][3] = {{128, 1536, 6144}, {1, 16, 16384}, {513, 6144, 384}, {8, 28672, 4096}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        unsigned waves = 0;
        for (int64_t slots = 4; slots <= 4096; slots *= 2)
            for (int64_t block_m = 4; block_m <= 128; block_m += 31 * 4) {
                smallm_moe_problem problem = good_moe_problem(shapes[i][0], shapes[i][1], shapes[i][2]);
                problem.determinism = SMALLM_BATCH_INVARIANT;
                problem.slots = slots;
                problem.block_m = block_m;
                problem.weighted = slots % 8 == 0;
                problem.top_k = slots % 16 == 0 ? 4 : 0;
                problem.out_type = slots > 64 ? SMALLM_TYPE_F32 : SMALLM_TYPE_BF16;
                problem.sorted_len = smallm_moe_sorted_len(slots, problem.experts, block_m);
                smallm_plan *plan = make(problem);
                const smallm_plan_info info = info_of(plan);
                const unsigned here = kernel_parameter(info.kernel, 'w');
                CHECK(kernel_is_matrix(info.kernel) && info.k_splits == 1 && (waves == 0 || waves == here),
                      "%d slots got %s with k_splits %u, fewer had %u waves", (int)slots, info.kernel, info.k_splits,
                      waves);
                CHECK(strstr(info.explanation, "follow from experts, N and K alone") != NULL, "explanation: %s",
                      info.explanation);
                waves = here;
                smallm_plan_destroy(plan);
            }
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_launch();
    test_formats();
    test_kernels();
    test_cells();
    test_invariant();
    smallm_context_destroy(context);
    return test_result();
}
