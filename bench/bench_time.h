#ifndef SMALLM_BENCH_TIME_H
#define SMALLM_BENCH_TIME_H

#include "exit_status.h"

/* "smallm-bench dense" and "smallm-bench moe": argv[0] is that word. */
enum exit_status bench_time(int argc, char **argv);

#endif
