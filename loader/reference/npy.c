#include "npy.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "element.h"

/* https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
enum { LARGEST_HEADER = 1 << 16, HEADER_ALIGNMENT = 64 };

/* The text after "'key':", or NULL. */
static const char *field(const char *header, const char *key) {
    const char *at = strstr(header, key);
    if (at == NULL)
        return NULL;
    at += strlen(key);
    at += strspn(at, " ");
    return *at == ':' ? at + 1 + strspn(at + 1, " ") : NULL;
}

struct kind {
    const char *name, *descr, *other_descr, *fault;
    size_t bytes;
};

static const struct kind u8 = {"uint8", "'|u1'", "'<u1'", "its elements are not uint8", 1};
static const struct kind i32 = {"int32", "'<i4'", "'<i4'", "its elements are not int32, little-endian", 4};

static const char *header_fault(const struct kind *kind, const char *header, size_t rows, size_t columns) {
    const char *type = field(header, "'descr'");
    const char *order = field(header, "'fortran_order'");
    const char *shape = field(header, "'shape'");
    if (type == NULL || order == NULL || shape == NULL)
        return "its header has no descr, fortran_order or shape";
    if (strncmp(type, kind->descr, 5) != 0 && strncmp(type, kind->other_descr, 5) != 0)
        return kind->fault;
    if (strncmp(order, "False", 5) != 0)
        return "it is in Fortran order; C order is needed";
    unsigned long long first, second;
    int used = 0;
    if (sscanf(shape, "(%llu ,%llu %n", &first, &second, &used) != 2 || used == 0 ||
        (shape[used] != ')' && shape[used] != ','))
        return "it does not have two dimensions";
    if (first != rows || second != columns)
        return "it has another shape";
    return NULL;
}

/* Reads up to the first element. */
static const char *read_header(FILE *file, char *header, size_t *length) {
    unsigned char start[12];
    if (fread(start, 1, 8, file) != 8 || memcmp(start, magic, sizeof magic) != 0)
        return "it is not an .npy file";
    size_t width = start[6] == 1 ? 2 : 4;
    if (start[6] < 1 || start[6] > 3 || fread(start + 8, 1, width, file) != width)
        return "its version is not 1, 2 or 3";
    *length = 0;
    for (size_t i = 0; i < width; i++)
        *length |= (size_t)start[8 + i] << 8 * i;
    if (*length >= LARGEST_HEADER || fread(header, 1, *length, file) != *length)
        return "its header is cut short";
    header[*length] = '\0';
    return NULL;
}

static const char *read_array(FILE *file, const struct kind *kind, size_t rows, size_t columns, void **data) {
    char header[LARGEST_HEADER];
    size_t length;
    const char *fault = read_header(file, header, &length);
    if (fault == NULL)
        fault = header_fault(kind, header, rows, columns);
    if (fault != NULL)
        return fault;
    size_t bytes = rows * columns * kind->bytes;
    *data = malloc(bytes);
    if (*data == NULL)
        return "there is no memory for it";
    if (fread(*data, 1, bytes, file) == bytes && fgetc(file) == EOF)
        return NULL;
    free(*data);
    *data = NULL;
    return "its length does not fit its shape";
}

static void *read_file(const char *path, const struct kind *kind, size_t rows, size_t columns,
                       char error[NPY_ERROR_BYTES]) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        snprintf(error, NPY_ERROR_BYTES, "%s cannot be opened: %s", path, strerror(errno));
        return NULL;
    }
    void *data = NULL;
    const char *fault = read_array(file, kind, rows, columns, &data);
    fclose(file);
    if (fault != NULL)
        snprintf(error, NPY_ERROR_BYTES, "%s: %s; an array of %s with shape (%zu, %zu) is needed", path, fault,
                 kind->name, rows, columns);
    return data;
}

uint8_t *npy_read_u8(const char *path, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]) {
    return read_file(path, &u8, rows, columns, error);
}

int32_t *npy_read_i32(const char *path, size_t rows, size_t columns, char error[NPY_ERROR_BYTES]) {
    int32_t *data = read_file(path, &i32, rows, columns, error);
    for (size_t i = 0; data != NULL && i < rows * columns; i++) {
        unsigned char little[4];
        memcpy(little, &data[i], sizeof little);
        const uint32_t bits =
            little[0] | (uint32_t)little[1] << 8 | (uint32_t)little[2] << 16 | (uint32_t)little[3] << 24;
        memcpy(&data[i], &bits, sizeof bits);
    }
    return data;
}

/* Up to the first element, whose offset is returned. */
static size_t make_header(char header[256], smallm_type type, size_t rows, size_t columns) {
    static const char *const names[] = {
        [SMALLM_TYPE_BF16] = "<u2", [SMALLM_TYPE_F16] = "<f2", [SMALLM_TYPE_F32] = "<f4"};
    int text = snprintf(header + 10, 256 - 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%zu, %zu), }",
                        names[type], rows, columns);
    size_t total = 10 + (size_t)text + 1;
    size_t padded = (total + HEADER_ALIGNMENT - 1) / HEADER_ALIGNMENT * HEADER_ALIGNMENT;
    memset(header + 10 + text, ' ', padded - 10 - (size_t)text);
    header[padded - 1] = '\n';
    memcpy(header, magic, sizeof magic);
    header[6] = 1;
    header[7] = 0;
    header[8] = (char)((padded - 10) & 0xff);
    header[9] = (char)((padded - 10) >> 8);
    return padded;
}

static bool write_element(FILE *file, smallm_type type, uint32_t bits) {
    unsigned char little[4];
    for (int i = 0; i < 4; i++)
        little[i] = (unsigned char)(bits >> 8 * i);
    return fwrite(little, element_bytes(type), 1, file) == 1;
}

int npy_write(const char *path, smallm_type type, const void *data, size_t rows, size_t columns, size_t stride,
              char error[NPY_ERROR_BYTES]) {
    char header[256];
    size_t start = make_header(header, type, rows, columns);
    FILE *file = fopen(path, "wb");
    bool failed = file == NULL || fwrite(header, 1, start, file) != start;
    for (size_t row = 0; !failed && row < rows; row++)
        for (size_t column = 0; !failed && column < columns; column++)
            failed = !write_element(file, type, element_get(type, data, row * stride + column));
    int error_number = errno;
    if (file != NULL && fclose(file) != 0 && !failed) {
        failed = true;
        error_number = errno;
    }
    if (failed)
        snprintf(error, NPY_ERROR_BYTES, "%s cannot be written: %s", path, strerror(error_number));
    return failed ? -1 : 0;
}
