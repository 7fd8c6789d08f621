#include "exit_status.h"

#include <stdarg.h>
#include <stdio.h>

enum exit_status exit_status_of(smallm_status status) {
    switch (status) {
    case SMALLM_OK:
        return EXIT_RIGHT;
    case SMALLM_DECLINED:
        return complain(EXIT_DECLINED, "%s", smallm_last_error());
    case SMALLM_ERROR_HIP_NOT_FOUND:
    case SMALLM_ERROR_HIP_INCOMPLETE:
    case SMALLM_ERROR_NO_DEVICE:
    case SMALLM_ERROR_DEVICE_INDEX:
    case SMALLM_ERROR_UNSUPPORTED_ARCH:
    case SMALLM_ERROR_HIP:
    case SMALLM_ERROR_CODE_OBJECT:
        return complain(EXIT_NO_DEVICE, "%s", smallm_last_error());
    default:
        return complain(EXIT_BAD_ARGUMENTS, "%s", smallm_last_error());
    }
}

enum exit_status complain(enum exit_status status, const char *format, ...) {
    va_list arguments;
    fputs("smallm: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputs(".\n", stderr);
    return status;
}
