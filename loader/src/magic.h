#ifndef SMALLM_SRC_MAGIC_H
#define SMALLM_SRC_MAGIC_H

#include <stdint.h>

/* Division by a number that the host knows, as kernels do it: for 0 <= t < 2^31,
 * t / divisor = (high word of 2 * t * magic) >> shift, exactly. */
struct smallm_magic {
    uint32_t magic, shift;
};

/* `divisor` is from 1 to 2^31 - 1. */
struct smallm_magic smallm_magic(uint32_t divisor);

#endif
