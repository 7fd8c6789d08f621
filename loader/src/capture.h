#ifndef SMALLM_SRC_CAPTURE_H
#define SMALLM_SRC_CAPTURE_H

#include "hip_api.h"

/* CAPTURE if `stream` is being captured into a graph, or HIP's error if it cannot say. `call` is the function, such as
 * smallm_dense. Asked before work that has no
 * place in a capture; never where everything is prepared. */
smallm_status smallm_capture_guard(const struct smallm_hip *hip, void *stream, const char *call);

#endif
