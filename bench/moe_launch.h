/* A grouped problem of the benches: routing, device memory, a plan, a launch. */
#ifndef SMALLM_BENCH_MOE_LAUNCH_H
#define SMALLM_BENCH_MOE_LAUNCH_H

#include "backend.h"
#include "moe_shapes.h"
#include "planned.h"

enum moe_tensor {
    MOE_X,
    MOE_X_SCALE,
    MOE_W,
    MOE_W_SCALE,
    MOE_WEIGHTS,
    MOE_SORTED,
    MOE_EXPERT_IDS,
    MOE_POSTS,
    MOE_OUT,
    MOE_TENSORS
};

/* Slots to experts, sorted by expert, and zeros for the rest: all of the experts' memory is there, only what experts in
 * use have is written. */
struct moe_memory {
    struct moe_shape shape;
    smallm_moe_problem problem;
    size_t blocks;
    int32_t *topk_ids, *sorted, *expert_ids, posts;
    unsigned char *in_use;      /* [experts] */
    unsigned touched, max_rows; /* experts with rows; rows of the one that has the most */
    void *device[MOE_TENSORS];
};

/* What was allocated is freed by moe_memory_free also where this fails. */
enum exit_status moe_memory_make(struct moe_memory *memory, const struct backend *backend,
                                 const struct moe_shape *shape);
void moe_memory_free(struct moe_memory *memory, const struct backend *backend);

/* Bytes that the product has to move at least: W of the experts in use, X, their scales, Out in bf16. */
double moe_fewest_bytes(const struct moe_memory *memory);

/* As planned_finish. */
enum exit_status moe_launch_make(struct planned *launch, const struct backend *backend,
                                 const smallm_moe_problem *problem);
smallm_status moe_launch_run(const struct planned *launch, const struct moe_memory *memory, void *stream);

#endif
