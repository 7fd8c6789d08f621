/* Graphs: nodes with their work and dependencies. HIP leaves it to the program that no two threads change one graph. */
#ifndef GFX950SIM_GRAPH_H
#define GFX950SIM_GRAPH_H

#include "front.h"

struct hipGraphNode {
    struct work work;
    hipGraph_t graph;
    uint64_t id;        /* never used again */
    uint64_t origin_id; /* of the node that this one is a clone of, else 0 */
    size_t position;    /* in the graph before it was sorted */
    hipGraphNode_t *deps;
    size_t ndeps, deps_capacity;
    void **params; /* for hipGraphKernelNodeGetParams: pointers into the packed arguments */
    bool has_box;  /* copy node made from hipMemcpy3DParms */
    hipMemcpy3DParms box;
    hipKernelNodeAttrValue attributes[hipKernelNodeAttributeCooperative + 1];
    size_t cursor; /* of graph_sort */
    int mark;
};

struct ihipGraph {
    hipGraphNode_t *nodes;
    size_t count, capacity;
    bool inner; /* a child graph or the copy of an executable one: not the program's to destroy */
};

struct hipGraphExec {
    hipGraph_t graph; /* sorted */
};

/* NULL after front_fail for a handle that is none. */
hipGraph_t graph_resolve(hipGraph_t graph);
hipGraphNode_t node_resolve(hipGraphNode_t node);
/* Brings the nodes, and those of child graphs, into an order that runs; false when they depend on each other in a
 * circle or memory is short. */
bool graph_sort(hipGraph_t graph);
/* Replaces a node's work by a copy of another. */
hipError_t node_set_work(hipGraphNode_t node, const struct work *work);
hipGraphNode_t graph_find_clone(hipGraph_t graph, const struct hipGraphNode *original);
/* The copy that an executable graph has of a node; NULL after front_fail. */
hipGraphNode_t exec_node(hipGraphExec_t exec, hipGraphNode_t node);

/* graph_nodes.c: the same for one kind of node; NULL after front_fail. */
hipGraphNode_t node_of(hipGraphNode_t node, enum work_kind kind);
hipGraphNode_t exec_node_of(hipGraphExec_t exec, hipGraphNode_t node, enum work_kind kind);
/* graph_add behind checks of the handles. */
hipError_t node_add(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *deps, size_t ndeps,
                    const struct work *work);
/* node_set_work while nothing runs, unless node is NULL or error is one already. */
hipError_t node_replace(hipGraphNode_t node, hipError_t error, const struct work *work);

#endif
