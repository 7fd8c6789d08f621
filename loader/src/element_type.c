#include "element_type.h"

#include "smallm_kernargs.h"

static const struct {
    const char *name;
    uint32_t bytes, out_format, bias_format;
} types[] = {
    [SMALLM_TYPE_NONE] = {"NONE", 0, 0, SMALLM_FORMAT_BIAS_NONE},
    [SMALLM_TYPE_E4M3] = {"E4M3", 1, 0, 0},
    [SMALLM_TYPE_BF16] = {"BF16", 2, SMALLM_FORMAT_OUT_BF16, SMALLM_FORMAT_BIAS_BF16},
    [SMALLM_TYPE_F16] = {"F16", 2, SMALLM_FORMAT_OUT_F16, SMALLM_FORMAT_BIAS_F16},
    [SMALLM_TYPE_F32] = {"F32", 4, SMALLM_FORMAT_OUT_F32, SMALLM_FORMAT_BIAS_F32},
};

uint32_t smallm_type_bytes(int32_t type) {
    return types[type].bytes;
}

const char *smallm_type_name(int32_t type) {
    return types[type].name;
}

uint32_t smallm_format(int32_t out_type, int32_t bias_type) {
    return types[out_type].out_format | types[bias_type].bias_format;
}
