/* Test data and comparisons. */
#include "kernel_test.h"

#include <math.h>
#include <string.h>

struct cpu_item cpu_item;

void cpu_first(void) {
    memset(cpu_item.item, 0, sizeof cpu_item.item);
    memset(cpu_item.group, 0, sizeof cpu_item.group);
}

static bool count_up(uint32_t at[3], const uint32_t end[3]) {
    for (int d = 0; d < 3; d++) {
        if (++at[d] < end[d])
            return true;
        at[d] = 0;
    }
    return false;
}

bool cpu_next(void) {
    return count_up(cpu_item.item, cpu_item.size) || count_up(cpu_item.group, cpu_item.groups);
}

uint64_t random_next(uint64_t *seed) {
    uint64_t z = *seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

void fill_bits(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)base;
    for (size_t i = 0; i < bytes; i++)
        ((uint8_t *)to)[i] = (uint8_t)(random_next(seed) >> 20);
}

void fill_zero(void *to, size_t bytes, uint64_t *seed, uint64_t base) {
    (void)seed, (void)base;
    memset(to, 0, bytes);
}

/* One value of a type per call of `expression`, in which r is a random number. */
#define FILL(name, type, expression)                                                                                   \
    void name(void *to, size_t bytes, uint64_t *seed, uint64_t base) {                                                 \
        (void)base;                                                                                                    \
        for (size_t i = 0; i < bytes / sizeof(type); i++) {                                                            \
            uint64_t r = random_next(seed);                                                                            \
            type x = (type)(expression);                                                                               \
            memcpy((char *)to + i * sizeof x, &x, sizeof x);                                                           \
        }                                                                                                              \
    }

/* 1 to 2 times a power of two, both signs. */
static double ordinary(uint64_t r) {
    double x = ldexp(1.0 + (double)(r >> 20) / 17592186044416.0, (int)(r & 15) % 13 - 6);
    return r >> 16 & 1 ? -x : x;
}

static uint16_t bf16_bits(float x) {
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return (uint16_t)(u >> 16);
}

FILL(fill_bytes_small, uint8_t, r >> 30 & 7)
FILL(fill_f32, float, ordinary(r))
FILL(fill_f64, double, ordinary(r))
FILL(fill_f16, _Float16, ordinary(r))
FILL(fill_bf16, uint16_t, bf16_bits((float)ordinary(r)))
FILL(fill_f32_unit, float, 0.001 + (double)(r >> 32) * (0.998 / 4294967296.0))
FILL(fill_f32_integer, float, (int)(r >> 40) % 17 - 8)
FILL(fill_f64_count, double, (int)(r >> 40 & 15) - 7)
FILL(fill_f16_integer, _Float16, (int)(r >> 40) % 17 - 8)
FILL(fill_bf16_integer, uint16_t, bf16_bits((float)((int)(r >> 40) % 17 - 8)))

static const uint32_t corners32[16] = {0,          0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x00000001,
                                       0x807fffff, 0x3f800000, 0x00800000, 0x7f7fffff, 0xbf800001, 0x00400000,
                                       0x7f800001, 0x4b800000, 0x33800000, 0x3effffff};
static const uint64_t corners64[16] = {0,
                                       0x8000000000000000,
                                       0x7ff0000000000000,
                                       0xfff0000000000000,
                                       0x7ff8000000000000,
                                       0x0000000000000001,
                                       0x800fffffffffffff,
                                       0x3ff0000000000000,
                                       0x0010000000000000,
                                       0x7fefffffffffffff,
                                       0xbff0000000000001,
                                       0x0008000000000000,
                                       0x7ff0000000000001,
                                       0x4330000000000000,
                                       0x3ca0000000000000,
                                       0x3fdfffffffffffff};

/* Half of the values are any bits; the other half from the corners. */
FILL(fill_f32_any, uint32_t, r & 8 ? r >> 32 : corners32[r >> 40 & 15])
FILL(fill_f64_any, uint64_t, r & 8 ? random_next(seed) : corners64[r >> 40 & 15])
FILL(fill_f16_any, uint16_t, r >> 32)

long same_bits(const void *device, const void *cpu, size_t bytes, double tolerance) {
    (void)tolerance;
    for (size_t i = 0; i < bytes; i++)
        if (((const uint8_t *)device)[i] != ((const uint8_t *)cpu)[i])
            return (long)i;
    return -1;
}

/* Equal bits, or both NaN by the mask of the exponent. */
#define SAME(name, type, exponent, fraction)                                                                           \
    long name(const void *device, const void *cpu, size_t bytes, double tolerance) {                                   \
        (void)tolerance;                                                                                               \
        for (size_t i = 0; i < bytes / sizeof(type); i++) {                                                            \
            type a, b;                                                                                                 \
            memcpy(&a, (const char *)device + i * sizeof a, sizeof a);                                                 \
            memcpy(&b, (const char *)cpu + i * sizeof b, sizeof b);                                                    \
            bool nans = (a & exponent) == exponent && (a & fraction) && (b & exponent) == exponent && (b & fraction);  \
            if (a != b && !nans)                                                                                       \
                return (long)i;                                                                                        \
        }                                                                                                              \
        return -1;                                                                                                     \
    }

SAME(same_f32, uint32_t, 0x7f800000u, 0x7fffffu)
SAME(same_f64, uint64_t, 0x7ff0000000000000u, 0xfffffffffffffu)
SAME(same_f16, uint16_t, 0x7c00, 0x3ff)
SAME(same_bf16, uint16_t, 0x7f80, 0x7f)

#define NEAR(name, type)                                                                                               \
    long name(const void *device, const void *cpu, size_t bytes, double tolerance) {                                   \
        for (size_t i = 0; i < bytes / sizeof(type); i++) {                                                            \
            type a, b;                                                                                                 \
            memcpy(&a, (const char *)device + i * sizeof a, sizeof a);                                                 \
            memcpy(&b, (const char *)cpu + i * sizeof b, sizeof b);                                                    \
            if (!(fabs((double)a - (double)b) <= tolerance * fmax(1.0, fabs((double)b))))                              \
                return (long)i;                                                                                        \
        }                                                                                                              \
        return -1;                                                                                                     \
    }

NEAR(near_f32, float)
NEAR(near_f64, double)

long not_compared(const void *device, const void *cpu, size_t bytes, double tolerance) {
    (void)device, (void)cpu, (void)bytes, (void)tolerance;
    return -1;
}
