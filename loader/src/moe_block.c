#include "moe_block.h"

#include "error.h"
#include "guard.h"

enum { BLOCK_MULTIPLE = 4 };

smallm_status smallm_moe_block_guard(int64_t block_m, int64_t sorted_len) {
    smallm_status status = smallm_dimension_guard("block_m", block_m);
    if (status == SMALLM_OK)
        status = smallm_dimension_guard("sorted_len", sorted_len);
    if (status != SMALLM_OK)
        return status;
    if (block_m % BLOCK_MULTIPLE != 0)
        return smallm_fail(SMALLM_ERROR_DIMENSION, "block_m is %lld; it must be a multiple of %d", (long long)block_m,
                           BLOCK_MULTIPLE);
    if (sorted_len % block_m != 0)
        return smallm_fail(SMALLM_ERROR_DIMENSION, "sorted_len is %lld; it must be a multiple of block_m = %lld",
                           (long long)sorted_len, (long long)block_m);
    return SMALLM_OK;
}
