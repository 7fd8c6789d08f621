#include "dense_buffers.h"

#include <string.h>

#include "error.h"
#include "struct_size.h"

enum { BUFFERS_FIRST = sizeof(smallm_dense_buffers), DATA_ALIGNMENT = 16, SCALE_ALIGNMENT = 4 };

void smallm_dense_buffers_init(smallm_dense_buffers *buffers, size_t size) {
    if (buffers == NULL || size < sizeof size)
        return;
    memset(buffers, 0, size);
    buffers->size = size;
}

static smallm_status null_guard(const char *name, const void *pointer) {
    if (pointer != NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_NULL_POINTER, "%s is NULL; it must point to device memory", name);
}

static smallm_status alignment_guard(const char *name, const void *pointer, uintptr_t alignment) {
    if ((uintptr_t)pointer % alignment == 0)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_ALIGNMENT, "%s is %p; it must be aligned to %u bytes", name, pointer,
                       (unsigned)alignment);
}

static smallm_status size_guard(const char *name, uint64_t bytes, uint64_t needed) {
    if (bytes == 0 || bytes >= needed)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_BUFFER_SIZE, "%s_bytes is %llu; this problem needs %llu (0 means not checked)",
                       name, (unsigned long long)bytes, (unsigned long long)needed);
}

static smallm_status buffer_guard(const char *name, const void *pointer, uintptr_t alignment, uint64_t bytes,
                                  uint64_t needed) {
    smallm_status status = null_guard(name, pointer);
    if (status == SMALLM_OK)
        status = alignment_guard(name, pointer, alignment);
    if (status == SMALLM_OK)
        status = size_guard(name, bytes, needed);
    return status;
}

static smallm_status bias_guard(const smallm_dense_buffers *buffers, const smallm_plan *plan) {
    if (plan->bias_alignment != 0)
        return buffer_guard("bias", buffers->bias, plan->bias_alignment, buffers->bias_bytes, plan->sizes.bias);
    if (buffers->bias == NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_TYPE, "bias is %p, but the problem's bias_type is NONE; set one or the other",
                       buffers->bias);
}

smallm_status smallm_dense_buffers_read(smallm_dense_buffers *buffers, const smallm_dense_buffers *given,
                                        const smallm_plan *plan) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "buffers is NULL; it must be given");
    *buffers = (smallm_dense_buffers){.size = sizeof *buffers};
    smallm_status status = smallm_struct_read(buffers, sizeof *buffers, BUFFERS_FIRST, given, "smallm_dense_buffers");
#define GUARD(name, alignment)                                                                                         \
    if (status == SMALLM_OK)                                                                                           \
        status = buffer_guard(#name, buffers->name, alignment, buffers->name##_bytes, plan->sizes.name);
    GUARD(x, DATA_ALIGNMENT)
    GUARD(x_scale, SCALE_ALIGNMENT)
    GUARD(w, DATA_ALIGNMENT)
    GUARD(w_scale, SCALE_ALIGNMENT)
    GUARD(out, plan->out_alignment)
#undef GUARD
    if (status == SMALLM_OK)
        status = bias_guard(buffers, plan);
    return status;
}
