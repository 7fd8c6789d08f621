/* Mixture-of-experts grouped GEMM for few rows, MXFP8: for every slot t that the routing names
 *
 *   out[t] = weight[t] * (x[t / a_div] * transpose(w[expert of t]))            [N], or, combined,
 *   out[token] = sum over j of weight[t] * (...), t = token * top_k + j, in the order of j
 *
 *   tensor                     shape           type      layout
 *   x                          [x_rows, K]     E4M3      row-major, ldx elements between rows
 *   x_scale                    [x_rows, K/32]  E8M0      row-major, ldxs bytes between rows
 *   w                          [E, N, K]       E4M3      dense; of any size
 *   w_scale                    [E, N, K/32]    E8M0      dense
 *   weights                    [slots]         f32       dense; only if the problem is weighted
 *   sorted_token_ids           [sorted_len]    int32     blocks of block_m slots of one expert; anything outside
 *                                                        [0, slots) is a pad
 *   expert_ids                 [sorted_len / block_m] int32  local expert of each block; outside [0, E): skipped
 *   num_tokens_post_padded     [1]             int32     how much of sorted_token_ids is in use
 *   out                        [slots, N], combined [slots / top_k, N]   bf16, f16, f32   ldo elements between rows
 *
 * The three routing arrays are read on the device at every launch: a captured graph may be replayed with other routes.
 * Whatever they contain, nothing outside out's rows is written and nothing outside x, w and the arrays is read. Rows of
 * out that no slot names stay as they were; combined, all rows are written and a slot that is not there counts as 0.
 *
 * Envelope: any E, N, K % 32 == 0, a_div >= 1, block_m a multiple of 4, types as above; combined, up to 4096 slots.
 * Valid arguments outside it are declined. So are K from 2^25 (few rows: 2^29) on, experts * N, x_rows * ldx, x_rows *
 * ldxs or the bytes of out from 2^31 on, and sorted_len from 2^29 on; the reason names the limit. docs/numerics.md says
 * what comes of special values.
 *
 * BATCH_INVARIANT: the bits of a slot's row do not depend on the routes, slots, block_m or sorted_len, all other fields
 * of the problem being equal. */
#ifndef SMALLM_MOE_H
#define SMALLM_MOE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/context.h"
#include "smallm/export.h"
#include "smallm/plan.h"
#include "smallm/status.h"
#include "smallm/types.h"

SMALLM_BEGIN_DECLS

typedef struct smallm_moe_problem {
    size_t size; /* set by smallm_moe_problem_init */
    int64_t experts, n, k;
    int64_t x_rows;        /* rows of X */
    int64_t slots;         /* tokens * top_k: valid values of sorted_token_ids are below it */
    int64_t a_div;         /* slot t multiplies row t / a_div of X; a row past x_rows counts as 0. Default 1 */
    int64_t block_m;       /* slots of a block. Default 64 */
    int64_t sorted_len;    /* length of sorted_token_ids, a multiple of block_m */
    int64_t top_k;         /* 0: one row of Out per slot (default). Else combined: slots of a token */
    int64_t ldx;           /* 0: k. Else >= k and a multiple of 16 */
    int64_t ldxs;          /* 0: k / 32. Else >= k / 32 */
    int64_t ldo;           /* 0: n. Else >= n */
    int64_t k_splits;      /* 0: chosen by the library. Else from 1: workgroups that share the K of a tile */
    int32_t weighted;      /* not 0: multiply by the routing weight */
    int32_t x_type;        /* smallm_type. Default E4M3 */
    int32_t w_type;        /* smallm_type. Default E4M3 */
    int32_t out_type;      /* smallm_type. Default BF16 */
    int32_t determinism;   /* smallm_determinism. Default FASTEST */
    int32_t ignore_tuning; /* not 0: engage even where the tuned table says that the caller's own path is faster */
    const char *kernel;    /* name of the kernel to use. Default NULL: the context's, or the library's choice */
} smallm_moe_problem;

/* Fill in the defaults. Call as smallm_moe_problem_init(&problem, sizeof problem). */
SMALLM_API void smallm_moe_problem_init(smallm_moe_problem *problem, size_t size);

/* Pointers of one launch, all to device memory. x and w are 16-byte aligned, x_scale, w_scale, weights and the routing
 * arrays 4-byte, out as its element. A *_bytes field that is not 0 is checked against what the problem needs. */
typedef struct smallm_moe_buffers {
    size_t size; /* set by smallm_moe_buffers_init */
    const void *x;
    const void *x_scale;
    const void *w;
    const void *w_scale;
    const void *weights; /* NULL unless weighted */
    const void *sorted_token_ids;
    const void *expert_ids;
    const void *num_tokens_post_padded;
    void *out;
    uint64_t x_bytes, x_scale_bytes, w_bytes, w_scale_bytes, weights_bytes, sorted_token_ids_bytes, expert_ids_bytes,
        out_bytes;
} smallm_moe_buffers;

SMALLM_API void smallm_moe_buffers_init(smallm_moe_buffers *buffers, size_t size);

/* As smallm_dense_plan_create, smallm_dense_execute and smallm_dense (smallm/dense.h), with the same errors, and
 * OPERATION for a plan of a dense problem. The plan's grid has room for every routing; docs/dispatch.md says which
 * kernel is chosen. A combined problem always needs a workspace. */
SMALLM_API smallm_status smallm_moe_plan_create(smallm_plan **plan, smallm_context *context,
                                                const smallm_moe_problem *problem);
SMALLM_API smallm_status smallm_moe_execute(const smallm_plan *plan, const smallm_moe_buffers *buffers, void *workspace,
                                            uint64_t workspace_bytes, void *stream);
SMALLM_API smallm_status smallm_moe(smallm_context *context, const smallm_moe_problem *problem,
                                    const smallm_moe_buffers *buffers, void *workspace, uint64_t workspace_bytes,
                                    void *stream);

/* How the ids in topk_ids name the experts of this device. */
typedef enum smallm_expert_map {
    SMALLM_EXPERTS_LOCAL = 0, /* an id is the local expert; no map */
    SMALLM_EXPERTS_MAP = 1,   /* int32 [experts_global]: local expert of each global one, -1 where it lives elsewhere */
    SMALLM_EXPERTS_MASK = 2   /* int32 [experts_global] of 0 and 1: the ones are the local experts, in order */
} smallm_expert_map;

/* Sort slots by expert: the public moe-align contract. */
typedef struct smallm_moe_sort_args {
    size_t size;            /* set by smallm_moe_sort_args_init */
    int64_t slots;          /* tokens * top_k, at most 4096 */
    int64_t experts;        /* local experts, at most 2048 */
    int64_t experts_global; /* length of expert_map, at most 2048; with EXPERTS_LOCAL not used */
    int64_t block_m;        /* a multiple of 4. Default 64 */
    int64_t sorted_len;     /* at least smallm_moe_sorted_len(slots, experts, block_m), a multiple of block_m */
    int32_t map_kind;       /* smallm_expert_map. Default EXPERTS_LOCAL */
    const void *topk_ids;   /* int32 [slots] */
    const void *expert_map; /* int32 [experts_global]; NULL with EXPERTS_LOCAL */
    void *sorted_token_ids; /* int32 [sorted_len]: slots ascending within an expert, experts ascending; pads are `slots`
                             */
    void *expert_ids;       /* int32 [sorted_len / block_m]: local expert, -1 past the blocks in use */
    void *num_tokens_post_padded; /* int32 [1] */
} smallm_moe_sort_args;

SMALLM_API void smallm_moe_sort_args_init(smallm_moe_sort_args *args, size_t size);

/* Least sorted_len that holds every routing: min(slots + experts * (block_m - 1), slots * block_m) in whole blocks; 0
 * for arguments outside 1 to 2^31 - 1. Any thread; needs no device. */
SMALLM_API int64_t smallm_moe_sorted_len(int64_t slots, int64_t experts, int64_t block_m);

/* One launch. Ids that are out of range or not local are left out. Allocates nothing; may be captured.
 * Errors: NULL_POINTER, STRUCT_SIZE, DIMENSION, TYPE, ALIGNMENT, HIP; DECLINED past the limits above. Any thread. */
SMALLM_API smallm_status smallm_moe_sort(smallm_context *context, const smallm_moe_sort_args *args, void *stream);

SMALLM_END_DECLS

#endif
