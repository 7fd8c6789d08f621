/* A dense problem of the benches: device memory, a plan, a launch. */
#ifndef SMALLM_BENCH_DENSE_LAUNCH_H
#define SMALLM_BENCH_DENSE_LAUNCH_H

#include "backend.h"
#include "planned.h"
#include "smallm/dense.h"
#include "tune_shapes.h"

/* Device memory of the tensors of one K and N, enough for any M up to `most_m`; zeros. */
struct dense_memory {
    unsigned k, n;
    void *x, *x_scale, *w, *w_scale, *out;
};

/* What was allocated is freed by dense_memory_free also where this fails. */
enum exit_status dense_memory_make(struct dense_memory *memory, const struct backend *backend, unsigned k, unsigned n,
                                   unsigned most_m);
void dense_memory_free(struct dense_memory *memory, const struct backend *backend);

/* Bytes that the product has to move at least: X, W, their scales, Out in bf16. */
double dense_fewest_bytes(const struct shape *shape);

/* `kernel` NULL and `k_splits` 0 leave the choice to the library. */
smallm_dense_problem dense_problem(const struct shape *shape, const char *kernel, uint32_t k_splits);

/* As planned_finish. */
enum exit_status dense_launch_make(struct planned *launch, const struct backend *backend,
                                   const smallm_dense_problem *problem);
smallm_status dense_launch_run(const struct planned *launch, const struct dense_memory *memory, void *stream);

#endif
