/* What the tests of the grouped GEMM share: a run that is planned, launched and checked. Context and workspace are the
 * dense tests' (run.h). */
#ifndef TESTS_MOE_RUN_ROUTED_H
#define TESTS_MOE_RUN_ROUTED_H

#include "routed.h"
#include "run.h"

/* A built-in grouped kernel by its name's parts. */
struct moe_kernel {
    const char *name;
    char family[8]; /* "gemv" or "mfma" */
    unsigned m_tile, n_rows, k_lanes, k_waves, depth;
    bool splits_k;
};

/* Number `index` of them; false past the last. */
bool moe_kernel(uint32_t index, struct moe_kernel *kernel);
uint32_t moe_kernel_count(void);
/* Least K that a kernel may share among k_splits workgroups: one K step for each of their waves. */
size_t moe_least_k(const struct moe_kernel *kernel, int64_t k_splits);

struct routed_choice {
    const char *kernel; /* NULL: the library's choice */
    int64_t k_splits;   /* 0: the same */
    bool many_scales;   /* outputs of many magnitudes: one of them decides rel_err, which is then not asked for */
};

struct routed_outcome {
    char kernel[96];
    uint32_t k_splits;
    uint64_t workspace_bytes;
    struct check_result check;
};

/* A plan for the choice; DECLINED and other statuses as the library gives them. */
smallm_status routed_plan(smallm_plan **plan, smallm_context *context, const struct routed *routed,
                          const struct routed_choice *choice);

/* Where the library declines the choice, take back k_splits, then the kernel. */
void routed_relax(smallm_context *context, const struct routed *routed, struct routed_choice *choice);

/* Plan, launch, wait, fetch and check, with Out and guard bands filled with a pattern before. Prints on stderr what is
 * wrong, with all that it takes to repeat it, and gives false. `outcome` may be NULL. */
bool run_routed(struct routed *routed, smallm_context *context, const struct routed_choice *choice, const char *what,
                struct routed_outcome *outcome);

#endif
