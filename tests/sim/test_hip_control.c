/* Scalar control flow, calls, the fork stack, registers chosen at run time, and what is reported of their misuse. */
#include "hip_check.h"

enum { LANES = 64, NOTHING = 0x5a5a5a5a };

static uint32_t loop(uint32_t lane) {
    (void)lane;
    return 55;
}

static uint32_t divergent(uint32_t lane) {
    return lane < 5 ? 100 + lane : 200;
}

static uint32_t conditions(uint32_t lane) {
    (void)lane;
    return 31;
}

static uint32_t calls(uint32_t lane) {
    (void)lane;
    return 3 * ((7 + 1) * 2) + 1000;
}

static uint32_t forks(uint32_t lane) {
    static const uint32_t way[4] = {10 + 1, 20 + 5 + 1, 10 + 1, 30 + 5 + 1};
    return way[lane & 3];
}

/* s20..s23 hold 11, 22, 33, 44; s22 is read, then s22 becomes 55, then s[22:23] is read. */
static uint32_t relative_sgprs(uint32_t lane) {
    (void)lane;
    return 33 + 55 * 1000 + 44;
}

/* v4..v7 hold 100, 200 + lane, 300 + lane, 400. */
static uint32_t relative_vgprs(uint32_t lane) {
    return (300 + lane) + (200 + lane) + 100;
}

/* 1 - 2^-31 rounds to 1 - 2^-24 downwards and to 1 otherwise: one ulp; times the rounding mode. */
static uint32_t mode_register(uint32_t lane) {
    (void)lane;
    return 2;
}

static uint32_t skipping(uint32_t lane) {
    (void)lane;
    return 11;
}

static uint32_t hints(uint32_t lane) {
    (void)lane;
    return 7 + 2;
}

static uint32_t killed(uint32_t lane) {
    (void)lane;
    return NOTHING;
}

static const struct {
    const char *kernel;
    uint32_t (*expected)(uint32_t lane);
} runs[] = {
    {"loop", loop},
    {"divergent", divergent},
    {"conditions", conditions},
    {"calls", calls},
    {"forks", forks},
    {"relative_sgprs", relative_sgprs},
    {"relative_vgprs", relative_vgprs},
    {"mode_register", mode_register},
    {"skipping", skipping},
    {"hints", hints},
    {"killed", killed},
};

static const struct {
    const char *kernel, *rule;
} faults[] = {
    {"fault_trap", "trap"},
    {"fault_halt", "trap"},
    {"fault_pc", "bad-pc"},
    {"fault_scc", "uninit-branch"},
    {"fault_vcc", "uninit-branch"},
    {"fault_exec", "uninit-exec"},
    {"fault_saveexec", "uninit-exec"},
    {"fault_index", "register-range"},
    {"fault_vgpr_index", "register-range"},
};

static hipError_t launch(hipModule_t module, const char *kernel, uint32_t *out) {
    hipFunction_t function;
    CHECK_HIP(hipModuleGetFunction(&function, module, kernel));
    size_t size = sizeof out;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, &out, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size, HIP_LAUNCH_PARAM_END};
    hipError_t error = hipModuleLaunchKernel(function, 1, 1, 1, LANES, 1, 1, 0, NULL, NULL, extra);
    hipError_t late = hipDeviceSynchronize();
    return error != hipSuccess ? error : late;
}

static void test_run(hipModule_t module, const char *kernel, uint32_t (*expected)(uint32_t)) {
    uint32_t got[LANES], *out = filled_words(LANES, NOTHING);
    gfx950sim_reset();
    hipError_t error = launch(module, kernel, out);
    CHECK(error == hipSuccess, "%s gives %s\n%s", kernel, hipGetErrorName(error), gfx950sim_findings());
    CHECK_HIP(hipMemcpyDtoH(got, out, sizeof got));
    for (uint32_t lane = 0; lane < LANES; lane++)
        CHECK(got[lane] == expected(lane), "%s, lane %u: %u, not %u", kernel, lane, got[lane], expected(lane));
    CHECK_HIP(hipFree(out));
}

static void test_fault(hipModule_t module, const char *kernel, const char *rule) {
    uint32_t *out = filled_words(LANES, NOTHING);
    gfx950sim_reset();
    hipError_t error = launch(module, kernel, out);
    CHECK(error == hipErrorLaunchFailure, "%s gives %s", kernel, hipGetErrorName(error));
    const char *found = gfx950sim_finding_rule(0);
    CHECK(found != NULL && strcmp(found, rule) == 0 && gfx950sim_finding_is_error(0), "%s is found as %s, not %s",
          kernel, found ? found : "nothing", rule);
    CHECK(gfx950sim_finding_rule(1) == NULL, "%s has more findings than its own:\n%s", kernel, gfx950sim_findings());
    CHECK_HIP(hipFree(out));
}

int main(void) {
    hipModule_t module;
    CHECK_HIP(hipModuleLoad(&module, CONTROL_CO));
    if (check_failures != 0)
        return check_result();
    for (size_t i = 0; i < sizeof runs / sizeof *runs; i++)
        test_run(module, runs[i].kernel, runs[i].expected);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        test_fault(module, faults[i].kernel, faults[i].rule);
    CHECK_HIP(hipModuleUnload(module));
    return check_result();
}
