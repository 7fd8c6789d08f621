#include "table_read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"

/* A hundred thousand rows. Anything larger is another file. */
enum { LARGEST_BYTES = 8 << 20 };

static smallm_status unreadable(const struct smallm_table_kind *kind, const char *file, int error) {
    return smallm_fail(SMALLM_ERROR_TABLE, "%s table \"%s\" cannot be read: %s", kind->name, file, strerror(error));
}

static smallm_status allocate(const struct smallm_table_kind *kind, char **text, size_t bytes) {
    *text = malloc(bytes + 1);
    if (*text == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for a %s table", bytes + 1,
                           kind->name);
    (*text)[bytes] = '\0';
    return SMALLM_OK;
}

static smallm_status read_open(const struct smallm_table_kind *kind, FILE *stream, const char *file, char **text,
                               size_t *bytes) {
    struct stat status;
    if (fstat(fileno(stream), &status) != 0)
        return unreadable(kind, file, errno);
    if (!S_ISREG(status.st_mode))
        return smallm_fail(SMALLM_ERROR_TABLE, "%s table \"%s\" is not a regular file", kind->name, file);
    if (status.st_size > LARGEST_BYTES)
        return smallm_fail(SMALLM_ERROR_TABLE, "%s table \"%s\" has %lld bytes; a table has at most %d", kind->name,
                           file, (long long)status.st_size, LARGEST_BYTES);
    *bytes = (size_t)status.st_size;
    smallm_status result = allocate(kind, text, *bytes);
    if (result == SMALLM_OK && fread(*text, 1, *bytes, stream) != *bytes) {
        free(*text);
        *text = NULL;
        result = unreadable(kind, file, ferror(stream) ? errno : EIO);
    }
    return result;
}

smallm_status smallm_table_read(const struct smallm_table_kind *kind, const char *file, char **text, size_t *bytes) {
    *text = NULL;
    if (file == NULL) {
        *bytes = (size_t)(kind->text_end - kind->text);
        smallm_status status = allocate(kind, text, *bytes);
        if (status == SMALLM_OK)
            memcpy(*text, kind->text, *bytes);
        return status;
    }
    /* Only then is it sure that fopen does not wait for the other end of a pipe. */
    struct stat status;
    if (stat(file, &status) == 0 && !S_ISREG(status.st_mode))
        return smallm_fail(SMALLM_ERROR_TABLE, "%s table \"%s\" is not a regular file", kind->name, file);
    FILE *stream = fopen(file, "rb");
    if (stream == NULL)
        return unreadable(kind, file, errno);
    smallm_status result = read_open(kind, stream, file, text, bytes);
    fclose(stream);
    return result;
}
