/* For tests of the HIP front: they use hip_runtime_api.h and gfx950sim.h alone. */
#ifndef TESTS_SIM_HIP_CHECK_H
#define TESTS_SIM_HIP_CHECK_H

#include <hip/hip_runtime_api.h>
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "gfx950sim/gfx950sim.h"

/* The call gives the error; the message of a failure is shown. */
#define CHECK_GIVES(call, wanted)                                                                                      \
    do {                                                                                                               \
        hipError_t got_ = (call);                                                                                      \
        CHECK(got_ == (wanted), "it gives %s, not %s (%s)", hipGetErrorName(got_), hipGetErrorName(wanted),            \
              gfx950sim_message());                                                                                    \
    } while (0)
#define CHECK_HIP(call) CHECK_GIVES(call, hipSuccess)

/* The kernels of kernels/hip.s. */
struct kernels {
    hipModule_t module;
    hipFunction_t add_bias, count, stray, undefined;
};

static inline void load_kernels(struct kernels *k) {
    CHECK_HIP(hipModuleLoad(&k->module, HIP_CO));
    CHECK_HIP(hipModuleGetFunction(&k->add_bias, k->module, "add_bias"));
    CHECK_HIP(hipModuleGetFunction(&k->count, k->module, "count"));
    CHECK_HIP(hipModuleGetFunction(&k->stray, k->module, "stray"));
    CHECK_HIP(hipModuleGetFunction(&k->undefined, k->module, "undefined"));
    if (check_failures != 0)
        exit(check_result());
}

/* out[i] = in[i] + bias over n elements. */
static inline hipError_t launch_add(const struct kernels *k, hipStream_t stream, uint32_t *out, const uint32_t *in,
                                    uint32_t n, uint32_t bias) {
    void *params[] = {&out, &in, &n, &bias};
    return hipModuleLaunchKernel(k->add_bias, (n + 63) / 64, 1, 1, 64, 1, 1, 0, stream, params, NULL);
}

static inline uint32_t *device_words(size_t n) {
    void *p = NULL;
    CHECK_HIP(hipMalloc(&p, n * sizeof(uint32_t)));
    return p;
}

static inline uint32_t *filled_words(size_t n, uint32_t value) {
    uint32_t *p = device_words(n);
    CHECK_HIP(hipMemsetD32(p, (int)value, n));
    return p;
}

/* Element i of device memory. */
static inline uint32_t word_at(const uint32_t *p, size_t i) {
    uint32_t value = 0;
    CHECK_HIP(hipMemcpyDtoH(&value, (void *)(p + i), sizeof value));
    return value;
}

#endif
