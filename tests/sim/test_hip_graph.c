/* Graphs built by hand: nodes, edges, order, parameters, updates, clones. */
#include "hip_check.h"

static struct kernels k;
static uint32_t *a, *b;
static hipStream_t s;

/* A kernel node that does a[i] = in[i] + bias. */
struct add_node {
    uint32_t *out, *in, n, bias;
    void *params[4];
    hipKernelNodeParams node;
};

static struct add_node *add_params(struct add_node *p, uint32_t *out, uint32_t *in, uint32_t bias) {
    *p = (struct add_node){.out = out, .in = in, .n = 64, .bias = bias};
    p->params[0] = &p->out;
    p->params[1] = &p->in;
    p->params[2] = &p->n;
    p->params[3] = &p->bias;
    p->node = (hipKernelNodeParams){
        .blockDim = {64, 1, 1}, .func = k.add_bias, .gridDim = {1, 1, 1}, .kernelParams = p->params};
    return p;
}

static void run(hipGraph_t graph) {
    hipGraphExec_t exec = NULL;
    CHECK_HIP(hipGraphInstantiate(&exec, graph, NULL, NULL, 0));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK_HIP(hipStreamSynchronize(s));
    CHECK_HIP(hipGraphExecDestroy(exec));
}

static void count_call(void *data) {
    ++*(int *)data;
}

static void test_nodes(void) {
    hipGraph_t graph = NULL;
    hipGraphNode_t fill = NULL, add = NULL, copy = NULL, host = NULL, empty = NULL;
    struct add_node p;
    uint32_t out[64] = {0};
    int calls = 0;
    hipMemsetParams fill_params = {.dst = a, .elementSize = 4, .height = 1, .pitch = 0, .value = 7, .width = 64};
    hipHostNodeParams host_params = {count_call, &calls};
    CHECK_HIP(hipGraphCreate(&graph, 0));
    /* added last to first: only the edges give the order */
    CHECK_HIP(hipGraphAddHostNode(&host, graph, NULL, 0, &host_params));
    CHECK_HIP(hipGraphAddMemcpyNode1D(&copy, graph, NULL, 0, out, b, sizeof out, hipMemcpyDeviceToHost));
    CHECK_HIP(hipGraphAddKernelNode(&add, graph, NULL, 0, &add_params(&p, b, a, 100)->node));
    CHECK_HIP(hipGraphAddMemsetNode(&fill, graph, NULL, 0, &fill_params));
    CHECK_HIP(hipGraphAddEmptyNode(&empty, graph, &fill, 1));
    hipGraphNode_t from[] = {empty, add, copy}, to[] = {add, copy, host};
    CHECK_HIP(hipGraphAddDependencies(graph, from, to, 3));
    CHECK_GIVES(hipGraphAddDependencies(graph, from, to, 1), hipErrorInvalidValue);
    memset(&p, 0xff, sizeof p); /* a node has its own copy of the arguments */
    run(graph);
    CHECK(out[0] == 107 && out[63] == 107 && calls == 1, "%u %u, %d calls", out[0], out[63], calls);

    hipGraphNodeType type;
    hipGraphNode_t nodes[9];
    size_t n = 9;
    CHECK_HIP(hipGraphNodeGetType(add, &type));
    CHECK(type == hipGraphNodeTypeKernel, "type %d", type);
    CHECK_HIP(hipGraphGetNodes(graph, nodes, &n));
    CHECK(n == 5 && nodes[5] == NULL, "%zu nodes", n);
    CHECK_HIP(hipGraphGetRootNodes(graph, NULL, &n));
    CHECK(n == 1, "%zu roots", n);
    n = 9;
    CHECK_HIP(hipGraphNodeGetDependencies(copy, nodes, &n));
    CHECK(n == 1 && nodes[0] == add, "%zu dependencies", n);
    n = 9;
    CHECK_HIP(hipGraphNodeGetDependentNodes(copy, nodes, &n));
    CHECK(n == 1 && nodes[0] == host, "%zu dependent nodes", n);

    hipKernelNodeParams got;
    CHECK_HIP(hipGraphKernelNodeGetParams(add, &got));
    CHECK(got.func == k.add_bias && got.blockDim.x == 64 && *(uint32_t *)got.kernelParams[3] == 100, "bias %u",
          *(uint32_t *)got.kernelParams[3]);
    CHECK_GIVES(hipGraphKernelNodeGetParams(copy, &got), hipErrorInvalidValue);
    hipMemsetParams filled;
    CHECK_HIP(hipGraphMemsetNodeGetParams(fill, &filled));
    CHECK(filled.dst == a && filled.value == 7 && filled.width == 64 && filled.elementSize == 4, "value %u",
          filled.value);
    CHECK_HIP(hipGraphKernelNodeSetParams(add, &add_params(&p, b, a, 200)->node));
    run(graph);
    CHECK(out[9] == 207 && calls == 2, "%u, %d calls", out[9], calls);

    CHECK_HIP(hipGraphAddDependencies(graph, &host, &fill, 1));
    hipGraphExec_t exec = NULL;
    CHECK_GIVES(hipGraphInstantiate(&exec, graph, NULL, NULL, 0), hipErrorInvalidValue);
    CHECK_HAS(gfx950sim_message(), "circle");
    CHECK_HIP(hipGraphRemoveDependencies(graph, &host, &fill, 1));
    CHECK_HIP(hipGraphDestroyNode(empty));
    CHECK_HIP(hipGraphGetEdges(graph, NULL, NULL, &n));
    CHECK(n == 2, "%zu edges", n);
    CHECK_GIVES(hipGraphDestroyNode(empty), hipErrorInvalidValue);
    CHECK_HIP(hipGraphDestroy(graph));
    CHECK_GIVES(hipGraphDestroy(graph), hipErrorInvalidValue);
    CHECK_GIVES(hipGraphNodeGetType(add, &type), hipErrorInvalidValue);
}

static void test_executable(void) {
    hipGraph_t graph = NULL, other = NULL, clone = NULL;
    hipGraphNode_t first = NULL, second = NULL, found = NULL, extra = NULL;
    hipGraphExec_t exec = NULL;
    struct add_node p;
    CHECK_HIP(hipMemsetD32(a, 1, 64));
    CHECK_HIP(hipGraphCreate(&graph, 0));
    CHECK_HIP(hipGraphAddKernelNode(&first, graph, NULL, 0, &add_params(&p, b, a, 10)->node));
    CHECK_HIP(hipGraphAddKernelNode(&second, graph, &first, 1, &add_params(&p, b, b, 100)->node));
    CHECK_HIP(hipGraphInstantiate(&exec, graph, NULL, NULL, 0));
    CHECK_HIP(hipGraphKernelNodeSetParams(first, &add_params(&p, b, a, 5000)->node));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK(word_at(b, 3) == 111, "an executable graph is a copy: %u", word_at(b, 3));
    CHECK_HIP(hipGraphExecKernelNodeSetParams(exec, first, &add_params(&p, b, a, 20)->node));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK(word_at(b, 3) == 121, "%u", word_at(b, 3));

    CHECK_HIP(hipGraphClone(&clone, graph));
    CHECK_HIP(hipGraphNodeFindInClone(&found, second, clone));
    CHECK(found != second && found != NULL, "a clone has its own nodes");
    CHECK_GIVES(hipGraphExecKernelNodeSetParams(exec, found, &p.node), hipErrorInvalidValue);
    CHECK_HIP(hipGraphKernelNodeSetParams(found, &add_params(&p, b, b, 7)->node));
    run(clone);
    CHECK(word_at(b, 3) == 1 + 5000 + 7, "%u", word_at(b, 3));

    hipGraphExecUpdateResult result;
    CHECK_HIP(hipGraphExecUpdate(exec, clone, &found, &result));
    CHECK(result == hipGraphExecUpdateSuccess && found == NULL, "result %d", result);
    CHECK_HIP(hipMemsetD32(b, 0, 64));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK(word_at(b, 3) == 1 + 5000 + 7, "after the update: %u", word_at(b, 3));
    CHECK_HIP(hipGraphAddEmptyNode(&extra, clone, NULL, 0));
    CHECK_GIVES(hipGraphExecUpdate(exec, clone, &found, &result), hipErrorGraphExecUpdateFailure);
    CHECK(result == hipGraphExecUpdateErrorTopologyChanged, "result %d", result);
    CHECK_HIP(hipGraphCreate(&other, 0));
    CHECK_HIP(hipGraphAddEmptyNode(&extra, other, NULL, 0));
    CHECK_HIP(hipGraphAddKernelNode(&found, other, &extra, 1, &add_params(&p, b, b, 7)->node));
    CHECK_GIVES(hipGraphExecUpdate(exec, other, &found, &result), hipErrorGraphExecUpdateFailure);
    CHECK(result == hipGraphExecUpdateErrorNodeTypeChanged && found == extra, "result %d", result);
    CHECK_GIVES(hipGraphAddDependencies(graph, &extra, &first, 1), hipErrorInvalidValue);
    CHECK_HIP(hipGraphDestroy(graph));
    CHECK_HIP(hipGraphDestroy(clone));
    CHECK_HIP(hipGraphDestroy(other));
    CHECK_HIP(hipGraphExecDestroy(exec));
    CHECK_GIVES(hipGraphLaunch(exec, s), hipErrorInvalidValue);
    CHECK_GIVES(hipGraphExecDestroy(exec), hipErrorInvalidValue);
}

static void test_children(void) {
    hipGraph_t graph = NULL, child = NULL, inner = NULL, captured = NULL;
    hipGraphNode_t node = NULL, second = NULL;
    hipGraphExec_t exec = NULL;
    struct add_node p;
    CHECK_HIP(hipMemsetD32(a, 1, 64));
    CHECK_HIP(hipGraphCreate(&child, 0));
    CHECK_HIP(hipGraphAddKernelNode(&node, child, NULL, 0, &add_params(&p, a, a, 10)->node));
    CHECK_HIP(hipGraphCreate(&graph, 0));
    CHECK_HIP(hipGraphAddChildGraphNode(&node, graph, NULL, 0, child));
    CHECK_HIP(hipGraphAddChildGraphNode(&second, graph, &node, 1, child));
    CHECK_HIP(hipGraphDestroy(child));
    CHECK_HIP(hipGraphChildGraphNodeGetGraph(node, &inner));
    CHECK_GIVES(hipGraphDestroy(inner), hipErrorInvalidValue);
    CHECK_HIP(hipGraphInstantiate(&exec, graph, NULL, NULL, 0));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK(word_at(a, 0) == 21, "%u", word_at(a, 0));
    CHECK_HIP(hipStreamBeginCapture(s, hipStreamCaptureModeGlobal));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK_HIP(hipStreamEndCapture(s, &captured));
    CHECK_HIP(hipGraphExecDestroy(exec));
    run(captured);
    CHECK(word_at(a, 0) == 41, "a captured graph launch: %u", word_at(a, 0));
    CHECK_HIP(hipGraphDestroy(captured));
    CHECK_HIP(hipGraphDestroy(graph));
}

static void test_events_and_faults(void) {
    hipGraph_t graph = NULL;
    hipGraphExec_t exec = NULL;
    hipGraphNode_t node = NULL, add = NULL;
    hipEvent_t before = NULL, after = NULL;
    struct add_node p;
    struct kernels own;
    float ms = -1;
    CHECK_HIP(hipEventCreate(&before));
    CHECK_HIP(hipEventCreate(&after));
    CHECK_HIP(hipGraphCreate(&graph, 0));
    CHECK_HIP(hipGraphAddEventRecordNode(&node, graph, NULL, 0, before));
    CHECK_HIP(hipGraphAddKernelNode(&add, graph, &node, 1, &add_params(&p, b, a, 10)->node));
    CHECK_HIP(hipGraphAddEventRecordNode(&node, graph, &add, 1, after));
    run(graph);
    CHECK_HIP(hipEventElapsedTime(&ms, before, after));
    CHECK(ms >= 0, "%g ms", (double)ms);
    p.node.gridDim.x = 0;
    CHECK_GIVES(hipGraphKernelNodeSetParams(add, &p.node), hipErrorInvalidConfiguration);
    p.node.func = &p;
    CHECK_GIVES(hipGraphKernelNodeSetParams(add, &p.node), hipErrorInvalidDeviceFunction);
    CHECK_GIVES(hipGraphAddMemcpyNode1D(&node, graph, NULL, 0, a, b, 257, hipMemcpyDeviceToDevice),
                hipErrorInvalidValue);
    /* a kernel whose module has gone */
    load_kernels(&own);
    add_params(&p, b, a, 10)->node.func = own.add_bias;
    CHECK_HIP(hipGraphKernelNodeSetParams(add, &p.node));
    CHECK_HIP(hipGraphInstantiate(&exec, graph, NULL, NULL, 0));
    CHECK_HIP(hipGraphLaunch(exec, s));
    CHECK_HIP(hipModuleUnload(own.module));
    CHECK_GIVES(hipGraphLaunch(exec, s), hipErrorInvalidHandle);
    CHECK_HIP(hipGraphExecDestroy(exec));
    CHECK_HIP(hipGraphDestroy(graph));
    CHECK_HIP(hipEventDestroy(before));
    CHECK_HIP(hipEventDestroy(after));
}

int main(void) {
    load_kernels(&k);
    a = filled_words(64, 0);
    b = filled_words(64, 0);
    CHECK_HIP(hipStreamCreate(&s));
    test_nodes();
    test_executable();
    test_children();
    test_events_and_faults();
    return check_result();
}
