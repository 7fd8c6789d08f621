#include "dense_envelope.h"

#include "error.h"
#include "forced.h"
#include "kernel_info.h"
#include "type_envelope.h"

static uint32_t most_rows(void) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < smallm_kernels_count; i++)
        if (smallm_kernel_is_for(i, SMALLM_OPERATION_DENSE) && smallm_kernels[i].m_tile > most)
            most = smallm_kernels[i].m_tile;
    return most;
}

static smallm_status bias_envelope(int32_t type) {
    if (type == SMALLM_TYPE_NONE)
        return SMALLM_OK;
    return smallm_type_envelope("bias_type", type, SMALLM_TYPE_BF16, SMALLM_TYPE_F32, "NONE, BF16, F16 and F32");
}

static smallm_status m_envelope(int64_t m) {
    const uint32_t most = most_rows();
    if (m <= most)
        return SMALLM_OK;
    return smallm_fail(SMALLM_DECLINED, "declined: m is %lld; the kernels built in take from 1 to %u rows",
                       (long long)m, most);
}

smallm_status smallm_dense_envelope(const smallm_dense_problem *problem) {
    smallm_status status = smallm_types_envelope(problem->x_type, problem->w_type, problem->out_type);
    if (status == SMALLM_OK)
        status = bias_envelope(problem->bias_type);
    if (status == SMALLM_OK)
        status = m_envelope(problem->m);
    return status;
}
