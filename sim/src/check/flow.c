#include "flow.h"

bool flow_is(const struct insn *in, const char *prefix) {
    return strncmp(in->mnemonic, prefix, strlen(prefix)) == 0;
}

unsigned flow_successors(const struct code *code, uint32_t at, uint32_t next[2]) {
    const struct insn *in = &code->insn[at];
    unsigned n = 0;
    if (flow_is(in, "s_endpgm") || flow_is(in, "s_setpc") || flow_is(in, "s_rfe") || flow_is(in, "s_trap"))
        return 0;
    if (flow_is(in, "s_branch") || flow_is(in, "s_cbranch")) {
        if (in->target != UINT32_MAX)
            next[n++] = in->target;
        if (flow_is(in, "s_branch"))
            return n;
    }
    if (at + 1 < code->ninsn)
        next[n++] = at + 1;
    return n;
}

bool flow_is_call(const struct insn *in) {
    return flow_is(in, "s_swappc") || flow_is(in, "s_call");
}
