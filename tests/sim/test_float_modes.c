/* Sums, products, fused multiply-adds and conversions of f16, f32 and f64 under every rounding and denormal mode of the
 * MODE register and with FP16_OVFL, against exact arithmetic: operands are added into a fixed-point number wide enough
 * for every product of doubles, which is then rounded once as the ISA defines the mode. */
#include <stdlib.h>

#include "wave.h"

#include "check.h"

enum { TRIALS = 6, WORDS = 144, LOW = -2200 /* exponent of the fixed-point number's last bit */ };

struct format {
    int mantissa, emin, emax;
};
static const struct format f16 = {10, -14, 15}, f32 = {23, -126, 127}, f64 = {52, -1022, 1023};

enum kind { ADD, SUB, MUL, FMA, MAD, MIXLO, FROM_FLOAT, FROM_SIGNED, FROM_UNSIGNED };

/* Sources v[0:1], v[2:3], v[4:5], destination v[8:9]; `half` 1: the upper half of packed operands. */
static const struct test {
    const char *text;
    enum kind kind;
    const struct format *to, *from;
    int half;
} tests[] = {
    {"v_add_f16_e32 v8, v0, v2", ADD, &f16, &f16, 0},
    {"v_sub_f16_e32 v8, v0, v2", SUB, &f16, &f16, 0},
    {"v_mul_f16_e32 v8, v0, v2", MUL, &f16, &f16, 0},
    {"v_fma_f16 v8, v0, v2, v4", FMA, &f16, &f16, 0},
    {"v_mad_f16 v8, v0, v2, v4", MAD, &f16, &f16, 0},
    {"v_pk_add_f16 v8, v0, v2", ADD, &f16, &f16, 1},
    {"v_pk_mul_f16 v8, v0, v2", MUL, &f16, &f16, 0},
    {"v_pk_fma_f16 v8, v0, v2, v4", FMA, &f16, &f16, 1},
    {"v_add_f32_e32 v8, v0, v2", ADD, &f32, &f32, 0},
    {"v_sub_f32_e32 v8, v0, v2", SUB, &f32, &f32, 0},
    {"v_mul_f32_e32 v8, v0, v2", MUL, &f32, &f32, 0},
    {"v_fma_f32 v8, v0, v2, v4", FMA, &f32, &f32, 0},
    {"v_pk_mul_f32 v[8:9], v[0:1], v[2:3] op_sel_hi:[1,1]", MUL, &f32, &f32, 0},
    {"v_pk_fma_f32 v[8:9], v[0:1], v[2:3], v[4:5] op_sel_hi:[1,1,1]", FMA, &f32, &f32, 0},
    {"v_fma_mix_f32 v8, v0, v2, v4", FMA, &f32, &f32, 0},
    {"v_fma_mixlo_f16 v8, v0, v2, v4", MIXLO, &f16, &f32, 0},
    {"v_add_f64 v[8:9], v[0:1], v[2:3]", ADD, &f64, &f64, 0},
    {"v_mul_f64 v[8:9], v[0:1], v[2:3]", MUL, &f64, &f64, 0},
    {"v_fma_f64 v[8:9], v[0:1], v[2:3], v[4:5]", FMA, &f64, &f64, 0},
    {"v_cvt_f16_f32_e32 v8, v0", FROM_FLOAT, &f16, &f32, 0},
    {"v_cvt_f32_f64_e32 v8, v[0:1]", FROM_FLOAT, &f32, &f64, 0},
    {"v_cvt_f32_i32_e32 v8, v0", FROM_SIGNED, &f32, NULL, 32},
    {"v_cvt_f32_u32_e32 v8, v0", FROM_UNSIGNED, &f32, NULL, 32},
    {"v_cvt_f16_i16_e32 v8, v0", FROM_SIGNED, &f16, NULL, 16},
    {"v_cvt_f16_u16_e32 v8, v0", FROM_UNSIGNED, &f16, NULL, 16},
};

/* --- formats as bits --- */

static int width(const struct format *f) {
    return f == &f16 ? 16 : f == &f32 ? 32 : 64;
}
static uint64_t sign_bit(const struct format *f) {
    return 1ull << (width(f) - 1);
}
static uint64_t infinity_of(const struct format *f) {
    return (uint64_t)(f->emax - f->emin + 2) << f->mantissa;
}
static bool is_nan(const struct format *f, uint64_t b) {
    return (b & ~sign_bit(f)) > infinity_of(f);
}
static bool is_infinite(const struct format *f, uint64_t b) {
    return (b & ~sign_bit(f)) == infinity_of(f);
}
static uint64_t flush(const struct format *f, uint64_t b, bool on) {
    return on && (b & ~sign_bit(f)) < 1ull << f->mantissa ? b & sign_bit(f) : b;
}

/* b = -1^negative * m * 2^e */
static uint64_t split(const struct format *f, uint64_t b, int *e) {
    uint64_t field = (b & ~sign_bit(f)) >> f->mantissa, m = b & ((1ull << f->mantissa) - 1);
    *e = f->emin - f->mantissa + (field ? (int)field - 1 : 0);
    return field ? m | 1ull << f->mantissa : m;
}

/* --- exact sums --- */

struct exact {
    uint32_t w[WORDS]; /* two's complement */
};

static void add_at(struct exact *x, unsigned __int128 m, int e, bool negative) {
    unsigned at = (unsigned)(e - LOW), shift = at % 32;
    uint32_t part[WORDS] = {0};
    for (unsigned k = 0; k < 5; k++) {
        unsigned __int128 piece = k == 0 ? m << shift : shift || k < 4 ? m >> (32 * k - shift) : 0;
        part[at / 32 + k] = (uint32_t)piece;
    }
    uint64_t carry = negative;
    for (unsigned k = 0; k < WORDS; k++) {
        carry += (uint64_t)x->w[k] + (negative ? (uint32_t)~part[k] : part[k]);
        x->w[k] = (uint32_t)carry;
        carry >>= 32;
    }
}

static bool bit_at(const struct exact *x, int e) {
    int at = e - LOW;
    return at >= 0 && x->w[at / 32] >> (at % 32) & 1;
}

/* Rounded by mode (0 nearest even, 1 up, 2 down, 3 to zero). *sliver: the value is below the normal numbers and the
 * result is not, where the ISA does not say whether it is flushed. */
static uint64_t round_exact(const struct format *f, struct exact x, unsigned mode, bool zero_sign, bool saturate,
                            bool *sliver) {
    bool negative = x.w[WORDS - 1] >> 31;
    if (negative) {
        uint64_t carry = 1;
        for (unsigned k = 0; k < WORDS; k++) {
            carry += (uint32_t)~x.w[k];
            x.w[k] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    int top = WORDS * 32 - 1 + LOW;
    while (top >= LOW && !bit_at(&x, top))
        top--;
    *sliver = false;
    if (top < LOW)
        return zero_sign ? sign_bit(f) : 0;
    int unit = (top > f->emin ? top : f->emin) - f->mantissa;
    uint64_t code = 0;
    for (int e = top; e >= unit; e--)
        code = code << 1 | bit_at(&x, e);
    bool half = bit_at(&x, unit - 1), rest = false;
    for (int e = LOW; e < unit - 1 && !rest; e++)
        rest = bit_at(&x, e);
    bool up = mode == 0   ? half && (rest || (code & 1))
              : mode == 1 ? !negative && (half || rest)
              : mode == 2 ? negative && (half || rest)
                          : false;
    code += up;
    if (top > f->emin)
        code += (uint64_t)(top - f->emin) << f->mantissa;
    *sliver = top < f->emin && code >= 1ull << f->mantissa;
    if (code >= infinity_of(f)) {
        bool away = mode == 0 || (mode == 1 && !negative) || (mode == 2 && negative);
        code = infinity_of(f) - (away && !saturate ? 0 : 1);
    }
    return code | (negative ? sign_bit(f) : 0);
}

/* a * b + c, of which b or c may be absent. False where a NaN or an infinity takes part: nothing is rounded then. */
static bool reference(const struct format *f, const struct format *to, const uint64_t *a, const uint64_t *b,
                      const uint64_t *c, unsigned mode, bool saturate, uint64_t *result, bool *sliver) {
    struct exact x = {{0}};
    const uint64_t *all[3] = {a, b, c};
    for (int k = 0; k < 3; k++)
        if (all[k] && (is_nan(f, *all[k]) || is_infinite(f, *all[k])))
            return false;
    int ea, eb = 0, ec;
    uint64_t ma = split(f, *a, &ea), mb = b ? split(f, *b, &eb) : 1;
    bool negative = ((*a ^ (b ? *b : 0)) & sign_bit(f)) != 0, zero_sign = negative;
    add_at(&x, (unsigned __int128)ma * mb, ea + eb, negative);
    if (c) {
        bool nc = (*c & sign_bit(f)) != 0;
        uint64_t mc = split(f, *c, &ec);
        add_at(&x, mc, ec, nc);
        zero_sign = nc == negative ? nc : mode == 2;
    }
    *result = round_exact(to, x, mode, zero_sign, saturate, sliver);
    return true;
}

/* --- running --- */

static uint64_t random_state = 0x243f6a8885a308d3ull;

static uint64_t random64(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/* Numbers near each other, near the ends of the format, and anywhere. */
static uint64_t operand(const struct format *f) {
    uint64_t m = random64() & ((1ull << f->mantissa) - 1), sign = random64() & 1 ? sign_bit(f) : 0, field;
    uint64_t fields = (uint64_t)(f->emax - f->emin + 2), bias = (uint64_t)f->emax;
    if (random64() % 4 == 0)
        m &= ~0ull << (random64() % (unsigned)f->mantissa);
    switch (random64() % 5) {
    case 0:
        field = random64() % (fields + 1);
        break;
    case 1:
        field = random64() % 3;
        break;
    case 2:
        field = fields - 1 - random64() % 3;
        break;
    case 3:
        field = bias / 2 + random64() % 4;
        break;
    default:
        field = bias + random64() % 12 - 6;
    }
    return sign | field << f->mantissa | m;
}

static void put(struct wave *w, unsigned reg, const uint64_t *value, unsigned shift) {
    lane_row lo, hi;
    for (int i = 0; i < LANES; i++) {
        lo[i] = (uint32_t)(value[i] << shift);
        hi[i] = (uint32_t)(value[i] >> 32);
    }
    wave_write_row(w, reg, lo, NULL, ~0ull);
    wave_write_row(w, reg + 1, hi, NULL, ~0ull);
}

static bool expected(const struct test *t, const uint64_t s[3], unsigned mode, bool keep_in, bool keep_out,
                     bool saturate, uint64_t *result, bool *sliver) {
    const struct format *f = t->from;
    uint64_t a = s[0], b = s[1], c = s[2], product;
    if (t->kind == FROM_SIGNED || t->kind == FROM_UNSIGNED) {
        struct exact x = {{0}};
        bool negative = t->kind == FROM_SIGNED && a >> (t->half - 1) & 1;
        uint64_t mask = (1ull << t->half) - 1;
        add_at(&x, negative ? (0 - a) & mask : a & mask, 0, negative);
        *result = round_exact(t->to, x, mode, false, saturate, sliver);
        return true;
    }
    a = flush(f, a, !keep_in);
    b = flush(f, b, !keep_in);
    c = flush(f, c, !keep_in);
    bool ok = true, inner = false;
    switch (t->kind) {
    case SUB:
        b ^= sign_bit(f); /* fall through */
    case ADD:
        ok = reference(f, t->to, &a, NULL, &b, mode, saturate, result, sliver);
        break;
    case MUL:
        ok = reference(f, t->to, &a, &b, NULL, mode, saturate, result, sliver);
        break;
    case FMA:
        ok = reference(f, t->to, &a, &b, &c, mode, saturate, result, sliver);
        break;
    case MAD:
        ok = reference(f, f, &a, &b, NULL, mode, false, &product, &inner) &&
             reference(f, t->to, &product, NULL, &c, mode, saturate, result, sliver);
        break;
    case MIXLO:
        ok = reference(f, f, &a, &b, &c, mode, false, &product, &inner);
        product = flush(f, product, !keep_out || !keep_in); /* a result of one step and a source of the next */
        ok = ok && !inner && reference(f, t->to, &product, NULL, NULL, mode, saturate, result, sliver);
        break;
    default:
        ok = reference(f, t->to, &a, NULL, NULL, mode, saturate, result, sliver);
    }
    uint64_t exact = *result;
    *result = flush(t->to, exact, !keep_out);
    return ok;
}

static unsigned compared;

static void run(struct wave *w, const struct test *t, const struct insn *in, unsigned mode, unsigned denorm,
                bool saturate) {
    uint64_t s[3][LANES];
    w->mode = mode * 5 | denorm * 5 << 4 | 3u << 8 | (uint32_t)saturate << 23;
    unsigned shift = t->to == &f16 && t->from == &f16 && t->half ? 16 : 0;
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < LANES; i++)
            s[k][i] = t->from ? operand(t->from) : random64() >> random64() % 40;
        put(w, 2u * (unsigned)k, s[k], shift);
    }
    in->exec(w, in);
    for (int i = 0; i < LANES; i++) {
        uint64_t got = wave_row(w, 8)[i] | (uint64_t)wave_row(w, 9)[i] << 32, want,
                 lane[3] = {s[0][i], s[1][i], s[2][i]};
        bool sliver = false;
        if (!expected(t, lane, mode, denorm & 1, denorm >> 1 & 1, saturate && t->to == &f16, &want, &sliver) ||
            (sliver && !(denorm & 2)))
            continue;
        got = got >> shift & (sign_bit(t->to) | (sign_bit(t->to) - 1));
        compared++;
        CHECK(got == want, "%s, round %u, denorm %u, ovfl %d: 0x%llx 0x%llx 0x%llx gives 0x%llx, not 0x%llx", t->text,
              mode, denorm, saturate, (unsigned long long)lane[0], (unsigned long long)lane[1],
              (unsigned long long)lane[2], (unsigned long long)got, (unsigned long long)want);
    }
}

int main(void) {
    static struct wave w;
    struct code code = {0};
    void *storage = aligned_alloc(64, (wave_storage_size() + 63) / 64 * 64);
    if (!storage)
        return 1;
    wave_init(&w, &code, storage);
    for (size_t k = 0; k < sizeof tests / sizeof *tests; k++) {
        struct insn in = {0};
        char err[200];
        if (!insn_decode(tests[k].text, &in, err, sizeof err) || !in.op) {
            CHECK(in.op != NULL, "%s is not decoded", tests[k].text);
            continue;
        }
        for (unsigned setting = 0; setting < 4 * 4 * 2; setting++)
            for (int trial = 0; trial < TRIALS; trial++)
                run(&w, &tests[k], &in, setting & 3, setting >> 2 & 3, setting >> 4);
    }
    free(storage);
    printf("%u results compared\n", compared);
    CHECK(compared > 100000, "only %u results were compared", compared);
    return check_result();
}
