/* One small problem that a kernel is checked on, and everything that must be given back. */
#ifndef SMALLM_BENCH_TUNE_TRIAL_H
#define SMALLM_BENCH_TUNE_TRIAL_H

#include "backend.h"
#include "moe.h"
#include "tune_check.h"
#include "tune_kind.h"

enum { OUT, WORKSPACE, INPUTS, MOST_TENSORS = INPUTS + 8, TRIAL_SEED = 4 };

extern const double trial_x_deviation, trial_w_deviation;

struct trial {
    const struct backend *backend;
    const struct tune_kind *kind;
    smallm_kernel_properties kernel;
    const char *name; /* of the kernel */
    unsigned n, k, rows, class;
    uint32_t k_splits;
    smallm_plan *plan;
    size_t bytes[MOST_TENSORS];
    void *host[MOST_TENSORS], *device[MOST_TENSORS];
    double *sum, *magnitude;    /* dense: what is right */
    struct moe_rows routed;     /* MoE */
    struct check_result result; /* of trial_run; all 0 where it did not get as far as a result */
};

/* Host memory; what is from INPUTS on gets to the device, and OUT from there. False without memory. */
bool trial_tensor(struct trial *trial, int tensor, size_t bytes);

enum verdict trial_run(struct trial *trial);
void trial_free(struct trial *trial);

#endif
