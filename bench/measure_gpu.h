#ifndef SMALLM_BENCH_MEASURE_GPU_H
#define SMALLM_BENCH_MEASURE_GPU_H

#include "measure.h"

enum exit_status measure_gpu(struct measurement *measurement, const struct backend *backend,
                             const struct measured *measured);

#endif
