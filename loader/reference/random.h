/* Seeded random numbers, the same on every machine with IEEE doubles and a correctly rounding libm. */
#ifndef SMALLM_REFERENCE_RANDOM_H
#define SMALLM_REFERENCE_RANDOM_H

#include <stdint.h>

struct random_state {
    uint64_t state;
};

void random_seed(struct random_state *random, uint64_t seed);
uint64_t random_u64(struct random_state *random);
/* Uniform in [0, bound). */
uint64_t random_below(struct random_state *random, uint64_t bound);
/* Standard normal. */
double random_normal(struct random_state *random);

#endif
