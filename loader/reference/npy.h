/* NumPy's .npy files, versions 1 to 3, two-dimensional, C order. */
#ifndef SMALLM_REFERENCE_NPY_H
#define SMALLM_REFERENCE_NPY_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/types.h"

enum { NPY_ERROR_BYTES = 512 };

/* Read a uint8 array of shape (rows, columns). Returns memory for free(), or NULL with a sentence in `error`. */
uint8_t *npy_read_u8(const char *path, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]);

/* The same of int32. */
int32_t *npy_read_i32(const char *path, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]);

/* Write an array of shape (rows, columns), `stride` elements between rows in memory: f16 as '<f2', f32 as '<f4', bf16,
 * which NumPy does not have, as its bits in '<u2'. Returns 0, or -1 with a sentence in `error`. */
int npy_write(const char *path, smallm_type type, const void *data, size_t rows, size_t columns, size_t stride,
              char error[NPY_ERROR_BYTES]);

#endif
