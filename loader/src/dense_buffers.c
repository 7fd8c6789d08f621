#include "dense_buffers.h"

#include "error.h"
#include "guard.h"
#include "struct_size.h"

enum { BUFFERS_FIRST = sizeof(smallm_dense_buffers) };

void smallm_dense_buffers_init(smallm_dense_buffers *buffers, size_t size) {
    const smallm_dense_buffers empty = {.size = size};
    smallm_struct_init(buffers, size, &empty, sizeof empty);
}

static smallm_status bias_guard(const smallm_dense_buffers *buffers, const struct smallm_dense_launch *plan) {
    if (plan->bias_alignment != 0)
        return smallm_buffer_guard("bias", buffers->bias, plan->bias_alignment, buffers->bias_bytes, plan->sizes.bias);
    if (buffers->bias == NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_TYPE, "bias is %p, but the problem's bias_type is NONE; set one or the other",
                       buffers->bias);
}

smallm_status smallm_dense_buffers_read(smallm_dense_buffers *buffers, const smallm_dense_buffers *given,
                                        const struct smallm_dense_launch *plan) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "buffers is NULL; it must be given");
    *buffers = (smallm_dense_buffers){.size = sizeof *buffers};
    smallm_status status = smallm_struct_read(buffers, sizeof *buffers, BUFFERS_FIRST, given, "smallm_dense_buffers");
#define GUARD(name, alignment)                                                                                         \
    if (status == SMALLM_OK)                                                                                           \
        status = smallm_buffer_guard(#name, buffers->name, alignment, buffers->name##_bytes, plan->sizes.name);
    GUARD(x, SMALLM_DATA_ALIGNMENT)
    GUARD(x_scale, SMALLM_SCALE_ALIGNMENT)
    GUARD(w, SMALLM_DATA_ALIGNMENT)
    GUARD(w_scale, SMALLM_SCALE_ALIGNMENT)
    GUARD(out, plan->out_alignment)
#undef GUARD
    if (status == SMALLM_OK)
        status = bias_guard(buffers, plan);
    return status;
}
