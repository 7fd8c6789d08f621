/* Routing: which experts the tokens go to, and what sorting by expert makes of it. */
#ifndef SMALLM_REFERENCE_MOE_ROUTE_H
#define SMALLM_REFERENCE_MOE_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "smallm/moe.h"

enum route {
    ROUTE_BALANCED, /* slot after slot to the next expert, around */
    ROUTE_RANDOM,   /* the experts of a token drawn without repetition, as far as there are enough */
    ROUTE_ONE       /* every slot to one and the same expert */
};

/* topk_ids[tokens, top_k], local experts. */
void route_make(enum route route, int32_t *topk_ids, size_t tokens, size_t top_k, size_t experts, uint64_t seed);
/* "balanced", "random" or "one": its number; false for another word. */
bool route_named(const char *name, enum route *route);

/* What smallm_moe_sort makes of host arrays: the same fields, the contract of the header. 0, or -1
 * without memory. */
int moe_sort_model(const smallm_moe_sort_args *args);

#endif
