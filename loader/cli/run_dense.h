#ifndef SMALLM_CLI_RUN_DENSE_H
#define SMALLM_CLI_RUN_DENSE_H

#include "exit_status.h"
#include "options_dense.h"

/* "smallm run dense"; with a request, "smallm time dense". */
enum exit_status run_dense(const struct dense_options *options, const struct time_request *time);

#endif
