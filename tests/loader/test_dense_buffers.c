/* Guards on the pointers of a launch, in both forms of the call; nothing is launched on bad data. */
#include "fake_context.h"

static smallm_context *context;
static smallm_plan *plan;

/* M=2, N=64, K=96, ldo=70: least bytes are 192, 6, 6144, 192, 2 * (70 + 64). */
static smallm_dense_problem problem(void) {
    smallm_dense_problem problem = good_problem(2, 64, 96);
    problem.ldo = 70;
    return problem;
}

static smallm_status launch(smallm_dense_buffers buffers) {
    smallm_dense_problem described = problem();
    smallm_status status = smallm_dense_execute(plan, &buffers, NULL, 0, NULL);
    smallm_status one_call = smallm_dense(context, &described, &buffers, NULL, 0, NULL);
    CHECK(status == one_call, "execute gave %s, the one-call form %s", smallm_status_string(status),
          smallm_status_string(one_call));
    return status;
}

#define WITH(field, value)                                                                                             \
    launch(({                                                                                                          \
        smallm_dense_buffers buffers = good_buffers();                                                                 \
        buffers.field = value;                                                                                         \
        buffers;                                                                                                       \
    }))

static void test_null(void) {
    CHECK_FAILS(WITH(x, NULL), SMALLM_ERROR_NULL_POINTER, "x is NULL");
    CHECK_FAILS(WITH(x_scale, NULL), SMALLM_ERROR_NULL_POINTER, "x_scale is NULL");
    CHECK_FAILS(WITH(w, NULL), SMALLM_ERROR_NULL_POINTER, "w is NULL");
    CHECK_FAILS(WITH(w_scale, NULL), SMALLM_ERROR_NULL_POINTER, "w_scale is NULL");
    CHECK_FAILS(WITH(out, NULL), SMALLM_ERROR_NULL_POINTER, "out is NULL");
    smallm_dense_buffers buffers = good_buffers();
    CHECK_FAILS(smallm_dense_execute(NULL, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
    CHECK_FAILS(smallm_dense_execute(plan, NULL, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "buffers is NULL");
    smallm_dense_problem described = problem();
    CHECK_FAILS(smallm_dense(NULL, &described, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_dense(context, NULL, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "problem is NULL");
    CHECK_FAILS(smallm_dense(context, &described, NULL, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "buffers is NULL");
}

static void test_alignment(void) {
    CHECK_FAILS(WITH(x, (void *)0x10008), SMALLM_ERROR_ALIGNMENT, "x is 0x10008", "16 bytes");
    CHECK_FAILS(WITH(w, (void *)0x30001), SMALLM_ERROR_ALIGNMENT, "w is 0x30001", "16 bytes");
    CHECK_FAILS(WITH(x_scale, (void *)0x20002), SMALLM_ERROR_ALIGNMENT, "x_scale is 0x20002", "4 bytes");
    CHECK_FAILS(WITH(w_scale, (void *)0x40001), SMALLM_ERROR_ALIGNMENT, "w_scale is 0x40001", "4 bytes");
    CHECK_FAILS(WITH(out, (void *)0x50001), SMALLM_ERROR_ALIGNMENT, "out is 0x50001", "2 bytes");
}

static smallm_status launch_typed(smallm_type out_type, smallm_type bias_type, smallm_dense_buffers buffers) {
    smallm_dense_problem described = problem();
    described.out_type = out_type;
    described.bias_type = bias_type;
    return smallm_dense(context, &described, &buffers, NULL, 0, NULL);
}

/* Elements of two and of four bytes. */
static void test_out_type(void) {
    smallm_dense_buffers buffers = good_buffers();
    buffers.out = (void *)0x50003;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_F16, SMALLM_TYPE_NONE, buffers), SMALLM_ERROR_ALIGNMENT, "out is 0x50003",
                "2 bytes");
    buffers.out = (void *)0x50002;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_F32, SMALLM_TYPE_NONE, buffers), SMALLM_ERROR_ALIGNMENT, "out is 0x50002",
                "4 bytes");
    buffers.out_bytes = 267;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_F16, SMALLM_TYPE_NONE, buffers), SMALLM_ERROR_BUFFER_SIZE, "out_bytes is 267",
                "needs 268");
    buffers.out = (void *)0x50004;
    buffers.out_bytes = 535;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_F32, SMALLM_TYPE_NONE, buffers), SMALLM_ERROR_BUFFER_SIZE, "out_bytes is 535",
                "needs 536");
}

static void test_bias(void) {
    smallm_dense_buffers buffers = good_buffers();
    CHECK_FAILS(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_BF16, buffers), SMALLM_ERROR_NULL_POINTER, "bias is NULL");
    buffers.bias = (void *)0x60001;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_F16, buffers), SMALLM_ERROR_ALIGNMENT, "bias is 0x60001",
                "2 bytes");
    buffers.bias = (void *)0x60002;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_F32, buffers), SMALLM_ERROR_ALIGNMENT, "bias is 0x60002",
                "4 bytes");
    buffers.bias_bytes = 127;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_BF16, buffers), SMALLM_ERROR_BUFFER_SIZE,
                "bias_bytes is 127", "needs 128");
    buffers.bias = (void *)0x60004;
    buffers.bias_bytes = 255;
    CHECK_FAILS(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_F32, buffers), SMALLM_ERROR_BUFFER_SIZE, "bias_bytes is 255",
                "needs 256");
}

static void test_sizes(void) {
    CHECK_FAILS(WITH(x_bytes, 191), SMALLM_ERROR_BUFFER_SIZE, "x_bytes is 191", "needs 192");
    CHECK_FAILS(WITH(x_scale_bytes, 5), SMALLM_ERROR_BUFFER_SIZE, "x_scale_bytes is 5", "needs 6");
    CHECK_FAILS(WITH(w_bytes, 6143), SMALLM_ERROR_BUFFER_SIZE, "w_bytes is 6143", "needs 6144");
    CHECK_FAILS(WITH(w_scale_bytes, 1), SMALLM_ERROR_BUFFER_SIZE, "w_scale_bytes is 1", "needs 192");
    CHECK_FAILS(WITH(out_bytes, 267), SMALLM_ERROR_BUFFER_SIZE, "out_bytes is 267", "needs 268");
    CHECK_FAILS(WITH(size, 16), SMALLM_ERROR_STRUCT_SIZE, "smallm_dense_buffers", "size is 16");
    CHECK_FAILS(WITH(bias, (void *)0x60000), SMALLM_ERROR_TYPE, "bias is 0x60000", "bias_type is NONE");
}

static void test_good(void) {
    CHECK(fake->launches == 0, "%d launches on bad data", fake->launches);
    smallm_dense_buffers buffers = good_buffers();
    buffers.x_bytes = 192;
    buffers.x_scale_bytes = 6;
    buffers.w_bytes = 6144;
    buffers.w_scale_bytes = 192;
    buffers.out_bytes = 268;
    CHECK_OK(launch(buffers));
    CHECK(fake->launches == 2, "%d launches", fake->launches);
    buffers.bias = (void *)0x60002;
    buffers.bias_bytes = 128;
    CHECK_OK(launch_typed(SMALLM_TYPE_BF16, SMALLM_TYPE_BF16, buffers));
    buffers = good_buffers();
    strcpy(fake->fail, "hipModuleLaunchKernel");
    CHECK_FAILS(launch(buffers), SMALLM_ERROR_HIP, "smallm_dense_", "made to fail", "fake_hip");
    fake->fail[0] = '\0';
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    smallm_dense_problem described = problem();
    CHECK_OK(smallm_dense_plan_create(&plan, context, &described));
    if (plan == NULL)
        return 1;
    test_null();
    test_alignment();
    test_out_type();
    test_bias();
    test_sizes();
    test_good();
    smallm_plan_destroy(plan);
    smallm_context_destroy(context);
    return test_result();
}
