/* The _spt forms, which a program compiled with HIP_API_PER_THREAD_DEFAULT_STREAM calls: NULL means the thread's own
 * default stream. */
#include "front.h"

static hipStream_t own(hipStream_t stream) {
    return stream == NULL ? hipStreamPerThread : stream;
}

static hipError_t and_wait(hipError_t error) {
    return error != hipSuccess ? error : hipStreamSynchronize(hipStreamPerThread);
}

hipError_t hipMemcpy_spt(void *dst, const void *src, size_t sizeBytes, hipMemcpyKind kind) {
    return and_wait(hipMemcpyAsync(dst, src, sizeBytes, kind, hipStreamPerThread));
}

hipError_t hipMemcpyAsync_spt(void *dst, const void *src, size_t sizeBytes, hipMemcpyKind kind, hipStream_t stream) {
    return hipMemcpyAsync(dst, src, sizeBytes, kind, own(stream));
}

hipError_t hipMemcpyToSymbol_spt(const void *symbol, const void *src, size_t sizeBytes, size_t offset,
                                 hipMemcpyKind kind) {
    return and_wait(hipMemcpyToSymbolAsync(symbol, src, sizeBytes, offset, kind, hipStreamPerThread));
}

hipError_t hipMemcpyFromSymbol_spt(void *dst, const void *symbol, size_t sizeBytes, size_t offset, hipMemcpyKind kind) {
    return and_wait(hipMemcpyFromSymbolAsync(dst, symbol, sizeBytes, offset, kind, hipStreamPerThread));
}

hipError_t hipMemcpy2D_spt(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height,
                           hipMemcpyKind kind) {
    return and_wait(hipMemcpy2DAsync(dst, dpitch, src, spitch, width, height, kind, hipStreamPerThread));
}

hipError_t hipMemcpy3D_spt(const struct hipMemcpy3DParms *p) {
    return and_wait(hipMemcpy3DAsync(p, hipStreamPerThread));
}

hipError_t hipMemset_spt(void *dst, int value, size_t sizeBytes) {
    return and_wait(hipMemsetAsync(dst, value, sizeBytes, hipStreamPerThread));
}

hipError_t hipMemset2D_spt(void *dst, size_t pitch, int value, size_t width, size_t height) {
    return and_wait(hipMemset2DAsync(dst, pitch, value, width, height, hipStreamPerThread));
}

hipError_t hipMemset3D_spt(hipPitchedPtr pitchedDevPtr, int value, hipExtent extent) {
    return and_wait(hipMemset3DAsync(pitchedDevPtr, value, extent, hipStreamPerThread));
}

hipError_t hipStreamQuery_spt(hipStream_t stream) {
    return hipStreamQuery(own(stream));
}

hipError_t hipStreamSynchronize_spt(hipStream_t stream) {
    return hipStreamSynchronize(own(stream));
}

hipError_t hipStreamGetPriority_spt(hipStream_t stream, int *priority) {
    return hipStreamGetPriority(own(stream), priority);
}

hipError_t hipStreamGetFlags_spt(hipStream_t stream, unsigned int *flags) {
    return hipStreamGetFlags(own(stream), flags);
}

hipError_t hipStreamWaitEvent_spt(hipStream_t stream, hipEvent_t event, unsigned int flags) {
    return hipStreamWaitEvent(own(stream), event, flags);
}

__attribute__((visibility("default"))) hipError_t hipEventRecord_spt(hipEvent_t event, hipStream_t stream);
hipError_t hipEventRecord_spt(hipEvent_t event, hipStream_t stream) {
    return hipEventRecord(event, own(stream));
}

hipError_t hipLaunchKernel_spt(const void *function_address, dim3 numBlocks, dim3 dimBlocks, void **args,
                               size_t sharedMemBytes, hipStream_t stream) {
    return hipLaunchKernel(function_address, numBlocks, dimBlocks, args, sharedMemBytes, own(stream));
}
