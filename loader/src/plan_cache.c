#include "plan_cache.h"

#include <stdbool.h>
#include <string.h>

#include "plan_impl.h"

/* How far from its home a plan may stand. */
enum { PROBES = 32 };

static const uint64_t GOLDEN = 0x9e3779b97f4a7c15u; /* 2^64 / the golden ratio */

static uint64_t hash(const struct smallm_dense_key *key) {
    uint64_t words[sizeof *key / sizeof(uint64_t)];
    memcpy(words, key, sizeof words);
    /* One factor a word: products that do not wait for one another. Their high bits depend on all of the key. */
    uint64_t sum = 0, factor = GOLDEN;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        sum += words[i] * factor;
        factor *= GOLDEN;
    }
    return ((sum ^ sum >> 32) * GOLDEN) >> 32;
}

_Static_assert(sizeof(struct smallm_dense_key) % sizeof(uint64_t) == 0, "the key is hashed in whole words");

static bool equal(const smallm_plan *plan, const struct smallm_dense_key *key) {
    return memcmp(&plan->key, key, sizeof *key) == 0;
}

const smallm_plan *smallm_plan_cache_find(struct smallm_plan_cache *cache, const struct smallm_dense_key *key) {
    uint64_t home = hash(key);
    for (uint64_t i = 0; i < PROBES; i++) {
        const smallm_plan *plan =
            atomic_load_explicit(&cache->slots[(home + i) % SMALLM_PLAN_CACHE_SLOTS], memory_order_acquire);
        if (plan == NULL || equal(plan, key))
            return plan;
    }
    return NULL;
}

const smallm_plan *smallm_plan_cache_add(struct smallm_plan_cache *cache, smallm_plan *plan) {
    uint64_t home = hash(&plan->key);
    for (uint64_t i = 0; i < PROBES; i++) {
        smallm_plan *there = NULL;
        if (atomic_compare_exchange_strong_explicit(&cache->slots[(home + i) % SMALLM_PLAN_CACHE_SLOTS], &there, plan,
                                                    memory_order_acq_rel, memory_order_acquire))
            return plan;
        if (equal(there, &plan->key)) {
            smallm_plan_destroy(plan);
            return there;
        }
    }
    return NULL;
}

void smallm_plan_cache_clear(struct smallm_plan_cache *cache) {
    for (size_t i = 0; i < SMALLM_PLAN_CACHE_SLOTS; i++)
        smallm_plan_destroy(atomic_exchange_explicit(&cache->slots[i], NULL, memory_order_acq_rel));
}
