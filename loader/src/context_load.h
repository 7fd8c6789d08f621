#ifndef SMALLM_SRC_CONTEXT_LOAD_H
#define SMALLM_SRC_CONTEXT_LOAD_H

#include "context_impl.h"

/* Load every kernel on the current device. `folder` may be NULL. What was loaded before an error stays in the context,
 * for smallm_context_unload. */
smallm_status smallm_context_load(smallm_context *context, const char *folder);

void smallm_context_unload(smallm_context *context);

#endif
