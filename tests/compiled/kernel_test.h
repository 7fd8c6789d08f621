/* A test of one compiled kernel: how it is launched, with what, and what it must be equal to. */
#ifndef COMPILED_KERNEL_TEST_H
#define COMPILED_KERNEL_TEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the host stands in the grid. */
struct cpu_item {
    uint32_t item[3], group[3], size[3], groups[3];
};
extern struct cpu_item cpu_item;
/* Puts cpu_item on the first work-item; on the next, false past the last (x fastest, workgroup by workgroup). */
void cpu_first(void);
bool cpu_next(void);

union cpu_arg {
    void *pointer;
    uint32_t u;
    uint64_t u64;
    float f;
    double d;
};

/* Writes `bytes` of test data, the same for the same *seed; base is the address that the bytes will have. */
typedef void fill_function(void *to, size_t bytes, uint64_t *seed, uint64_t base);
/* Number of the first element that is wrong, -1 when all are right. */
typedef long compare_function(const void *device, const void *cpu, size_t bytes, double tolerance);

struct kernel_arg {
    enum { ARG_NONE, ARG_BUFFER, ARG_VALUE } kind;
    size_t bytes;
    fill_function *fill;       /* NULL: the kernel must write all of it before anyone reads it */
    compare_function *compare; /* NULL: equal bits */
    double tolerance;
    union cpu_arg value;
};

enum { KERNEL_ARGS_MAX = 8 };

struct kernel_test {
    const char *name;
    void (*cpu)(const union cpu_arg *a);
    uint32_t groups[3], size[3], lds; /* lds: dynamic, in bytes */
    struct kernel_arg args[KERNEL_ARGS_MAX];
};

struct kernel_file {
    const char *name;
    const struct kernel_test *tests;
    size_t count;
};

/* A buffer is compared with the CPU's after the launch, also one that is only read. */
#define IN(n, fill_with) {.kind = ARG_BUFFER, .bytes = (n), .fill = fill_with}
#define INOUT(n, fill_with) {.kind = ARG_BUFFER, .bytes = (n), .fill = fill_with}
#define OUT(n) {.kind = ARG_BUFFER, .bytes = (n)}
#define OUT_AS(n, how) {.kind = ARG_BUFFER, .bytes = (n), .compare = how}
#define OUT_NEAR(n, how, allowed) {.kind = ARG_BUFFER, .bytes = (n), .compare = how, .tolerance = (allowed)}
#define U32(v)                                                                                                         \
    {                                                                                                                  \
        .kind = ARG_VALUE, .value = {.u = (v) }                                                                        \
    }
#define U64(v)                                                                                                         \
    {                                                                                                                  \
        .kind = ARG_VALUE, .value = {.u64 = (v) }                                                                      \
    }
#define F32(v)                                                                                                         \
    {                                                                                                                  \
        .kind = ARG_VALUE, .value = {.f = (v) }                                                                        \
    }
#define F64(v)                                                                                                         \
    {                                                                                                                  \
        .kind = ARG_VALUE, .value = {.d = (v) }                                                                        \
    }

/* --- data.c --- */

uint64_t random_next(uint64_t *seed);
fill_function fill_bits, fill_zero;
fill_function fill_bytes_small;                         /* bytes 0..7 */
fill_function fill_f32, fill_f64, fill_f16, fill_bf16;  /* both signs, magnitudes 2^-6 to 2^7 */
fill_function fill_f32_any, fill_f64_any, fill_f16_any; /* any bits: zeros, infinities, NaNs and denormals among them */
fill_function fill_f32_unit;                            /* 0.001 to 0.999 */
fill_function fill_f32_integer, fill_f16_integer, fill_bf16_integer, fill_f64_count; /* integers -8..8 */

compare_function same_bits;
compare_function same_f32, same_f64, same_f16, same_bf16; /* equal bits, or both NaN */
compare_function near_f32, near_f64;                      /* |device - cpu| <= tolerance * max(1, |cpu|) */
compare_function not_compared;

#endif
