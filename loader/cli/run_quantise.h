#ifndef SMALLM_CLI_RUN_QUANTISE_H
#define SMALLM_CLI_RUN_QUANTISE_H

#include "exit_status.h"
#include "options_quantise.h"

/* "smallm run quantise". */
enum exit_status run_quantise(const struct quantise_options *options);

#endif
