#ifndef SMALLM_SRC_CODE_OBJECT_H
#define SMALLM_SRC_CODE_OBJECT_H

#include <stddef.h>

#include "smallm/status.h"

/* Is this an AMD GPU code object for gfx950 with the kernel `name`, whole and with all its tables inside? HIP trusts
 * the image it is given, so this is asked before it gets one. `origin` says where it came from, for the message. */
smallm_status smallm_code_object_check(const void *image, size_t bytes, const char *name, const char *origin);

/* Read `folder`/`name`.co into memory from malloc. No such file: *image is NULL and the status is SMALLM_OK. `path`
 * gets the file's name. */
smallm_status smallm_code_object_read(const char *folder, const char *name, void **image, size_t *bytes, char *path,
                                      size_t path_bytes);

#endif
