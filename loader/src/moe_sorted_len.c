#include "guard.h"
#include "smallm/moe.h"

static int64_t in_range(int64_t value) {
    return value >= 1 && value <= SMALLM_LARGEST_NUMBER;
}

/* Products of two numbers below 2^31. */
int64_t smallm_moe_sorted_len(int64_t slots, int64_t experts, int64_t block_m) {
    if (!in_range(slots) || !in_range(experts) || !in_range(block_m))
        return 0;
    const int64_t shared = slots + experts * (block_m - 1), apart = slots * block_m;
    const int64_t least = shared < apart ? shared : apart;
    return (least + block_m - 1) / block_m * block_m;
}
