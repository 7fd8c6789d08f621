/* The one-call form of MoE problems: what tells them apart, beside dense ones in the same cache, under threads, and
 * while a stream is captured. */
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <pthread.h>

#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;
static void *const a_workspace = (void *)0x70000000;
static const uint64_t workspace_bytes = 1ull << 40;

static smallm_status call(const smallm_moe_problem *problem, void *stream) {
    smallm_moe_buffers buffers = good_moe_buffers();
    if (problem->weighted)
        buffers.weights = (void *)0x90004;
    return smallm_moe(context, problem, &buffers, a_workspace, workspace_bytes, stream);
}

/* Everything that tells problems apart must be in the cache's key. */
static void test_key(void) {
    smallm_moe_problem base = good_moe_problem(8, 128, 15360);
    CHECK_OK(call(&base, NULL));
    unsigned char before[sizeof fake->arguments];
    memcpy(before, fake->arguments, sizeof before);
    const size_t bytes = fake->argument_bytes;
    int64_t *const fields[] = {&base.experts, &base.n,       &base.k,          &base.x_rows, &base.slots,
                               &base.a_div,   &base.block_m, &base.sorted_len, &base.top_k,  &base.ldx,
                               &base.ldxs,    &base.ldo,     &base.k_splits};
    const int64_t values[] = {9, 127, 15328, 17, 60, 5, 32, 64, 4, 15376, 481, 129, 3};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const int64_t kept = *fields[i];
        *fields[i] = values[i];
        CHECK_OK(call(&base, NULL));
        CHECK(memcmp(before, fake->arguments, bytes) != 0, "field %zu is not in the key", i);
        *fields[i] = kept;
    }
    base.weighted = 1;
    CHECK_OK(call(&base, NULL));
    CHECK(memcmp(before, fake->arguments, bytes) != 0, "weighted is not in the key");
    const int questions = fake->capture_questions;
    base.weighted = 5;
    CHECK_OK(call(&base, NULL));
    CHECK(fake->capture_questions == questions, "another weighted is another problem");
    base.weighted = 0;
    base.out_type = SMALLM_TYPE_F32;
    CHECK_OK(call(&base, NULL));
    CHECK(memcmp(before, fake->arguments, bytes) != 0, "out_type is not in the key");
    base.out_type = SMALLM_TYPE_BF16;
    for (uint32_t i = 0; i < smallm_kernel_count(); i++) {
        base.kernel = smallm_kernel_name(i);
        if (kernel_is_moe(base.kernel)) {
            CHECK_OK(call(&base, NULL));
            CHECK(strcmp(fake->kernel, base.kernel) == 0, "forced %s, launched %s", base.kernel, fake->kernel);
        } else {
            CHECK_FAILS(call(&base, NULL), SMALLM_DECLINED, base.kernel, "does not compute MoE");
        }
    }
    base.kernel = NULL;
    CHECK_OK(call(&base, NULL));
    CHECK(memcmp(before, fake->arguments, bytes) == 0, "the first problem has changed");
}

enum { THREADS = 8, SHAPES = 1500, REPEATS = 2 };

/* Dense and MoE problems by turns, of which many have the same numbers. */
static void *call_many(void *argument) {
    smallm_dense_buffers buffers = good_buffers();
    size_t failures = 0;
    (void)argument;
    for (int repeat = 0; repeat < REPEATS; repeat++)
        for (int64_t n = 1; n <= SHAPES; n++) {
            const smallm_dense_problem dense = good_problem(1 + n % 4, n, 32 * (1 + n % 7));
            const smallm_moe_problem moe = good_moe_problem(1 + n % 4, n, 32 * (1 + n % 7));
            failures += smallm_dense(context, &dense, &buffers, a_workspace, workspace_bytes, NULL) != SMALLM_OK;
            failures += call(&moe, NULL) != SMALLM_OK;
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
    CHECK(fake->launches == 2 * THREADS * SHAPES * REPEATS, "%d launches", fake->launches);
    fake->record = 1;
}

static void test_capture(void) {
    void *const stream = (void *)0x5000;
    const smallm_moe_problem known = good_moe_problem(8, 128, 15360), unknown = good_moe_problem(8, 131, 320);
    fake->capture_status = hipStreamCaptureStatusActive;
    fake->capture_questions = fake->launches = 0;
    CHECK_OK(call(&known, stream));
    CHECK(fake->launches == 1 && fake->capture_questions == 0, "%d launches, HIP was asked %d times", fake->launches,
          fake->capture_questions);
    CHECK_FAILS(call(&unknown, stream), SMALLM_ERROR_CAPTURE, "0x5000", "smallm_moe_plan_create");
    CHECK(fake->launches == 1, "%d launches", fake->launches);
    fake->capture_status = hipStreamCaptureStatusNone;
    CHECK_OK(call(&unknown, stream));
    fake->capture_status = hipStreamCaptureStatusActive;
    CHECK_OK(call(&unknown, stream));
    fake->capture_status = hipStreamCaptureStatusNone;
}

static void test_guards(void) {
    const smallm_moe_problem problem = good_moe_problem(8, 64, 96);
    const smallm_moe_buffers buffers = good_moe_buffers();
    CHECK_FAILS(smallm_moe(NULL, &problem, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_moe(context, NULL, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "problem is NULL");
    CHECK_FAILS(smallm_moe(context, &problem, NULL, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "buffers is NULL");
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_key();
    test_capture();
    test_guards();
    test_threads();
    smallm_context_destroy(context);
    return test_result();
}
