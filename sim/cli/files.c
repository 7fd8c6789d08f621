#include "files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *file_read(const char *path, size_t *size, char *err, size_t err_size) {
    FILE *f = fopen(path, "rb");
    if (!f) {
        snprintf(err, err_size, "cannot read %s: %s", path, strerror(errno));
        return NULL;
    }
    size_t n = 0, room = 1 << 16;
    char *bytes = malloc(room + 1);
    while (bytes) {
        n += fread(bytes + n, 1, room - n, f);
        if (n < room)
            break;
        char *more = realloc(bytes, 2 * room + 1);
        if (!more) {
            free(bytes);
            bytes = NULL;
            break;
        }
        bytes = more;
        room *= 2;
    }
    bool failed = ferror(f) != 0;
    fclose(f);
    if (!bytes || failed) {
        snprintf(err, err_size, "cannot read %s: %s", path, bytes ? "read error" : "no memory");
        free(bytes);
        return NULL;
    }
    bytes[n] = 0;
    *size = n;
    return bytes;
}

bool file_write(const char *path, const void *bytes, size_t size, char *err, size_t err_size) {
    FILE *f = fopen(path, "wb");
    bool ok = f && fwrite(bytes, 1, size, f) == size;
    if (f && fclose(f) != 0)
        ok = false;
    if (!ok)
        snprintf(err, err_size, "cannot write %s: %s", path, strerror(errno));
    return ok;
}
