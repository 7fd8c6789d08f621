/* Executable graphs: a sorted copy of a graph, launched as one, changed node by node or by another graph. */
#include "graph.h"

#include <stdio.h>
#include <stdlib.h>

static hipGraphExec_t resolve(hipGraphExec_t exec) {
    hipGraphExec_t e = handle_get(HANDLE_EXEC, exec);
    if (e == NULL)
        front_fail(hipErrorInvalidValue, "graphExec is %p, which is no live executable graph", (void *)exec);
    return e;
}

hipGraphNode_t exec_node(hipGraphExec_t exec, hipGraphNode_t node) {
    hipGraphExec_t e = resolve(exec);
    hipGraphNode_t original = e != NULL ? node_resolve(node) : NULL;
    hipGraphNode_t found = original != NULL ? graph_find_clone(e->graph, original) : NULL;
    if (original != NULL && found == NULL)
        front_fail(hipErrorInvalidValue, "node is of a graph that graphExec was not made from");
    return found;
}

static hipError_t instantiate(hipGraphExec_t *pGraphExec, hipGraph_t graph) {
    REQUIRE(pGraphExec);
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    hipGraphExec_t exec = calloc(1, sizeof *exec);
    if (exec == NULL || (exec->graph = graph_clone(g)) == NULL) {
        free(exec);
        return front_fail(hipErrorOutOfMemory, "no memory for an executable graph");
    }
    if (!graph_sort(exec->graph)) {
        graph_free(exec->graph);
        free(exec);
        return front_fail(hipErrorInvalidValue, "nodes of the graph depend on each other in a circle");
    }
    if (!handle_add(HANDLE_EXEC, exec, exec)) {
        graph_free(exec->graph);
        free(exec);
        return front_fail(hipErrorOutOfMemory, "no memory for an executable graph");
    }
    *pGraphExec = exec;
    return hipSuccess;
}

hipError_t hipGraphInstantiate(hipGraphExec_t *pGraphExec, hipGraph_t graph, hipGraphNode_t *pErrorNode,
                               char *pLogBuffer, size_t bufferSize) {
    ENTER();
    if (pErrorNode != NULL)
        *pErrorNode = NULL;
    hipError_t error = instantiate(pGraphExec, graph);
    if (pLogBuffer != NULL && bufferSize != 0)
        snprintf(pLogBuffer, bufferSize, "%s", error == hipSuccess ? "" : hipGetErrorString(error));
    return error;
}

hipError_t hipGraphInstantiateWithFlags(hipGraphExec_t *pGraphExec, hipGraph_t graph, unsigned long long flags) {
    ENTER();
    if (flags != 0 && flags != hipGraphInstantiateFlagAutoFreeOnLaunch)
        return front_fail(hipErrorInvalidValue,
                          "flags is 0x%llx; only hipGraphInstantiateFlagAutoFreeOnLaunch (1) is "
                          "known",
                          flags);
    return instantiate(pGraphExec, graph);
}

hipError_t hipGraphExecDestroy(hipGraphExec_t graphExec) {
    ENTER();
    REQUIRE_MAY_WAIT();
    hipGraphExec_t exec = handle_remove(HANDLE_EXEC, graphExec);
    if (exec == NULL)
        return front_fail(hipErrorInvalidValue, "graphExec is %p, which is no live executable graph",
                          (void *)graphExec);
    idle_begin(); /* another thread may be launching it */
    idle_end();
    graph_free(exec->graph);
    free(exec);
    return hipSuccess;
}

hipError_t hipGraphLaunch(hipGraphExec_t graphExec, hipStream_t stream) {
    ENTER();
    hipGraphExec_t exec = resolve(graphExec);
    if (exec == NULL)
        return hipErrorInvalidValue;
    struct work work = {.kind = WORK_GRAPH, .graph = exec->graph};
    return work_submit(stream, &work);
}

/* Node `mine` of an executable graph and node `other` of the graph that it is updated from: the same place? */
static hipGraphExecUpdateResult compare(const struct hipGraphNode *mine, const struct hipGraphNode *other) {
    if (mine->work.kind != other->work.kind)
        return hipGraphExecUpdateErrorNodeTypeChanged;
    if (mine->ndeps != other->ndeps)
        return hipGraphExecUpdateErrorTopologyChanged;
    for (size_t i = 0; i < mine->ndeps; i++)
        if (mine->deps[i]->position != other->deps[i]->position)
            return hipGraphExecUpdateErrorTopologyChanged;
    return hipGraphExecUpdateSuccess;
}

static hipGraphExecUpdateResult compare_graphs(hipGraph_t mine, hipGraph_t other, hipGraphNode_t *where) {
    if (mine->count != other->count)
        return hipGraphExecUpdateErrorTopologyChanged;
    for (size_t i = 0; i < mine->count; i++) {
        hipGraphNode_t match = other->nodes[mine->nodes[i]->position];
        hipGraphExecUpdateResult result = compare(mine->nodes[i], match);
        if (result == hipGraphExecUpdateSuccess && match->work.kind == WORK_GRAPH)
            result = compare_graphs(mine->nodes[i]->work.graph, match->work.graph, where);
        if (result != hipGraphExecUpdateSuccess) {
            *where = match;
            return result;
        }
    }
    return hipGraphExecUpdateSuccess;
}

static bool take_over(hipGraph_t mine, hipGraph_t other) {
    for (size_t i = 0; i < mine->count; i++) {
        hipGraphNode_t match = other->nodes[mine->nodes[i]->position];
        bool ok = match->work.kind == WORK_GRAPH ? take_over(mine->nodes[i]->work.graph, match->work.graph)
                                                 : node_set_work(mine->nodes[i], &match->work) == hipSuccess;
        if (!ok)
            return false;
    }
    return true;
}

hipError_t hipGraphExecUpdate(hipGraphExec_t hGraphExec, hipGraph_t hGraph, hipGraphNode_t *hErrorNode_out,
                              hipGraphExecUpdateResult *updateResult_out) {
    ENTER();
    REQUIRE(updateResult_out);
    REQUIRE_MAY_WAIT();
    hipGraphExec_t exec = resolve(hGraphExec);
    hipGraph_t graph = exec != NULL ? graph_resolve(hGraph) : NULL;
    if (graph == NULL)
        return hipErrorInvalidValue;
    hipGraphNode_t where = NULL;
    *updateResult_out = compare_graphs(exec->graph, graph, &where);
    if (hErrorNode_out != NULL)
        *hErrorNode_out = where;
    if (*updateResult_out != hipGraphExecUpdateSuccess)
        return front_fail(hipErrorGraphExecUpdateFailure, "the graph has other nodes or edges than the executable one; "
                                                          "instantiate it anew");
    idle_begin();
    bool ok = take_over(exec->graph, graph);
    idle_end();
    if (!ok)
        *updateResult_out = hipGraphExecUpdateError;
    return ok ? hipSuccess : hipErrorOutOfMemory;
}

hipError_t hipGraphExecChildGraphNodeSetParams(hipGraphExec_t hGraphExec, hipGraphNode_t node, hipGraph_t childGraph) {
    ENTER();
    hipGraphNode_t mine = exec_node(hGraphExec, node);
    hipGraph_t graph = mine != NULL ? graph_resolve(childGraph) : NULL;
    if (graph == NULL)
        return hipErrorInvalidValue;
    hipGraphNode_t where = NULL;
    if (mine->work.kind != WORK_GRAPH || compare_graphs(mine->work.graph, graph, &where) != hipGraphExecUpdateSuccess)
        return front_fail(hipErrorInvalidValue, "childGraph has other nodes or edges than the node's");
    return take_over(mine->work.graph, graph) ? hipSuccess : hipErrorOutOfMemory;
}
