/* What the loads of a kernel take of a CU's L1. */
#ifndef SMALLM_SRC_COST_LINES_H
#define SMALLM_SRC_COST_LINES_H

#include "kernel_info.h"
#include "machine.h"

/* Clocks for one K step of a wave, m rows of X in use. */
double smallm_step_lines(const struct smallm_kernel_info *kernel, const struct smallm_machine *machine, uint32_t m);

/* Loads of a K step, of all that a wave issues for it; they go out with no lane active where there is no such step. */
uint32_t smallm_step_loads(const struct smallm_kernel_info *kernel);

#endif
