/* Guards on the blocks of the routing arrays, which sorting and multiplying share. */
#ifndef SMALLM_SRC_MOE_BLOCK_H
#define SMALLM_SRC_MOE_BLOCK_H

#include <stdint.h>

#include "smallm/status.h"

/* block_m is a multiple of 4, sorted_len one of block_m. */
smallm_status smallm_moe_block_guard(int64_t block_m, int64_t sorted_len);

#endif
