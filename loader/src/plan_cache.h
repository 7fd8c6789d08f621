/* The plans that the one-call forms have made: a hash table that only grows, read and added to without a lock. */
#ifndef SMALLM_SRC_PLAN_CACHE_H
#define SMALLM_SRC_PLAN_CACHE_H

#include <stdatomic.h>

#include "smallm/plan.h"

struct smallm_plan_key;

enum { SMALLM_PLAN_CACHE_SLOTS = 4096 };

struct smallm_plan_cache {
    _Atomic(smallm_plan *) slots[SMALLM_PLAN_CACHE_SLOTS];
};

/* NULL if there is none. */
const smallm_plan *smallm_plan_cache_find(struct smallm_plan_cache *cache, const struct smallm_plan_key *key);

/* Give a plan to the cache. Returns the plan to use: this one, or an equal one that another thread added first, in
 * which case this one is freed. NULL if there is no room, in which case the plan stays the caller's. */
const smallm_plan *smallm_plan_cache_add(struct smallm_plan_cache *cache, smallm_plan *plan);

/* Free all plans. Nobody may be using the cache. */
void smallm_plan_cache_clear(struct smallm_plan_cache *cache);

#endif
