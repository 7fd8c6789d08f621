/* Atomics in plain C, by the stem of their mnemonics, from the definitions in AMD's CDNA4 ISA document. */
#ifndef TESTS_SIM_ATOMIC_REFERENCE_H
#define TESTS_SIM_ATOMIC_REFERENCE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static inline float as_f32(uint64_t x) {
    uint32_t b = (uint32_t)x;
    float f;
    memcpy(&f, &b, 4);
    return f;
}
static inline uint64_t of_f32(float f) {
    uint32_t b;
    memcpy(&b, &f, 4);
    return b;
}
static inline double as_f64(uint64_t x) {
    double f;
    memcpy(&f, &x, 8);
    return f;
}
static inline uint64_t of_f64(double f) {
    uint64_t b;
    memcpy(&b, &f, 8);
    return b;
}

/* Nearest f16, ties to even, through doubles: finite inputs and results only. */
static inline uint16_t half_of(double x) {
    uint16_t sign = signbit(x) ? 0x8000 : 0;
    x = fabs(x);
    if (x == 0)
        return sign;
    int e;
    frexp(x, &e);
    if (e < -13)
        e = -13; /* denormals share the smallest exponent */
    double ulp = ldexp(1, e - 11), q = nearbyint(x / ulp);
    return (uint16_t)(sign + (q >= 1024 ? (uint16_t)((e + 14 - 1) << 10) + (uint16_t)(q - 0) : (uint16_t)q));
}
static inline double half_value(uint16_t h) {
    int e = h >> 10 & 31;
    double m = h & 1023, x = e ? ldexp(m + 1024, e - 25) : ldexp(m, -24);
    return h & 0x8000 ? -x : x;
}
static inline uint16_t bf16_of(float f) {
    uint32_t b = (uint32_t)of_f32(f), low = b & 0xffff, up = b >> 16;
    return (uint16_t)(up + (low > 0x8000 || (low == 0x8000 && (up & 1))));
}

/* op without _x2 and type suffixes; wide: 64 bits. second: compare value, or the second register of LDS forms. */
static inline uint64_t atomic_after(const char *op, bool wide, uint64_t m, uint64_t d, uint64_t second) {
    uint64_t mask = wide ? ~0ull : 0xffffffffu;
    int64_t sm = wide ? (int64_t)m : (int32_t)m, sd = wide ? (int64_t)d : (int32_t)d;
    m &= mask, d &= mask, second &= mask;
#define IS(name) (strcmp(op, name) == 0)
    if (IS("swap"))
        return d;
    if (IS("cmpswap"))
        return m == second ? d : m;
    if (IS("add"))
        return (m + d) & mask;
    if (IS("sub"))
        return (m - d) & mask;
    if (IS("rsub"))
        return (d - m) & mask;
    if (IS("smin"))
        return sd < sm ? d : m;
    if (IS("smax"))
        return sd > sm ? d : m;
    if (IS("umin"))
        return d < m ? d : m;
    if (IS("umax"))
        return d > m ? d : m;
    if (IS("and"))
        return m & d;
    if (IS("or"))
        return m | d;
    if (IS("xor"))
        return m ^ d;
    if (IS("inc"))
        return m >= d ? 0 : m + 1;
    if (IS("dec"))
        return m == 0 || m > d ? d : m - 1;
    if (IS("mskor"))
        return (m & ~d) | second;
    if (IS("wrap"))
        return (m >= d ? m - d : m + second) & mask;
    if (IS("add_f"))
        return wide ? of_f64(as_f64(m) + as_f64(d)) : of_f32(as_f32(m) + as_f32(d));
    if (IS("min_f"))
        return (wide ? as_f64(d) < as_f64(m) : as_f32(d) < as_f32(m)) ? d : m;
    if (IS("max_f"))
        return (wide ? as_f64(d) > as_f64(m) : as_f32(d) > as_f32(m)) ? d : m;
    if (IS("cmpswap_f"))
        return (wide ? as_f64(m) == as_f64(second) : as_f32(m) == as_f32(second)) ? d : m;
    if (IS("pk_add_f16")) {
        uint64_t low = half_of(half_value((uint16_t)m) + half_value((uint16_t)d));
        return low | (uint64_t)half_of(half_value((uint16_t)(m >> 16)) + half_value((uint16_t)(d >> 16))) << 16;
    }
    if (IS("pk_add_bf16")) {
        uint64_t low = bf16_of(as_f32(m << 16) + as_f32(d << 16));
        return low | (uint64_t)bf16_of(as_f32(m & 0xffff0000) + as_f32(d & 0xffff0000)) << 16;
    }
    return 0xdeadbeefdeadbeefull;
#undef IS
}

#endif
