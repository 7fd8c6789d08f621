/* Dense MXFP8 linear layer for few rows: Out[M, N] = X[M, K] * transpose(W[N, K]).
 *
 *   tensor   shape       type     layout
 *   x        [M, K]      E4M3     row-major, ldx elements between rows
 *   x_scale  [M, K/32]   E8M0     row-major, ldxs bytes between rows
 *   w        [N, K]      E4M3     row-major, dense
 *   w_scale  [N, K/32]   E8M0     row-major, dense
 *   out      [M, N]      bf16     row-major, ldo elements between rows; rounded once, to nearest even
 *
 * The products of the 32 elements of a block are scaled by 2^(x_scale - 127 + w_scale - 127) and accumulated in f32.
 * E8M0 byte 0 is 2^-127, byte 255 is NaN and makes NaN of every output that it touches.
 *
 * Envelope: 1 <= M <= 4, any N, K % 32 == 0, out_type bf16, no bias. Valid arguments outside it are declined.
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

/* Choose a kernel. On success *plan is the caller's; else it is NULL. `problem` is not kept.
 *
 * DECLINED with the reason in smallm_last_error() outside the envelope. Errors: NULL_POINTER, STRUCT_SIZE, DIMENSION,
 * K_MULTIPLE, LEADING_DIMENSION, TYPE, KERNEL_NAME, OUT_OF_HOST_MEMORY. Any thread. Makes no HIP call. */
SMALLM_API smallm_status smallm_dense_plan_create(smallm_plan **plan, smallm_context *context,
                                                  const smallm_dense_problem *problem);

/* Launch the plan's kernel on `stream` (a hipStream_t of the context's device, or NULL for the default stream, in which
 * case the calling thread's current device must be the context's). Returns when the launch is queued. Allocates
 * nothing, takes no lock, does not synchronise, may be captured into a graph. `workspace` may be NULL when the plan
 * needs none.
 *
 * Errors: NULL_POINTER, STRUCT_SIZE, ALIGNMENT, BUFFER_SIZE, WORKSPACE, HIP. Any thread. */
SMALLM_API smallm_status smallm_dense_execute(const smallm_plan *plan, const smallm_dense_buffers *buffers,
                                              void *workspace, uint64_t workspace_bytes, void *stream);

/* Plan and execute in one call. The first call of a problem makes its plan, which the context keeps; later ones look it
 * up without a lock. Status of both functions above. Any thread. */
SMALLM_API smallm_status smallm_dense(smallm_context *context, const smallm_dense_problem *problem,
                                      const smallm_dense_buffers *buffers, void *workspace, uint64_t workspace_bytes,
                                      void *stream);

SMALLM_END_DECLS

#endif
