#include "struct_size.h"

#include <string.h>

#include "error.h"

/* No version of any struct is near this; a larger size field is one that was never set. */
enum { LARGEST_STRUCT = 65536 };

static smallm_status check(size_t size, size_t known_size, size_t first_size, const char *name) {
    if (size >= first_size && size <= LARGEST_STRUCT)
        return SMALLM_OK;
    return smallm_fail(SMALLM_ERROR_STRUCT_SIZE,
                       "%s: its field size is %zu, but the struct has %zu bytes in this version and never had fewer "
                       "than %zu; set the field with the struct's init function or sizeof",
                       name, size, known_size, first_size);
}

void smallm_struct_init(void *given, size_t size, const void *defaults, size_t defaults_size) {
    if (given == NULL || size < sizeof size)
        return;
    memset(given, 0, size);
    memcpy(given, defaults, size < defaults_size ? size : defaults_size);
    memcpy(given, &size, sizeof size);
}

smallm_status smallm_struct_read(void *known, size_t known_size, size_t first_size, const void *given,
                                 const char *name) {
    size_t size;
    memcpy(&size, given, sizeof size);
    smallm_status status = check(size, known_size, first_size, name);
    if (status != SMALLM_OK)
        return status;
    for (size_t at = known_size; at < size; at++) {
        if (((const unsigned char *)given)[at] != 0)
            return smallm_fail(SMALLM_ERROR_STRUCT_SIZE,
                               "%s: its field size is %zu and byte %zu is not zero, but this version of the library "
                               "knows only %zu bytes; use a library as new as the headers",
                               name, size, at, known_size);
    }
    memcpy(known, given, size < known_size ? size : known_size);
    memcpy(known, &known_size, sizeof known_size);
    return SMALLM_OK;
}

smallm_status smallm_struct_write(void *given, const void *known, size_t known_size, size_t first_size,
                                  const char *name) {
    size_t size;
    memcpy(&size, given, sizeof size);
    smallm_status status = check(size, known_size, first_size, name);
    if (status != SMALLM_OK)
        return status;
    memset(given, 0, size);
    memcpy(given, known, size < known_size ? size : known_size);
    memcpy(given, &size, sizeof size);
    return SMALLM_OK;
}
