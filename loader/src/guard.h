/* Guards that several operations ask: SMALLM_OK, or an error with a sentence that names argument, value and rule. */
#ifndef SMALLM_SRC_GUARD_H
#define SMALLM_SRC_GUARD_H

#include <stdint.h>

#include "smallm/status.h"
#include "smallm/types.h"

enum {
    SMALLM_LARGEST_NUMBER = 0x7fffffff,
    SMALLM_DATA_ALIGNMENT = 16, /* bytes: of X, W, and of the rows of X */
    SMALLM_SCALE_ALIGNMENT = 4,
    SMALLM_INDEX_ALIGNMENT = 4 /* int32 arrays */
};

/* These run at every call: what passes does so without another call. */
smallm_status smallm_dimension_wrong(const char *name, int64_t value);
smallm_status smallm_k_wrong(int64_t k);
smallm_status smallm_leading_wrong(const char *name, int64_t value, const char *row, int64_t row_length,
                                   int64_t multiple);
smallm_status smallm_splits_wrong(int64_t k_splits);
smallm_status smallm_enum_wrong(const char *name, const char *of, int32_t value, int32_t first, int32_t last);

/* From 1 to 2^31 - 1. */
static inline smallm_status smallm_dimension_guard(const char *name, int64_t value) {
    return value >= 1 && value <= SMALLM_LARGEST_NUMBER ? SMALLM_OK : smallm_dimension_wrong(name, value);
}

/* A multiple of the 32 elements that share a scale. */
static inline smallm_status smallm_k_guard(int64_t k) {
    return k % SMALLM_BLOCK_K == 0 ? SMALLM_OK : smallm_k_wrong(k);
}

/* Replaces 0 by row_length, whose name is `row`. */
static inline smallm_status smallm_leading_guard(const char *name, int64_t *value, const char *row, int64_t row_length,
                                                 int64_t multiple) {
    if (*value == 0)
        *value = row_length;
    return *value >= row_length && *value <= SMALLM_LARGEST_NUMBER && *value % multiple == 0
               ? SMALLM_OK
               : smallm_leading_wrong(name, *value, row, row_length, multiple);
}

/* 0, which leaves it to the library, or from 1. */
static inline smallm_status smallm_splits_guard(int64_t k_splits) {
    return k_splits >= 0 && k_splits <= SMALLM_LARGEST_NUMBER ? SMALLM_OK : smallm_splits_wrong(k_splits);
}

/* `of` is the enum's name. */
static inline smallm_status smallm_enum_guard(const char *name, const char *of, int32_t value, int32_t first,
                                              int32_t last) {
    return value >= first && value <= last ? SMALLM_OK : smallm_enum_wrong(name, of, value, first, last);
}

smallm_status smallm_null_guard(const char *name, const void *pointer);
smallm_status smallm_alignment_guard(const char *name, const void *pointer, uintptr_t alignment);

/* The three rules on a buffer of a launch: there, aligned, and at least `needed` bytes long where `bytes`, its length,
 * is not 0. */
smallm_status smallm_buffer_guard(const char *name, const void *pointer, uintptr_t alignment, uint64_t bytes,
                                  uint64_t needed);

#endif
