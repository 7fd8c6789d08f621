#ifndef SMALLM_CLI_RUN_MOE_H
#define SMALLM_CLI_RUN_MOE_H

#include "exit_status.h"
#include "options_moe.h"

/* "smallm run moe"; with a request, "smallm time moe". */
enum exit_status run_moe(const struct moe_options *options, const struct time_request *time);

#endif
