#include "type_envelope.h"

#include "element_type.h"
#include "error.h"

smallm_status smallm_type_envelope(const char *name, int32_t type, int32_t first, int32_t last, const char *words) {
    if (type >= first && type <= last)
        return SMALLM_OK;
    return smallm_fail(SMALLM_DECLINED, "declined: %s is %d, %s; the kernels built in have %s", name, type,
                       smallm_type_name(type), words);
}

smallm_status smallm_types_envelope(int32_t x_type, int32_t w_type, int32_t out_type) {
    smallm_status status = smallm_type_envelope("x_type", x_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_E4M3, "E4M3 alone");
    if (status == SMALLM_OK)
        status = smallm_type_envelope("w_type", w_type, SMALLM_TYPE_E4M3, SMALLM_TYPE_E4M3, "E4M3 alone");
    if (status == SMALLM_OK)
        status = smallm_type_envelope("out_type", out_type, SMALLM_TYPE_BF16, SMALLM_TYPE_F32, "BF16, F16 and F32");
    return status;
}
