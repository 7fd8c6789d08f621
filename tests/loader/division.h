/* Division as the kernels do it, with the two numbers that the host makes: is it exact? */
#ifndef TESTS_LOADER_DIVISION_H
#define TESTS_LOADER_DIVISION_H

#include <stdbool.h>
#include <stdint.h>

static inline uint32_t divided(uint32_t number, uint32_t magic, uint32_t shift) {
    return (uint32_t)((uint64_t)(2 * number) * magic >> 32) >> shift;
}

static inline bool divides(uint32_t divisor, uint32_t number, uint32_t magic, uint32_t shift) {
    return divided(number, magic, shift) == number / divisor;
}

/* Every number below 2^12, the sides of every 2^i, and the first and last number of quotients spread over all there
 * are, up to 2^31 - 1: where a quotient changes is where it can be wrong. */
static inline bool division_is_exact(uint32_t divisor, uint32_t magic, uint32_t shift) {
    const uint32_t most = 0x7fffffff, quotients = most / divisor;
    bool exact = divides(divisor, most, magic, shift);
    for (uint32_t number = 0; number < 4096; number++)
        exact &= divides(divisor, number, magic, shift);
    for (uint32_t power = 1; power < 1u << 31; power *= 2)
        exact &= divides(divisor, power - 1, magic, shift) && divides(divisor, power, magic, shift);
    const uint32_t stride = quotients / 4096 + 1;
    for (uint64_t quotient = 1; quotient <= quotients; quotient += stride)
        exact &= divides(divisor, (uint32_t)(quotient * divisor), magic, shift) &&
                 divides(divisor, (uint32_t)(quotient * divisor - 1), magic, shift);
    return exact && divides(divisor, quotients * divisor, magic, shift) &&
           divides(divisor, quotients * divisor - 1, magic, shift);
}

#endif
