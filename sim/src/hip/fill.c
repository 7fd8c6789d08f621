#include "front.h"

#include <string.h>

#include "../mem.h"

static bool row_bytes(const struct work_fill *f, size_t *bytes) {
    return !__builtin_mul_overflow(f->width, f->element, bytes);
}

hipError_t fill_check(const struct work_fill *f) {
    size_t row, rows, slices, span;
    if (f->width == 0 || f->height == 0 || f->depth == 0)
        return hipSuccess;
    if (f->dst == NULL)
        return front_fail(hipErrorInvalidValue, "dst is NULL");
    if (!row_bytes(f, &row) || __builtin_mul_overflow(f->height - 1, f->pitch, &rows) ||
        __builtin_mul_overflow(f->depth - 1, f->slice, &slices) || __builtin_add_overflow(rows, slices, &span) ||
        __builtin_add_overflow(span, row, &span))
        return front_fail(hipErrorInvalidValue, "%zu x %zu x %zu elements are more than there are addresses", f->width,
                          f->height, f->depth);
    if ((f->height > 1 || f->depth > 1) && f->pitch < row)
        return front_fail(hipErrorInvalidValue, "a row has %zu bytes, but the pitch is %zu", row, f->pitch);
    if ((uintptr_t)f->dst % f->element != 0)
        return front_fail(hipErrorInvalidValue, "dst is %p, which is not aligned to its elements of %u bytes", f->dst,
                          f->element);
    const struct mem_alloc *a = mem_find((uintptr_t)f->dst);
    if (a == NULL)
        return front_fail(hipErrorInvalidValue, "dst is %p, %s", f->dst,
                          mem_was_freed((uintptr_t)f->dst) ? "in memory that has been freed" : "in no allocation");
    size_t offset = (uintptr_t)f->dst - a->base;
    if (span > a->size - offset)
        return front_fail(hipErrorInvalidValue,
                          "dst is %p, byte %zu of an allocation of %zu; %zu bytes run past its "
                          "end",
                          f->dst, offset, a->size, span);
    return hipSuccess;
}

static void fill_row(uintptr_t dst, const struct work_fill *f, size_t bytes) {
    if (f->element == 1) {
        mem_fill(dst, (unsigned char)f->value, bytes);
        return;
    }
    uint16_t half = (uint16_t)f->value;
    for (size_t i = 0; i < f->width; i++)
        memcpy((uint8_t *)dst + i * f->element, f->element == 2 ? (const void *)&half : (const void *)&f->value,
               f->element);
    mem_define(mem_find(dst), dst, bytes, true);
}

hipError_t fill_run(const struct work_fill *f) {
    hipError_t error = fill_check(f);
    if (error != hipSuccess || f->width == 0)
        return error;
    for (size_t z = 0; z < f->depth; z++)
        for (size_t y = 0; y < f->height; y++)
            fill_row((uintptr_t)f->dst + z * f->slice + y * f->pitch, f, f->width * f->element);
    return hipSuccess;
}

hipError_t fill_from_params(struct work_fill *fill, const hipMemsetParams *p) {
    if (p == NULL)
        return front_fail(hipErrorInvalidValue, "the hipMemsetParams are NULL");
    if (p->elementSize != 1 && p->elementSize != 2 && p->elementSize != 4)
        return front_fail(hipErrorInvalidValue, "elementSize is %u; it must be 1, 2 or 4", p->elementSize);
    *fill = (struct work_fill){.dst = p->dst,
                               .value = p->value,
                               .element = p->elementSize,
                               .width = p->width,
                               .height = p->height,
                               .depth = 1,
                               .pitch = p->pitch};
    return hipSuccess;
}

static struct work flat(void *dst, uint32_t value, unsigned element, size_t count) {
    return (struct work){
        .kind = WORK_FILL,
        .fill = {.dst = dst, .value = value, .element = element, .width = count, .height = 1, .depth = 1}};
}

static struct work box(const hipPitchedPtr *p, int value, const hipExtent *extent) {
    return (struct work){.kind = WORK_FILL,
                         .fill = {.dst = p->ptr,
                                  .value = (uint32_t)value,
                                  .element = 1,
                                  .width = extent->width,
                                  .height = extent->height,
                                  .depth = extent->depth,
                                  .pitch = p->pitch,
                                  .slice = p->pitch * p->ysize}};
}

hipError_t hipMemset(void *dst, int value, size_t sizeBytes) {
    ENTER();
    struct work work = flat(dst, (uint32_t)value, 1, sizeBytes);
    return work_now(&work);
}

hipError_t hipMemsetAsync(void *dst, int value, size_t sizeBytes, hipStream_t stream) {
    ENTER();
    struct work work = flat(dst, (uint32_t)value, 1, sizeBytes);
    return work_submit(stream, &work);
}

hipError_t hipMemsetD8(hipDeviceptr_t dest, unsigned char value, size_t count) {
    ENTER();
    struct work work = flat(dest, value, 1, count);
    return work_now(&work);
}

hipError_t hipMemsetD8Async(hipDeviceptr_t dest, unsigned char value, size_t count, hipStream_t stream) {
    ENTER();
    struct work work = flat(dest, value, 1, count);
    return work_submit(stream, &work);
}

hipError_t hipMemsetD16(hipDeviceptr_t dest, unsigned short value, size_t count) {
    ENTER();
    struct work work = flat(dest, value, 2, count);
    return work_now(&work);
}

hipError_t hipMemsetD16Async(hipDeviceptr_t dest, unsigned short value, size_t count, hipStream_t stream) {
    ENTER();
    struct work work = flat(dest, value, 2, count);
    return work_submit(stream, &work);
}

hipError_t hipMemsetD32(hipDeviceptr_t dest, int value, size_t count) {
    ENTER();
    struct work work = flat(dest, (uint32_t)value, 4, count);
    return work_now(&work);
}

hipError_t hipMemsetD32Async(hipDeviceptr_t dst, int value, size_t count, hipStream_t stream) {
    ENTER();
    struct work work = flat(dst, (uint32_t)value, 4, count);
    return work_submit(stream, &work);
}

hipError_t hipMemset2D(void *dst, size_t pitch, int value, size_t width, size_t height) {
    ENTER();
    struct work work = box(&(hipPitchedPtr){dst, pitch, width, height}, value, &(hipExtent){width, height, 1});
    return work_now(&work);
}

hipError_t hipMemset2DAsync(void *dst, size_t pitch, int value, size_t width, size_t height, hipStream_t stream) {
    ENTER();
    struct work work = box(&(hipPitchedPtr){dst, pitch, width, height}, value, &(hipExtent){width, height, 1});
    return work_submit(stream, &work);
}

hipError_t hipMemset3D(hipPitchedPtr pitchedDevPtr, int value, hipExtent extent) {
    ENTER();
    struct work work = box(&pitchedDevPtr, value, &extent);
    return work_now(&work);
}

hipError_t hipMemset3DAsync(hipPitchedPtr pitchedDevPtr, int value, hipExtent extent, hipStream_t stream) {
    ENTER();
    struct work work = box(&pitchedDevPtr, value, &extent);
    return work_submit(stream, &work);
}
