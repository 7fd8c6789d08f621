#ifndef SMALLM_SRC_STRUCT_SIZE_H
#define SMALLM_SRC_STRUCT_SIZE_H

#include <stddef.h>

#include "smallm/status.h"

/* What the public init functions do: zeros, then the defaults, then the size that the caller has. */
void smallm_struct_init(void *given, size_t size, const void *defaults, size_t defaults_size);

/* Read a struct that a caller compiled against another version of the headers. `known` holds the defaults, has
 * `known_size` bytes and starts with its size, as `given` does. Fields that the caller does not have keep their
 * default; fields that the library does not have must be zero, since it could not do what they ask. `first_size` is the
 * struct's size in the first release. `name` is the struct's, for the message. */
smallm_status smallm_struct_read(void *known, size_t known_size, size_t first_size, const void *given,
                                 const char *name);

/* The other way: give the caller as many bytes of `known` as it has room for. */
smallm_status smallm_struct_write(void *given, const void *known, size_t known_size, size_t first_size,
                                  const char *name);

#endif
