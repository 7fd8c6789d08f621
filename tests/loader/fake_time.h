/* The clock of the HIP that computes nothing. */
#ifndef TESTS_LOADER_FAKE_TIME_H
#define TESTS_LOADER_FAKE_TIME_H

#define __HIP_PLATFORM_AMD__ 1
#include <hip/hip_runtime_api.h>

/* A launch of so many workgroups; the stream may be any pointer. */
void fake_time_launch(hipStream_t stream, double workgroups);

#endif
