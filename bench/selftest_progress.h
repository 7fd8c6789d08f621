/* A line on stderr, where that is a terminal. */
#ifndef SMALLM_BENCH_SELFTEST_PROGRESS_H
#define SMALLM_BENCH_SELFTEST_PROGRESS_H

#include <stddef.h>

void selftest_progress(const char *what, size_t done, size_t all);
void selftest_progress_end(void);

#endif
