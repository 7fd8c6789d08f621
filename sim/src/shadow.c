/* How undefined bits travel through per-lane operations: memcheck's rules, lane by lane. */
#include "valu.h"
#include "wave.h"

static bool wide(enum isa_type t) {
    return isa_type_dwords(t) == 2;
}

static uint64_t element(const void *p, enum isa_type t, int i) {
    return wide(t) ? ((const uint64_t *)p)[i] : ((const uint32_t *)p)[i];
}

static void put(uint64_t *p, enum isa_type t, int i, uint64_t v) {
    if (wide(t))
        p[i] = v;
    else
        ((uint32_t *)p)[i] = (uint32_t)v;
}

static uint64_t full(enum isa_type t) {
    return wide(t) ? ~0ull : 0xffffffffu;
}

/* From the lowest undefined bit upwards. */
static uint64_t smear_left(uint64_t u) {
    return u ? ~((u & (0 - u)) - 1) : 0;
}

static uint64_t each_part(uint64_t u, unsigned bits) {
    uint64_t part = bits == 16 ? 0xffff : 0xffffffffu, out = 0;
    for (unsigned s = 0; s < 64; s += bits)
        if (u >> s & part)
            out |= part << s;
    return out;
}

static size_t row_bytes(enum isa_type t) {
    return LANES * (wide(t) ? 8u : 4u);
}

static bool is_signed(enum isa_type t) {
    return t == T_I16 || t == T_I32 || t == T_I64;
}

/* The row's function over other sources. */
static uint64_t evaluate(const struct lane_args *x, const struct isa_op *op, const uint64_t *const src[3], void *d) {
    struct lane_args y = *x;
    y.a = src[0];
    y.b = src[1];
    y.c = src[2];
    y.d = d;
    y.mask_out = 0;
    op->lanes(&y);
    return y.mask_out;
}

/* b with its undefined bits set or cleared. As a number, the largest or smallest that they allow when `extreme`. */
static void assume(uint64_t *out, const void *b, const void *u, enum isa_type t, bool set, bool extreme) {
    uint64_t sign = !extreme || !is_signed(t) ? 0 : wide(t) ? 1ull << 63 : t == T_I16 ? 1ull << 15 : 1ull << 31;
    for (int i = 0; i < LANES; i++) {
        uint64_t ones = element(u, t, i) & (set ? ~sign : sign);
        uint64_t value = (element(b, t, i) & ~element(u, t, i)) | ones;
        put(out, t, i, t == T_I16 ? (uint64_t)(int16_t)value : value);
    }
}

static void by_combinations(const struct lane_args *x, const struct isa_op *op, unsigned nsrc, uint64_t us[3][LANES],
                            uint64_t *ud) {
    const void *v[3] = {x->a, x->b, x->c};
    uint64_t lo[3][LANES], hi[3][LANES], base[LANES], other[LANES];
    for (unsigned s = 0; s < nsrc; s++) {
        assume(lo[s], v[s], us[s], op->src[s], false, false);
        assume(hi[s], v[s], us[s], op->src[s], true, false);
    }
    memset(ud, 0, row_bytes(op->dst));
    for (unsigned choice = 0; choice < 1u << nsrc; choice++) {
        const uint64_t *src[3] = {NULL, NULL, NULL};
        for (unsigned s = 0; s < nsrc; s++)
            src[s] = choice >> s & 1 ? hi[s] : lo[s];
        evaluate(x, op, src, choice ? other : base);
        for (size_t i = 0; choice && i < row_bytes(op->dst) / 8; i++)
            ud[i] |= base[i] ^ other[i];
    }
}

static void by_moving(const struct lane_args *x, const struct isa_op *op, unsigned nsrc, uint64_t us[3][LANES],
                      uint64_t *ud) {
    const uint64_t *v[3] = {x->a, x->b, x->c}, *src[3] = {NULL, NULL, NULL};
    for (unsigned s = 0; s < nsrc; s++)
        src[s] = op->amounts >> s & 1 ? v[s] : us[s];
    evaluate(x, op, src, ud);
    bool packed = op->dst >= T_V2B16 && op->dst <= T_V2BF16, half = op->dst >= T_B16 && op->dst <= T_BF16;
    uint64_t relevant = packed ? 0x000f000f : half ? 0xf : wide(op->dst) ? 0x3f : 0x1f;
    if (x->in->mods.op_sel && !packed && !half) /* an amount in a high half */
        relevant |= relevant << 16;
    for (int i = 0; i < LANES; i++) {
        uint64_t amount = 0;
        for (unsigned s = 0; s < nsrc; s++)
            if (op->amounts >> s & 1)
                amount |= element(us[s], op->src[s], i) & relevant;
        if (amount)
            put(ud, op->dst, i, element(ud, op->dst, i) | (packed ? each_part(amount, 16) : full(op->dst)));
    }
}

/* Lanes whose comparison can turn out either way. */
static uint64_t by_extremes(const struct lane_args *x, const struct isa_op *op, uint64_t us[3][LANES]) {
    const void *v[2] = {x->a, x->b};
    uint64_t lo[2][LANES], hi[2][LANES], unused[LANES];
    for (unsigned s = 0; s < 2; s++) {
        assume(lo[s], v[s], us[s], op->src[s], false, true);
        assume(hi[s], v[s], us[s], op->src[s], true, true);
    }
    const uint64_t *below[3] = {lo[0], hi[1], NULL}, *above[3] = {hi[0], lo[1], NULL};
    return evaluate(x, op, below, unused) ^ evaluate(x, op, above, unused);
}

static uint64_t by_equality(const struct lane_args *x, const struct isa_op *op, uint64_t us[3][LANES]) {
    uint64_t lanes = 0;
    for (int i = 0; i < LANES; i++) {
        uint64_t u = element(us[0], op->src[0], i) | element(us[1], op->src[1], i);
        bool differ = (element(x->a, op->src[0], i) ^ element(x->b, op->src[1], i)) & ~u;
        lanes |= (uint64_t)(u && !differ) << i;
    }
    return lanes;
}

uint64_t shadow_propagate(const struct lane_args *x, const struct isa_op *op, unsigned nsrc, uint64_t us[3][LANES],
                          uint64_t *ud, uint64_t umask) {
    enum isa_type dt = op->dst == T_MASK ? T_B32 : op->dst;
    const void *v[3] = {x->a, x->b, x->c};
    uint64_t lanes = 0;
    if (op->shadow == SH_CUSTOM && op->shadow_fn) {
        struct shadow_args s = {x, us[0], us[1], us[2], ud};
        op->shadow_fn(&s);
        for (int i = 0; i < LANES; i++)
            lanes |= (uint64_t)(element(ud, dt, i) != 0) << i;
        return lanes;
    }
    if (op->shadow == SH_COMPARE)
        return by_extremes(x, op, us);
    if (op->shadow == SH_EQUAL)
        return by_equality(x, op, us);
    if (op->shadow == SH_BITWISE || op->shadow == SH_MOVE) {
        (op->shadow == SH_MOVE ? by_moving : by_combinations)(x, op, nsrc, us, ud);
        for (int i = 0; i < LANES; i++)
            lanes |= (uint64_t)(element(ud, dt, i) != 0) << i;
        return lanes;
    }
    for (int i = 0; i < LANES; i++) {
        uint64_t u[3] = {0, 0, 0}, b[3] = {0, 0, 0}, any = 0, out;
        for (unsigned s = 0; s < nsrc; s++) {
            u[s] = element(us[s], op->src[s], i);
            b[s] = element(v[s], op->src[s], i);
            any |= u[s];
        }
        bool um = umask >> i & 1;
        uint64_t all = full(dt);
        switch (op->shadow) {
        case SH_COPY:
            out = u[0];
            break;
        case SH_OR_BITS:
            out = any;
            break;
        case SH_AND: /* three sources: (a & b) | c */
            out = (u[0] & u[1]) | (u[0] & b[1]) | (u[1] & b[0]);
            if (nsrc == 3)
                out = (out & ~(b[2] & ~u[2])) | u[2];
            break;
        case SH_OR: {
            out = 0;
            uint64_t one = 0; /* bits where some source is a defined 1 */
            for (unsigned s = 0; s < nsrc; s++)
                one |= b[s] & ~u[s];
            out = any & ~one;
            break;
        }
        case SH_ADD:
            out = x->in->mods.clamp && any ? all : smear_left(any);
            break;
        case SH_SHL_REV:
        case SH_SHR_REV:
        case SH_ASHR_REV: {
            unsigned bits = wide(op->src[1]) ? 64 : 32, k = (unsigned)b[0] & (bits - 1);
            if (u[0] & (bits - 1)) {
                out = all;
            } else if (op->shadow == SH_SHL_REV) {
                out = u[1] << k;
            } else {
                out = u[1] >> k;
                if (op->shadow == SH_ASHR_REV && k && u[1] >> (bits - 1) & 1)
                    out |= ~0ull << (bits - k);
            }
            break;
        }
        case SH_SELECT:
            out = um ? any | (b[0] ^ b[1]) : x->mask_in >> i & 1 ? u[1] : u[0];
            break;
        case SH_PK16:
            out = each_part(any, 16);
            break;
        case SH_PK32:
            out = each_part(any, 32);
            break;
        default:
            out = any || um ? all : 0;
        }
        if (um && op->shadow != SH_SELECT)
            out = all;
        out &= all;
        put(ud, dt, i, out);
        lanes |= (uint64_t)(out != 0) << i;
    }
    return lanes;
}
