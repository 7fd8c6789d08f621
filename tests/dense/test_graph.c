/* Graphs: a captured launch replayed with changing inputs, and calls that have no place in a capture.
 *   test_dense_graph LIBRARY replay FAMILY K_SPLITS   FAMILY is gemv or mfma; 1,000 replays
 *   test_dense_graph LIBRARY unprepared */
#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>
#include <stdlib.h>

#include "device.h"
#include "quantise.h"
#include "run.h"
#include "test.h"

enum { REPLAYS = 1000, TICKET_BYTES = 32768 };

#define FUNCTIONS(X)                                                                                                   \
    X(hipStreamCreate)                                                                                                 \
    X(hipStreamDestroy)                                                                                                \
    X(hipStreamSynchronize)                                                                                            \
    X(hipStreamBeginCapture)                                                                                           \
    X(hipStreamEndCapture)                                                                                             \
    X(hipStreamIsCapturing)                                                                                            \
    X(hipGraphGetNodes)                                                                                                \
    X(hipGraphNodeGetType)                                                                                             \
    X(hipGraphInstantiate)                                                                                             \
    X(hipGraphLaunch)                                                                                                  \
    X(hipGraphDestroy)                                                                                                 \
    X(hipGraphExecDestroy)

static struct {
#define X(name) __typeof__(name) *name;
    FUNCTIONS(X)
#undef X
} hip;

static smallm_context *context;
static hipStream_t stream;

#define CHECK_HIP(call) CHECK((call) == hipSuccess, "HIP error")

static void begin(void) {
    CHECK_HIP(hip.hipStreamBeginCapture(stream, hipStreamCaptureModeGlobal));
}

/* The graph of the capture, which must be this many nodes, all of them kernels. */
static hipGraph_t end(size_t wanted) {
    hipGraph_t graph = NULL;
    hipGraphNode_t nodes[8];
    size_t count = 0;
    CHECK_HIP(hip.hipStreamEndCapture(stream, &graph));
    CHECK_HIP(hip.hipGraphGetNodes(graph, NULL, &count));
    CHECK(count == wanted, "%zu nodes, not %zu", count, wanted);
    if (count != wanted || count > 8)
        return graph;
    CHECK_HIP(hip.hipGraphGetNodes(graph, nodes, &count));
    for (size_t i = 0; i < count; i++) {
        hipGraphNodeType type;
        CHECK_HIP(hip.hipGraphNodeGetType(nodes[i], &type));
        CHECK(type == hipGraphNodeTypeKernel, "node %zu is of type %d, no kernel", i, (int)type);
    }
    return graph;
}

static void new_x(struct layer *layer, uint64_t seed) {
    quantise_normal(layer->x, layer->x_scale, layer->shape.m, layer->shape.k, 0.5, seed);
    layer_upload_x(layer);
}

/* One X in a hundred is NaN: no trace of it may be left for the next. */
static void replay(hipGraphExec_t executable, struct layer *layer, uint64_t i) {
    new_x(layer, 77 + i);
    if (i % 100 == 50) {
        layer->x_scale[0] = 0xff;
        layer_upload_x(layer);
    }
    layer_clear_out(layer);
    CHECK_HIP(hip.hipGraphLaunch(executable, stream));
    CHECK_HIP(hip.hipStreamSynchronize(stream));
    CHECK(device_finish() == 0, "replay %llu", (unsigned long long)i);
    const struct check_result check = layer_check(layer);
    CHECK(check.pass && layer_check_bands(layer) == NULL, "replay %llu: %zu elements wrong", (unsigned long long)i,
          check.wrong);
}

static void check_tickets(const void *workspace) {
    static unsigned char tickets[TICKET_BYTES], zeros[TICKET_BYTES];
    device_download(tickets, workspace, sizeof tickets);
    CHECK(memcmp(tickets, zeros, sizeof zeros) == 0, "tickets are left over");
}

static void test_replay(const char *family, int64_t k_splits) {
    struct run_kernel kernel;
    if (!run_kernel_of(family, 3, &kernel)) {
        CHECK(false, "there is no kernel of family %s", family);
        return;
    }
    const size_t k = k_splits > 1 ? run_least_k(&kernel, k_splits) : 672;
    struct layer layer;
    layer_make(&layer, &(struct layer_shape){.m = 3, .n = 40, .k = k, .bias_type = SMALLM_TYPE_F32, .seed = 5});
    layer_upload(&layer);
    smallm_dense_problem problem = layer_problem(&layer);
    problem.kernel = kernel.name;
    problem.k_splits = k_splits;
    smallm_plan *plan;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    if (plan == NULL)
        return;
    smallm_plan_info info = {.size = sizeof info};
    CHECK_OK(smallm_plan_get_info(plan, &info));
    CHECK((info.k_splits > 1) == (k_splits > 1) && (info.workspace_bytes > 0) == (k_splits > 1), "k_splits %u",
          info.k_splits);
    void *workspace = info.workspace_bytes != 0 ? run_workspace(info.workspace_bytes) : NULL;
    smallm_dense_buffers buffers = layer_buffers(&layer);

    begin();
    CHECK_OK(smallm_dense_execute(plan, &buffers, workspace, info.workspace_bytes, stream));
    hipGraph_t graph = end(1);
    hipGraphExec_t executable = NULL;
    CHECK_HIP(hip.hipGraphInstantiate(&executable, graph, NULL, NULL, 0));
    CHECK_HIP(hip.hipGraphDestroy(graph));
    for (uint64_t i = 0; i < REPLAYS && test_failures < 10; i++)
        replay(executable, &layer, i);
    if (workspace != NULL)
        check_tickets(workspace);
    CHECK_HIP(hip.hipGraphExecDestroy(executable));
    smallm_plan_destroy(plan);
    layer_free(&layer);
}

static void test_unprepared(void) {
    struct layer layer;
    layer_normal(&layer, 2, 40, 288, 1);
    layer_upload(&layer);
    layer_clear_out(&layer);
    smallm_dense_problem problem = layer_problem(&layer);
    smallm_dense_buffers buffers = layer_buffers(&layer);

    begin();
    CHECK_FAILS(smallm_dense(context, &problem, &buffers, NULL, 0, stream), SMALLM_ERROR_CAPTURE, "captured", "before");
    hipStreamCaptureStatus status = hipStreamCaptureStatusNone;
    CHECK_HIP(hip.hipStreamIsCapturing(stream, &status));
    CHECK(status == hipStreamCaptureStatusActive, "the refused call ended the capture");
    CHECK_HIP(hip.hipGraphDestroy(end(0)));
    CHECK(!layer_check(&layer).pass, "the refused call computed something");

    /* Called once before, it is prepared. */
    CHECK_OK(smallm_dense(context, &problem, &buffers, NULL, 0, stream));
    CHECK(device_finish() == 0 && layer_check(&layer).pass, "one call before the capture");
    begin();
    CHECK_OK(smallm_dense(context, &problem, &buffers, NULL, 0, stream));
    CHECK_OK(smallm_dense(context, &problem, &buffers, NULL, 0, stream));
    hipGraph_t graph = end(2);
    hipGraphExec_t executable = NULL;
    CHECK_HIP(hip.hipGraphInstantiate(&executable, graph, NULL, NULL, 0));
    CHECK_HIP(hip.hipGraphDestroy(graph));
    for (uint64_t i = 0; i < 3; i++)
        replay(executable, &layer, i);
    CHECK_HIP(hip.hipGraphExecDestroy(executable));

    /* A plan may be made during a capture: that makes no HIP call. */
    smallm_plan *plan;
    begin();
    problem.k = 256;
    problem.ldx = 288;
    problem.ldxs = 9;
    CHECK_OK(smallm_dense_plan_create(&plan, context, &problem));
    CHECK_HIP(hip.hipGraphDestroy(end(0)));
    smallm_plan_destroy(plan);
    layer_free(&layer);
}

int main(int argc, char **argv) {
    if (argc < 3)
        return 2;
    context = run_open(argv[1]);
#define X(name) device_function(#name, &hip.name);
    FUNCTIONS(X)
#undef X
    CHECK_HIP(hip.hipStreamCreate(&stream));
    if (argc == 5 && strcmp(argv[2], "replay") == 0)
        test_replay(argv[3], strtol(argv[4], NULL, 10));
    else if (argc == 3 && strcmp(argv[2], "unprepared") == 0)
        test_unprepared();
    else
        return 2;
    CHECK_HIP(hip.hipStreamDestroy(stream));
    run_close();
    return test_result();
}
