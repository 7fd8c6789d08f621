/* "smallm selftest": every shipped kernel against the reference, micro-benchmarks of the machine, headline cells. */
#ifndef SMALLM_BENCH_SELFTEST_H
#define SMALLM_BENCH_SELFTEST_H

#include "exit_status.h"

extern const char selftest_usage[];

/* argv[0] is skipped. EXIT_RIGHT; EXIT_WRONG_RESULT where a kernel is wrong or the simulator does not give back the
 * parameters that it was given; or another status after saying what failed. */
enum exit_status selftest(int argc, char **argv);

#endif
