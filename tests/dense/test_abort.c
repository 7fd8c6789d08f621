/* A launch that is stopped half-way leaves tickets behind in its workspace; smallm_workspace_init makes it usable
 * again. test_dense_abort LIBRARY      the simulator */
#include <stdlib.h>

#include "device.h"
#include "quantise.h"
#include "run.h"
#include "test.h"

enum { TICKET_BYTES = 32768, K_SPLITS = 4 };

static smallm_context *context;
static struct {
    void (*reset)(void);
    const char *(*message)(void);
    int (*last_error)(void);
} sim;

static bool tickets_left(const void *workspace) {
    static unsigned char tickets[TICKET_BYTES];
    device_download(tickets, workspace, sizeof tickets);
    for (size_t i = 0; i < sizeof tickets; i++)
        if (tickets[i] != 0)
            return true;
    return false;
}

/* Launch with a budget of wave instructions (0: as many as it takes); false if it failed. The simulator is told to
 * forget what it found. */
static bool launch(const smallm_plan *plan, const struct layer *layer, void *workspace, uint64_t bytes,
                   unsigned budget) {
    smallm_dense_buffers buffers = layer_buffers(layer);
    char text[32];
    snprintf(text, sizeof text, "%u", budget);
    device_set("budget", text);
    const smallm_status status = smallm_dense_execute(plan, &buffers, workspace, bytes, NULL);
    CHECK(status == SMALLM_OK || status == SMALLM_ERROR_HIP, "%s", smallm_last_error());
    CHECK(status == SMALLM_OK || budget == 0 || strstr(sim.message(), "budget") != NULL, "%s", sim.message());
    device_set("budget", "0");
    sim.last_error();
    sim.reset();
    return status == SMALLM_OK;
}

/* On a workspace with tickets left, a launch with another X fails or is wrong: else this test would show nothing. */
static void check_spoilt(const smallm_plan *plan, struct layer *layer, void *workspace, uint64_t bytes) {
    quantise_normal(layer->x, layer->x_scale, layer->shape.m, layer->shape.k, 0.5, 4);
    layer_upload_x(layer);
    layer_clear_out(layer);
    const bool fine = launch(plan, layer, workspace, bytes, 0) && layer_check(layer).pass;
    CHECK(!fine, "a launch with tickets left from another was right");
}

/* Budgets from a few instructions to a whole launch. */
static void test_budgets(const smallm_plan *plan, struct layer *layer, const struct run_choice *choice) {
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    void *workspace = run_workspace(info.workspace_bytes);
    unsigned left = 0, budget = 64;
    for (; !launch(plan, layer, workspace, info.workspace_bytes, budget); budget += budget / 4) {
        if (tickets_left(workspace) && left++ == 0)
            check_spoilt(plan, layer, workspace, info.workspace_bytes);
        CHECK_OK(smallm_workspace_init(context, workspace, info.workspace_bytes, NULL));
        CHECK(!tickets_left(workspace), "tickets after smallm_workspace_init");
        CHECK(run_layer(layer, choice, "after a stopped launch", NULL), "%s, budget %u", choice->kernel, budget);
        CHECK(!tickets_left(workspace), "tickets after a whole launch");
    }
    CHECK(left > 3, "%s: only %u budgets below %u stopped the launch between two tickets", choice->kernel, left,
          budget);
}

static void test_kernel(const struct run_kernel *kernel) {
    const struct run_choice choice = {.kernel = kernel->name, .k_splits = K_SPLITS};
    struct layer layer;
    layer_normal(&layer, kernel->m_tile, 70, run_least_k(kernel, K_SPLITS), 3);
    layer_upload(&layer);
    smallm_dense_problem problem = layer_problem(&layer);
    problem.kernel = choice.kernel;
    problem.k_splits = choice.k_splits;
    smallm_plan *plan;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan != NULL)
        test_budgets(plan, &layer, &choice);
    smallm_plan_destroy(plan);
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc != 2)
        return 2;
    context = run_open(argv[1]);
    device_function("gfx950sim_reset", &sim.reset);
    device_function("gfx950sim_message", &sim.message);
    device_function("hipGetLastError", &sim.last_error);
    struct run_kernel kernel;
    bool found = false;
    for (unsigned m = 16; m <= 64 && run_kernel_of("mfma", m, &kernel); m += 16) {
        test_kernel(&kernel);
        found = true;
    }
    CHECK(found, "there is no kernel of family mfma");
    run_close();
    return test_result();
}
