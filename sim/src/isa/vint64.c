/* 64-bit integers: shifts, shift and add, multiply and add. */
#include "vint.h"

LANE_FN2(v_lshlrev_b64, uint64_t, uint32_t, uint64_t, B << (A & 63))
LANE_FN2(v_lshrrev_b64, uint64_t, uint32_t, uint64_t, B >> (A & 63))
LANE_FN2(v_ashrrev_i64, uint64_t, uint32_t, int64_t, B >> (A & 63))

/* The ISA's pseudo-code takes three bits of the amount; its text supports 0 to 4 only. */
LANE_FN3(v_lshl_add_u64, uint64_t, uint64_t, uint32_t, uint64_t, (A << (B & 7)) + C)

static void shadow_lshl_add(struct shadow_args *s) {
    const uint64_t *a = s->sa, *c = s->sc;
    const uint32_t *b = s->sb, *amount = s->v->b;
    uint64_t *d = s->sd;
    for (int i = 0; i < LANES; i++) {
        uint64_t any = a[i] << (amount[i] & 7) | c[i];
        d[i] = b[i] & 7 ? ~0ull : any ? ~((any & (0 - any)) - 1) : 0;
    }
}

/* The mask receives bit 64 of the exact result. */
static void v_mad_u64_u32(struct lane_args *x) {
    const uint32_t *restrict a = x->a, *restrict b = x->b;
    const uint64_t *restrict c = x->c;
    uint64_t *restrict d = x->d;
    uint8_t carry[LANES];
    for (int i = 0; i < LANES; i++) {
        d[i] = (uint64_t)a[i] * b[i] + c[i];
        carry[i] = d[i] < c[i];
    }
    for (int i = 0; i < LANES && x->in->mods.clamp; i++)
        d[i] = carry[i] ? UINT64_MAX : d[i];
    x->mask_out = lanes_pack_bits(carry);
}

static void v_mad_i64_i32(struct lane_args *x) {
    const int32_t *restrict a = x->a, *restrict b = x->b;
    const uint64_t *restrict c = x->c;
    uint64_t *restrict d = x->d;
    uint8_t overflow[LANES], negative[LANES];
    for (int i = 0; i < LANES; i++) {
        uint64_t product = (uint64_t)((int64_t)a[i] * b[i]), sum = product + c[i];
        overflow[i] = (~(product ^ c[i]) & (product ^ sum)) >> 63;
        negative[i] = (uint8_t)(sum >> 63) ^ overflow[i];
        d[i] = sum;
    }
    for (int i = 0; i < LANES && x->in->mods.clamp; i++)
        d[i] = !overflow[i] ? d[i] : negative[i] ? (uint64_t)INT64_MIN : (uint64_t)INT64_MAX;
    x->mask_out = lanes_pack_bits(negative);
}

#define SHIFT(op, t)                                                                                                   \
    {.name = #op, .flags = F_VALU, .dst = t, .src = {T_U32, t}, .shadow = SH_MOVE, .amounts = 1 << 0, .lanes = op}
#define MAD(op, t, t32)                                                                                                \
    {.name = #op, .flags = F_VALU, .dst = t, .src = {t32, t32, t}, .shadow = SH_ADD, .lanes = op, .mask_dst = 1}

static const struct isa_op ops[] = {
    SHIFT(v_lshlrev_b64, T_B64),
    SHIFT(v_lshrrev_b64, T_B64),
    SHIFT(v_ashrrev_i64, T_I64),
    {.name = "v_lshl_add_u64",
     .flags = F_VALU,
     .dst = T_U64,
     .src = {T_U64, T_U32, T_U64},
     .shadow = SH_CUSTOM,
     .shadow_fn = shadow_lshl_add,
     .lanes = v_lshl_add_u64},
    MAD(v_mad_u64_u32, T_U64, T_U32),
    MAD(v_mad_i64_i32, T_I64, T_I32),
};
ISA_FAMILY(vint64, ops);
