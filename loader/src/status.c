#include "smallm/status.h"

const char *smallm_status_string(smallm_status status) {
    switch (status) {
#define NAME(status)                                                                                                   \
    case status:                                                                                                       \
        return #status;
        NAME(SMALLM_OK)
        NAME(SMALLM_DECLINED)
        NAME(SMALLM_ERROR_NULL_POINTER)
        NAME(SMALLM_ERROR_STRUCT_SIZE)
        NAME(SMALLM_ERROR_DIMENSION)
        NAME(SMALLM_ERROR_K_MULTIPLE)
        NAME(SMALLM_ERROR_LEADING_DIMENSION)
        NAME(SMALLM_ERROR_ALIGNMENT)
        NAME(SMALLM_ERROR_BUFFER_SIZE)
        NAME(SMALLM_ERROR_WORKSPACE)
        NAME(SMALLM_ERROR_TYPE)
        NAME(SMALLM_ERROR_KERNEL_NAME)
        NAME(SMALLM_ERROR_DEVICE_INDEX)
        NAME(SMALLM_ERROR_HIP_NOT_FOUND)
        NAME(SMALLM_ERROR_HIP_INCOMPLETE)
        NAME(SMALLM_ERROR_NO_DEVICE)
        NAME(SMALLM_ERROR_UNSUPPORTED_ARCH)
        NAME(SMALLM_ERROR_HIP)
        NAME(SMALLM_ERROR_CODE_OBJECT)
        NAME(SMALLM_ERROR_OUT_OF_HOST_MEMORY)
        NAME(SMALLM_ERROR_TABLE)
        NAME(SMALLM_ERROR_CAPTURE)
        NAME(SMALLM_ERROR_OPERATION)
#undef NAME
    }
    return "unknown smallm_status";
}
