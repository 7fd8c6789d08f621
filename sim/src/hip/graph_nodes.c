/* Kernel, host, event, empty and child graph nodes: added to a graph, asked for, and set, there or in an executable
 * graph. Copy and memset nodes: graph_memory.c. */
#include "graph.h"

#include <stdlib.h>
#include <string.h>

hipGraphNode_t node_of(hipGraphNode_t node, enum work_kind kind) {
    hipGraphNode_t n = node_resolve(node);
    if (n != NULL && n->work.kind != kind) {
        front_fail(hipErrorInvalidValue, "node is %p, a node of another kind", (void *)node);
        return NULL;
    }
    return n;
}

hipGraphNode_t exec_node_of(hipGraphExec_t exec, hipGraphNode_t node, enum work_kind kind) {
    hipGraphNode_t n = exec_node(exec, node);
    if (n != NULL && n->work.kind != kind) {
        front_fail(hipErrorInvalidValue, "node is %p, a node of another kind", (void *)node);
        return NULL;
    }
    return n;
}

hipError_t node_add(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *deps, size_t ndeps,
                    const struct work *work) {
    REQUIRE(pGraphNode);
    hipGraph_t g = graph_resolve(graph);
    return g == NULL ? hipErrorInvalidValue : graph_add(g, deps, ndeps, work, pGraphNode);
}

/* work->kernel.kernarg is the caller's to free, also after an error. */
static hipError_t kernel_work(struct work *work, const hipKernelNodeParams *p) {
    *work = (struct work){.kind = WORK_KERNEL};
    if (p == NULL)
        return front_fail(hipErrorInvalidValue, "the hipKernelNodeParams are NULL");
    hipFunction_t f = function_resolve(p->func);
    if (f == NULL)
        return hipErrorInvalidDeviceFunction;
    work->kernel = (struct work_kernel){.function = f,
                                        .given = p->func,
                                        .grid = {p->gridDim.x, p->gridDim.y, p->gridDim.z},
                                        .block = {p->blockDim.x, p->blockDim.y, p->blockDim.z},
                                        .lds = p->sharedMemBytes};
    hipError_t error = kernel_check(&work->kernel);
    return error != hipSuccess ? error : kernel_pack(&work->kernel, p->kernelParams, p->extra);
}

hipError_t hipGraphAddKernelNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                 size_t numDependencies, const hipKernelNodeParams *pNodeParams) {
    ENTER();
    struct work work;
    hipError_t error = kernel_work(&work, pNodeParams);
    if (error == hipSuccess)
        error = node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
    free(work.kernel.kernarg);
    return error;
}

static hipError_t set_kernel(hipGraphNode_t node, const hipKernelNodeParams *p) {
    struct work work;
    if (node == NULL)
        return hipErrorInvalidValue;
    hipError_t error = kernel_work(&work, p);
    if (error == hipSuccess)
        error = node_set_work(node, &work);
    free(work.kernel.kernarg);
    return error;
}

hipError_t hipGraphKernelNodeSetParams(hipGraphNode_t node, const hipKernelNodeParams *pNodeParams) {
    ENTER();
    return set_kernel(node_of(node, WORK_KERNEL), pNodeParams);
}

hipError_t hipGraphExecKernelNodeSetParams(hipGraphExec_t hGraphExec, hipGraphNode_t node,
                                           const hipKernelNodeParams *pNodeParams) {
    ENTER();
    REQUIRE_MAY_WAIT();
    hipGraphNode_t mine = exec_node_of(hGraphExec, node, WORK_KERNEL);
    idle_begin();
    hipError_t error = set_kernel(mine, pNodeParams);
    idle_end();
    return error;
}

/* The arguments are the node's own copy, argument by argument; without metadata there are none to point at. */
hipError_t hipGraphKernelNodeGetParams(hipGraphNode_t node, hipKernelNodeParams *pNodeParams) {
    ENTER();
    REQUIRE(pNodeParams);
    hipGraphNode_t n = node_of(node, WORK_KERNEL);
    if (n == NULL)
        return hipErrorInvalidValue;
    const struct work_kernel *k = &n->work.kernel;
    if (handle_get(HANDLE_FUNCTION, k->function) == NULL)
        return front_fail(hipErrorInvalidHandle, "the node's function is in no loaded module");
    const struct kernel *kernel = k->function->kernel;
    if (n->params == NULL) {
        n->params = calloc(kernel->nargs + 1, sizeof *n->params);
        if (n->params == NULL)
            return front_fail(hipErrorOutOfMemory, "no memory for %u arguments", kernel->nargs);
        for (uint32_t i = 0, at = 0; i < kernel->nargs; i++)
            if (strncmp(kernel->args[i].value_kind, "hidden_", 7) != 0 &&
                (size_t)kernel->args[i].offset + kernel->args[i].size <= k->kernarg_size)
                n->params[at++] = (uint8_t *)k->kernarg + kernel->args[i].offset;
    }
    *pNodeParams = (hipKernelNodeParams){
        .blockDim = {k->block[0], k->block[1], k->block[2]},
        .func = (void *)k->given,
        .gridDim = {k->grid[0], k->grid[1], k->grid[2]},
        .kernelParams = n->params,
        .sharedMemBytes = k->lds,
    };
    return hipSuccess;
}

static hipError_t check_attribute(hipKernelNodeAttrID attr, const void *value) {
    if (value == NULL ||
        (attr != hipKernelNodeAttributeAccessPolicyWindow && attr != hipKernelNodeAttributeCooperative))
        return front_fail(hipErrorInvalidValue,
                          "attr is %d, value %p; attributes 1 and 2 are known, and value must "
                          "not be NULL",
                          attr, value);
    return hipSuccess;
}

hipError_t hipGraphKernelNodeSetAttribute(hipGraphNode_t hNode, hipKernelNodeAttrID attr,
                                          const hipKernelNodeAttrValue *value) {
    ENTER();
    hipGraphNode_t n = node_of(hNode, WORK_KERNEL);
    hipError_t error = n == NULL ? hipErrorInvalidValue : check_attribute(attr, value);
    if (error == hipSuccess)
        n->attributes[attr] = *value;
    return error;
}

hipError_t hipGraphKernelNodeGetAttribute(hipGraphNode_t hNode, hipKernelNodeAttrID attr,
                                          hipKernelNodeAttrValue *value) {
    ENTER();
    hipGraphNode_t n = node_of(hNode, WORK_KERNEL);
    hipError_t error = n == NULL ? hipErrorInvalidValue : check_attribute(attr, value);
    if (error == hipSuccess)
        *value = n->attributes[attr];
    return error;
}

static hipError_t host_work(struct work *work, const hipHostNodeParams *p) {
    if (p == NULL || p->fn == NULL)
        return front_fail(hipErrorInvalidValue, "the hipHostNodeParams give no function");
    *work = (struct work){.kind = WORK_HOST, .host = {p->fn, p->userData}};
    return hipSuccess;
}

hipError_t hipGraphAddHostNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                               size_t numDependencies, const hipHostNodeParams *pNodeParams) {
    ENTER();
    struct work work;
    hipError_t error = host_work(&work, pNodeParams);
    return error != hipSuccess ? error : node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphHostNodeGetParams(hipGraphNode_t node, hipHostNodeParams *pNodeParams) {
    ENTER();
    REQUIRE(pNodeParams);
    hipGraphNode_t n = node_of(node, WORK_HOST);
    if (n == NULL)
        return hipErrorInvalidValue;
    *pNodeParams = (hipHostNodeParams){n->work.host.function, n->work.host.data};
    return hipSuccess;
}

hipError_t node_replace(hipGraphNode_t node, hipError_t error, const struct work *work) {
    if (node == NULL || error != hipSuccess)
        return node == NULL ? hipErrorInvalidValue : error;
    idle_begin();
    error = node_set_work(node, work);
    idle_end();
    return error;
}

hipError_t hipGraphHostNodeSetParams(hipGraphNode_t node, const hipHostNodeParams *pNodeParams) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = host_work(&work, pNodeParams);
    return node_replace(node_of(node, WORK_HOST), error, &work);
}

hipError_t hipGraphExecHostNodeSetParams(hipGraphExec_t hGraphExec, hipGraphNode_t node,
                                         const hipHostNodeParams *pNodeParams) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = host_work(&work, pNodeParams);
    return node_replace(exec_node_of(hGraphExec, node, WORK_HOST), error, &work);
}

hipError_t hipGraphAddEmptyNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                size_t numDependencies) {
    ENTER();
    struct work work = {.kind = WORK_EMPTY};
    return node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphAddChildGraphNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                     size_t numDependencies, hipGraph_t childGraph) {
    ENTER();
    hipGraph_t child = graph_resolve(childGraph);
    if (child == NULL)
        return hipErrorInvalidValue;
    if (childGraph == graph)
        return front_fail(hipErrorInvalidValue, "childGraph is the graph itself");
    struct work work = {.kind = WORK_GRAPH, .graph = child};
    return node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphChildGraphNodeGetGraph(hipGraphNode_t node, hipGraph_t *pGraph) {
    ENTER();
    REQUIRE(pGraph);
    hipGraphNode_t n = node_of(node, WORK_GRAPH);
    if (n == NULL)
        return hipErrorInvalidValue;
    *pGraph = n->work.graph;
    return hipSuccess;
}

static hipError_t event_work(struct work *work, enum work_kind kind, hipEvent_t event) {
    *work = (struct work){.kind = kind, .event = handle_get(HANDLE_EVENT, event)};
    if (work->event == NULL)
        return front_fail(hipErrorInvalidValue, "event is %p, which is no live event", (void *)event);
    return hipSuccess;
}

static hipError_t get_event(hipGraphNode_t node, enum work_kind kind, hipEvent_t *event) {
    REQUIRE(event);
    hipGraphNode_t n = node_of(node, kind);
    if (n == NULL)
        return hipErrorInvalidValue;
    *event = n->work.event;
    return hipSuccess;
}

hipError_t hipGraphAddEventRecordNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                      size_t numDependencies, hipEvent_t event) {
    ENTER();
    struct work work;
    hipError_t error = event_work(&work, WORK_RECORD, event);
    return error != hipSuccess ? error : node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphEventRecordNodeGetEvent(hipGraphNode_t node, hipEvent_t *event_out) {
    ENTER();
    return get_event(node, WORK_RECORD, event_out);
}

hipError_t hipGraphEventRecordNodeSetEvent(hipGraphNode_t node, hipEvent_t event) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = event_work(&work, WORK_RECORD, event);
    return node_replace(node_of(node, WORK_RECORD), error, &work);
}

hipError_t hipGraphExecEventRecordNodeSetEvent(hipGraphExec_t hGraphExec, hipGraphNode_t hNode, hipEvent_t event) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = event_work(&work, WORK_RECORD, event);
    return node_replace(exec_node_of(hGraphExec, hNode, WORK_RECORD), error, &work);
}

hipError_t hipGraphAddEventWaitNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                    size_t numDependencies, hipEvent_t event) {
    ENTER();
    struct work work;
    hipError_t error = event_work(&work, WORK_WAIT, event);
    return error != hipSuccess ? error : node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphEventWaitNodeGetEvent(hipGraphNode_t node, hipEvent_t *event_out) {
    ENTER();
    return get_event(node, WORK_WAIT, event_out);
}

hipError_t hipGraphEventWaitNodeSetEvent(hipGraphNode_t node, hipEvent_t event) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = event_work(&work, WORK_WAIT, event);
    return node_replace(node_of(node, WORK_WAIT), error, &work);
}

hipError_t hipGraphExecEventWaitNodeSetEvent(hipGraphExec_t hGraphExec, hipGraphNode_t hNode, hipEvent_t event) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = event_work(&work, WORK_WAIT, event);
    return node_replace(exec_node_of(hGraphExec, hNode, WORK_WAIT), error, &work);
}
