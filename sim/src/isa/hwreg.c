/* s_getreg and s_setreg: hardware registers by number, and a field of them. */
#include "salu.h"

enum {
    HW_MODE = 1,
    HW_STATUS,
    HW_TRAPSTS,
    HW_ID,
    HW_GPR_ALLOC,
    HW_LDS_ALLOC,
    HW_IB_STS,
    HW_SH_MEM_BASES = 15,
    HW_TBA_LO,
    HW_TBA_HI,
    HW_TMA_LO,
    HW_TMA_HI,
    HW_XCC_ID,
    HW_PERF_SNAPSHOT_DATA,
    HW_PERF_SNAPSHOT_DATA1,
    HW_PERF_SNAPSHOT_PC_LO,
    HW_PERF_SNAPSHOT_PC_HI,
};

/* What a kernel may change of MODE (all that is defined) and of TRAPSTS (exception flags). */
enum { TRAPSTS_WRITABLE = 0x1ff };

static unsigned field_id(const struct operand *o) {
    return o->imm & 63;
}
static unsigned field_offset(const struct operand *o) {
    return o->imm >> 6 & 31;
}
static uint32_t field_mask(const struct operand *o) {
    return ~0u >> (31 - (o->imm >> 11 & 31));
}

static uint32_t status_value(const struct wave *w) {
    bool in_group = w->wg && w->wg->nwaves > 1;
    return w->status | (uint32_t)w->scc | (uint32_t)w->priority << 3 | (uint32_t)(wave_exec(w) == 0) << 9 |
           (uint32_t)(wave_vcc(w) == 0) << 10 | (uint32_t)in_group << 11 | 1u << 16;
}

/* Place of the wave: workgroups spread over the XCD's compute units in order of dispatch, waves over the four SIMDs. */
static uint32_t hw_id_value(const struct wave *w) {
    uint32_t cu = w->wg ? (uint32_t)(w->wg->linear / 8 % 32) : 0;
    return (w->id / 4 & 15) | (w->id & 3) << 4 | (cu & 15) << 8 | (cu >> 4) << 13;
}

static uint32_t gpr_alloc_value(const struct wave *w) {
    if (!w->wg)
        return 0;
    const struct run *run = w->wg->run;
    uint32_t vgprs = run->registers.arch_vgprs + run->registers.acc_vgprs;
    return (vgprs ? (vgprs + 3) / 4 - 1 : 0) << 6 | run->registers.arch_vgprs / 4 << 12 |
           (run->registers.sgprs ? (run->registers.sgprs + 15) / 16 - 1 : 0) << 24;
}

static uint32_t ib_sts_value(const struct wave *w) {
    uint32_t vm = w->vm_outstanding < 63 ? w->vm_outstanding : 63;
    uint32_t lgkm = w->lds_outstanding + w->smem_outstanding;
    return (vm & 15) | (vm >> 4) << 22 | (lgkm < 15 ? lgkm : 15) << 8;
}

/* The high halves of src_shared_base and src_private_base. */
static uint32_t sh_mem_bases_value(struct wave *w) {
    static const struct insn bases = {.opnd = {{.kind = OPND_SPECIAL, .ndw = 2, .reg = SREG_SHARED_BASE},
                                               {.kind = OPND_SPECIAL, .ndw = 2, .reg = SREG_PRIVATE_BASE}}};
    uint64_t undef, shared = scalar_src(w, &bases, 0, T_B64, &undef), private = scalar_src(w, &bases, 1, T_B64, &undef);
    return (uint32_t)(shared >> 48) << 16 | (uint32_t)(private >> 48);
}

/* False for a register that the ISA reserves. */
static bool hwreg_value(struct wave *w, unsigned id, uint32_t *value) {
    switch (id) {
    case HW_MODE:
        *value = w->mode;
        return true;
    case HW_STATUS:
        *value = status_value(w);
        return true;
    case HW_TRAPSTS:
        *value = w->trapsts;
        return true;
    case HW_ID:
        *value = hw_id_value(w);
        return true;
    case HW_GPR_ALLOC:
        *value = gpr_alloc_value(w);
        return true;
    case HW_LDS_ALLOC: /* in units of 64 dwords */
        *value = w->wg ? (w->wg->lds_size + 255) / 256 << 12 : 0;
        return true;
    case HW_IB_STS:
        *value = ib_sts_value(w);
        return true;
    case HW_SH_MEM_BASES:
        *value = sh_mem_bases_value(w);
        return true;
    case HW_XCC_ID:
        *value = w->wg ? w->wg->xcd : 0;
        return true;
    case HW_TBA_LO: /* no trap handler and no profiler is there */
    case HW_TBA_HI:
    case HW_TMA_LO:
    case HW_TMA_HI:
    case HW_PERF_SNAPSHOT_DATA:
    case HW_PERF_SNAPSHOT_DATA1:
    case HW_PERF_SNAPSHOT_PC_LO:
    case HW_PERF_SNAPSHOT_PC_HI:
        *value = 0;
        return true;
    default:
        return false;
    }
}

static void reserved(struct wave *w, const struct insn *in, unsigned id) {
    report(w, in, CHECK_NOT_IMPLEMENTED, NULL, 0, "hardware register %u is reserved", id);
    wave_end(w);
    if (w->wg)
        atomic_store(&w->wg->run->stop, true);
}

static void getreg(struct wave *w, const struct insn *in) {
    const struct operand *field = &in->opnd[1];
    uint32_t value;
    if (!hwreg_value(w, field_id(field), &value)) {
        reserved(w, in, field_id(field));
        return;
    }
    salu_write(w, in, &in->opnd[0], T_B32, value >> field_offset(field) & field_mask(field), 0);
}

static void setreg(struct wave *w, const struct insn *in) {
    const struct operand *field = &in->opnd[0];
    uint64_t undef;
    uint32_t source = (uint32_t)salu_source(w, in, 1, T_B32, &undef), before;
    uint32_t mask = field_mask(field) << field_offset(field), value = source << field_offset(field);
    if (!hwreg_value(w, field_id(field), &before)) {
        reserved(w, in, field_id(field));
        return;
    }
    if (undef & field_mask(field))
        report(w, in, CHECK_UNINIT_BRANCH, NULL, 0,
               "bits 0x%llx of what is written to a hardware register were never written",
               (unsigned long long)(undef & field_mask(field)));
    if (field_id(field) == HW_MODE)
        w->mode = (w->mode & ~mask) | (value & mask);
    else if (field_id(field) == HW_TRAPSTS)
        w->trapsts = (w->trapsts & ~(mask & TRAPSTS_WRITABLE)) | (value & mask & TRAPSTS_WRITABLE);
}

static const struct isa_op ops[] = {
    {.name = "s_getreg_b32", .flags = F_SALU, .dst = T_B32, .exec = getreg},
    {.name = "s_setreg_b32", .flags = F_SALU, .src = {T_NONE, T_B32}, .exec = setreg},
    {.name = "s_setreg_imm32_b32", .flags = F_SALU, .src = {T_NONE, T_B32}, .exec = setreg},
};
ISA_FAMILY(hwreg, ops);
