/* Routed rows for tests: a grouped GEMM's inputs in host and device memory, guard bands around Out, and the reference's
 * verdict. Of W, only what experts in use have exists; all of it is allocated on the device. */
#ifndef TESTS_MOE_ROUTED_H
#define TESTS_MOE_ROUTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check.h"
#include "moe.h"
#include "moe_route.h"
#include "smallm/moe.h"

struct routed_shape {
    size_t experts, n, k, tokens, top_k;
    size_t a_div;          /* 0: 1 */
    size_t x_rows;         /* 0: as many as slots need. Fewer: the rest reads as zeros */
    size_t block_m;        /* 0: 64 */
    size_t sorted_len;     /* 0: the least that holds every routing */
    size_t ldx, ldxs, ldo; /* 0: rows close together */
    bool weighted, combine;
    smallm_type out_type; /* NONE: bf16 */
    smallm_determinism determinism;
    uint64_t seed;
};

struct routed {
    struct routed_shape shape; /* nothing is 0 */
    size_t slots, blocks;
    uint8_t *x, *x_scale;                /* may be changed until routed_upload */
    uint8_t **w, **w_scale;              /* [experts]; made by routed_upload where an expert is in use and has none */
    float *weights;                      /* [slots]; may be changed until routed_upload */
    int32_t *sorted, *expert_ids, posts; /* tables; may be changed until routed_upload */
    struct moe_rows rows;                /* of the last routed_upload */
    void *out;                           /* [rows of Out, ldo], set by routed_check */
    size_t out_rows;
    /* Device memory, for launches of the test's own. */
    void *dx, *dx_scale, *dw, *dw_scale, *dweights, *dsorted, *dexpert_ids, *dposts, *dout;
    /* Private. */
    size_t x_bytes, x_scale_bytes, out_bytes;
    bool *on_device; /* [experts] */
};

/* X of N(0,1) * 0.5, weights N(0,1), no slot in any block; NaN elements and 0xFF scales in the gaps between rows. */
void routed_make(struct routed *routed, const struct routed_shape *shape);
void routed_free(struct routed *routed);

/* W of an expert, if it has none yet: blocks drawn from N(0,1) * 0.1. */
void routed_need_w(struct routed *routed, size_t expert);

/* Tables by the model of sorting. topk_ids[slots], local experts or anything else. */
void routed_sort(struct routed *routed, const int32_t *topk_ids);

/* Copy everything that may have changed to the device, W of experts newly in use among it; compute the reference. */
void routed_upload(struct routed *routed);
/* W of one expert again, after a test has changed it. Before routed_upload. */
void routed_changed_w(struct routed *routed, size_t expert);

smallm_moe_problem routed_problem(const struct routed *routed);
smallm_moe_buffers routed_buffers(const struct routed *routed);

/* Fill Out and its guard bands with a pattern that is NaN. */
void routed_clear_out(const struct routed *routed);
/* Fetch Out and compare with the reference. */
struct check_result routed_check(struct routed *routed);
uint32_t routed_bits(const struct routed *routed, size_t row, size_t column);
/* After routed_check: NULL, or what was written that must not be: rows without a slot among it. */
const char *routed_check_bands(const struct routed *routed);

#endif
