#include "dense_table_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"

/* A hundred thousand rows. Anything larger is another file. */
enum { LARGEST_BYTES = 8 << 20 };

extern const char smallm_dense_csv[], smallm_dense_csv_end[];

static smallm_status unreadable(const char *file, int error) {
    return smallm_fail(SMALLM_ERROR_TABLE, "dense table \"%s\" cannot be read: %s", file, strerror(error));
}

static smallm_status allocate(char **text, size_t bytes) {
    *text = malloc(bytes + 1);
    if (*text == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a dense table", bytes + 1);
    (*text)[bytes] = '\0';
    return SMALLM_OK;
}

static smallm_status read_open(FILE *stream, const char *file, char **text, size_t *bytes) {
    struct stat status;
    if (fstat(fileno(stream), &status) != 0)
        return unreadable(file, errno);
    if (!S_ISREG(status.st_mode))
        return smallm_fail(SMALLM_ERROR_TABLE, "dense table \"%s\" is not a regular file", file);
    if (status.st_size > LARGEST_BYTES)
        return smallm_fail(SMALLM_ERROR_TABLE, "dense table \"%s\" has %lld bytes; a table has at most %d", file,
                           (long long)status.st_size, LARGEST_BYTES);
    *bytes = (size_t)status.st_size;
    smallm_status result = allocate(text, *bytes);
    if (result == SMALLM_OK && fread(*text, 1, *bytes, stream) != *bytes) {
        free(*text);
        *text = NULL;
        result = unreadable(file, ferror(stream) ? errno : EIO);
    }
    return result;
}

smallm_status smallm_dense_table_read(const char *file, char **text, size_t *bytes) {
    *text = NULL;
    if (file == NULL) {
        *bytes = (size_t)(smallm_dense_csv_end - smallm_dense_csv);
        smallm_status status = allocate(text, *bytes);
        if (status == SMALLM_OK)
            memcpy(*text, smallm_dense_csv, *bytes);
        return status;
    }
    /* Only then is it sure that fopen does not wait for the other end of a pipe. */
    struct stat status;
    if (stat(file, &status) == 0 && !S_ISREG(status.st_mode))
        return smallm_fail(SMALLM_ERROR_TABLE, "dense table \"%s\" is not a regular file", file);
    FILE *stream = fopen(file, "rb");
    if (stream == NULL)
        return unreadable(file, errno);
    smallm_status result = read_open(stream, file, text, bytes);
    fclose(stream);
    return result;
}
