/* Counters of gfx950sim.h: bytes in flight by allocation, instructions by class, and how a launch lies on the machine.
 */
#include "hip_check.h"

enum { BYTES = 4096, MANY = 20, FOLLOWED = 16, LANES = 64 };

static hipModule_t module;

struct args {
    void *buffer[6];
};

static void run_with(const char *kernel, unsigned groups, unsigned items, unsigned dynamic_lds, struct args *args) {
    hipFunction_t f;
    size_t size = sizeof *args;
    void *extra[] = {HIP_LAUNCH_PARAM_BUFFER_POINTER, args, HIP_LAUNCH_PARAM_BUFFER_SIZE, &size, HIP_LAUNCH_PARAM_END};
    CHECK_HIP(hipModuleGetFunction(&f, module, kernel));
    gfx950sim_reset();
    CHECK_HIP(hipModuleLaunchKernel(f, groups, 1, 1, items, 1, 1, dynamic_lds, NULL, NULL, extra));
    CHECK_HIP(hipDeviceSynchronize());
    CHECK(gfx950sim_findings()[0] == '\0', "%s", gfx950sim_findings());
}

static struct gfx950sim_launch_stats run(const char *kernel, unsigned groups, unsigned items, unsigned dynamic_lds) {
    struct gfx950sim_launch_stats stats = {.size = sizeof stats};
    struct args args = {{NULL}};
    run_with(kernel, groups, items, dynamic_lds, &args);
    CHECK(gfx950sim_get_launch_stats(&stats) == 0, "no launch");
    return stats;
}

static struct gfx950sim_memory_stats of(const void *memory) {
    struct gfx950sim_memory_stats stats = {.size = sizeof stats};
    CHECK(gfx950sim_get_memory_stats(memory, &stats) == 0, "no such allocation");
    return stats;
}

static uint64_t in_flight(const void *memory) {
    return of(memory).peak_wave_bytes_in_flight;
}

#define CHECK_IS(value, wanted)                                                                                        \
    CHECK((value) == (wanted), "it is %llu, not %llu", (unsigned long long)(value), (unsigned long long)(wanted))

static void test_in_flight(void) {
    struct args args;
    for (int i = 0; i < 6; i++)
        args.buffer[i] = filled_words(BYTES / 4, 0);
    void **p = args.buffer;
    run_with("in_flight", 1, 256, 0, &args);
    CHECK_IS(in_flight(p[0]), 3 * 1024);
    CHECK_IS(in_flight(p[1]), 2 * 32 * 4);
    CHECK_IS(in_flight(p[2]), 0);
    CHECK_IS(of(p[0]).bytes_read, 4u * 4 * 1024);
    run_with("in_flight", 2, 64, 0, &args); /* the most of any wave, not the last one's */
    CHECK_IS(in_flight(p[0]), 5 * 1024);
    run_with("in_flight", 1, 64, 0, &args); /* counted afresh after a reset */
    CHECK_IS(in_flight(p[0]), 3 * 1024);
    run_with("kinds", 1, 64, 0, &args);
    CHECK_IS(in_flight(p[2]), 100);
    CHECK_IS(in_flight(p[3]), 256);
    CHECK_IS(in_flight(p[4]), 64);
    CHECK_IS(in_flight(p[5]), 0);
    CHECK_IS(of(p[5]).bytes_read, 256);

    /* A reader that knows only the first two counters. */
    struct gfx950sim_memory_stats early = {.size = offsetof(struct gfx950sim_memory_stats, peak_wave_bytes_in_flight),
                                           .peak_wave_bytes_in_flight = 12345};
    CHECK_IS(gfx950sim_get_memory_stats(p[4], &early), 0);
    CHECK(early.bytes_read == 96 && early.peak_wave_bytes_in_flight == 12345, "%llu, %llu",
          (unsigned long long)early.bytes_read, (unsigned long long)early.peak_wave_bytes_in_flight);
    for (int i = 0; i < 6; i++)
        CHECK_HIP(hipFree(p[i]));
}

/* More allocations at a time than a wave follows: the others count each load by itself. */
static void test_many(void) {
    uint64_t table[LANES];
    uint32_t *memory[MANY];
    struct args args = {{filled_words(2 * LANES, 0)}};
    for (int i = 0; i < MANY; i++)
        memory[i] = filled_words(LANES, 0);
    for (int lane = 0; lane < LANES; lane++)
        table[lane] = (uintptr_t)(memory[lane % MANY] + lane);
    CHECK_HIP(hipMemcpyHtoD(args.buffer[0], table, sizeof table));
    run_with("many", 1, 64, 0, &args);
    for (int i = 0; i < MANY; i++) {
        uint64_t one = 4u * (i < LANES % MANY ? LANES / MANY + 1 : LANES / MANY);
        CHECK_IS(in_flight(memory[i]), i < FOLLOWED ? 2 * one : one);
        CHECK_HIP(hipFree(memory[i]));
    }
    CHECK_HIP(hipFree(args.buffer[0]));
}

static void test_classes(void) {
    enum { WAVES = 6 };
    struct gfx950sim_launch_stats s = run("classes", 3, 128, 0);
    struct gfx950sim_stats all = {.size = sizeof all};
    gfx950sim_get_stats(&all);
    CHECK_IS(s.mfma, 6 * WAVES);
    CHECK_IS(s.mfma_16x16x128, 2 * WAVES);
    CHECK_IS(s.mfma_32x32x64, 3 * WAVES);
    CHECK_IS(s.valu, 34 * WAVES);
    CHECK_IS(s.salu, 2 * WAVES);
    CHECK_IS(s.lds, WAVES);
    CHECK_IS(s.smem + s.vmem, 0);
    CHECK_IS(s.wave_instructions, s.mfma + s.valu + s.salu + s.lds);
    CHECK_IS(all.mfma_16x16x128, s.mfma_16x16x128);
    CHECK_IS(all.mfma_32x32x64, s.mfma_32x32x64);
    CHECK_IS(all.mfma, s.mfma);
    CHECK_IS(all.waves, WAVES);
    CHECK(strcmp(s.kernel, "classes") == 0, "the kernel is \"%s\"", s.kernel);
    run("large", 1, 64, 0);
    gfx950sim_get_stats(&all);
    CHECK_IS(all.mfma, 0);
}

static void test_place(void) {
    gfx950sim_reset();
    struct gfx950sim_launch_stats none = {.size = sizeof none};
    CHECK_IS(gfx950sim_get_launch_stats(&none), -1);

    static const struct {
        const char *kernel;
        unsigned groups, items, lds;
        const char *limit;
        unsigned limited_to, busy, per_cu, resident;
    } cases[] = {
        {"in_flight", 5, 64, 0, "waves", 32, 5, 1, 1},      /* 32 waves to a CU */
        {"in_flight", 256, 1024, 0, "waves", 2, 256, 1, 1}, /* 16 waves each */
        {"in_flight", 257, 1024, 0, "waves", 2, 256, 2, 2}, /* the 257th starts the second round */
        {"in_flight", 2049, 256, 0, "waves", 8, 256, 9, 8}, /* 257 on XCD 0, nine of them on its first CU */
        {"in_flight", 600, 64, 65536, "LDS", 2, 256, 3, 2}, /* 52 units of 1,280 bytes */
        {"in_flight", 8, 320, 0, "waves", 6, 8, 1, 1},      /* 5 waves each */
        {"large", 1, 256, 0, "VGPRs", 2, 1, 1, 1},          /* 200 of 512 VGPRs: 2 waves to a SIMD */
        {"large", 1024, 512, 0, "VGPRs", 1, 256, 4, 1},
        {"classes", 10, 64, 40960, "LDS", 3, 10, 1, 1}, /* 45,056 bytes are 36 units */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args args = {{filled_words(BYTES / 4, 0), filled_words(BYTES / 4, 0)}};
        struct gfx950sim_launch_stats s = {.size = sizeof s};
        run_with(cases[i].kernel, cases[i].groups, cases[i].items, cases[i].lds, &args);
        CHECK_IS(gfx950sim_get_launch_stats(&s), 0);
        CHECK(strcmp(s.limited_by, cases[i].limit) == 0 && s.workgroups_per_cu_limit == cases[i].limited_to &&
                  s.cus_busy == cases[i].busy && s.workgroups_per_cu == cases[i].per_cu &&
                  s.resident_workgroups == cases[i].resident,
              "case %zu: %u by %s, %u busy, %u to a CU, %u resident", i, s.workgroups_per_cu_limit, s.limited_by,
              s.cus_busy, s.workgroups_per_cu, s.resident_workgroups);
        CHECK(s.grid[0] == cases[i].groups && s.grid[1] == 1 && s.block[0] == cases[i].items &&
                  s.waves == (cases[i].items + 63) / 64 && s.cus == 256,
              "case %zu: grid %u,%u block %u, %u waves, %u CUs", i, s.grid[0], s.grid[1], s.block[0], s.waves, s.cus);
        CHECK_HIP(hipFree(args.buffer[0]));
        CHECK_HIP(hipFree(args.buffer[1]));
    }
    struct gfx950sim_launch_stats s = run("large", 1, 64, 100);
    CHECK_IS(s.vgprs, 152);
    CHECK_IS(s.acc_vgprs, 48);
    CHECK_IS(s.lds_bytes, 1381);
    CHECK_IS(s.scratch_bytes, 24);
    CHECK_IS(s.vgpr_spills, 5);
    CHECK_IS(s.sgpr_spills, 7);
    s = run("classes", 1, 64, 0);
    CHECK_IS(s.scratch_bytes + s.vgpr_spills + s.sgpr_spills, 0);
    CHECK_IS(s.acc_vgprs, 0);
    CHECK_IS(s.sgprs, 48);
}

int main(void) {
    CHECK_HIP(hipModuleLoad(&module, STATS_CO));
    if (check_failures != 0)
        return check_result();
    test_in_flight();
    test_many();
    test_classes();
    test_place();
    return check_result();
}
