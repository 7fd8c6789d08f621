#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void smallm_log(const struct smallm_logger *logger, smallm_log_level level, const char *format, ...) {
    if (logger->function == NULL)
        return;
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    /* A name of the user's may have a newline in it. */
    for (char *newline = strchr(text, '\n'); newline != NULL; newline = strchr(newline, '\n'))
        *newline = ' ';
    logger->function(logger->user, level, text);
}
