/* Dense MXFP8 linear layer for few rows: Out[M, N] = X[M, K] * transpose(W[N, K]) (+ bias[N]).
 *
 *   tensor   shape       type              layout
 *   x        [M, K]      E4M3              row-major, ldx elements between rows
 *   x_scale  [M, K/32]   E8M0              row-major, ldxs bytes between rows
 *   w        [N, K]      E4M3              row-major, dense
 *   w_scale  [N, K/32]   E8M0              row-major, dense
 *   bias     [N]         bf16, f16, f32    dense
 *   out      [M, N]      bf16, f16, f32    row-major, ldo elements between rows; rounded once, to nearest even
 *
 * The products of the 32 elements of a block are scaled by 2^(x_scale - 127 + w_scale - 127) and accumulated in f32;
 * the bias is added in f32. docs/numerics.md says what comes of special values.
 *
 * Envelope: 1 <= M <= 64, any N, K % 32 == 0, out_type and bias_type bf16, f16 or f32 (bias_type NONE: no bias). Valid
 * arguments outside it are declined. So are leading dimensions with which 64 rows of X or of its scale, or the bytes of
 * out, pass 2^31, and K from 2^25 on, where no kernel's offsets reach that far; the reason names the limit.
 *
 * BATCH_INVARIANT: the bits of row m do not depend on M, all other fields of the problem being equal.
 */
#ifndef SMALLM_DENSE_H
#define SMALLM_DENSE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/context.h"
#include "smallm/export.h"
#include "smallm/plan.h"
#include "smallm/status.h"
#include "smallm/types.h"

SMALLM_BEGIN_DECLS

typedef struct smallm_dense_problem {
    size_t size; /* set by smallm_dense_problem_init */
    int64_t m, n, k;
    int64_t ldx;           /* 0: k. Else >= k and a multiple of 16, so that every row of X is 16-byte aligned */
    int64_t ldxs;          /* 0: k / 32. Else >= k / 32 */
    int64_t ldo;           /* 0: n. Else >= n */
    int64_t k_splits;      /* 0: chosen by the library. Else from 1: workgroups that share the K of a tile */
    int32_t x_type;        /* smallm_type. Default E4M3 */
    int32_t w_type;        /* smallm_type. Default E4M3 */
    int32_t out_type;      /* smallm_type. Default BF16 */
    int32_t bias_type;     /* smallm_type. Default NONE: no bias */
    int32_t determinism;   /* smallm_determinism. Default FASTEST */
    int32_t ignore_tuning; /* not 0: engage even where the tuned table says that the caller's own path is faster */
    const char *kernel;    /* name of the kernel to use. Default NULL: the context's, or the cost model's choice */
} smallm_dense_problem;

/* Fill in the defaults; m, n and k become 0 and must be set. Call as smallm_dense_problem_init(&problem, sizeof
 * problem). */
SMALLM_API void smallm_dense_problem_init(smallm_dense_problem *problem, size_t size);

/* Pointers of one launch, all to device memory, all naturally [row 0, column 0]. x and w are 16-byte aligned, x_scale
 * and w_scale 4-byte, out and bias as their element. A *_bytes field that is not 0 says how long the buffer is and is
 * checked against what the problem needs; 0 means "long enough". The library never writes outside the M x N elements of
 * out, and reads nothing that a row's K elements and K/32 scales do not cover. */
typedef struct smallm_dense_buffers {
    size_t size; /* set by smallm_dense_buffers_init */
    const void *x;
    const void *x_scale;
    const void *w;
    const void *w_scale;
    const void *bias; /* NULL unless the problem has a bias */
    void *out;
    uint64_t x_bytes, x_scale_bytes, w_bytes, w_scale_bytes, bias_bytes, out_bytes;
} smallm_dense_buffers;

/* Everything NULL and 0. Call as smallm_dense_buffers_init(&buffers, sizeof buffers). */
SMALLM_API void smallm_dense_buffers_init(smallm_dense_buffers *buffers, size_t size);

/* Choose a kernel: the one that is forced, else the one of the tuned table's row for this (K, N, M), else the cost
 * model's. On success *plan is the caller's; else it is NULL. `problem` is not kept.
 *
 * DECLINED with the reason in smallm_last_error() outside the envelope, where the table says so, and where the kernel
 * or the k_splits that are forced cannot do the problem. Errors: NULL_POINTER, STRUCT_SIZE, DIMENSION, K_MULTIPLE,
 * LEADING_DIMENSION, TYPE, KERNEL_NAME, OUT_OF_HOST_MEMORY. Any thread. Makes no HIP call. */
SMALLM_API smallm_status smallm_dense_plan_create(smallm_plan **plan, smallm_context *context,
                                                  const smallm_dense_problem *problem);

/* Launch the plan's kernel, once, on `stream` (a hipStream_t of the context's device, or NULL for the default stream,
 * in which case the calling thread's current device must be the context's). Returns when the launch is queued.
 * Allocates nothing, takes no lock, does not synchronise, may be captured into a graph. `workspace` may be NULL when
 * the plan needs none; else see smallm/workspace.h.
 *
 * Errors: NULL_POINTER, STRUCT_SIZE, ALIGNMENT, BUFFER_SIZE, WORKSPACE, OPERATION (a plan of another operation),
 * HIP. Any thread. */
SMALLM_API smallm_status smallm_dense_execute(const smallm_plan *plan, const smallm_dense_buffers *buffers,
                                              void *workspace, uint64_t workspace_bytes, void *stream);

/* Plan and execute in one call. The first call of a problem makes its plan, which the context keeps; later ones look it
 * up without a lock. Status of both functions above.
 *
 * A plan is not made while the stream is captured into a graph: CAPTURE, where smallm_dense has not been called for the
 * same problem before (a context keeps the first 4,000 or so). Any thread. */
SMALLM_API smallm_status smallm_dense(smallm_context *context, const smallm_dense_problem *problem,
                                      const smallm_dense_buffers *buffers, void *workspace, uint64_t workspace_bytes,
                                      void *stream);

SMALLM_END_DECLS

#endif
