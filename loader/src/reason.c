#include "reason.h"

#include <stdarg.h>
#include <stdio.h>

bool smallm_no(struct smallm_reason *why, int rank, const char *format, ...) {
    if (rank < why->rank)
        return false;
    why->rank = rank;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why->text, sizeof why->text, format, arguments);
    va_end(arguments);
    return false;
}
