/* The clock of the HIP that does nothing: null_hip.h says how it goes. One thread measures at a time. */
#ifndef SMALLM_BENCH_FAKE_NULL_CLOCK_H
#define SMALLM_BENCH_FAKE_NULL_CLOCK_H

#include <stdbool.h>

/* A launch with HIP's `extra`: into the graph that is being captured, or at once. */
void null_hip_submit(void **extra);
bool null_hip_capturing(void);

#endif
