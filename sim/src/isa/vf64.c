/* f64 arithmetic. */
#include "fp.h"
#include "lanes.h"

#include <math.h>

LANE_FN2(add, lane_f64, lane_f64, lane_f64, A + B)
LANE_FN2(mul, lane_f64, lane_f64, lane_f64, A *B)
static void fma_(struct lane_args *x) {
    fma64_row(x->a, x->b, x->c, x->d, LANES);
}

#define MINMAX(fn, expr)                                                                                               \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_u64 *restrict a_ = x->a, *restrict b_ = x->b;                                                       \
        lane_u64 *restrict d_ = x->d;                                                                                  \
        const bool ieee = x->w->mode & MODE_IEEE, in = mode_flush16_in(x->w), out = mode_flush16_out(x->w);            \
        for (int i = 0; i < LANES; i++) {                                                                              \
            const uint64_t A = flush64(a_[i], in), B = flush64(b_[i], in);                                             \
            d_[i] = flush64(expr, out);                                                                                \
        }                                                                                                              \
    }
MINMAX(min, fmin64(A, B, ieee))
MINMAX(max, fmax64(A, B, ieee))

LANE_FN1(trunc_, lane_f64, lane_f64, trunc(A))
LANE_FN1(ceil_, lane_f64, lane_f64, ceil(A))
LANE_FN1(floor_, lane_f64, lane_f64, floor(A))
static void rndne(struct lane_args *x) {
    rndne64_row(x->a, x->d);
}

static inline double fract1(double a) {
    const double below_one = 0x1.fffffffffffffp-1, d = a - floor(a);
    return d > below_one ? below_one : d;
}
LANE_FN1(fract, lane_f64, lane_f64, fract1(A))

/* In three steps at most, of which only the last can round: the others stay normal or leave the range for good. */
static inline double scale_by(double a, int32_t b) {
    b = b > 2200 ? 2200 : b < -2200 ? -2200 : b;
    if (a == 0.0 || !isfinite(a))
        return a + a;
    int e;
    double m = frexp(a, &e);
    int to = e + b;
    if (to > 1024)
        return m * 0x1p1023 * 0x1p1023;
    if (to < -1074 - 1)
        return m * 0x1p-1022 * 0x1p-200;
    int first = to / 2;
    return m * exp2_int(first) * exp2_int(to - first);
}
LANE_FN2(ldexp_, lane_f64, lane_f64, int32_t, scale_by(A, B))

/* As for f32. */
static void frexp_exp(struct lane_args *x) {
    const lane_u64 *a = x->a;
    lane_u32 *d = x->d;
    for (int i = 0; i < LANES; i++) {
        uint32_t e = a[i] >> 52 & 0x7ff;
        d[i] = e == 2047 ? 0 : e - 1022;
    }
}

static inline uint64_t mantissa(uint64_t b) {
    uint64_t sign = b & 1ull << 63, m = b & ~(1ull << 63);
    if (m == 0 || m >= 0x7ffull << 52)
        return b;
    uint64_t n = m < 1ull << 52 ? f64_bits((double)(int64_t)m) : m;
    return sign | 1022ull << 52 | (n & ((1ull << 52) - 1));
}

static void frexp_mant(struct lane_args *x) {
    const lane_u64 *a = x->a;
    lane_u64 *d = x->d;
    const bool in = mode_flush16_in(x->w);
    for (int i = 0; i < LANES; i++)
        d[i] = mantissa(flush64(a[i], in));
}

#define F64_1(mnemonic, fn) {.name = mnemonic, .flags = F_VALU | F_MODE64, .dst = T_F64, .src = {T_F64}, .lanes = fn}
#define F64_2(mnemonic, fn)                                                                                            \
    {.name = mnemonic, .flags = F_VALU | F_MODE64, .dst = T_F64, .src = {T_F64, T_F64}, .lanes = fn}

static const struct isa_op ops[] = {
    F64_2("v_add_f64", add),
    F64_2("v_mul_f64", mul),
    F64_2("v_min_f64", min),
    F64_2("v_max_f64", max),
    {.name = "v_fma_f64", .flags = F_VALU | F_MODE64, .dst = T_F64, .src = {T_F64, T_F64, T_F64}, .lanes = fma_},
    {.name = "v_fmac_f64",
     .flags = F_VALU | F_MODE64 | F_RMW,
     .dst = T_F64,
     .src = {T_F64, T_F64, T_F64},
     .lanes = fma_},
    F64_1("v_trunc_f64", trunc_),
    F64_1("v_ceil_f64", ceil_),
    F64_1("v_floor_f64", floor_),
    F64_1("v_rndne_f64", rndne),
    F64_1("v_fract_f64", fract),
    F64_1("v_frexp_mant_f64", frexp_mant),
    {.name = "v_frexp_exp_i32_f64", .flags = F_VALU, .dst = T_I32, .src = {T_F64}, .lanes = frexp_exp},
    {.name = "v_ldexp_f64", .flags = F_VALU | F_MODE64, .dst = T_F64, .src = {T_F64, T_I32}, .lanes = ldexp_},
};
ISA_FAMILY(vf64, ops);
