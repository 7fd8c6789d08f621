/* Copies of two and three dimensions. Arrays are image memory, which the simulator does not have. */
#include "front.h"

static struct work plane(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height,
                         hipMemcpyKind kind) {
    return (struct work){.kind = WORK_COPY,
                         .copy = {.dst = dst,
                                  .src = src,
                                  .width = width,
                                  .height = height,
                                  .depth = 1,
                                  .dst_pitch = dpitch,
                                  .src_pitch = spitch,
                                  .kind = kind}};
}

hipError_t hipMemcpy2D(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height,
                       hipMemcpyKind kind) {
    ENTER();
    struct work work = plane(dst, dpitch, src, spitch, width, height, kind);
    return work_now(&work);
}

hipError_t hipMemcpy2DAsync(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height,
                            hipMemcpyKind kind, hipStream_t stream) {
    ENTER();
    struct work work = plane(dst, dpitch, src, spitch, width, height, kind);
    return work_submit(stream, &work);
}

static hipError_t from_param_2d(struct work *work, const hip_Memcpy2D *p) {
    if (p == NULL)
        return front_fail(hipErrorInvalidValue, "pCopy is NULL");
    if (p->srcMemoryType == hipMemoryTypeArray || p->dstMemoryType == hipMemoryTypeArray)
        return front_fail(hipErrorNotSupported, "arrays are not simulated");
    bool from_host = p->srcMemoryType == hipMemoryTypeHost, to_host = p->dstMemoryType == hipMemoryTypeHost;
    const uint8_t *src = from_host ? p->srcHost : p->srcDevice;
    uint8_t *dst = to_host ? p->dstHost : p->dstDevice;
    hipMemcpyKind kinds[2][2] = {{hipMemcpyDeviceToDevice, hipMemcpyDeviceToHost},
                                 {hipMemcpyHostToDevice, hipMemcpyHostToHost}};
    if (src == NULL || dst == NULL)
        return front_fail(hipErrorInvalidValue, "pCopy gives no %s of its memory type", src == NULL ? "src" : "dst");
    *work =
        plane(dst + p->dstY * p->dstPitch + p->dstXInBytes, p->dstPitch, src + p->srcY * p->srcPitch + p->srcXInBytes,
              p->srcPitch, p->WidthInBytes, p->Height, kinds[from_host][to_host]);
    return hipSuccess;
}

hipError_t hipMemcpyParam2D(const hip_Memcpy2D *pCopy) {
    ENTER();
    struct work work;
    hipError_t error = from_param_2d(&work, pCopy);
    return error != hipSuccess ? error : work_now(&work);
}

hipError_t hipMemcpyParam2DAsync(const hip_Memcpy2D *pCopy, hipStream_t stream) {
    ENTER();
    struct work work;
    hipError_t error = from_param_2d(&work, pCopy);
    return error != hipSuccess ? error : work_submit(stream, &work);
}

hipError_t hipDrvMemcpy2DUnaligned(const hip_Memcpy2D *pCopy) {
    return hipMemcpyParam2D(pCopy);
}

static size_t offset_of(const hipPitchedPtr *p, const hipPos *pos) {
    return pos->x + p->pitch * (pos->y + p->ysize * pos->z);
}

hipError_t copy_from_3d(struct work_copy *copy, const hipMemcpy3DParms *p) {
    if (p == NULL)
        return front_fail(hipErrorInvalidValue, "the hipMemcpy3DParms are NULL");
    if (p->srcArray != NULL || p->dstArray != NULL)
        return front_fail(hipErrorNotSupported, "arrays are not simulated");
    if (p->srcPtr.ptr == NULL || p->dstPtr.ptr == NULL)
        return front_fail(hipErrorInvalidValue, "%s is NULL", p->srcPtr.ptr == NULL ? "srcPtr" : "dstPtr");
    *copy = (struct work_copy){
        .dst = (uint8_t *)p->dstPtr.ptr + offset_of(&p->dstPtr, &p->dstPos),
        .src = (const uint8_t *)p->srcPtr.ptr + offset_of(&p->srcPtr, &p->srcPos),
        .width = p->extent.width,
        .height = p->extent.height,
        .depth = p->extent.depth,
        .dst_pitch = p->dstPtr.pitch,
        .src_pitch = p->srcPtr.pitch,
        .dst_slice = p->dstPtr.pitch * p->dstPtr.ysize,
        .src_slice = p->srcPtr.pitch * p->srcPtr.ysize,
        .kind = p->kind,
    };
    return hipSuccess;
}

hipError_t hipMemcpy3D(const struct hipMemcpy3DParms *p) {
    ENTER();
    struct work work = {.kind = WORK_COPY};
    hipError_t error = copy_from_3d(&work.copy, p);
    return error != hipSuccess ? error : work_now(&work);
}

hipError_t hipMemcpy3DAsync(const struct hipMemcpy3DParms *p, hipStream_t stream) {
    ENTER();
    struct work work = {.kind = WORK_COPY};
    hipError_t error = copy_from_3d(&work.copy, p);
    return error != hipSuccess ? error : work_submit(stream, &work);
}
