#include "front.h"

#include <string.h>

#include "../mem.h"
#include "../report.h"

enum side { SIDE_ANY, SIDE_HOST, SIDE_DEVICE };

static enum side source_side(hipMemcpyKind kind) {
    if (kind == hipMemcpyDefault)
        return SIDE_ANY;
    return kind == hipMemcpyDeviceToHost || kind == hipMemcpyDeviceToDevice ? SIDE_DEVICE : SIDE_HOST;
}

static enum side target_side(hipMemcpyKind kind) {
    if (kind == hipMemcpyDefault)
        return SIDE_ANY;
    return kind == hipMemcpyHostToDevice || kind == hipMemcpyDeviceToDevice ? SIDE_DEVICE : SIDE_HOST;
}

/* Memory that both reach, pinned or managed, is on either side. */
static hipError_t check_side(const char *name, const void *ptr, size_t span, enum side side) {
    if (ptr == NULL)
        return front_fail(hipErrorInvalidValue, "%s is NULL", name);
    const struct mem_alloc *a = mem_find((uintptr_t)ptr);
    if (a == NULL && mem_was_freed((uintptr_t)ptr))
        return front_fail(hipErrorInvalidValue, "%s is %p, in memory that has been freed", name, ptr);
    if (a == NULL && side == SIDE_DEVICE)
        return front_fail(hipErrorInvalidValue,
                          "%s is %p, which the copy kind calls device memory; it is in no allocation", name, ptr);
    if (a == NULL)
        return hipSuccess;
    if (side == SIDE_HOST && (a->kind == MEM_DEVICE || a->kind == MEM_CODE))
        return front_fail(hipErrorInvalidMemcpyDirection,
                          "%s is %p, which the copy kind calls host memory; it is "
                          "device memory",
                          name, ptr);
    size_t offset = (uintptr_t)ptr - a->base;
    if (span > a->size - offset)
        return front_fail(hipErrorInvalidValue,
                          "%s is %p, byte %zu of an allocation of %zu; the copy of %zu bytes runs "
                          "past its end",
                          name, ptr, offset, a->size, span);
    return hipSuccess;
}

/* Bytes from the first to the last of a box, or false where that overflows. */
static bool box_span(size_t width, size_t height, size_t depth, size_t pitch, size_t slice, size_t *span) {
    size_t rows, slices;
    return !__builtin_mul_overflow(height - 1, pitch, &rows) && !__builtin_mul_overflow(depth - 1, slice, &slices) &&
           !__builtin_add_overflow(rows, slices, span) && !__builtin_add_overflow(*span, width, span);
}

hipError_t copy_check(const struct work_copy *c) {
    size_t from, to;
    if (c->kind > hipMemcpyDefault)
        return front_fail(hipErrorInvalidMemcpyDirection, "kind is %d, which is no hipMemcpyKind", c->kind);
    if (c->width == 0 || c->height == 0 || c->depth == 0)
        return hipSuccess;
    if ((c->height > 1 || c->depth > 1) && (c->dst_pitch < c->width || c->src_pitch < c->width))
        return front_fail(hipErrorInvalidPitchValue, "a row has %zu bytes, but the pitches are %zu (dst) and %zu (src)",
                          c->width, c->dst_pitch, c->src_pitch);
    if (!box_span(c->width, c->height, c->depth, c->src_pitch, c->src_slice, &from) ||
        !box_span(c->width, c->height, c->depth, c->dst_pitch, c->dst_slice, &to))
        return front_fail(hipErrorInvalidValue, "%zu x %zu x %zu bytes are more than there are addresses", c->width,
                          c->height, c->depth);
    hipError_t error = check_side("dst", c->dst, to, target_side(c->kind));
    return error != hipSuccess ? error : check_side("src", c->src, from, source_side(c->kind));
}

/* Undefined bytes among n at src, the offset of the first in *first. */
static size_t count_undefined(const struct mem_alloc *a, uintptr_t src, size_t n, size_t *first) {
    *first = mem_first_undefined(a, src, n);
    size_t count = 0;
    for (size_t i = *first; i < n; i++)
        count += a->defined[src - a->base + i] != 0xff;
    return count;
}

static void copy_row(uintptr_t dst, uintptr_t src, size_t n, uintptr_t origin, size_t *undefined, size_t *first) {
    const struct mem_alloc *from = mem_find(src), *to = mem_find(dst);
    bool to_host = to == NULL || to->defined == NULL; /* where the host reads it, and no shadow goes along */
    if (from != NULL && from->defined != NULL && to_host) {
        size_t at, count = count_undefined(from, src, n, &at);
        if (count != 0 && *undefined == 0)
            *first = src - origin + at;
        *undefined += count;
    }
    mem_copy(dst, src, n);
}

hipError_t copy_run(const struct work_copy *c) {
    hipError_t error = copy_check(c);
    if (error != hipSuccess)
        return error;
    struct work_copy box = *c;
    if (box.depth == 1 && box.width == box.src_pitch && box.width == box.dst_pitch) {
        box.width *= box.height;
        box.height = 1;
    }
    if (box.width == 0)
        return hipSuccess;
    size_t undefined = 0, first = 0;
    uintptr_t dst = (uintptr_t)c->dst, src = (uintptr_t)c->src;
    for (size_t z = 0; z < box.depth; z++)
        for (size_t y = 0; y < box.height; y++)
            copy_row(dst + z * box.dst_slice + y * box.dst_pitch, src + z * box.src_slice + y * box.src_pitch,
                     box.width, src, &undefined, &first);
    if (undefined != 0)
        report(NULL, NULL, CHECK_UNINIT_OUTPUT, NULL, 0,
               "%s copies %zu undefined bytes of %zu to the host, the first of them at src + %zu (src is %p)",
               front_thread.api, undefined, c->width * c->height * c->depth, first, c->src);
    return hipSuccess;
}

struct work copy_linear(void *dst, const void *src, size_t n, hipMemcpyKind kind) {
    return (struct work){
        .kind = WORK_COPY,
        .copy = {
            .dst = dst, .src = src, .width = n, .height = 1, .depth = 1, .dst_pitch = n, .src_pitch = n, .kind = kind}};
}

hipError_t hipMemcpy(void *dst, const void *src, size_t sizeBytes, hipMemcpyKind kind) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, kind);
    return work_now(&work);
}

hipError_t hipMemcpyAsync(void *dst, const void *src, size_t sizeBytes, hipMemcpyKind kind, hipStream_t stream) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, kind);
    return work_submit(stream, &work);
}

hipError_t hipMemcpyWithStream(void *dst, const void *src, size_t sizeBytes, hipMemcpyKind kind, hipStream_t stream) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, kind);
    hipError_t error = work_submit(stream, &work);
    return error != hipSuccess ? error : hipStreamSynchronize(stream);
}

hipError_t hipMemcpyHtoD(hipDeviceptr_t dst, void *src, size_t sizeBytes) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyHostToDevice);
    return work_now(&work);
}

hipError_t hipMemcpyDtoH(void *dst, hipDeviceptr_t src, size_t sizeBytes) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToHost);
    return work_now(&work);
}

hipError_t hipMemcpyDtoD(hipDeviceptr_t dst, hipDeviceptr_t src, size_t sizeBytes) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToDevice);
    return work_now(&work);
}

hipError_t hipMemcpyHtoDAsync(hipDeviceptr_t dst, void *src, size_t sizeBytes, hipStream_t stream) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyHostToDevice);
    return work_submit(stream, &work);
}

hipError_t hipMemcpyDtoHAsync(void *dst, hipDeviceptr_t src, size_t sizeBytes, hipStream_t stream) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToHost);
    return work_submit(stream, &work);
}

hipError_t hipMemcpyDtoDAsync(hipDeviceptr_t dst, hipDeviceptr_t src, size_t sizeBytes, hipStream_t stream) {
    ENTER();
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToDevice);
    return work_submit(stream, &work);
}

hipError_t hipMemcpyPeer(void *dst, int dstDeviceId, const void *src, int srcDeviceId, size_t sizeBytes) {
    ENTER();
    REQUIRE_DEVICE(dstDeviceId);
    REQUIRE_DEVICE(srcDeviceId);
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToDevice);
    return work_now(&work);
}

hipError_t hipMemcpyPeerAsync(void *dst, int dstDeviceId, const void *src, int srcDevice, size_t sizeBytes,
                              hipStream_t stream) {
    ENTER();
    REQUIRE_DEVICE(dstDeviceId);
    REQUIRE_DEVICE(srcDevice);
    struct work work = copy_linear(dst, src, sizeBytes, hipMemcpyDeviceToDevice);
    return work_submit(stream, &work);
}

/* Symbols of fat binaries. */
hipError_t symbol_copy(struct work *work, const void *symbol, void *host, size_t size, size_t offset,
                       hipMemcpyKind kind, bool to_symbol) {
    void *address;
    size_t bytes;
    hipError_t error = variable_resolve(symbol, &address, &bytes);
    if (error != hipSuccess)
        return error;
    if (offset > bytes || size > bytes - offset)
        return front_fail(hipErrorInvalidValue, "%zu bytes at offset %zu run past the symbol's %zu", size, offset,
                          bytes);
    if (kind == hipMemcpyHostToHost || kind == (to_symbol ? hipMemcpyDeviceToHost : hipMemcpyHostToDevice))
        return front_fail(hipErrorInvalidMemcpyDirection, "kind is %d, but the symbol is in device memory", kind);
    uint8_t *device = (uint8_t *)address + offset;
    *work = to_symbol ? copy_linear(device, host, size, kind) : copy_linear(host, device, size, kind);
    return hipSuccess;
}

hipError_t hipMemcpyToSymbol(const void *symbol, const void *src, size_t sizeBytes, size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, (void *)src, sizeBytes, offset, kind, true);
    return error != hipSuccess ? error : work_now(&work);
}

hipError_t hipMemcpyToSymbolAsync(const void *symbol, const void *src, size_t sizeBytes, size_t offset,
                                  hipMemcpyKind kind, hipStream_t stream) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, (void *)src, sizeBytes, offset, kind, true);
    return error != hipSuccess ? error : work_submit(stream, &work);
}

hipError_t hipMemcpyFromSymbol(void *dst, const void *symbol, size_t sizeBytes, size_t offset, hipMemcpyKind kind) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, dst, sizeBytes, offset, kind, false);
    return error != hipSuccess ? error : work_now(&work);
}

hipError_t hipMemcpyFromSymbolAsync(void *dst, const void *symbol, size_t sizeBytes, size_t offset, hipMemcpyKind kind,
                                    hipStream_t stream) {
    ENTER();
    struct work work;
    hipError_t error = symbol_copy(&work, symbol, dst, sizeBytes, offset, kind, false);
    return error != hipSuccess ? error : work_submit(stream, &work);
}
