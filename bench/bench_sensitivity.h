#ifndef SMALLM_BENCH_SENSITIVITY_COMMAND_H
#define SMALLM_BENCH_SENSITIVITY_COMMAND_H

#include "exit_status.h"

/* "smallm-bench sensitivity"; argv[0] is that word. */
enum exit_status bench_sensitivity(int argc, char **argv);

extern const char sensitivity_usage[];

#endif
