#include "code_object.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "error.h"

static smallm_status unreadable(const char *path, int error) {
    return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "code object %s cannot be read: %s", path, strerror(error));
}

static smallm_status read_all(FILE *file, const char *path, void **image, size_t *bytes) {
    struct stat status;
    if (fstat(fileno(file), &status) != 0)
        return unreadable(path, errno);
    if (!S_ISREG(status.st_mode) || status.st_size <= 0)
        return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "code object %s is empty or not a regular file", path);
    size_t size = (size_t)status.st_size;
    void *memory = malloc(size);
    if (memory == NULL)
        return smallm_fail(SMALLM_ERROR_OUT_OF_HOST_MEMORY, "no %zu bytes of memory for code object %s", size, path);
    if (fread(memory, 1, size, file) != size) {
        free(memory);
        return unreadable(path, ferror(file) ? errno : EIO);
    }
    *image = memory;
    *bytes = size;
    return SMALLM_OK;
}

smallm_status smallm_code_object_read(const char *folder, const char *name, void **image, size_t *bytes, char *path,
                                      size_t path_bytes) {
    *image = NULL;
    *bytes = 0;
    struct stat status;
    if (stat(folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return smallm_fail(SMALLM_ERROR_CODE_OBJECT,
                           "the code object folder \"%s\" (option code_object_dir or environment variable "
                           "SMALLM_CO_DIR) is not a folder",
                           folder);
    if ((size_t)snprintf(path, path_bytes, "%s/%s.co", folder, name) >= path_bytes)
        return smallm_fail(SMALLM_ERROR_CODE_OBJECT, "the path of %s.co in the folder \"%s\" is too long", name,
                           folder);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return errno == ENOENT ? SMALLM_OK : unreadable(path, errno);
    smallm_status result = read_all(file, path, image, bytes);
    fclose(file);
    return result;
}
