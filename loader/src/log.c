#include "log.h"

#include <stdarg.h>
#include <stdio.h>

void smallm_log(const struct smallm_logger *logger, smallm_log_level level, const char *format, ...) {
    if (logger->function == NULL)
        return;
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    logger->function(logger->user, level, text);
}
