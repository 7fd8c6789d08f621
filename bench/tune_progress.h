/* A bar on stderr, where that is a terminal. */
#ifndef SMALLM_BENCH_TUNE_PROGRESS_H
#define SMALLM_BENCH_TUNE_PROGRESS_H

#include <stddef.h>

void progress_show(size_t done, size_t all, size_t checks);
/* Before any other line. */
void progress_clear(void);

#endif
