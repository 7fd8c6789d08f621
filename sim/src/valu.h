/* Pieces of the per-lane driver that other families share. */
#ifndef GFX950SIM_VALU_H
#define GFX950SIM_VALU_H

#include "isa.h"

/* Sets the host's rounding and denormal control to what MODE asks for rows with F_MODE32 or F_MODE64. The result goes
 * to valu_fenv_leave. */
unsigned valu_fenv_enter(const struct wave *w, uint32_t flags);
void valu_fenv_leave(unsigned old);

/* valu_float.c: denormal f16 sources as MODE wants them, before the lane function; FP16_OVFL, denormals, omod and clamp
 * of its floating result. */
void valu_float_sources(const struct wave *w, const struct isa_op *op, uint64_t src[3][LANES], unsigned n);
void valu_float_result(const struct lane_args *x, const struct isa_op *op);

/* Printed sources of a row: without the destination that F_RMW reads. */
unsigned valu_sources(const struct isa_op *op);

/* dpp.c: moves a source row as the DPP control says. Returns the lanes whose source is invalid and which, without
 * bound_ctrl, are not written. */
uint64_t dpp_move(const struct wave *w, const struct insn *in, const uint32_t *row, uint32_t *out);
/* Lanes that row_mask and bank_mask let write. */
uint64_t dpp_write_mask(const struct insn_mods *m);

/* shadow.c: definedness of a lane result by the row's rule. us: shadows of the sources; ud: of the result, in the
 * shape of its type. Returns the lanes in which some result bit (of a compare: the bit) is undefined. */
uint64_t shadow_propagate(const struct lane_args *x, const struct isa_op *op, unsigned nsrc, uint64_t us[3][LANES],
                          uint64_t *ud, uint64_t umask);

#endif
