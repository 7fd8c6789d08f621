#ifndef SMALLM_SRC_ERROR_H
#define SMALLM_SRC_ERROR_H

#include "smallm/status.h"

/* Set the calling thread's smallm_last_error() and return `status`. */
__attribute__((format(printf, 2, 3), cold)) smallm_status smallm_fail(smallm_status status, const char *format, ...);

#endif
