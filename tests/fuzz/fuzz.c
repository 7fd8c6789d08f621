#define _GNU_SOURCE
#include "fuzz.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

enum { STUCK_SECONDS = 30 };

static uint64_t state;

static uint64_t mix(uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ull;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebull;
    return x ^ x >> 31;
}

void fuzz_seed(uint64_t seed, uint64_t number) {
    state = mix(seed) ^ mix(number * 0x9e3779b97f4a7c15ull + 1);
}

uint64_t fuzz_next(void) {
    return mix(state += 0x9e3779b97f4a7c15ull);
}

uint64_t fuzz_below(uint64_t n) {
    return n ? fuzz_next() % n : 0;
}

bool fuzz_once_in(uint64_t n) {
    return fuzz_below(n) == 0;
}

double fuzz_seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int fuzz_supervise(pid_t child, const _Atomic uint64_t *now, bool *stuck) {
    uint64_t seen = UINT64_MAX;
    double since = fuzz_seconds();
    int status;
    *stuck = false;
    while (waitpid(child, &status, WNOHANG) == 0) {
        if (*now != seen) {
            seen = *now;
            since = fuzz_seconds();
        } else if (fuzz_seconds() - since > STUCK_SECONDS && !*stuck) {
            *stuck = true;
            kill(child, SIGABRT);
        } else if (fuzz_seconds() - since > 2 * STUCK_SECONDS) {
            kill(child, SIGKILL);
        }
        nanosleep(&(struct timespec){0, 20000000}, NULL);
    }
    return status;
}
