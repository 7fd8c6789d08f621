#include "graph.h"

#include <stdlib.h>
#include <string.h>

hipGraph_t graph_resolve(hipGraph_t graph) {
    hipGraph_t g = handle_get(HANDLE_GRAPH, graph);
    if (g == NULL)
        front_fail(hipErrorInvalidValue, "graph is %p, which is no live graph", (void *)graph);
    return g;
}

hipGraphNode_t node_resolve(hipGraphNode_t node) {
    hipGraphNode_t n = handle_get(HANDLE_NODE, node);
    if (n == NULL)
        front_fail(hipErrorInvalidValue, "node is %p, which is no live node", (void *)node);
    return n;
}

static hipGraph_t new_graph(bool inner) {
    hipGraph_t g = calloc(1, sizeof *g);
    if (g == NULL || !handle_add(HANDLE_GRAPH, g, g)) {
        free(g);
        front_fail(hipErrorOutOfMemory, "no memory for a graph");
        return NULL;
    }
    g->inner = inner;
    return g;
}

static void free_node(hipGraphNode_t node) {
    handle_remove(HANDLE_NODE, node);
    work_free(&node->work);
    free(node->deps);
    free(node->params);
    free(node);
}

void graph_free(hipGraph_t graph) {
    if (graph == NULL)
        return;
    handle_remove(HANDLE_GRAPH, graph);
    for (size_t i = 0; i < graph->count; i++)
        free_node(graph->nodes[i]);
    free(graph->nodes);
    free(graph);
}

static bool add_dep(hipGraphNode_t node, hipGraphNode_t dep) {
    if (node->ndeps == node->deps_capacity) {
        size_t capacity = node->deps_capacity ? 2 * node->deps_capacity : 4;
        hipGraphNode_t *grown = realloc(node->deps, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        node->deps = grown;
        node->deps_capacity = capacity;
    }
    node->deps[node->ndeps++] = dep;
    return true;
}

static size_t find_dep(const struct hipGraphNode *node, const struct hipGraphNode *dep) {
    size_t i = 0;
    while (i < node->ndeps && node->deps[i] != dep)
        i++;
    return i;
}

static bool append(hipGraph_t graph, hipGraphNode_t node) {
    if (graph->count == graph->capacity) {
        size_t capacity = graph->capacity ? 2 * graph->capacity : 16;
        hipGraphNode_t *grown = realloc(graph->nodes, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        graph->nodes = grown;
        graph->capacity = capacity;
    }
    node->position = graph->count;
    graph->nodes[graph->count++] = node;
    return true;
}

static hipGraphNode_t new_node(hipGraph_t graph, const struct work *work) {
    static atomic_uint_fast64_t ids;
    hipGraphNode_t node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->graph = graph;
    node->id = atomic_fetch_add(&ids, 1) + 1;
    if (!work_clone(&node->work, work)) {
        node->work.kind = WORK_EMPTY;
        free_node(node);
        return NULL;
    }
    if (node->work.kind == WORK_GRAPH)
        node->work.graph->inner = true;
    if (!handle_add(HANDLE_NODE, node, node) || !append(graph, node)) {
        free_node(node);
        return NULL;
    }
    return node;
}

hipError_t graph_add(hipGraph_t graph, const hipGraphNode_t *deps, size_t ndeps, const struct work *work,
                     hipGraphNode_t *node) {
    if (ndeps != 0 && deps == NULL)
        return front_fail(hipErrorInvalidValue, "there are %zu dependencies, but their array is NULL", ndeps);
    for (size_t i = 0; i < ndeps; i++) {
        hipGraphNode_t dep = node_resolve(deps[i]);
        if (dep == NULL)
            return hipErrorInvalidValue;
        if (dep->graph != graph)
            return front_fail(hipErrorInvalidValue, "dependency %zu is a node of another graph", i);
        for (size_t j = 0; j < i; j++)
            if (deps[j] == deps[i])
                return front_fail(hipErrorInvalidValue, "dependencies %zu and %zu are the same node", j, i);
    }
    hipGraphNode_t n = new_node(graph, work);
    for (size_t i = 0; n != NULL && i < ndeps; i++)
        if (!add_dep(n, deps[i])) {
            graph->count--;
            free_node(n);
            n = NULL;
        }
    if (n == NULL)
        return front_fail(hipErrorOutOfMemory, "no memory for a graph node");
    *node = n;
    return hipSuccess;
}

hipGraph_t graph_clone(hipGraph_t graph) {
    hipGraph_t clone = new_graph(true);
    for (size_t i = 0; clone != NULL && i < graph->count; i++) {
        const struct hipGraphNode *from = graph->nodes[i];
        hipGraphNode_t to = new_node(clone, &from->work);
        if (to == NULL) {
            graph_free(clone);
            return NULL;
        }
        to->origin_id = from->id;
        to->has_box = from->has_box;
        to->box = from->box;
        memcpy(to->attributes, from->attributes, sizeof to->attributes);
        graph->nodes[i]->cursor = i;
    }
    for (size_t i = 0; clone != NULL && i < graph->count; i++)
        for (size_t j = 0; j < graph->nodes[i]->ndeps; j++)
            if (!add_dep(clone->nodes[i], clone->nodes[graph->nodes[i]->deps[j]->cursor])) {
                graph_free(clone);
                return NULL;
            }
    return clone;
}

hipGraphNode_t graph_find_clone(hipGraph_t graph, const struct hipGraphNode *original) {
    for (size_t i = 0; i < graph->count; i++)
        if (graph->nodes[i]->origin_id == original->id)
            return graph->nodes[i];
    return NULL;
}

hipError_t node_set_work(hipGraphNode_t node, const struct work *work) {
    struct work copy;
    if (!work_clone(&copy, work))
        return front_fail(hipErrorOutOfMemory, "no memory for a graph node");
    if (copy.kind == WORK_GRAPH)
        copy.graph->inner = true;
    work_free(&node->work);
    free(node->params);
    node->params = NULL;
    node->work = copy;
    return hipSuccess;
}

/* Depth first from every node, dependencies before dependents, with the path as a stack. */
static bool order(hipGraph_t graph, hipGraphNode_t *sorted, hipGraphNode_t *path) {
    enum { NEW, OPEN, DONE };
    size_t done = 0;
    for (size_t i = 0; i < graph->count; i++) {
        graph->nodes[i]->mark = NEW;
        graph->nodes[i]->cursor = 0;
    }
    for (size_t i = 0; i < graph->count; i++) {
        size_t depth = 0;
        if (graph->nodes[i]->mark == DONE)
            continue;
        path[depth++] = graph->nodes[i];
        graph->nodes[i]->mark = OPEN;
        while (depth > 0) {
            hipGraphNode_t node = path[depth - 1];
            if (node->cursor == node->ndeps) {
                node->mark = DONE;
                sorted[done++] = node;
                depth--;
                continue;
            }
            hipGraphNode_t dep = node->deps[node->cursor++];
            if (dep->mark == OPEN)
                return false;
            if (dep->mark == NEW) {
                dep->mark = OPEN;
                path[depth++] = dep;
            }
        }
    }
    return true;
}

bool graph_sort(hipGraph_t graph) {
    hipGraphNode_t *sorted = calloc(graph->count + 1, 2 * sizeof *sorted);
    bool ok = sorted != NULL && order(graph, sorted, sorted + graph->count + 1);
    if (ok && graph->count != 0)
        memcpy(graph->nodes, sorted, graph->count * sizeof *sorted);
    free(sorted);
    for (size_t i = 0; ok && i < graph->count; i++)
        if (graph->nodes[i]->work.kind == WORK_GRAPH)
            ok = graph_sort(graph->nodes[i]->work.graph);
    return ok;
}

hipError_t graph_run(hipGraph_t graph, struct ihipStream_t *stream) {
    hipError_t error = hipSuccess;
    for (size_t i = 0; i < graph->count && error == hipSuccess; i++)
        error = work_run(&graph->nodes[i]->work, stream);
    return error;
}

hipError_t hipGraphCreate(hipGraph_t *pGraph, unsigned int flags) {
    ENTER();
    REQUIRE(pGraph);
    if (flags != 0)
        return front_fail(hipErrorInvalidValue, "flags is %u; it must be 0", flags);
    hipGraph_t graph = new_graph(false);
    if (graph == NULL)
        return hipErrorOutOfMemory;
    *pGraph = graph;
    return hipSuccess;
}

hipError_t hipGraphDestroy(hipGraph_t graph) {
    ENTER();
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    if (g->inner)
        return front_fail(hipErrorInvalidValue, "graph is a node's child graph, which goes with its node");
    graph_free(g);
    return hipSuccess;
}

hipError_t hipGraphClone(hipGraph_t *pGraphClone, hipGraph_t originalGraph) {
    ENTER();
    REQUIRE(pGraphClone);
    hipGraph_t g = graph_resolve(originalGraph);
    if (g == NULL)
        return hipErrorInvalidValue;
    hipGraph_t clone = graph_clone(g);
    if (clone == NULL)
        return front_fail(hipErrorOutOfMemory, "no memory for a graph");
    clone->inner = false;
    *pGraphClone = clone;
    return hipSuccess;
}

hipError_t hipGraphNodeFindInClone(hipGraphNode_t *pNode, hipGraphNode_t originalNode, hipGraph_t clonedGraph) {
    ENTER();
    REQUIRE(pNode);
    hipGraphNode_t node = node_resolve(originalNode);
    hipGraph_t g = node != NULL ? graph_resolve(clonedGraph) : NULL;
    if (g == NULL)
        return hipErrorInvalidValue;
    hipGraphNode_t found = graph_find_clone(g, node);
    if (found == NULL)
        return front_fail(hipErrorInvalidValue, "clonedGraph is no clone of originalNode's graph");
    *pNode = found;
    return hipSuccess;
}

hipError_t hipGraphDestroyNode(hipGraphNode_t node) {
    ENTER();
    hipGraphNode_t n = node_resolve(node);
    if (n == NULL)
        return hipErrorInvalidValue;
    hipGraph_t g = n->graph;
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        hipGraphNode_t other = g->nodes[i];
        if (other == n)
            continue;
        size_t at = find_dep(other, n);
        if (at < other->ndeps)
            memmove(&other->deps[at], &other->deps[at + 1], (--other->ndeps - at) * sizeof *other->deps);
        other->position = kept;
        g->nodes[kept++] = other;
    }
    g->count = kept;
    free_node(n);
    return hipSuccess;
}

static hipError_t check_edge(hipGraph_t graph, hipGraphNode_t from, hipGraphNode_t to) {
    if (node_resolve(from) == NULL || node_resolve(to) == NULL)
        return hipErrorInvalidValue;
    if (from->graph != graph || to->graph != graph || from == to)
        return front_fail(hipErrorInvalidValue, "an edge must join two nodes of the graph");
    return hipSuccess;
}

hipError_t hipGraphAddDependencies(hipGraph_t graph, const hipGraphNode_t *from, const hipGraphNode_t *to,
                                   size_t numDependencies) {
    ENTER();
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    if (numDependencies != 0 && (from == NULL || to == NULL))
        return front_fail(hipErrorInvalidValue, "there are %zu edges, but from or to is NULL", numDependencies);
    for (size_t i = 0; i < numDependencies; i++) {
        hipError_t error = check_edge(g, from[i], to[i]);
        if (error != hipSuccess)
            return error;
        if (find_dep(to[i], from[i]) < to[i]->ndeps)
            return front_fail(hipErrorInvalidValue, "edge %zu is there already", i);
        if (!add_dep(to[i], from[i]))
            return front_fail(hipErrorOutOfMemory, "no memory for an edge");
    }
    return hipSuccess;
}

hipError_t hipGraphRemoveDependencies(hipGraph_t graph, const hipGraphNode_t *from, const hipGraphNode_t *to,
                                      size_t numDependencies) {
    ENTER();
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    if (numDependencies != 0 && (from == NULL || to == NULL))
        return front_fail(hipErrorInvalidValue, "there are %zu edges, but from or to is NULL", numDependencies);
    for (size_t i = 0; i < numDependencies; i++) {
        hipError_t error = check_edge(g, from[i], to[i]);
        if (error != hipSuccess)
            return error;
        size_t at = find_dep(to[i], from[i]);
        if (at == to[i]->ndeps)
            return front_fail(hipErrorInvalidValue, "edge %zu is not there", i);
        memmove(&to[i]->deps[at], &to[i]->deps[at + 1], (--to[i]->ndeps - at) * sizeof *to[i]->deps);
    }
    return hipSuccess;
}

/* HIP's lists: without an array the count alone; with one, as many as it holds, and NULL in what is left. */
struct list {
    hipGraphNode_t *out, *out2;
    size_t room, count;
};

static struct list list_begin(hipGraphNode_t *out, hipGraphNode_t *out2, const size_t *n) {
    return (struct list){out, out2, out != NULL ? *n : 0, 0};
}

static void list_put(struct list *list, hipGraphNode_t node, hipGraphNode_t node2) {
    if (list->count < list->room) {
        list->out[list->count] = node;
        if (list->out2 != NULL)
            list->out2[list->count] = node2;
    }
    list->count++;
}

static void list_end(struct list *list, size_t *n) {
    for (size_t i = list->count; i < list->room; i++) {
        list->out[i] = NULL;
        if (list->out2 != NULL)
            list->out2[i] = NULL;
    }
    *n = list->out != NULL && list->count > list->room ? list->room : list->count;
}

hipError_t hipGraphGetEdges(hipGraph_t graph, hipGraphNode_t *from, hipGraphNode_t *to, size_t *numEdges) {
    ENTER();
    REQUIRE(numEdges);
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    if ((from == NULL) != (to == NULL))
        return front_fail(hipErrorInvalidValue, "from and to must both be arrays or both be NULL");
    struct list list = list_begin(from, to, numEdges);
    for (size_t i = 0; i < g->count; i++)
        for (size_t j = 0; j < g->nodes[i]->ndeps; j++)
            list_put(&list, g->nodes[i]->deps[j], g->nodes[i]);
    list_end(&list, numEdges);
    return hipSuccess;
}

hipError_t hipGraphGetNodes(hipGraph_t graph, hipGraphNode_t *nodes, size_t *numNodes) {
    ENTER();
    REQUIRE(numNodes);
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    struct list list = list_begin(nodes, NULL, numNodes);
    for (size_t i = 0; i < g->count; i++)
        list_put(&list, g->nodes[i], NULL);
    list_end(&list, numNodes);
    return hipSuccess;
}

hipError_t hipGraphGetRootNodes(hipGraph_t graph, hipGraphNode_t *pRootNodes, size_t *pNumRootNodes) {
    ENTER();
    REQUIRE(pNumRootNodes);
    hipGraph_t g = graph_resolve(graph);
    if (g == NULL)
        return hipErrorInvalidValue;
    struct list list = list_begin(pRootNodes, NULL, pNumRootNodes);
    for (size_t i = 0; i < g->count; i++)
        if (g->nodes[i]->ndeps == 0)
            list_put(&list, g->nodes[i], NULL);
    list_end(&list, pNumRootNodes);
    return hipSuccess;
}

hipError_t hipGraphNodeGetDependencies(hipGraphNode_t node, hipGraphNode_t *pDependencies, size_t *pNumDependencies) {
    ENTER();
    REQUIRE(pNumDependencies);
    hipGraphNode_t n = node_resolve(node);
    if (n == NULL)
        return hipErrorInvalidValue;
    struct list list = list_begin(pDependencies, NULL, pNumDependencies);
    for (size_t i = 0; i < n->ndeps; i++)
        list_put(&list, n->deps[i], NULL);
    list_end(&list, pNumDependencies);
    return hipSuccess;
}

hipError_t hipGraphNodeGetDependentNodes(hipGraphNode_t node, hipGraphNode_t *pDependentNodes,
                                         size_t *pNumDependentNodes) {
    ENTER();
    REQUIRE(pNumDependentNodes);
    hipGraphNode_t n = node_resolve(node);
    if (n == NULL)
        return hipErrorInvalidValue;
    struct list list = list_begin(pDependentNodes, NULL, pNumDependentNodes);
    for (size_t i = 0; i < n->graph->count; i++)
        if (find_dep(n->graph->nodes[i], n) < n->graph->nodes[i]->ndeps)
            list_put(&list, n->graph->nodes[i], NULL);
    list_end(&list, pNumDependentNodes);
    return hipSuccess;
}

hipError_t hipGraphNodeGetType(hipGraphNode_t node, hipGraphNodeType *pType) {
    ENTER();
    REQUIRE(pType);
    static const hipGraphNodeType types[] = {
        [WORK_EMPTY] = hipGraphNodeTypeEmpty,    [WORK_KERNEL] = hipGraphNodeTypeKernel,
        [WORK_COPY] = hipGraphNodeTypeMemcpy,    [WORK_FILL] = hipGraphNodeTypeMemset,
        [WORK_HOST] = hipGraphNodeTypeHost,      [WORK_RECORD] = hipGraphNodeTypeEventRecord,
        [WORK_WAIT] = hipGraphNodeTypeWaitEvent, [WORK_GRAPH] = hipGraphNodeTypeGraph,
    };
    hipGraphNode_t n = node_resolve(node);
    if (n == NULL)
        return hipErrorInvalidValue;
    *pType = types[n->work.kind];
    return hipSuccess;
}
