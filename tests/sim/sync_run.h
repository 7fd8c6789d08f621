/* Runs one kernel of kernels/sync.s or kernels/independent.s. */
#ifndef TESTS_SIM_SYNC_RUN_H
#define TESTS_SIM_SYNC_RUN_H

#include "hip_check.h"

enum { WORDS = 1024 };

static hipModule_t sync_module, independent_module;

struct sync_run {
    uint32_t data[WORDS], out[WORDS]; /* data: in and out */
};

static inline hipError_t sync_launch(struct sync_run *r, const char *kernel, unsigned groups, unsigned items) {
    struct {
        void *data, *flag, *out;
    } args;
    hipFunction_t f;
    hipError_t got = hipModuleGetFunction(&f, sync_module, kernel);
    if (got != hipSuccess && independent_module)
        got = hipModuleGetFunction(&f, independent_module, kernel);
    CHECK(got == hipSuccess, "no kernel %s", kernel);
    if (got != hipSuccess)
        return got;
    gfx950sim_reset();
    CHECK_HIP(hipMalloc(&args.data, sizeof r->data));
    CHECK_HIP(hipMalloc(&args.flag, 256));
    CHECK_HIP(hipMalloc(&args.out, sizeof r->out));
    CHECK_HIP(hipMemcpyHtoD(args.data, r->data, sizeof r->data));
    CHECK_HIP(hipMemsetD8(args.flag, 0, 256));
    CHECK_HIP(hipMemsetD8(args.out, 0, sizeof r->out));
    size_t size = sizeof args;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &args, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size, HIP_LAUNCH_PARAM_END};
    got = hipModuleLaunchKernel(f, groups, 1, 1, items, 1, 1, 0, NULL, NULL, extra);
    hipError_t done = hipDeviceSynchronize();
    if (got == hipSuccess)
        got = done;
    (void)hipGetLastError();
    CHECK_HIP(hipMemcpyDtoH(r->data, args.data, sizeof r->data));
    CHECK_HIP(hipMemcpyDtoH(r->out, args.out, sizeof r->out));
    CHECK_HIP(hipFree(args.data));
    CHECK_HIP(hipFree(args.flag));
    CHECK_HIP(hipFree(args.out));
    return got;
}

static inline void sync_prepare(struct sync_run *r) {
    for (uint32_t i = 0; i < WORDS; i++)
        r->data[i] = 0x10000 + i;
}

static inline bool sync_found(const char *rule) {
    const char *found;
    for (size_t i = 0; (found = gfx950sim_finding_rule(i)) != NULL; i++)
        if (strcmp(found, rule) == 0)
            return true;
    return false;
}

static const char *const sync_orders[] = {"run-to-barrier", "reversed", "lock-step", "shuffle"};

/* Clean in every order of waves and workgroups. The results are those of the last order. */
static inline void sync_clean(struct sync_run *r, const char *kernel, unsigned groups, unsigned items) {
    for (size_t k = 0; k < sizeof sync_orders / sizeof *sync_orders; k++) {
        gfx950sim_set("order", sync_orders[k]);
        sync_prepare(r);
        hipError_t got = sync_launch(r, kernel, groups, items);
        CHECK(got == hipSuccess && strcmp(gfx950sim_findings(), "") == 0, "%s in order %s gives %s:\n%s", kernel,
              sync_orders[k], hipGetErrorName(got), gfx950sim_findings());
    }
}

/* The rule is found in every order. */
static inline void sync_finds(struct sync_run *r, const char *kernel, unsigned groups, unsigned items,
                              const char *rule) {
    for (size_t k = 0; k < sizeof sync_orders / sizeof *sync_orders; k++) {
        gfx950sim_set("order", sync_orders[k]);
        sync_prepare(r);
        (void)sync_launch(r, kernel, groups, items);
        CHECK(sync_found(rule), "%s in order %s lacks %s:\n%s", kernel, sync_orders[k], rule, gfx950sim_findings());
    }
    gfx950sim_set("order", "run-to-barrier");
}

#endif
