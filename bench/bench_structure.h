#ifndef SMALLM_BENCH_STRUCTURE_H
#define SMALLM_BENCH_STRUCTURE_H

#include "exit_status.h"

/* "smallm-bench structure": argv[0] is skipped. EXIT_WRONG_RESULT when a cell misses a bar. */
enum exit_status bench_structure(int argc, char **argv);

#endif
