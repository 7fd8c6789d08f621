#ifndef SMALLM_CLI_CHECK_CSV_H
#define SMALLM_CLI_CHECK_CSV_H

#include "exit_status.h"

/* "smallm check-csv FILE": one line for every problem of a dense table. */
enum exit_status check_csv(const char *file);

#endif
