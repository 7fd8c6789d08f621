/* What the tests of the dense layer share: one context, one workspace, and a run that is planned, launched and checked.
 */
#ifndef TESTS_DENSE_RUN_H
#define TESTS_DENSE_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "layer.h"
#include "smallm/smallm.h"

/* A context on the HIP library, which is the simulator, with every check an error. Ends the program with a message if
 * there is none. */
smallm_context *run_open(const char *hip_library);
void run_close(void);

/* A built-in dense kernel by its name's parts. */
struct run_kernel {
    const char *name;
    char family[8]; /* "gemv" or "mfma" */
    unsigned m_tile, n_rows, k_lanes, k_waves, depth;
    bool splits_k; /* several workgroups may share the K of a tile */
};
/* Dense kernels are counted from 0; false past the last. */
bool run_kernel(uint32_t index, struct run_kernel *kernel);
/* The first kernel of a family that takes m rows; false if there is none. */
bool run_kernel_of(const char *family, unsigned m, struct run_kernel *kernel);
/* Least K that a kernel may share among k_splits workgroups: one K step of 128 for each of their waves. */
size_t run_least_k(const struct run_kernel *kernel, int64_t k_splits);

struct run_choice {
    const char *kernel; /* NULL: the library's choice */
    int64_t k_splits;   /* 0: the same */
    bool many_scales;   /* outputs of many magnitudes: one of them decides rel_err, which is then not asked for */
};

struct run_outcome {
    char kernel[96];
    uint32_t k_splits;
    uint64_t workspace_bytes;
    struct check_result check;
};

/* Plan, launch, wait, fetch and check one layer, whose Out and guard bands are filled with a pattern before. Prints on
 * stderr what is wrong, with all that it takes to repeat it, and gives false. `outcome` may be NULL. The workspace is
 * initialised when it is allocated or grows, and never between two runs. */
bool run_layer(struct layer *layer, const struct run_choice *choice, const char *what, struct run_outcome *outcome);

/* The workspace, at least `bytes` long: initialised if it had to grow. */
void *run_workspace(uint64_t bytes);

#endif
