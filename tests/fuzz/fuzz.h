/* What the fuzzers share: numbers that a seed repeats, and a parent that waits for the child that runs the cases. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The same numbers follow for the same seed and case. */
void fuzz_seed(uint64_t seed, uint64_t number);
uint64_t fuzz_next(void);

/* From 0 to n - 1; 0 if n is 0. */
uint64_t fuzz_below(uint64_t n);

/* True once in n. */
bool fuzz_once_in(uint64_t n);

/* Since some moment. */
double fuzz_seconds(void);

/* Wait for the child and stop it when `now`, the case that it runs, stays the same for too long: *stuck. Returns the
 * child's status. */
int fuzz_supervise(pid_t child, const _Atomic uint64_t *now, bool *stuck);

#endif
