#include "moe_buffers.h"

#include "error.h"
#include "guard.h"
#include "struct_size.h"

enum { BUFFERS_FIRST = sizeof(smallm_moe_buffers), WEIGHT_ALIGNMENT = sizeof(float) };

void smallm_moe_buffers_init(smallm_moe_buffers *buffers, size_t size) {
    const smallm_moe_buffers empty = {.size = size};
    smallm_struct_init(buffers, size, &empty, sizeof empty);
}

static smallm_status weights_guard(const smallm_moe_buffers *buffers, const struct smallm_moe_launch *plan) {
    if (plan->weighted)
        return smallm_buffer_guard("weights", buffers->weights, WEIGHT_ALIGNMENT, buffers->weights_bytes,
                                   plan->sizes.weights);
    if (buffers->weights == NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_TYPE, "weights is %p, but the problem is not weighted; set one or the other",
                       buffers->weights);
}

smallm_status smallm_moe_buffers_read(smallm_moe_buffers *buffers, const smallm_moe_buffers *given,
                                      const struct smallm_moe_launch *plan) {
    if (given == NULL)
        return smallm_fail(SMALLM_ERROR_NULL_POINTER, "buffers is NULL; it must be given");
    *buffers = (smallm_moe_buffers){.size = sizeof *buffers};
    smallm_status status = smallm_struct_read(buffers, sizeof *buffers, BUFFERS_FIRST, given, "smallm_moe_buffers");
#define GUARD(name, alignment)                                                                                         \
    if (status == SMALLM_OK)                                                                                           \
        status = smallm_buffer_guard(#name, buffers->name, alignment, buffers->name##_bytes, plan->sizes.name);
    GUARD(x, SMALLM_DATA_ALIGNMENT)
    GUARD(x_scale, SMALLM_SCALE_ALIGNMENT)
    GUARD(w, SMALLM_DATA_ALIGNMENT)
    GUARD(w_scale, SMALLM_SCALE_ALIGNMENT)
    GUARD(sorted_token_ids, SMALLM_INDEX_ALIGNMENT)
    GUARD(expert_ids, SMALLM_INDEX_ALIGNMENT)
    GUARD(out, plan->out_alignment)
#undef GUARD
    if (status == SMALLM_OK)
        status = smallm_buffer_guard("num_tokens_post_padded", buffers->num_tokens_post_padded, SMALLM_INDEX_ALIGNMENT,
                                     0, 0);
    if (status == SMALLM_OK)
        status = weights_guard(buffers, plan);
    return status;
}
