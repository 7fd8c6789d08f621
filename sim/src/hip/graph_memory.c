/* Copy and memset nodes. */
#include "graph.h"

static hipError_t add_copy(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *deps, size_t ndeps,
                           const struct work *work) {
    hipError_t error = copy_check(&work->copy);
    return error != hipSuccess ? error : node_add(pGraphNode, graph, deps, ndeps, work);
}

static hipError_t set_copy(hipGraphNode_t node, const struct work *work, const hipMemcpy3DParms *box) {
    REQUIRE_MAY_WAIT();
    hipError_t error = node_replace(node, copy_check(&work->copy), work);
    if (error != hipSuccess)
        return error;
    node->has_box = box != NULL;
    if (box != NULL)
        node->box = *box;
    return hipSuccess;
}

hipError_t hipGraphAddMemcpyNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                 size_t numDependencies, const hipMemcpy3DParms *pCopyParams) {
    ENTER();
    struct work work = {.kind = WORK_COPY};
    hipError_t error = copy_from_3d(&work.copy, pCopyParams);
    if (error == hipSuccess)
        error = add_copy(pGraphNode, graph, pDependencies, numDependencies, &work);
    if (error != hipSuccess)
        return error;
    (*pGraphNode)->has_box = true;
    (*pGraphNode)->box = *pCopyParams;
    return hipSuccess;
}

/* A copy made otherwise is told as a box of its own. */
static hipMemcpy3DParms as_box(const struct work_copy *c) {
    size_t src_rows = c->src_pitch && c->src_slice ? c->src_slice / c->src_pitch : c->height;
    size_t dst_rows = c->dst_pitch && c->dst_slice ? c->dst_slice / c->dst_pitch : c->height;
    return (hipMemcpy3DParms){.srcPtr = {(void *)c->src, c->src_pitch, c->width, src_rows},
                              .dstPtr = {c->dst, c->dst_pitch, c->width, dst_rows},
                              .extent = {c->width, c->height, c->depth},
                              .kind = c->kind};
}

hipError_t hipGraphMemcpyNodeGetParams(hipGraphNode_t node, hipMemcpy3DParms *pNodeParams) {
    ENTER();
    REQUIRE(pNodeParams);
    hipGraphNode_t n = node_of(node, WORK_COPY);
    if (n == NULL)
        return hipErrorInvalidValue;
    *pNodeParams = n->has_box ? n->box : as_box(&n->work.copy);
    return hipSuccess;
}

hipError_t hipGraphMemcpyNodeSetParams(hipGraphNode_t node, const hipMemcpy3DParms *pNodeParams) {
    ENTER();
    struct work work = {.kind = WORK_COPY};
    hipError_t error = copy_from_3d(&work.copy, pNodeParams);
    return error != hipSuccess ? error : set_copy(node_of(node, WORK_COPY), &work, pNodeParams);
}

hipError_t hipGraphExecMemcpyNodeSetParams(hipGraphExec_t hGraphExec, hipGraphNode_t node,
                                           hipMemcpy3DParms *pNodeParams) {
    ENTER();
    struct work work = {.kind = WORK_COPY};
    hipError_t error = copy_from_3d(&work.copy, pNodeParams);
    return error != hipSuccess ? error : set_copy(exec_node_of(hGraphExec, node, WORK_COPY), &work, pNodeParams);
}

hipError_t hipGraphAddMemcpyNode1D(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                   size_t numDependencies, void *dst, const void *src, size_t count,
                                   hipMemcpyKind kind) {
    ENTER();
    struct work work = copy_linear(dst, src, count, kind);
    return add_copy(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphMemcpyNodeSetParams1D(hipGraphNode_t node, void *dst, const void *src, size_t count,
                                         hipMemcpyKind kind) {
    ENTER();
    struct work work = copy_linear(dst, src, count, kind);
    return set_copy(node_of(node, WORK_COPY), &work, NULL);
}

hipError_t hipGraphExecMemcpyNodeSetParams1D(hipGraphExec_t hGraphExec, hipGraphNode_t node, void *dst, const void *src,
                                             size_t count, hipMemcpyKind kind) {
    ENTER();
    struct work work = copy_linear(dst, src, count, kind);
    return set_copy(exec_node_of(hGraphExec, node, WORK_COPY), &work, NULL);
}

hipError_t hipGraphAddMemcpyNodeFromSymbol(hipGraphNode_t *pGraphNode, hipGraph_t graph,
                                           const hipGraphNode_t *pDependencies, size_t numDependencies, void *dst,
                                           const void *symbol, size_t count, size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, dst, count, offset, kind, false);
    return error != hipSuccess ? error : add_copy(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphMemcpyNodeSetParamsFromSymbol(hipGraphNode_t node, void *dst, const void *symbol, size_t count,
                                                 size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, dst, count, offset, kind, false);
    return error != hipSuccess ? error : set_copy(node_of(node, WORK_COPY), &work, NULL);
}

hipError_t hipGraphExecMemcpyNodeSetParamsFromSymbol(hipGraphExec_t hGraphExec, hipGraphNode_t node, void *dst,
                                                     const void *symbol, size_t count, size_t offset,
                                                     hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, dst, count, offset, kind, false);
    return error != hipSuccess ? error : set_copy(exec_node_of(hGraphExec, node, WORK_COPY), &work, NULL);
}

hipError_t hipGraphAddMemcpyNodeToSymbol(hipGraphNode_t *pGraphNode, hipGraph_t graph,
                                         const hipGraphNode_t *pDependencies, size_t numDependencies,
                                         const void *symbol, const void *src, size_t count, size_t offset,
                                         hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, (void *)src, count, offset, kind, true);
    return error != hipSuccess ? error : add_copy(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphMemcpyNodeSetParamsToSymbol(hipGraphNode_t node, const void *symbol, const void *src, size_t count,
                                               size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, (void *)src, count, offset, kind, true);
    return error != hipSuccess ? error : set_copy(node_of(node, WORK_COPY), &work, NULL);
}

hipError_t hipGraphExecMemcpyNodeSetParamsToSymbol(hipGraphExec_t hGraphExec, hipGraphNode_t node, const void *symbol,
                                                   const void *src, size_t count, size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, (void *)src, count, offset, kind, true);
    return error != hipSuccess ? error : set_copy(exec_node_of(hGraphExec, node, WORK_COPY), &work, NULL);
}

static hipError_t fill_work(struct work *work, const hipMemsetParams *p) {
    *work = (struct work){.kind = WORK_FILL};
    hipError_t error = fill_from_params(&work->fill, p);
    return error != hipSuccess ? error : fill_check(&work->fill);
}

hipError_t hipGraphAddMemsetNode(hipGraphNode_t *pGraphNode, hipGraph_t graph, const hipGraphNode_t *pDependencies,
                                 size_t numDependencies, const hipMemsetParams *pMemsetParams) {
    ENTER();
    struct work work;
    hipError_t error = fill_work(&work, pMemsetParams);
    return error != hipSuccess ? error : node_add(pGraphNode, graph, pDependencies, numDependencies, &work);
}

hipError_t hipGraphMemsetNodeGetParams(hipGraphNode_t node, hipMemsetParams *pNodeParams) {
    ENTER();
    REQUIRE(pNodeParams);
    hipGraphNode_t n = node_of(node, WORK_FILL);
    if (n == NULL)
        return hipErrorInvalidValue;
    const struct work_fill *f = &n->work.fill;
    *pNodeParams = (hipMemsetParams){.dst = f->dst,
                                     .elementSize = f->element,
                                     .height = f->height,
                                     .pitch = f->pitch,
                                     .value = f->value,
                                     .width = f->width};
    return hipSuccess;
}

hipError_t hipGraphMemsetNodeSetParams(hipGraphNode_t node, const hipMemsetParams *pNodeParams) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = fill_work(&work, pNodeParams);
    return node_replace(node_of(node, WORK_FILL), error, &work);
}

hipError_t hipGraphExecMemsetNodeSetParams(hipGraphExec_t hGraphExec, hipGraphNode_t node,
                                           const hipMemsetParams *pNodeParams) {
    ENTER();
    REQUIRE_MAY_WAIT();
    struct work work;
    hipError_t error = fill_work(&work, pNodeParams);
    return node_replace(exec_node_of(hGraphExec, node, WORK_FILL), error, &work);
}
