/* smallm_moe_sort and smallm_moe_sorted_len: guards, limits, and what is launched. */
#include "division.h"
#include "fake_context.h"

static smallm_context *context;

/* The kernel argument segment as the interface between generator and loader has it. */
enum {
    TOPK_IDS = 0,
    EXPERT_MAP = 8,
    SORTED = 16,
    EXPERT_IDS = 24,
    POST_PADDED = 32,
    SLOTS = 40,
    EXPERTS = 44,
    EXPERTS_GLOBAL = 48,
    BLOCK_M = 52,
    BLOCK_MAGIC = 56,
    BLOCK_SHIFT = 60,
    EM = 64,
    MAP_KIND = 68,
    SEGMENT_BYTES = 72
};

static smallm_moe_sort_args good_args(int64_t slots, int64_t experts, int64_t block_m) {
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = slots;
    args.experts = experts;
    args.block_m = block_m;
    args.sorted_len = smallm_moe_sorted_len(slots, experts, block_m);
    args.topk_ids = (void *)0x10004;
    args.sorted_token_ids = (void *)0x20004;
    args.expert_ids = (void *)0x30004;
    args.num_tokens_post_padded = (void *)0x40004;
    return args;
}

static smallm_moe_sort_args mapped(smallm_expert_map kind, int64_t global) {
    smallm_moe_sort_args args = good_args(32, 8, 16);
    args.map_kind = (int32_t)kind;
    args.experts_global = global;
    args.expert_map = (void *)0x50004;
    return args;
}

static smallm_status sort(smallm_moe_sort_args args) {
    return smallm_moe_sort(context, &args, NULL);
}

#define WITH(field, value)                                                                                             \
    sort(({                                                                                                            \
        smallm_moe_sort_args args = good_args(32, 8, 16);                                                              \
        args.field = value;                                                                                            \
        args;                                                                                                          \
    }))

#define WITH_MAP(field, value)                                                                                         \
    sort(({                                                                                                            \
        smallm_moe_sort_args args = mapped(SMALLM_EXPERTS_MAP, 64);                                                    \
        args.field = value;                                                                                            \
        args;                                                                                                          \
    }))

/* The fewest places that no routing passes: tried out, expert by expert, for the worst routing there is. */
static int64_t worst_routing(int64_t slots, int64_t experts, int64_t block_m) {
    /* One slot to each expert, until slots or experts run out; the rest to the first, which fills its blocks. */
    const int64_t touched = slots < experts ? slots : experts;
    const int64_t rest = slots - touched;
    return (touched + (rest + 1 + block_m - 1) / block_m - 1) * block_m;
}

static void test_sorted_len(void) {
    for (int64_t slots = 1; slots <= 40; slots++)
        for (int64_t experts = 1; experts <= 20; experts++)
            for (int64_t block_m = 4; block_m <= 64; block_m *= 2) {
                const int64_t length = smallm_moe_sorted_len(slots, experts, block_m);
                const int64_t needed = worst_routing(slots, experts, block_m);
                CHECK(length % block_m == 0 && length >= needed && length <= needed + 2 * block_m,
                      "%d slots, %d experts, blocks of %d: %lld, and %lld are needed", (int)slots, (int)experts,
                      (int)block_m, (long long)length, (long long)needed);
            }
    CHECK(smallm_moe_sorted_len(16, 128, 64) == 16 * 64, "%lld", (long long)smallm_moe_sorted_len(16, 128, 64));
    CHECK(smallm_moe_sorted_len(4096, 8, 64) == 4608, "%lld", (long long)smallm_moe_sorted_len(4096, 8, 64));
    const int64_t most = 0x7fffffff;
    CHECK(smallm_moe_sorted_len(most, most, 1) == most, "%lld", (long long)smallm_moe_sorted_len(most, most, 1));
    CHECK(smallm_moe_sorted_len(most, most, most) > most, "%lld", (long long)smallm_moe_sorted_len(most, most, most));
    static const int64_t none[][3] = {{0, 1, 4},  {1, 0, 4},         {1, 1, 0},
                                      {-1, 1, 4}, {1LL << 31, 1, 4}, {1, 1, INT64_MAX}};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        CHECK(smallm_moe_sorted_len(none[i][0], none[i][1], none[i][2]) == 0, "%zu", i);
}

static void test_guards(void) {
    smallm_moe_sort_args args = good_args(32, 8, 16);
    CHECK_FAILS(smallm_moe_sort(NULL, &args, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_moe_sort(context, NULL, NULL), SMALLM_ERROR_NULL_POINTER, "args is NULL");
    CHECK_FAILS(WITH(size, 0), SMALLM_ERROR_STRUCT_SIZE, "smallm_moe_sort_args", "size is 0");
    CHECK_FAILS(WITH(slots, 0), SMALLM_ERROR_DIMENSION, "slots is 0");
    CHECK_FAILS(WITH(experts, -1), SMALLM_ERROR_DIMENSION, "experts is -1");
    CHECK_FAILS(WITH(block_m, 0), SMALLM_ERROR_DIMENSION, "block_m is 0");
    CHECK_FAILS(WITH(block_m, 18), SMALLM_ERROR_DIMENSION, "block_m is 18", "multiple of 4");
    CHECK_FAILS(WITH(sorted_len, 0), SMALLM_ERROR_DIMENSION, "sorted_len is 0");
    CHECK_FAILS(WITH(sorted_len, 168), SMALLM_ERROR_DIMENSION, "sorted_len is 168", "multiple of block_m = 16");
    /* 32 + 8 * 15 = 152, in whole blocks 160. */
    CHECK_FAILS(WITH(sorted_len, 144), SMALLM_ERROR_DIMENSION, "sorted_len is 144",
                "smallm_moe_sorted_len(32, 8, 16) = 160");
    CHECK_FAILS(WITH(map_kind, 3), SMALLM_ERROR_TYPE, "map_kind is 3", "smallm_expert_map");
    CHECK_FAILS(WITH(map_kind, -1), SMALLM_ERROR_TYPE, "map_kind is -1");
    CHECK_FAILS(WITH(expert_map, (void *)0x50004), SMALLM_ERROR_TYPE, "expert_map is 0x50004", "EXPERTS_LOCAL");
    CHECK_FAILS(WITH_MAP(expert_map, NULL), SMALLM_ERROR_NULL_POINTER, "expert_map is NULL");
    CHECK_FAILS(WITH_MAP(expert_map, (void *)0x50002), SMALLM_ERROR_ALIGNMENT, "expert_map is 0x50002", "4 bytes");
    CHECK_FAILS(WITH_MAP(experts_global, 0), SMALLM_ERROR_DIMENSION, "experts_global is 0");
    CHECK_FAILS(WITH(topk_ids, NULL), SMALLM_ERROR_NULL_POINTER, "topk_ids is NULL");
    CHECK_FAILS(WITH(sorted_token_ids, NULL), SMALLM_ERROR_NULL_POINTER, "sorted_token_ids is NULL");
    CHECK_FAILS(WITH(expert_ids, NULL), SMALLM_ERROR_NULL_POINTER, "expert_ids is NULL");
    CHECK_FAILS(WITH(num_tokens_post_padded, NULL), SMALLM_ERROR_NULL_POINTER, "num_tokens_post_padded is NULL");
    CHECK_FAILS(WITH(topk_ids, (void *)0x10001), SMALLM_ERROR_ALIGNMENT, "topk_ids is 0x10001");
    CHECK_FAILS(WITH(sorted_token_ids, (void *)2), SMALLM_ERROR_ALIGNMENT, "sorted_token_ids is 0x2");
    CHECK_FAILS(WITH(expert_ids, (void *)3), SMALLM_ERROR_ALIGNMENT, "expert_ids is 0x3");
    CHECK_FAILS(WITH(num_tokens_post_padded, (void *)5), SMALLM_ERROR_ALIGNMENT, "num_tokens_post_padded is 0x5");
}

static void test_limits(void) {
    CHECK_OK(sort(good_args(4096, 2048, 4)));
    CHECK_FAILS(sort(good_args(4097, 8, 16)), SMALLM_DECLINED, "slots is 4097", "up to 4096");
    CHECK_FAILS(sort(good_args(32, 2049, 16)), SMALLM_DECLINED, "experts is 2049", "up to 2048");
    CHECK_OK(sort(mapped(SMALLM_EXPERTS_MAP, 2048)));
    CHECK_FAILS(sort(mapped(SMALLM_EXPERTS_MASK, 2049)), SMALLM_DECLINED, "experts_global is 2049", "up to 2048");
    CHECK_OK(WITH(sorted_len, (1 << 29) - 16));
    CHECK_FAILS(WITH(sorted_len, 1 << 29), SMALLM_DECLINED, "sorted_len is 536870912", "up to 536870911");
}

static uint64_t word(size_t offset, size_t bytes) {
    uint64_t value = 0;
    memcpy(&value, fake->arguments + offset, bytes);
    return value;
}

static void launch_and_check(const smallm_moe_sort_args *args) {
    const int launches = fake->launches, calls = fake->calls;
    CHECK_OK(smallm_moe_sort(context, args, (void *)0x1234));
    CHECK(fake->launches == launches + 1 && fake->calls == calls + 1, "%d HIP calls", fake->calls - calls);
    const bool local = args->map_kind == SMALLM_EXPERTS_LOCAL;
    const struct {
        size_t offset, bytes;
        uint64_t value;
    } wanted[] = {
        {TOPK_IDS, 8, (uintptr_t)args->topk_ids},
        {EXPERT_MAP, 8, (uintptr_t)args->expert_map},
        {SORTED, 8, (uintptr_t)args->sorted_token_ids},
        {EXPERT_IDS, 8, (uintptr_t)args->expert_ids},
        {POST_PADDED, 8, (uintptr_t)args->num_tokens_post_padded},
        {SLOTS, 4, (uint64_t)args->slots},
        {EXPERTS, 4, (uint64_t)args->experts},
        {EXPERTS_GLOBAL, 4, (uint64_t)(local ? args->experts : args->experts_global)},
        {BLOCK_M, 4, (uint64_t)args->block_m},
        {EM, 4, (uint64_t)args->sorted_len},
        {MAP_KIND, 4, (uint64_t)args->map_kind},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        CHECK(word(wanted[i].offset, wanted[i].bytes) == wanted[i].value, "argument at %zu is %llu, not %llu",
              wanted[i].offset, (unsigned long long)word(wanted[i].offset, wanted[i].bytes),
              (unsigned long long)wanted[i].value);
    CHECK(division_is_exact((uint32_t)args->block_m, (uint32_t)word(BLOCK_MAGIC, 4), (uint32_t)word(BLOCK_SHIFT, 4)),
          "division by %d", (int)args->block_m);
    CHECK(fake->argument_bytes == SEGMENT_BYTES && fake->shared_bytes == 0 && fake->stream == (void *)0x1234,
          "%zu bytes of arguments on stream %p", fake->argument_bytes, fake->stream);
    CHECK(fake->grid[0] == 1 && fake->grid[1] == 1 && fake->grid[2] == 1 && fake->block[0] == 1024,
          "%u workgroups of %u", fake->grid[0], fake->block[0]);
    CHECK(strncmp(fake->kernel, "smallm_moe_sort_", 16) == 0, "%s was launched", fake->kernel);
}

static void test_launch(void) {
    for (int64_t block_m = 4; block_m <= 400; block_m += 4) {
        const smallm_moe_sort_args args = good_args(1 + block_m % 37, 1 + block_m % 11, block_m);
        launch_and_check(&args);
    }
    smallm_moe_sort_args args = mapped(SMALLM_EXPERTS_MAP, 64);
    launch_and_check(&args);
    args = mapped(SMALLM_EXPERTS_MASK, 7);
    launch_and_check(&args);
    args = good_args(32, 8, 16);
    args.sorted_len += 1600;
    args.experts_global = -5; /* not used */
    launch_and_check(&args);
    strcpy(fake->fail, "hipModuleLaunchKernel");
    CHECK_FAILS(sort(args), SMALLM_ERROR_HIP, "smallm_moe_sort_", "made to fail");
    fake->fail[0] = '\0';
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_sorted_len();
    test_guards();
    CHECK(fake->launches == 0, "%d launches on bad data", fake->launches);
    test_limits();
    test_launch();
    smallm_context_destroy(context);
    return test_result();
}
