/* smallm_quantise: guards, limits, and what it launches. */
#include "fake_context.h"

static smallm_context *context;

/* The kernel argument segment as the interface between generator and loader has it. */
enum { X = 0, Q = 8, SCALE = 16, K = 24, LDX = 28, LDQ = 32, LDS = 36, FORMAT = 40, SEGMENT_BYTES = 48 };

static smallm_quantise_args good_args(int64_t m, int64_t k) {
    smallm_quantise_args args;
    smallm_quantise_args_init(&args, sizeof args);
    args.m = m;
    args.k = k;
    args.x = (void *)0x10004;
    args.q = (void *)0x20001;
    args.scale = (void *)0x30003;
    return args;
}

static smallm_status quantise(smallm_quantise_args args) {
    return smallm_quantise(context, &args, NULL);
}

#define WITH(field, value)                                                                                             \
    quantise(({                                                                                                        \
        smallm_quantise_args args = good_args(3, 96);                                                                  \
        args.field = value;                                                                                            \
        args;                                                                                                          \
    }))

static void test_guards(void) {
    smallm_quantise_args args = good_args(3, 96);
    CHECK_FAILS(smallm_quantise(NULL, &args, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_quantise(context, NULL, NULL), SMALLM_ERROR_NULL_POINTER, "args is NULL");
    CHECK_FAILS(WITH(size, 8), SMALLM_ERROR_STRUCT_SIZE, "smallm_quantise_args", "size is 8");
    CHECK_FAILS(WITH(m, 0), SMALLM_ERROR_DIMENSION, "m is 0");
    CHECK_FAILS(WITH(m, 0x80000000), SMALLM_ERROR_DIMENSION, "m is 2147483648");
    CHECK_FAILS(WITH(k, -32), SMALLM_ERROR_DIMENSION, "k is -32");
    CHECK_FAILS(WITH(k, 48), SMALLM_ERROR_K_MULTIPLE, "k is 48");
    CHECK_FAILS(WITH(ldx, 95), SMALLM_ERROR_LEADING_DIMENSION, "ldx is 95", "k = 96");
    CHECK_FAILS(WITH(ldq, 95), SMALLM_ERROR_LEADING_DIMENSION, "ldq is 95", "k = 96");
    CHECK_FAILS(WITH(lds, 2), SMALLM_ERROR_LEADING_DIMENSION, "lds is 2", "k / 32 = 3");
    CHECK_FAILS(WITH(lds, 0x80000000), SMALLM_ERROR_LEADING_DIMENSION, "lds is 2147483648");
    CHECK_FAILS(WITH(x_type, SMALLM_TYPE_NONE), SMALLM_ERROR_TYPE, "x_type is 0");
    CHECK_FAILS(WITH(x_type, 5), SMALLM_ERROR_TYPE, "x_type is 5");
    CHECK_FAILS(WITH(rule, 2), SMALLM_ERROR_TYPE, "rule is 2", "smallm_scale_rule");
    CHECK_FAILS(WITH(rule, -1), SMALLM_ERROR_TYPE, "rule is -1");
    CHECK_FAILS(WITH(x, NULL), SMALLM_ERROR_NULL_POINTER, "x is NULL");
    CHECK_FAILS(WITH(q, NULL), SMALLM_ERROR_NULL_POINTER, "q is NULL");
    CHECK_FAILS(WITH(scale, NULL), SMALLM_ERROR_NULL_POINTER, "scale is NULL");
    CHECK_FAILS(WITH(x, (void *)0x10001), SMALLM_ERROR_ALIGNMENT, "x is 0x10001", "2 bytes");
    args.x_type = SMALLM_TYPE_F32;
    args.x = (void *)0x10002;
    CHECK_FAILS(smallm_quantise(context, &args, NULL), SMALLM_ERROR_ALIGNMENT, "x is 0x10002", "4 bytes");
}

static void test_limits(void) {
    CHECK_FAILS(WITH(x_type, SMALLM_TYPE_E4M3), SMALLM_DECLINED, "x_type is 1, E4M3");
    CHECK_FAILS(WITH(m, 65536), SMALLM_DECLINED, "m is 65536", "up to 65535 rows");
    smallm_quantise_args args = good_args(1, 1 << 30);
    CHECK_FAILS(smallm_quantise(context, &args, NULL), SMALLM_DECLINED, "k is 1073741824", "less than 1073741824");
    /* An error is an error, also past the limits. */
    args.k += 16;
    CHECK_FAILS(smallm_quantise(context, &args, NULL), SMALLM_ERROR_K_MULTIPLE, "k is 1073741840");
    CHECK(fake->launches == 0, "%d launches on bad data", fake->launches);
}

static uint64_t word(size_t offset, size_t bytes) {
    uint64_t value = 0;
    memcpy(&value, fake->arguments + offset, bytes);
    return value;
}

static void launch_and_check(const smallm_quantise_args *args, uint32_t format) {
    const int launches = fake->launches, calls = fake->calls;
    CHECK_OK(smallm_quantise(context, args, (void *)0x1234));
    CHECK(fake->launches == launches + 1 && fake->calls == calls + 1, "%d HIP calls", fake->calls - calls);
    const int64_t wanted[] = {args->k, args->ldx != 0 ? args->ldx : args->k, args->ldq != 0 ? args->ldq : args->k,
                              args->lds != 0 ? args->lds : args->k / 32, format};
    const size_t offsets[] = {K, LDX, LDQ, LDS, FORMAT};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
        CHECK(word(offsets[i], 4) == (uint64_t)wanted[i], "argument at %zu is %llu, not %lld", offsets[i],
              (unsigned long long)word(offsets[i], 4), (long long)wanted[i]);
    CHECK(word(X, 8) == (uintptr_t)args->x && word(Q, 8) == (uintptr_t)args->q &&
              word(SCALE, 8) == (uintptr_t)args->scale,
          "pointers");
    CHECK(fake->argument_bytes == SEGMENT_BYTES && fake->shared_bytes == 0 && fake->stream == (void *)0x1234,
          "%zu bytes of arguments on stream %p", fake->argument_bytes, fake->stream);
    CHECK(fake->grid[0] == (args->k + 2047) / 2048 && fake->grid[1] == args->m && fake->grid[2] == 1,
          "grid %u x %u x %u", fake->grid[0], fake->grid[1], fake->grid[2]);
    CHECK(fake->block[0] == 256 && fake->block[1] == 1 && fake->block[2] == 1, "block of %u", fake->block[0]);
    CHECK(strncmp(fake->kernel, "smallm_quantise_", 16) == 0, "%s was launched", fake->kernel);
}

static void test_launch(void) {
    static const smallm_type types[] = {SMALLM_TYPE_BF16, SMALLM_TYPE_F16, SMALLM_TYPE_F32};
    static const int64_t shapes[][2] = {{1, 32}, {7, 2048}, {64, 2080}, {65535, 6144}, {2, (1 << 30) - 32}};
    for (uint32_t type = 0; type < 3; type++)
        for (int32_t rule = 0; rule < 2; rule++)
            for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
                smallm_quantise_args args = good_args(shapes[i][0], shapes[i][1]);
                args.x_type = types[type];
                args.rule = rule;
                launch_and_check(&args, type | (rule == SMALLM_SCALE_FLOOR ? 4u : 0u));
            }
    smallm_quantise_args args = good_args(3, 96);
    args.ldx = 97;
    args.ldq = 0x7fffffff;
    args.lds = 5;
    launch_and_check(&args, 0);
    strcpy(fake->fail, "hipModuleLaunchKernel");
    CHECK_FAILS(smallm_quantise(context, &args, NULL), SMALLM_ERROR_HIP, "smallm_quantise_", "made to fail");
    fake->fail[0] = '\0';
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_guards();
    test_limits();
    test_launch();
    smallm_context_destroy(context);
    return test_result();
}
