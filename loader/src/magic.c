#include "magic.h"

/* shift = ceil(log2(divisor)) and magic = ceil(2^(31 + shift) / divisor), from 2^31 to 2^32 - 1: the product with t is
 * too large by less than t * 2^shift <= 2^(31 + shift), which does not reach the next whole number. */
struct smallm_magic smallm_magic(uint32_t divisor) {
    struct smallm_magic magic = {0};
    while ((uint64_t)1 << magic.shift < divisor)
        magic.shift++;
    magic.magic = (uint32_t)((((uint64_t)1 << (31 + magic.shift)) + divisor - 1) / divisor);
    return magic;
}
