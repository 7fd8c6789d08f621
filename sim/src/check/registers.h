/* Registers that a kernel descriptor allots, and the check that an instruction keeps to them. */
#ifndef GFX950SIM_REGISTERS_H
#define GFX950SIM_REGISTERS_H

#include "../wave.h"

/* From rsrc1 and rsrc3 (AMDGPUUsage, gfx90a and later: one file, AccVGPRs from accum_offset on). */
struct register_counts kernel_register_counts(const struct kernel *k);

/* Reports register numbers past the counts and misaligned tuples. */
void register_check(struct wave *w, const struct insn *in, const struct register_counts *counts);

#endif
