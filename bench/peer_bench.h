#ifndef SMALLM_BENCH_PEER_BENCH_H
#define SMALLM_BENCH_PEER_BENCH_H

#include "exit_status.h"

extern const char peer_usage[];

/* "smallm-bench peers dense" and "smallm-bench peers moe": argv[0] is the last of these words. */
enum exit_status peer_bench(int argc, char **argv);

#endif
