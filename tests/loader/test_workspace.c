/* smallm_workspace_init, and the guards on a workspace that is launched with. */
#include "fake_context.h"
#include "kernel_name.h"

static smallm_context *context;

enum { TICKET_BYTES = 32768 };

static void *at(uintptr_t address) {
    return (void *)address;
}

static void test_init(void) {
    CHECK_OK(smallm_workspace_init(context, at(0x100), TICKET_BYTES + 2048, at(0x77)));
    CHECK(fake->memsets == 1 && fake->memset_to == at(0x100) && fake->memset_value == 0 &&
              fake->memset_bytes == TICKET_BYTES && fake->memset_stream == at(0x77),
          "%d memsets, the last of %zu bytes with %d at %p on %p", fake->memsets, fake->memset_bytes,
          fake->memset_value, fake->memset_to, fake->memset_stream);
    strcpy(fake->fail, "hipMemsetAsync");
    CHECK_FAILS(smallm_workspace_init(context, at(0x100), 1 << 20, NULL), SMALLM_ERROR_HIP, "hipMemsetAsync",
                "made to fail");
    fake->fail[0] = '\0';
}

static void test_init_guards(void) {
    const int before = fake->memsets;
    CHECK_FAILS(smallm_workspace_init(NULL, at(0x100), 1 << 20, NULL), SMALLM_ERROR_NULL_POINTER, "context is NULL");
    CHECK_FAILS(smallm_workspace_init(context, NULL, 1 << 20, NULL), SMALLM_ERROR_NULL_POINTER, "workspace is NULL");
    CHECK_FAILS(smallm_workspace_init(context, at(0x180), 1 << 20, NULL), SMALLM_ERROR_ALIGNMENT, "workspace is 0x180",
                "256 bytes");
    CHECK_FAILS(smallm_workspace_init(context, at(0x100), TICKET_BYTES, NULL), SMALLM_ERROR_WORKSPACE, "bytes is 32768",
                "workspace_bytes");
    CHECK_FAILS(smallm_workspace_init(context, at(0x100), 0, NULL), SMALLM_ERROR_WORKSPACE, "bytes is 0");
    CHECK(fake->memsets == before, "memory was written");
}

static void test_launch_guards(void) {
    smallm_dense_problem problem = good_problem(20, 768, 6144);
    problem.k_splits = 2;
    smallm_plan *plan = NULL;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    const uint64_t bytes = info.workspace_bytes;
    smallm_dense_buffers buffers = good_buffers();
    char needs[64];
    snprintf(needs, sizeof needs, "needs %llu", (unsigned long long)bytes);
    fake->launches = 0;
    CHECK_FAILS(smallm_dense_execute(plan, &buffers, NULL, bytes, NULL), SMALLM_ERROR_WORKSPACE, "workspace is (nil)",
                needs, "smallm_workspace_init");
    CHECK_FAILS(smallm_dense_execute(plan, &buffers, at(0x1000), bytes - 1, NULL), SMALLM_ERROR_WORKSPACE,
                "workspace is 0x1000", needs);
    CHECK_FAILS(smallm_dense_execute(plan, &buffers, at(0x1080), bytes, NULL), SMALLM_ERROR_ALIGNMENT,
                "workspace is 0x1080", "256 bytes");
    CHECK(fake->launches == 0, "%d launches on bad data", fake->launches);
    CHECK_OK(smallm_dense_execute(plan, &buffers, at(0x1000), bytes, NULL));
    CHECK_OK(smallm_dense(context, &problem, &buffers, at(0x1000), bytes, NULL));
    CHECK_FAILS(smallm_dense(context, &problem, &buffers, NULL, 0, NULL), SMALLM_ERROR_WORKSPACE, needs);
    smallm_plan_destroy(plan);

    /* Not looked at where none is needed. */
    problem.k_splits = 1;
    CHECK_OK(smallm_dense(context, &problem, &buffers, at(0x1001), 1, NULL));
    CHECK_OK(smallm_dense(context, &problem, &buffers, NULL, 0, NULL));
    CHECK(fake->launches == 4, "%d launches", fake->launches);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = fake_context(argv[1]);
    test_init();
    test_init_guards();
    test_launch_guards();
    smallm_context_destroy(context);
    return test_result();
}
