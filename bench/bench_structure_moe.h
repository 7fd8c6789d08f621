#ifndef SMALLM_BENCH_STRUCTURE_MOE_H
#define SMALLM_BENCH_STRUCTURE_MOE_H

#include "exit_status.h"

/* "smallm-bench structure --moe": argv[0] and "--moe" are skipped. EXIT_WRONG_RESULT when a cell misses a bar. */
enum exit_status bench_structure_moe(int argc, char **argv);

#endif
