/* Packed f16 and f32 arithmetic. */
#include "fp.h"
#include "lanes.h"

static void halves(struct lane_args *x, float (*a)[LANES], float (*b)[LANES]) {
    f16_pairs_to_f32(x->a, a[0], a[1]);
    f16_pairs_to_f32(x->b, b[0], b[1]);
}

#define PAIR2(fn, expr)                                                                                                \
    static void fn(struct lane_args *x) {                                                                              \
        float a[2][LANES], b[2][LANES];                                                                                \
        halves(x, a, b);                                                                                               \
        for (int h = 0; h < 2; h++)                                                                                    \
            for (int i = 0; i < LANES; i++) {                                                                          \
                const float A = a[h][i], B = b[h][i];                                                                  \
                a[h][i] = expr;                                                                                        \
            }                                                                                                          \
        f32_to_f16_pairs(a[0], a[1], x->d);                                                                            \
    }
PAIR2(add16, A + B)
PAIR2(mul16, A *B)

static void fma16_pairs(struct lane_args *x) {
    float a[2][LANES], b[2][LANES], c[2][LANES];
    halves(x, a, b);
    f16_pairs_to_f32(x->c, c[0], c[1]);
    for (int h = 0; h < 2; h++)
        for (int i = 0; i < LANES; i++)
            c[h][i] = fma16(a[h][i], b[h][i], c[h][i]);
    f32_to_f16_pairs(c[0], c[1], x->d);
}

static inline uint32_t min_pair(uint32_t a, uint32_t b, bool ieee) {
    return fmin16(a & 0xffff, b & 0xffff, ieee) | fmin16(a >> 16, b >> 16, ieee) << 16;
}
static inline uint32_t max_pair(uint32_t a, uint32_t b, bool ieee) {
    return fmax16(a & 0xffff, b & 0xffff, ieee) | fmax16(a >> 16, b >> 16, ieee) << 16;
}
static inline uint32_t minimum_pair(uint32_t a, uint32_t b) {
    return fminimum16(a & 0xffff, b & 0xffff) | fminimum16(a >> 16, b >> 16) << 16;
}
static inline uint32_t maximum_pair(uint32_t a, uint32_t b) {
    return fmaximum16(a & 0xffff, b & 0xffff) | fmaximum16(a >> 16, b >> 16) << 16;
}
LANE_MINMAX2(min16, min_pair(A, B, ieee))
LANE_MINMAX2(max16, max_pair(A, B, ieee))
LANE_FN3(minimum3_16, lane_u32, lane_u32, lane_u32, lane_u32, minimum_pair(minimum_pair(A, B), C))
LANE_FN3(maximum3_16, lane_u32, lane_u32, lane_u32, lane_u32, maximum_pair(maximum_pair(A, B), C))

/* A pair of f32 is two neighbouring elements of the row. */
#define PAIR32(fn, expr)                                                                                               \
    static void fn(struct lane_args *x) {                                                                              \
        const lane_f32 *restrict a = x->a, *restrict b = x->b;                                                         \
        lane_f32 *restrict d = x->d;                                                                                   \
        for (int i = 0; i < 2 * LANES; i++) {                                                                          \
            const float A = a[i], B = b[i];                                                                            \
            d[i] = expr;                                                                                               \
        }                                                                                                              \
    }
PAIR32(add32, A + B)
PAIR32(mul32, A *B)
static void fma32(struct lane_args *x) {
    fma32_row(x->a, x->b, x->c, x->d, 2 * LANES);
}

#define PK16_2(mnemonic, fn)                                                                                           \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU | F_MODE64,                                                                                       \
     .dst = T_V2F16,                                                                                                   \
     .src = {T_V2F16, T_V2F16},                                                                                        \
     .shadow = SH_PK16,                                                                                                \
     .lanes = fn}
#define PK16_3(mnemonic, fn, more)                                                                                     \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU | F_MODE64 | (more),                                                                              \
     .dst = T_V2F16,                                                                                                   \
     .src = {T_V2F16, T_V2F16, T_V2F16},                                                                               \
     .shadow = SH_PK16,                                                                                                \
     .lanes = fn}
#define PK32_2(mnemonic, fn)                                                                                           \
    {.name = mnemonic,                                                                                                 \
     .flags = F_VALU | F_MODE32,                                                                                       \
     .dst = T_V2F32,                                                                                                   \
     .src = {T_V2F32, T_V2F32},                                                                                        \
     .shadow = SH_PK32,                                                                                                \
     .lanes = fn}

static const struct isa_op ops[] = {
    PK16_2("v_pk_add_f16", add16),
    PK16_2("v_pk_mul_f16", mul16),
    PK16_3("v_pk_fma_f16", fma16_pairs, 0),
    PK16_3("v_pk_fmac_f16", fma16_pairs, F_RMW),
    PK16_2("v_pk_min_f16", min16),
    PK16_2("v_pk_max_f16", max16),
    PK16_3("v_pk_minimum3_f16", minimum3_16, 0),
    PK16_3("v_pk_maximum3_f16", maximum3_16, 0),
    PK32_2("v_pk_add_f32", add32),
    PK32_2("v_pk_mul_f32", mul32),
    {.name = "v_pk_fma_f32",
     .flags = F_VALU | F_MODE32,
     .dst = T_V2F32,
     .src = {T_V2F32, T_V2F32, T_V2F32},
     .shadow = SH_PK32,
     .lanes = fma32},
};
ISA_FAMILY(vpkf, ops);
