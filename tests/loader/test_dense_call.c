/* The one-call form: its plan cache, alone and under threads, past what it holds. */
#include <pthread.h>

#include "fake_context.h"

static smallm_context *context;

enum { THREADS = 8, SHAPES = 4500, REPEATS = 2 };

static void *call_many(void *argument) {
    smallm_dense_buffers buffers = good_buffers();
    size_t failures = 0;
    for (int repeat = 0; repeat < REPEATS; repeat++) {
        for (int64_t n = 1; n <= SHAPES; n++) {
            smallm_dense_problem problem = good_problem(1 + n % 4, n, 32 * (1 + n % 7));
            failures += smallm_dense(context, &problem, &buffers, NULL, 0, argument) != SMALLM_OK;
        }
    }
    return (void *)failures;
}

static void test_threads(void) {
    pthread_t threads[THREADS];
    fake->record = 0;
    fake->launches = 0;
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, call_many, NULL) == 0, "thread %d", i);
    for (int i = 0; i < THREADS; i++) {
        void *failures;
        pthread_join(threads[i], &failures);
        CHECK(failures == NULL, "%zu calls failed in thread %d", (size_t)failures, i);
    }
    CHECK(fake->launches == THREADS * SHAPES * REPEATS, "%d launches", fake->launches);
    fake->record = 1;
}

/* Everything that tells problems apart must be in the cache's key. */
static void test_key(void) {
    smallm_dense_buffers buffers = good_buffers();
    void *const workspace = (void *)0x70000000;
    smallm_dense_problem base = good_problem(2, 100, 15360);
    CHECK_OK(smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL));
    unsigned char before[96];
    memcpy(before, fake->arguments, sizeof before);
    int64_t *const fields[] = {&base.ldx, &base.ldxs, &base.ldo, &base.m, &base.n, &base.k, &base.k_splits};
    const int64_t values[] = {15376, 481, 101, 1, 99, 15328, 7};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        int64_t kept = *fields[i];
        *fields[i] = values[i];
        CHECK_OK(smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL));
        CHECK(memcmp(before, fake->arguments, sizeof before) != 0, "field %zu is not in the key", i);
        *fields[i] = kept;
    }
    buffers.out = (void *)0x50004;
    base.out_type = SMALLM_TYPE_F32;
    CHECK_OK(smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL));
    CHECK(memcmp(before, fake->arguments, sizeof before) != 0, "out_type is not in the key");
    base.out_type = SMALLM_TYPE_BF16;
    base.bias_type = SMALLM_TYPE_BF16;
    buffers.bias = (void *)0x60000;
    CHECK_OK(smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL));
    CHECK(memcmp(before, fake->arguments, sizeof before) != 0, "bias_type is not in the key");
    base.bias_type = SMALLM_TYPE_NONE;
    buffers.bias = NULL;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        base.kernel = smallm_kernel_name(i);
        if (smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL) == SMALLM_OK)
            CHECK(strcmp(fake->kernel, base.kernel) == 0, "forced %s, launched %s", base.kernel, fake->kernel);
    }
    base.m = 65;
    CHECK_FAILS(smallm_dense(context, &base, &buffers, workspace, 1 << 30, NULL), SMALLM_DECLINED, "m is 65");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_key();
    test_threads();
    smallm_context_destroy(context);
    return test_result();
}
