#include "guard.h"

#include <stddef.h>

#include "error.h"
#include "smallm/types.h"

smallm_status smallm_dimension_wrong(const char *name, int64_t value) {
    return smallm_fail(SMALLM_ERROR_DIMENSION, "%s is %lld; it must be from 1 to %d", name, (long long)value,
                       SMALLM_LARGEST_NUMBER);
}

smallm_status smallm_k_wrong(int64_t k) {
    return smallm_fail(SMALLM_ERROR_K_MULTIPLE, "k is %lld; it must be a multiple of %d, the block that shares a scale",
                       (long long)k, SMALLM_BLOCK_K);
}

smallm_status smallm_leading_wrong(const char *name, int64_t value, const char *row, int64_t row_length,
                                   int64_t multiple) {
    if (value < row_length || value > SMALLM_LARGEST_NUMBER)
        return smallm_fail(SMALLM_ERROR_LEADING_DIMENSION, "%s is %lld; it must be 0 or from %s = %lld to %d", name,
                           (long long)value, row, (long long)row_length, SMALLM_LARGEST_NUMBER);
    return smallm_fail(SMALLM_ERROR_LEADING_DIMENSION,
                       "%s is %lld; it must be a multiple of %lld, so that every row is aligned", name,
                       (long long)value, (long long)multiple);
}

smallm_status smallm_splits_wrong(int64_t k_splits) {
    return smallm_fail(SMALLM_ERROR_DIMENSION,
                       "k_splits is %lld; it must be 0, which leaves it to the library, or from 1 to %d",
                       (long long)k_splits, SMALLM_LARGEST_NUMBER);
}

smallm_status smallm_enum_wrong(const char *name, const char *of, int32_t value, int32_t first, int32_t last) {
    return smallm_fail(SMALLM_ERROR_TYPE, "%s is %d; it must be a %s, from %d to %d", name, value, of, first, last);
}

smallm_status smallm_null_guard(const char *name, const void *pointer) {
    if (pointer != NULL)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_NULL_POINTER, "%s is NULL; it must point to device memory", name);
}

smallm_status smallm_alignment_guard(const char *name, const void *pointer, uintptr_t alignment) {
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

smallm_status smallm_buffer_guard(const char *name, const void *pointer, uintptr_t alignment, uint64_t bytes,
                                  uint64_t needed) {
    smallm_status status = smallm_null_guard(name, pointer);
    if (status == SMALLM_OK)
        status = smallm_alignment_guard(name, pointer, alignment);
    if (status == SMALLM_OK)
        status = size_guard(name, bytes, needed);
    return status;
}
