#include "atomics.h"

#define FN(name, expr)                                                                                                 \
    static uint64_t fn_##name(uint64_t old, uint64_t data, uint64_t compare) {                                         \
        (void)old, (void)compare;                                                                                      \
        return (uint64_t)(expr);                                                                                       \
    }
/* With the 32-bit halves as M and D, the second datum as C. */
#define FN32(name, type, expr)                                                                                         \
    static uint64_t fn_##name(uint64_t old, uint64_t data, uint64_t compare) {                                         \
        type M = (type)(uint32_t)old, D = (type)(uint32_t)data, C = (type)(uint32_t)compare;                           \
        (void)M, (void)C;                                                                                              \
        return (uint32_t)(expr);                                                                                       \
    }
#define FN64(name, type, expr)                                                                                         \
    static uint64_t fn_##name(uint64_t old, uint64_t data, uint64_t compare) {                                         \
        type M = (type)old, D = (type)data, C = (type)compare;                                                         \
        (void)M, (void)C;                                                                                              \
        return (uint64_t)(expr);                                                                                       \
    }
#define BOTH(name, expr) FN32(name##32, uint32_t, expr) FN64(name##64, uint64_t, expr)
#define BOTH_SIGNED(name, expr) FN32(name##32, int32_t, expr) FN64(name##64, int64_t, expr)

BOTH(swap, D)
BOTH(cmpswap, M == C ? D : M)
BOTH(add, M + D)
BOTH(sub, M - D)
BOTH(rsub, D - M)
BOTH_SIGNED(smin, D < M ? D : M)
BOTH_SIGNED(smax, D >= M ? D : M)
BOTH(umin, D < M ? D : M)
BOTH(umax, D >= M ? D : M)
BOTH(and, M &D)
BOTH(or, M | D)
BOTH(xor, M ^ D)
BOTH(inc, M >= D ? 0 : M + 1)
BOTH(dec, M == 0 || M > D ? D : M - 1)
/* LDS only: the first register is the mask, or what is compared; the second comes as `compare` */
BOTH(mskor, (M & ~D) | C)
FN32(wrap32, uint32_t, M >= D ? M - D : M + C)

static float f32(uint64_t b) {
    uint32_t u = (uint32_t)b;
    float f;
    memcpy(&f, &u, 4);
    return f;
}
static uint64_t b32(float f) {
    uint32_t u;
    memcpy(&u, &f, 4);
    return u;
}
static double f64(uint64_t b) {
    double f;
    memcpy(&f, &b, 8);
    return f;
}
static uint64_t b64(double f) {
    uint64_t u;
    memcpy(&u, &f, 8);
    return u;
}

FN(add_f32, b32(f32(old) + f32(data)))
FN(add_f64, b64(f64(old) + f64(data)))
FN(min_f32, f32(data) < f32(old) ? data : old)
FN(max_f32, f32(data) > f32(old) ? data : old)
FN(min_f64, f64(data) < f64(old) ? data : old)
FN(max_f64, f64(data) > f64(old) ? data : old)
FN(cmpswap_f32, f32(old) == f32(compare) ? data : old)
FN(cmpswap_f64, f64(old) == f64(compare) ? data : old)

static uint32_t add_half(uint32_t a, uint32_t b) {
    _Float16 x, y;
    uint16_t xb = (uint16_t)a, yb = (uint16_t)b;
    memcpy(&x, &xb, 2);
    memcpy(&y, &yb, 2);
    x = (_Float16)((float)x + (float)y); /* exact in f32, rounded once */
    memcpy(&xb, &x, 2);
    return xb;
}

static uint32_t add_bf16(uint32_t a, uint32_t b) {
    float sum = f32((uint64_t)(a & 0xffff) << 16) + f32((uint64_t)(b & 0xffff) << 16);
    uint32_t u = (uint32_t)b32(sum);
    if (sum != sum)
        return u >> 16 | 0x40;
    return (u + 0x7fff + (u >> 16 & 1)) >> 16;
}

FN(pk_add_f16, add_half((uint32_t)old, (uint32_t)data) | add_half((uint32_t)(old >> 16), (uint32_t)(data >> 16)) << 16)
FN(pk_add_bf16, add_bf16((uint32_t)old, (uint32_t)data) | add_bf16((uint32_t)(old >> 16), (uint32_t)(data >> 16)) << 16)

#define OP(id, n, ...) const struct atomic_op atomic_##id = {.fn = fn_##id, .ndw = n, __VA_ARGS__};
#define OPS(id, ...) OP(id##32, 1, __VA_ARGS__) OP(id##64, 2, __VA_ARGS__)
OPS(swap, .overwrites = true)
OPS(cmpswap, .compare = true)
OPS(add, 0)
OPS(sub, 0)
OPS(rsub, 0)
OPS(smin, 0)
OPS(umin, 0)
OPS(smax, 0)
OPS(umax, 0)
OPS(and, .bitwise = true)
OPS(or, .bitwise = true)
OPS(xor, .bitwise = true)
OPS(inc, 0)
OPS(dec, 0)
OPS(mskor, .compare = true)
OP(wrap32, 1, .compare = true)
OP(add_f32, 1, 0)
OP(min_f32, 1, 0)
OP(max_f32, 1, 0)
OP(cmpswap_f32, 1, .compare = true)
OP(add_f64, 2, 0)
OP(min_f64, 2, 0)
OP(max_f64, 2, 0)
OP(cmpswap_f64, 2, .compare = true)
OP(pk_add_f16, 1, 0)
OP(pk_add_bf16, 1, 0)
