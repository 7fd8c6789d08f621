/* A bar on stderr, where that is a terminal. */
#ifndef SMALLM_BENCH_TUNE_PROGRESS_H
#define SMALLM_BENCH_TUNE_PROGRESS_H

#include <stddef.h>

void progress_show(size_t done, size_t all, size_t checks);
/* The same, with the launches that have been timed. */
void progress_show_timed(size_t done, size_t all, size_t checks, size_t timings);
/* Before any other line. */
void progress_clear(void);

#endif
