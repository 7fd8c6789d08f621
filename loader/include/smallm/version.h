/* Version of the headers (macros) and of the library in use (functions). Semantic versioning; while the major version
 * is 0, a new minor version may change the interface, and the soname carries both numbers. */
#ifndef SMALLM_VERSION_H
#define SMALLM_VERSION_H

#include <stdint.h>

#include "smallm/export.h"

#define SMALLM_VERSION_MAJOR 0
#define SMALLM_VERSION_MINOR 1
#define SMALLM_VERSION_PATCH 0

/* One number that orders versions: major * 1000000 + minor * 1000 + patch. */
#define SMALLM_VERSION (SMALLM_VERSION_MAJOR * 1000000 + SMALLM_VERSION_MINOR * 1000 + SMALLM_VERSION_PATCH)

SMALLM_BEGIN_DECLS

/* SMALLM_VERSION of the library. Any thread. */
SMALLM_API uint32_t smallm_version(void);

/* "major.minor.patch" of the library; a constant. Any thread. */
SMALLM_API const char *smallm_version_string(void);

SMALLM_END_DECLS

#endif
