/* Floating-point compares: sixteen predicates and the class test. */
#include "fp.h"
#include "lanes.h"

/* "n" predicates are true for NaN; lg is less or greater. */
#define PREDICATES(X, type)                                                                                            \
    X(f, 0, type)                                                                                                      \
    X(lt, A < B, type)                                                                                                 \
    X(eq, A == B, type)                                                                                                \
    X(le, A <= B, type)                                                                                                \
    X(gt, A > B, type)                                                                                                 \
    X(lg, (A < B) | (A > B), type)                                                                                     \
    X(ge, A >= B, type)                                                                                                \
    X(o, (A == A) & (B == B), type)                                                                                    \
    X(u, (A != A) | (B != B), type)                                                                                    \
    X(nge, !(A >= B), type)                                                                                            \
    X(nlg, !((A < B) | (A > B)), type)                                                                                 \
    X(ngt, !(A > B), type)                                                                                             \
    X(nle, !(A <= B), type)                                                                                            \
    X(neq, A != B, type)                                                                                               \
    X(nlt, !(A < B), type)                                                                                             \
    X(tru, 1, type)

#define CMP_FN32(pred, expr, type)                                                                                     \
    static inline uint8_t pred##_##type(lane_##type A, lane_##type B) {                                                \
        (void)A, (void)B;                                                                                              \
        return expr;                                                                                                   \
    }                                                                                                                  \
    LANE_CMP(cmp_##pred##_##type, lane_##type, lane_##type, (pred##_##type(A, B)))
PREDICATES(CMP_FN32, f32)
PREDICATES(CMP_FN32, f64)

#define CMP_FN16(pred, expr, type)                                                                                     \
    static void cmp_##pred##_f16(struct lane_args *x) {                                                                \
        float a[LANES], b[LANES];                                                                                      \
        uint8_t bit[LANES];                                                                                            \
        f16_row_to_f32(x->a, a);                                                                                       \
        f16_row_to_f32(x->b, b);                                                                                       \
        for (int i = 0; i < LANES; i++)                                                                                \
            bit[i] = pred##_f32(a[i], b[i]);                                                                           \
        x->mask_out = lanes_pack_bits(bit);                                                                            \
    }
PREDICATES(CMP_FN16, f16)

/* The bit of the class mask that a number stands for. */
static inline uint32_t class_of(bool sign, bool nan, bool quiet, bool top, bool normal, bool nonzero) {
    uint32_t finite = normal    ? (sign ? 1u << 3 : 1u << 8)
                      : nonzero ? (sign ? 1u << 4 : 1u << 7)
                      : sign    ? 1u << 5
                                : 1u << 6;
    return nan ? (quiet ? 1u << 1 : 1u << 0) : top ? (sign ? 1u << 2 : 1u << 9) : finite;
}

static inline bool class16(uint32_t b, uint32_t mask) {
    uint32_t m = b & 0x7fff;
    return class_of(b >> 15 & 1, m > 0x7c00, b & 0x200, m == 0x7c00, m >= 0x400, m) & mask;
}

static inline bool class32(uint32_t b, uint32_t mask) {
    uint32_t m = b & 0x7fffffff;
    return class_of(b >> 31, m > 0x7f800000, b & 0x400000, m == 0x7f800000, m >= 0x800000, m) & mask;
}

static inline bool class64(uint64_t b, uint32_t mask) {
    uint64_t m = b & ~(1ull << 63), inf = 0x7ffull << 52;
    return class_of(b >> 63, m > inf, b >> 51 & 1, m == inf, m >= 1ull << 52, m) & mask;
}

LANE_CMP(cmp_class_f16, lane_u32, lane_u32, class16(A, B))
LANE_CMP(cmp_class_f32, lane_u32, lane_u32, class32(A, B))
LANE_CMP(cmp_class_f64, lane_u64, lane_u32, class64(A, B))

#define MODE_f16 F_MODE64
#define MODE_f32 F_MODE32
#define MODE_f64 F_MODE64
#define T_f16 T_F16
#define T_f32 T_F32
#define T_f64 T_F64
#define ROWS(pred, expr, type)                                                                                         \
    {.name = "v_cmp_" #pred "_" #type,                                                                                 \
     .flags = F_VALU | MODE_##type,                                                                                    \
     .dst = T_MASK,                                                                                                    \
     .src = {T_##type, T_##type},                                                                                      \
     .lanes = cmp_##pred##_##type},                                                                                    \
        {.name = "v_cmpx_" #pred "_" #type,                                                                            \
         .flags = F_VALU | F_CMPX | MODE_##type,                                                                       \
         .dst = T_MASK,                                                                                                \
         .src = {T_##type, T_##type},                                                                                  \
         .lanes = cmp_##pred##_##type},
#define CLASS_ROWS(type, mask)                                                                                         \
    {.name = "v_cmp_class_" #type,                                                                                     \
     .flags = F_VALU,                                                                                                  \
     .dst = T_MASK,                                                                                                    \
     .src = {T_##type, mask},                                                                                          \
     .lanes = cmp_class_##type},                                                                                       \
        {.name = "v_cmpx_class_" #type,                                                                                \
         .flags = F_VALU | F_CMPX,                                                                                     \
         .dst = T_MASK,                                                                                                \
         .src = {T_##type, mask},                                                                                      \
         .lanes = cmp_class_##type},

/* clang-format off */
static const struct isa_op ops[] = {
    PREDICATES(ROWS, f16)
    PREDICATES(ROWS, f32)
    PREDICATES(ROWS, f64)
    CLASS_ROWS(f16, T_U16)
    CLASS_ROWS(f32, T_U32)
    CLASS_ROWS(f64, T_U32)
};
/* clang-format on */
ISA_FAMILY(vcmp_f, ops);
