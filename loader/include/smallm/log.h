/* What the library reports while it sets itself up: which HIP it found, which kernels it loaded and chose. It prints
 * nothing by itself. */
#ifndef SMALLM_LOG_H
#define SMALLM_LOG_H

#include "smallm/export.h"

SMALLM_BEGIN_DECLS

typedef enum smallm_log_level { SMALLM_LOG_ERROR = 0, SMALLM_LOG_INFO = 1, SMALLM_LOG_DEBUG = 2 } smallm_log_level;

/* Called from whichever thread is inside smallm_context_create or a function that makes a plan, so it must be safe for
 * threads if they are used by several. `message` is one line without a newline and ends with the call. Never called
 * from an execute function. */
typedef void (*smallm_log_function)(void *user, smallm_log_level level, const char *message);

SMALLM_END_DECLS

#endif
