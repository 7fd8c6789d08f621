#include "random.h"

#include <math.h>

/* splitmix64 (Steele, Lea, Flood 2014). */
uint64_t random_u64(struct random_state *random) {
    uint64_t z = random->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void random_seed(struct random_state *random, uint64_t seed) {
    random->state = seed;
    random->state = random_u64(random);
}

uint64_t random_below(struct random_state *random, uint64_t bound) {
    return (uint64_t)((unsigned __int128)random_u64(random) * bound >> 64);
}

static double uniform(uint64_t bits) {
    return (double)(bits >> 11) * 0x1p-53;
}

/* Marsaglia's polar method. */
double random_normal(struct random_state *random) {
    double u, v, square;
    do {
        u = 2 * uniform(random_u64(random)) - 1;
        v = 2 * uniform(random_u64(random)) - 1;
        square = u * u + v * v;
    } while (square >= 1 || square == 0);
    return u * sqrt(-2 * log(square) / square);
}
