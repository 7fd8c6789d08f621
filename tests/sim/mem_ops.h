/* Runs one kernel of kernels/mem_ops.s on the simulator and gives its memory back. */
#ifndef TESTS_SIM_MEM_OPS_H
#define TESTS_SIM_MEM_OPS_H

#include "hip_check.h"

enum { LANES = 64, M_BYTES = 4096, FILL = 0xc0de0000 };

/* Inputs are the caller's; o and m are replaced. m_alloc: size of M's allocation. */
struct op_run {
    uint32_t a[LANES], d[LANES][4];
    uint32_t o[LANES][4];
    uint8_t m[M_BYTES];
    size_t m_alloc;
    bool descriptor_of_d;                     /* descriptor over D instead of M */
    uint32_t stride_word, num_records, word3; /* of the descriptor */
    uint32_t soffset, m0;
};

static hipModule_t op_module;
static uint64_t op_state = 0x9e3779b97f4a7c15ull;

static inline uint32_t op_random(void) {
    op_state ^= op_state << 13;
    op_state ^= op_state >> 7;
    op_state ^= op_state << 17;
    return (uint32_t)(op_state >> 16);
}

/* Random memory and data; A = 4 * lane times `step` plus `start`. */
static inline void op_prepare(struct op_run *r, uint32_t start, uint32_t step) {
    memset(r, 0, sizeof *r);
    for (unsigned i = 0; i < LANES; i++) {
        r->a[i] = start + step * i;
        for (unsigned k = 0; k < 4; k++)
            r->d[i][k] = op_random();
    }
    for (unsigned i = 0; i < M_BYTES; i++)
        r->m[i] = (uint8_t)op_random();
    r->m_alloc = M_BYTES;
    r->num_records = M_BYTES;
    r->word3 = 0x00020000;
}

/* The launch's result; findings stay for the caller (gfx950sim_findings). */
static inline hipError_t op_launch(struct op_run *r, const char *kernel) {
    struct {
        void *a, *d, *o, *m;
        uint32_t srd[4], soffset, m0;
    } args;
    hipFunction_t f;
    hipError_t got = hipModuleGetFunction(&f, op_module, kernel);
    CHECK(got == hipSuccess, "no kernel %s", kernel);
    if (got != hipSuccess)
        return got;
    gfx950sim_reset();
    CHECK_HIP(hipMalloc(&args.a, sizeof r->a));
    CHECK_HIP(hipMalloc(&args.d, sizeof r->d));
    CHECK_HIP(hipMalloc(&args.o, sizeof r->o));
    CHECK_HIP(hipMalloc(&args.m, r->m_alloc));
    CHECK_HIP(hipMemcpyHtoD(args.a, r->a, sizeof r->a));
    CHECK_HIP(hipMemcpyHtoD(args.d, r->d, sizeof r->d));
    CHECK_HIP(hipMemcpyHtoD(args.m, r->m, r->m_alloc));
    CHECK_HIP(hipMemsetD8(args.o, 0, sizeof r->o));
    uint64_t base = (uint64_t)(uintptr_t)(r->descriptor_of_d ? args.d : args.m);
    args.srd[0] = (uint32_t)base;
    args.srd[1] = (uint32_t)(base >> 32) | r->stride_word;
    args.srd[2] = r->num_records;
    args.srd[3] = r->word3;
    if (r->word3 == 0)
        memset(args.srd, 0, sizeof args.srd);
    args.soffset = r->soffset;
    args.m0 = r->m0;
    size_t size = sizeof args;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &args, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size, HIP_LAUNCH_PARAM_END};
    got = hipModuleLaunchKernel(f, 1, 1, 1, LANES, 1, 1, 0, NULL, NULL, extra);
    hipError_t done = hipDeviceSynchronize();
    if (got == hipSuccess)
        got = done;
    (void)hipGetLastError(); /* else the next launch fails too */
    (void)hipMemcpyDtoH(r->o, args.o, sizeof r->o);
    (void)hipMemcpyDtoH(r->m, args.m, r->m_alloc);
    CHECK_HIP(hipFree(args.a));
    CHECK_HIP(hipFree(args.d));
    CHECK_HIP(hipFree(args.o));
    CHECK_HIP(hipFree(args.m));
    return got;
}

/* No finding at all. */
static inline void op_run_clean(struct op_run *r, const char *kernel) {
    hipError_t got = op_launch(r, kernel);
    CHECK(got == hipSuccess, "%s gives %s:\n%s", kernel, hipGetErrorName(got), gfx950sim_findings());
    CHECK(strcmp(gfx950sim_findings(), "") == 0, "%s:\n%s", kernel, gfx950sim_findings());
}

/* Exactly the one finding, with this rule and these words. */
static inline void op_run_finds(struct op_run *r, const char *kernel, const char *rule, const char *words) {
    (void)op_launch(r, kernel);
    const char *found = gfx950sim_finding_rule(0);
    CHECK(found && strcmp(found, rule) == 0, "%s: found %s instead of %s\n%s", kernel, found ? found : "nothing", rule,
          gfx950sim_findings());
    CHECK_HAS(gfx950sim_findings(), words);
}

static inline void op_same(const char *kernel, const void *got, const void *want, size_t n, const char *what) {
    const uint8_t *g = got, *w = want;
    for (size_t i = 0; i < n; i++)
        if (g[i] != w[i]) {
            CHECK(false, "%s: %s byte %zu is 0x%02x, not 0x%02x", kernel, what, i, g[i], w[i]);
            return;
        }
}

/* Unaligned little-endian access to bytes. */
static inline uint32_t get32(const uint8_t *p) {
    uint32_t x;
    memcpy(&x, p, 4);
    return x;
}
static inline uint64_t get64(const uint8_t *p) {
    uint64_t x;
    memcpy(&x, p, 8);
    return x;
}

#endif
