#include "plan_cache.h"

#include <stdbool.h>
#include <string.h>

#include "plan_impl.h"

/* How far from its home a plan may stand. */
enum { PROBES = 32 };

static const uint64_t GOLDEN = 0x9e3779b97f4a7c15u; /* 2^64 / the golden ratio */

/* Two words at a time: products of 128 bits that do not wait for one another. Words are kept from being 0, and from
 * changing places unseen, by constants of their own. */
static uint64_t hash(const struct smallm_plan_key *key) {
    uint64_t sum = 0, constant = GOLDEN;
    for (uint32_t at = 0; at < key->bytes; at += 2 * sizeof(uint64_t)) {
        uint64_t words[2];
        memcpy(words, (const char *)key + at, sizeof words);
        const unsigned __int128 product = (unsigned __int128)(words[0] ^ constant) * (words[1] ^ (constant + GOLDEN));
        sum += (uint64_t)product ^ (uint64_t)(product >> 64);
        constant += 2 * GOLDEN;
    }
    return ((sum ^ sum >> 32) * GOLDEN) >> 32;
}

/* Lengths first: a plan's key may be the shorter one. */
static bool equal(const smallm_plan *plan, const struct smallm_plan_key *key) {
    return plan->key.head.bytes == key->bytes && memcmp(&plan->key, key, key->bytes) == 0;
}

const smallm_plan *smallm_plan_cache_find(struct smallm_plan_cache *cache, const struct smallm_plan_key *key) {
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
    uint64_t home = hash(&plan->key.head);
    for (uint64_t i = 0; i < PROBES; i++) {
        smallm_plan *there = NULL;
        if (atomic_compare_exchange_strong_explicit(&cache->slots[(home + i) % SMALLM_PLAN_CACHE_SLOTS], &there, plan,
                                                    memory_order_acq_rel, memory_order_acquire))
            return plan;
        if (equal(there, &plan->key.head)) {
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
