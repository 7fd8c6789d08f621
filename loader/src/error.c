#include "error.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_error[2048];

smallm_status smallm_fail(smallm_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    /* A message may quote the previous one. */
    char text[sizeof last_error];
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(last_error, sizeof last_error, "%s", text);
    return status;
}

const char *smallm_last_error(void) {
    return last_error;
}
