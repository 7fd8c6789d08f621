/* Moves, selection by mask, and operations on single lanes and across lanes. */
#include "salu.h"
#include "vint.h"

LANE_FN1(mov32, uint32_t, uint32_t, A)
LANE_FN1(mov64, uint64_t, uint64_t, A)
/* Which half of each source arrives in bits 31:0 is op_sel's doing. */
LANE_FN2(pk_mov, uint64_t, uint64_t, uint64_t, (A & 0xffffffff) | B << 32)

static void cndmask(struct lane_args *x) {
    const uint32_t *restrict a = x->a, *restrict b = x->b;
    uint32_t *restrict d = x->d;
    for (int first = 0; first < LANES; first += 32) {
        const uint32_t mask = (uint32_t)(x->mask_in >> first);
        for (int i = 0; i < 32; i++) {
            const uint32_t take = 0u - (mask >> i & 1);
            d[first + i] = (b[first + i] & take) | (a[first + i] & ~take);
        }
    }
}

/* Ones of the mask in a, below the lane's own bit, added to b. */
static uint32_t bits_below(int lane) {
    return lane <= 0 ? 0 : lane >= 32 ? ~0u : (1u << lane) - 1;
}

LANE_FN2(mbcnt_lo, uint32_t, uint32_t, uint32_t, (uint32_t)__builtin_popcount((A)&bits_below(i)) + B)
LANE_FN2(mbcnt_hi, uint32_t, uint32_t, uint32_t, (uint32_t)__builtin_popcount((A)&bits_below(i - 32)) + B)

static void shadow_mbcnt(struct shadow_args *s, int first) {
    const uint32_t *a = s->sa, *b = s->sb;
    uint32_t *d = s->sd;
    for (int i = 0; i < LANES; i++) {
        bool counted = a[i] & bits_below(i - first);
        d[i] = counted ? ~0u : b[i] ? ~((b[i] & (0 - b[i])) - 1) : 0;
    }
}

static void shadow_mbcnt_lo(struct shadow_args *s) {
    shadow_mbcnt(s, 0);
}

static void shadow_mbcnt_hi(struct shadow_args *s) {
    shadow_mbcnt(s, 32);
}

static void nothing(struct wave *w, const struct insn *in) {
    (void)w, (void)in;
}

/* --- one lane --- */

static void read_lane(struct wave *w, const struct insn *in, unsigned lane, bool undefined_lane) {
    lane_row tmp;
    const struct operand *o = &in->opnd[1];
    uint32_t undef = undefined_lane ? ~0u : 0, value = vsrc_row(w, in, 1, 0, tmp)[lane];
    if (o->kind == OPND_VGPR && w->vstate[o->reg] != REG_DEFINED)
        undef |= wave_undef_row(w, o->reg, tmp)[lane];
    salu_write(w, in, &in->opnd[0], T_B32, value, undef);
}

static void readlane(struct wave *w, const struct insn *in) {
    uint64_t undef, lane = salu_source(w, in, 2, T_U32, &undef);
    read_lane(w, in, lane & 63, undef & 63);
}

static void readfirstlane(struct wave *w, const struct insn *in) {
    uint64_t exec = wave_exec(w);
    read_lane(w, in, exec ? (unsigned)__builtin_ctzll(exec) : 0, false);
}

static void writelane(struct wave *w, const struct insn *in) {
    uint64_t uvalue, ulane, value = salu_source(w, in, 1, T_B32, &uvalue), lane = salu_source(w, in, 2, T_U32, &ulane);
    lane_row row, undef;
    for (int i = 0; i < LANES; i++) {
        row[i] = (uint32_t)value;
        undef[i] = ulane & 63 ? ~0u : (uint32_t)uvalue;
    }
    wave_write_row(w, in->opnd[0].reg, row, uvalue | (ulane & 63) ? undef : NULL, 1ull << (lane & 63));
}

/* --- two registers --- */

struct rows {
    lane_row value[2], undef[2];
    bool any_undef;
};

static void load_rows(struct wave *w, const struct insn *in, struct rows *r) {
    r->any_undef = false;
    for (int k = 0; k < 2; k++) {
        unsigned reg = in->opnd[k].reg;
        lane_row tmp;
        memcpy(r->value[k], wave_row(w, reg), sizeof(lane_row));
        memcpy(r->undef[k], wave_undef_row(w, reg, tmp), sizeof(lane_row));
        r->any_undef |= w->vstate[reg] != REG_DEFINED;
    }
}

static void swap(struct wave *w, const struct insn *in) {
    struct rows r;
    load_rows(w, in, &r);
    for (int k = 0; k < 2; k++)
        wave_write_row(w, in->opnd[k].reg, r.value[!k], r.any_undef ? r.undef[!k] : NULL, wave_exec(w));
}

/* Lanes of the first register whose number has bit `distance` change places with lanes of the second that have it
 * not. EXEC as for DPP: an inactive lane is not written, and read only with fi; else bound_ctrl gives 0, or nothing is
 * written. */
static void permlane_swap(struct wave *w, const struct insn *in, unsigned distance) {
    const struct insn_mods *m = &in->mods;
    struct rows r, out;
    uint64_t exec = wave_exec(w), write[2] = {0, 0};
    load_rows(w, in, &r);
    out = r;
    for (unsigned lane = 0; lane < LANES; lane++) {
        unsigned k = lane & distance ? 0 : 1, from = lane ^ distance;
        bool readable = m->fi || (exec >> from & 1);
        if (!readable && !m->bound_ctrl)
            continue;
        out.value[k][lane] = readable ? r.value[!k][from] : 0;
        out.undef[k][lane] = readable ? r.undef[!k][from] : 0;
        write[k] |= 1ull << lane;
    }
    for (int k = 0; k < 2; k++)
        wave_write_row(w, in->opnd[k].reg, out.value[k], r.any_undef ? out.undef[k] : NULL, write[k] & exec);
}

static void permlane16_swap(struct wave *w, const struct insn *in) {
    permlane_swap(w, in, 16);
}

static void permlane32_swap(struct wave *w, const struct insn *in) {
    permlane_swap(w, in, 32);
}

#define MOV32(mnemonic)                                                                                                \
    {.name = mnemonic, .flags = F_VALU, .dst = T_B32, .src = {T_B32}, .shadow = SH_COPY, .lanes = mov32}
#define MBCNT(mnemonic, fn)                                                                                            \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU,                                                                                                  \
     .dst = T_U32,                                                                                                     \
     .src = {T_B32, T_U32},                                                                                            \
     .shadow = SH_CUSTOM,                                                                                              \
     .shadow_fn = shadow_##fn,                                                                                         \
     .lanes = fn}
#define SWAP(mnemonic, fn) {.name = mnemonic, .flags = F_VALU | F_SWAP, .dst = T_B32, .src = {T_B32}, .exec = fn}

static const struct isa_op ops[] = {
    {.name = "v_nop", .flags = F_VALU, .exec = nothing},
    {.name = "v_clrexcp", .flags = F_VALU, .exec = nothing}, /* exceptions are not recorded */
    MOV32("v_mov_b32"),
    MOV32("v_accvgpr_read_b32"),
    MOV32("v_accvgpr_write_b32"),
    MOV32("v_accvgpr_mov_b32"),
    {.name = "v_mov_b64", .flags = F_VALU, .dst = T_B64, .src = {T_B64}, .shadow = SH_COPY, .lanes = mov64},
    {.name = "v_pk_mov_b32",
     .flags = F_VALU,
     .dst = T_V2B32,
     .src = {T_V2B32, T_V2B32},
     .shadow = SH_MOVE,
     .lanes = pk_mov},
    {.name = "v_cndmask_b32",
     .flags = F_VALU,
     .dst = T_B32,
     .src = {T_B32, T_B32},
     .shadow = SH_SELECT,
     .lanes = cndmask,
     .mask_src = 1},
    MBCNT("v_mbcnt_lo_u32_b32", mbcnt_lo),
    MBCNT("v_mbcnt_hi_u32_b32", mbcnt_hi),
    {.name = "v_readlane_b32",
     .flags = F_VALU | F_READLANE | F_NO_EXEC,
     .dst = T_B32,
     .src = {T_B32, T_U32},
     .exec = readlane},
    {.name = "v_readfirstlane_b32",
     .flags = F_VALU | F_READLANE | F_NO_EXEC,
     .dst = T_B32,
     .src = {T_B32},
     .exec = readfirstlane},
    {.name = "v_writelane_b32", .flags = F_VALU | F_NO_EXEC, .dst = T_B32, .src = {T_B32, T_U32}, .exec = writelane},
    SWAP("v_swap_b32", swap),
    SWAP("v_permlane16_swap_b32", permlane16_swap),
    SWAP("v_permlane32_swap_b32", permlane32_swap),
};
ISA_FAMILY(vlane, ops);
