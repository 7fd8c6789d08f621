#ifndef SMALLM_BENCH_DISPATCH_H
#define SMALLM_BENCH_DISPATCH_H

#include "exit_status.h"

/* "smallm-bench dispatch": argv[0] is skipped. EXIT_WRONG_RESULT when a bar is missed. */
enum exit_status bench_dispatch(int argc, char **argv);

#endif
