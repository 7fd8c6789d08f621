/* Static findings: what the run-time checks of waits and wait states look for, along all paths of the code, and what
 * needs no run at all: registers past the descriptor's count, code that nothing reaches. */
#ifndef GFX950SIM_LINT_H
#define GFX950SIM_LINT_H

#include "../code.h"

/* Adds findings through report(); kernel NULL: every kernel of the object. Returns false when the host has no memory.
 * Calls are taken to return with nothing outstanding, as LLVM's calling convention has it. */
bool lint_code(const struct code *code, const struct kernel *kernel);

#endif
