/* The program's malloc, calloc, realloc, free and aligned forms, counted. */
#ifndef SMALLM_BENCH_COUNT_ALLOC_H
#define SMALLM_BENCH_COUNT_ALLOC_H

#include <stdbool.h>

/* False where they cannot be counted: under a sanitizer, or with another C library than glibc. */
bool alloc_counted(void);
/* Calls so far, of all threads. */
unsigned long long alloc_calls(void);

#endif
