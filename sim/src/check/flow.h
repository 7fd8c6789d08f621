/* Control flow of decoded code, for the static checks. */
#ifndef GFX950SIM_FLOW_H
#define GFX950SIM_FLOW_H

#include "../wave.h"

struct flow {
    const struct code *code;
    uint8_t *reached;
    struct wave wave; /* names kernel and code in reports; nothing runs */
};

bool flow_is(const struct insn *in, const char *prefix);
/* Instructions that may follow; none after s_endpgm and s_setpc. */
unsigned flow_successors(const struct code *code, uint32_t at, uint32_t next[2]);
bool flow_is_call(const struct insn *in);

/* lint_wait.c: registers touched before the s_waitcnt that covers the load that writes them. */
bool lint_waits(struct flow *f, const uint32_t roots[2]);
/* lint_registers.c: registers past the descriptor's count, misaligned tuples. */
void lint_registers(struct flow *f, const struct kernel *k);

#endif
