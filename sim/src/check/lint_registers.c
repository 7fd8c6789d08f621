#include "flow.h"
#include "registers.h"

void lint_registers(struct flow *f, const struct kernel *k) {
    struct register_counts counts = kernel_register_counts(k);
    for (uint32_t i = 0; i < f->code->ninsn; i++)
        if (f->reached[i])
            register_check(&f->wave, &f->code->insn[i], &counts);
}
