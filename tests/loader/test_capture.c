/* The one-call form on a stream that is being captured: prepared problems launch, others refuse. */
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>

#include "fake_context.h"

static smallm_context *context;

static smallm_status call(int64_t n) {
    smallm_dense_problem problem = good_problem(2, n, 320);
    smallm_dense_buffers buffers = good_buffers();
    return smallm_dense(context, &problem, &buffers, NULL, 0, (void *)0x5000);
}

static void capture(int error, int status) {
    fake->capture_error = error;
    fake->capture_status = status;
    fake->capture_questions = 0;
    fake->launches = 0;
}

static void test_prepared(void) {
    capture(hipSuccess, hipStreamCaptureStatusNone);
    CHECK_OK(call(100));
    CHECK(fake->launches == 1 && fake->capture_questions == 1, "%d launches, HIP was asked %d times", fake->launches,
          fake->capture_questions);
    capture(hipSuccess, hipStreamCaptureStatusActive);
    CHECK_OK(call(100));
    CHECK(fake->launches == 1 && fake->capture_questions == 0, "%d launches, HIP was asked %d times", fake->launches,
          fake->capture_questions);
}

static void test_unprepared(void) {
    const int states[][2] = {{hipSuccess, hipStreamCaptureStatusActive},
                             {hipSuccess, hipStreamCaptureStatusInvalidated},
                             {hipErrorStreamCaptureImplicit, hipStreamCaptureStatusNone}};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        capture(states[i][0], states[i][1]);
        CHECK_FAILS(call(200), SMALLM_ERROR_CAPTURE, "stream 0x5000", "captured into a graph",
                    "smallm_dense_plan_create");
        CHECK_FAILS(call(200), SMALLM_ERROR_CAPTURE, "stream 0x5000");
        CHECK(fake->launches == 0, "%d launches", fake->launches);
    }
    capture(hipSuccess, hipStreamCaptureStatusNone);
    CHECK_OK(call(200));
    capture(hipSuccess, hipStreamCaptureStatusActive);
    CHECK_OK(call(200));
}

/* A plan made by hand needs no question at all. */
static void test_plan(void) {
    capture(hipSuccess, hipStreamCaptureStatusActive);
    smallm_dense_problem problem = good_problem(2, 300, 320);
    smallm_dense_buffers buffers = good_buffers();
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    CHECK_OK(smallm_dense_execute(plan, &buffers, NULL, 0, (void *)0x5000));
    CHECK(fake->launches == 1 && fake->capture_questions == 0, "%d launches, HIP was asked %d times", fake->launches,
          fake->capture_questions);
    smallm_plan_destroy(plan);
}

static void test_failure(void) {
    capture(hipErrorInvalidHandle, hipStreamCaptureStatusNone);
    CHECK_FAILS(call(400), SMALLM_ERROR_HIP, "hipStreamIsCapturing", "made to fail");
    CHECK(fake->launches == 0, "%d launches", fake->launches);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_prepared();
    test_unprepared();
    test_plan();
    test_failure();
    smallm_context_destroy(context);
    return test_result();
}
