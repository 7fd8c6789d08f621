/* Guards on the pointers of one launch. On the launch path: nothing but comparisons unless one fails. */
#ifndef SMALLM_SRC_MOE_BUFFERS_H
#define SMALLM_SRC_MOE_BUFFERS_H

#include "plan_impl.h"
#include "smallm/moe.h"

/* Read the caller's struct and check every pointer and size against what the plan needs. */
smallm_status smallm_moe_buffers_read(smallm_moe_buffers *buffers, const smallm_moe_buffers *given,
                                      const struct smallm_moe_launch *plan);

#endif
