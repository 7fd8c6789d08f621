/* Guards on the pointers of a MoE launch. */
#include "fake_context.h"

static smallm_context *context;
static smallm_plan *plan;

/* Not weighted: 8 experts, N 64, K 96, 64 slots, 16 rows of X. */
static smallm_status launch(smallm_moe_buffers buffers) {
    return smallm_moe_execute(plan, &buffers, NULL, 0, NULL);
}

#define WITH(field, value)                                                                                             \
    launch(({                                                                                                          \
        smallm_moe_buffers buffers = good_moe_buffers();                                                               \
        buffers.field = value;                                                                                         \
        buffers;                                                                                                       \
    }))

static void *at(uintptr_t address) {
    return (void *)address;
}

static void test_pointers(void) {
#define REFUSED(name, odd, alignment)                                                                                  \
    CHECK_FAILS(WITH(name, NULL), SMALLM_ERROR_NULL_POINTER, #name " is NULL");                                        \
    CHECK_FAILS(WITH(name, at(odd)), SMALLM_ERROR_ALIGNMENT, #name " is", alignment)
    REFUSED(x, 0x10008, "16 bytes");
    REFUSED(x_scale, 0x10002, "4 bytes");
    REFUSED(w, 0x10008, "16 bytes");
    REFUSED(w_scale, 0x10002, "4 bytes");
    REFUSED(sorted_token_ids, 0x10002, "4 bytes");
    REFUSED(expert_ids, 0x10001, "4 bytes");
    REFUSED(num_tokens_post_padded, 0x10003, "4 bytes");
    REFUSED(out, 0x10001, "2 bytes");
#undef REFUSED
    CHECK_FAILS(WITH(weights, at(0x10000)), SMALLM_ERROR_TYPE, "weights is 0x10000", "not weighted");
    CHECK_FAILS(WITH(size, 16), SMALLM_ERROR_STRUCT_SIZE, "smallm_moe_buffers", "size is 16");
    smallm_moe_buffers buffers = good_moe_buffers();
    CHECK_FAILS(smallm_moe_execute(NULL, &buffers, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "plan is NULL");
    CHECK_FAILS(smallm_moe_execute(plan, NULL, NULL, 0, NULL), SMALLM_ERROR_NULL_POINTER, "buffers is NULL");
}

static void test_sizes(void) {
#define NEEDED(name, bytes, words)                                                                                     \
    CHECK_FAILS(WITH(name##_bytes, (bytes) - 1), SMALLM_ERROR_BUFFER_SIZE, #name "_bytes is", words);                  \
    CHECK_OK(WITH(name##_bytes, bytes))
    NEEDED(x, 16 * 96, "needs 1536");
    NEEDED(x_scale, 16 * 3, "needs 48");
    NEEDED(w, 8 * 64 * 96, "needs 49152");
    NEEDED(w_scale, 8 * 64 * 3, "needs 1536");
    /* 64 slots + 8 * 63, in whole blocks of 64. */
    NEEDED(sorted_token_ids, 576 * 4, "needs 2304");
    NEEDED(expert_ids, 9 * 4, "needs 36");
    NEEDED(out, 64 * 64 * 2, "needs 8192");
#undef NEEDED
}

static smallm_plan *make(smallm_moe_problem problem) {
    smallm_plan *made = NULL;
    CHECK_OK(smallm_moe_plan_create(&made, context, &problem));
    if (made == NULL)
        exit(1);
    return made;
}

static void test_weighted(void) {
    smallm_moe_problem problem = good_moe_problem(8, 64, 96);
    problem.weighted = 7;
    smallm_plan *const before = plan;
    plan = make(problem);
    CHECK_FAILS(launch(good_moe_buffers()), SMALLM_ERROR_NULL_POINTER, "weights is NULL");
    CHECK_FAILS(WITH(weights, at(0x10002)), SMALLM_ERROR_ALIGNMENT, "weights is 0x10002", "4 bytes");
    smallm_moe_buffers buffers = good_moe_buffers();
    buffers.weights = at(0x90004);
    buffers.weights_bytes = 255;
    CHECK_FAILS(launch(buffers), SMALLM_ERROR_BUFFER_SIZE, "weights_bytes is 255", "needs 256");
    buffers.weights_bytes = 256;
    CHECK_OK(launch(buffers));
    smallm_plan_destroy(plan);
    plan = before;
}

/* Large weights: 64-bit sizes. Leading dimensions and the rows that are combined count. */
static void test_large(void) {
    smallm_plan *const before = plan;
    smallm_moe_problem problem = good_moe_problem(256, 6144, 8192);
    problem.ldx = 8208;
    problem.ldxs = 300;
    plan = make(problem);
    CHECK_FAILS(WITH(w_bytes, 256ull * 6144 * 8192 - 1), SMALLM_ERROR_BUFFER_SIZE, "needs 12884901888");
    CHECK_FAILS(WITH(x_bytes, 15 * 8208 + 8191), SMALLM_ERROR_BUFFER_SIZE, "needs 131312");
    CHECK_FAILS(WITH(x_scale_bytes, 15 * 300 + 255), SMALLM_ERROR_BUFFER_SIZE, "needs 4756");
    smallm_plan_destroy(plan);
    problem = good_moe_problem(8, 64, 96);
    problem.top_k = 4;
    problem.ldo = 100;
    plan = make(problem);
    CHECK_FAILS(WITH(out_bytes, (15 * 100 + 64) * 2 - 1), SMALLM_ERROR_BUFFER_SIZE, "needs 3128");
    CHECK_FAILS(launch(good_moe_buffers()), SMALLM_ERROR_WORKSPACE, "workspace is (nil)", "needs 49152");
    smallm_plan_destroy(plan);
    plan = before;
}

/* A plan of another operation. */
static void test_operation(void) {
    smallm_dense_problem dense = good_problem(2, 64, 96);
    smallm_plan *of_dense = NULL;
    CHECK_OK(smallm_dense_plan_create(&of_dense, context, &dense));
    const smallm_moe_buffers buffers = good_moe_buffers();
    const smallm_dense_buffers dense_buffers = good_buffers();
    CHECK_FAILS(smallm_moe_execute(of_dense, &buffers, NULL, 0, NULL), SMALLM_ERROR_OPERATION, "smallm_dense_execute",
                "smallm_moe_execute cannot run it");
    CHECK_FAILS(smallm_dense_execute(plan, &dense_buffers, NULL, 0, NULL), SMALLM_ERROR_OPERATION, "smallm_moe_execute",
                "smallm_dense_execute cannot run it");
    smallm_plan_destroy(of_dense);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    plan = make(good_moe_problem(8, 64, 96));
    test_pointers();
    CHECK(fake->launches == 0, "%d launches on bad data", fake->launches);
    test_sizes();
    test_weighted();
    test_large();
    fake->launches = 0;
    test_operation();
    CHECK(fake->launches == 0, "%d launches of the wrong plan", fake->launches);
    smallm_plan_destroy(plan);
    smallm_context_destroy(context);
    return test_result();
}
