/* Cache maintenance: vector caches (ISA 9.3, tables 49 to 52) and the scalar cache (ISA 8.2). What they do to other
 * waves' view of memory is in l2.c and race.c. */
#include "../l2.h"
#include "../race.h"

/* Without sc1 they concern no L2. The write-back is complete when vmcnt says so. */
static void wbl2(struct wave *w, const struct insn *in) {
    pending_add(w, in, PEND_VM, 0, 0, false, 0);
    if (!in->mods.sc1)
        return;
    race_write_back(w);
    l2_write_back(w);
}

/* Nothing waits for it: a later load of the same wave sees the invalidated cache. */
static void inv(struct wave *w, const struct insn *in) {
    if (!in->mods.sc1)
        return;
    race_invalidate(w);
    l2_invalidate(w);
}

static void scalar_inv(struct wave *w, const struct insn *in) {
    (void)w;
    (void)in;
}

static void scalar_wb(struct wave *w, const struct insn *in) {
    pending_add(w, in, PEND_SMEM, 0, 0, false, 0);
}

static const struct isa_op ops[] = {
    {.name = "buffer_wbl2", .flags = F_VMEM | F_VMCNT | F_STORE, .exec = wbl2},
    {.name = "buffer_inv", .flags = F_VMEM | F_STORE, .exec = inv},
    {.name = "s_dcache_inv", .flags = F_SMEM | F_LGKMCNT | F_STORE, .exec = scalar_inv},
    {.name = "s_dcache_inv_vol", .flags = F_SMEM | F_LGKMCNT | F_STORE, .exec = scalar_inv},
    {.name = "s_dcache_wb", .flags = F_SMEM | F_LGKMCNT | F_STORE, .exec = scalar_wb},
    {.name = "s_dcache_wb_vol", .flags = F_SMEM | F_LGKMCNT | F_STORE, .exec = scalar_wb},
};
ISA_FAMILY(cache, ops);
