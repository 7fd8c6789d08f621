/* NumPy's .npy files, versions 1 to 3, two-dimensional, C order. */
#ifndef SMALLM_REFERENCE_NPY_H
#define SMALLM_REFERENCE_NPY_H

#include <stddef.h>
#include <stdint.h>

enum { NPY_ERROR_BYTES = 512 };

/* Read a uint8 array of shape (rows, columns). Returns memory for free(), or NULL with a sentence in `error`. */
uint8_t *npy_read_u8(const char *path, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]);

/* Write a uint16 array of shape (rows, columns). Returns 0, or -1 with a sentence in `error`. */
int npy_write_u16(const char *path, const uint16_t *data, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]);

#endif
