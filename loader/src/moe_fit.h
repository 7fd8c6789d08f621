/* Can a kernel do a MoE problem? Every rule in one place, each with its sentence. */
#ifndef SMALLM_SRC_MOE_FIT_H
#define SMALLM_SRC_MOE_FIT_H

#include "kernel_info.h"
#include "reason.h"
#include "smallm/moe.h"

/* The problem has passed its guards. */
bool smallm_moe_fits(const struct smallm_kernel_info *kernel, const smallm_moe_problem *problem,
                     struct smallm_reason *why);

/* The rules on k_splits, from 1 to 2^31 - 1, of a problem that otherwise fits. */
bool smallm_moe_splits_fit(const struct smallm_kernel_info *kernel, int64_t k_splits, const smallm_moe_problem *problem,
                           struct smallm_reason *why);

#endif
