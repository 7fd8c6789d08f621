/* The hazard table (configs/hazards.csv) as the run-time checker and the static lint read it. */
#ifndef GFX950SIM_HAZARD_H
#define GFX950SIM_HAZARD_H

#include "../insn.h"

struct hazard_rule {
    const char *name;
    uint8_t waits, llvm_waits;
    const char *source;
};

extern const struct hazard_rule hazard_rules[];
extern const unsigned hazard_rule_count;

/* Wait states that the rule asks for under the present preset (`compiled` takes LLVM's number where it is looser). */
unsigned hazard_waits(unsigned rule);

/* Whether the two instructions touch a common register in the rule's way, given that `from` produces and `to` consumes
 * it by class (haz_produces, haz_consumes). *reg receives that register, -1 when it is no VGPR or SGPR. */
bool hazard_overlap(unsigned rule, const struct insn *from, const struct insn *to, int *reg, bool *is_sgpr);

#endif
