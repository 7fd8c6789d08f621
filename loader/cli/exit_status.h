#ifndef SMALLM_CLI_EXIT_STATUS_H
#define SMALLM_CLI_EXIT_STATUS_H

#include "smallm/status.h"

/* What the command line tells its caller. */
enum exit_status {
    EXIT_RIGHT = 0,
    EXIT_WRONG_RESULT = 1,
    EXIT_BAD_ARGUMENTS = 2,
    EXIT_DECLINED = 3,
    EXIT_NO_DEVICE = 4
};

/* Print the library's last error to stderr and give the exit status that goes with `status`. */
enum exit_status exit_status_of(smallm_status status);

/* Print one sentence to stderr and return `status`. */
__attribute__((format(printf, 2, 3))) enum exit_status complain(enum exit_status status, const char *format, ...);

#endif
