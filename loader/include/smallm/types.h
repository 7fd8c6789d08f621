/* Element types and options shared by all operations. */
#ifndef SMALLM_TYPES_H
#define SMALLM_TYPES_H

#include "smallm/export.h"

SMALLM_BEGIN_DECLS

/* Consecutive elements of K that share one scale (OCP Microscaling Formats v1.0, MXFP8). */
#define SMALLM_BLOCK_K 32

/* Values never change. */
typedef enum smallm_type {
    SMALLM_TYPE_NONE = 0, /* the tensor is absent */
    SMALLM_TYPE_E4M3 = 1, /* OCP FP8 E4M3: largest 448, no infinity, S.1111.111 is NaN */
    SMALLM_TYPE_BF16 = 2,
    SMALLM_TYPE_F16 = 3,
    SMALLM_TYPE_F32 = 4
} smallm_type;

typedef enum smallm_determinism {
    SMALLM_FASTEST = 0,        /* whatever is quickest */
    SMALLM_DETERMINISTIC = 1,  /* the same bits from run to run */
    SMALLM_BATCH_INVARIANT = 2 /* besides, the bits of row m do not depend on M */
} smallm_determinism;

SMALLM_END_DECLS

#endif
