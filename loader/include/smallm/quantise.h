/* Quantiser: a matrix [M, K] of bf16, f16 or f32 to MXFP8, E4M3 elements and one E8M0 byte per 32 of K, so that a C
 * engine can feed the other operations. Element = E4M3(clamp(x * 2^-e, +-448)), to nearest even; byte = e + 127. */
#ifndef SMALLM_QUANTISE_H
#define SMALLM_QUANTISE_H

#include <stddef.h>
#include <stdint.h>

#include "smallm/context.h"
#include "smallm/export.h"
#include "smallm/status.h"
#include "smallm/types.h"

SMALLM_BEGIN_DECLS

/* e of a block whose largest magnitude is amax. A block with an infinity or a NaN becomes NaN: byte 255, elements 0x7f.
 */
typedef enum smallm_scale_rule {
    SMALLM_SCALE_CEIL = 0, /* ceil(log2(amax / 448)), amax at least 1e-20: nothing is clamped */
    SMALLM_SCALE_FLOOR = 1 /* OCP: floor(log2(amax)) - 8, at least -127: up to 448 / 512 of the top is clamped */
} smallm_scale_rule;

typedef struct smallm_quantise_args {
    size_t size;    /* set by smallm_quantise_args_init */
    int64_t m, k;   /* k % 32 == 0 */
    int64_t ldx;    /* elements between rows of x. 0: k */
    int64_t ldq;    /* bytes between rows of q. 0: k */
    int64_t lds;    /* bytes between rows of scale. 0: k / 32 */
    int32_t x_type; /* smallm_type: BF16 (default), F16 or F32 */
    int32_t rule;   /* smallm_scale_rule. Default SCALE_CEIL */
    const void *x;  /* aligned to its element */
    void *q;        /* E4M3 [M, K] */
    void *scale;    /* E8M0 [M, K/32] */
} smallm_quantise_args;

SMALLM_API void smallm_quantise_args_init(smallm_quantise_args *args, size_t size);

/* One launch. Allocates nothing, does not synchronise, may be captured.
 * Errors: NULL_POINTER, STRUCT_SIZE, DIMENSION, K_MULTIPLE, LEADING_DIMENSION, TYPE, ALIGNMENT, HIP; DECLINED past
 * 65,535 rows and from k = 2^30 on, which one launch cannot cover. Any thread. */
SMALLM_API smallm_status smallm_quantise(smallm_context *context, const smallm_quantise_args *args, void *stream);

SMALLM_END_DECLS

#endif
