/* What the HIP that does nothing has beside HIP's functions. */
#ifndef SMALLM_BENCH_FAKE_NULL_HIP_H
#define SMALLM_BENCH_FAKE_NULL_HIP_H

/* Launches that the calling thread has asked for. */
unsigned long long null_hip_launches(void);

#endif
