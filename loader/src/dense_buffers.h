/* Guards on the pointers of one launch. On the launch path: nothing but comparisons unless one fails. */
#ifndef SMALLM_SRC_DENSE_BUFFERS_H
#define SMALLM_SRC_DENSE_BUFFERS_H

#include "plan_impl.h"
#include "smallm/dense.h"

/* Read the caller's struct and check every pointer and size against what the plan needs. */
smallm_status smallm_dense_buffers_read(smallm_dense_buffers *buffers, const smallm_dense_buffers *given,
                                        const struct smallm_dense_launch *plan);

#endif
