/* Guards on the description of a dense problem: errors only. What the kernels at hand cannot do is declined elsewhere.
 */
#ifndef SMALLM_SRC_DENSE_PROBLEM_H
#define SMALLM_SRC_DENSE_PROBLEM_H

#include "smallm/dense.h"

/* Read the caller's struct, check every field and replace leading dimensions of 0 by the dense ones. */
smallm_status smallm_dense_problem_read(smallm_dense_problem *problem, const smallm_dense_problem *given);

#endif
