/* Micro-benchmarks of issue, units and LDS give back the parameters that they rest on, as the file has them and changed
 * one by one. */
#include "time_run.h"

struct term {
    const char *parameter;
    double times; /* clocks for one unit of it; of a rate: what is divided by it */
};

static const struct row {
    const char *bench;
    unsigned items;
    uint32_t stride; /* between lanes in LDS */
    bool rate;
    struct term term[4];
} rows[] = {
    {"valu_chain", 64, 4, false, {{"valu.plain", 1}}},
    {"valu_free", 64, 4, false, {{"valu.plain", 1}}},
    {"valu_packed", 64, 4, false, {{"valu.packed", 1}}},
    {"valu_trans", 64, 4, false, {{"valu.trans", 1}}},
    {"valu_f64", 64, 4, false, {{"valu.f64", 1}}},
    {"valu_mul32", 64, 4, false, {{"valu.mul32", 1}}},
    {"valu_dot", 64, 4, false, {{"valu.dot", 1}}},
    {"valu_convert", 64, 4, false, {{"valu.convert", 1}}},
    {"valu_permute", 64, 4, false, {{"valu.permute", 1}}},
    {"salu_chain", 64, 4, false, {{"issue.interval", 1}}},
    {"nop", 64, 4, false, {{"issue.interval", 1}}},
    {"nop4", 64, 4, false, {{"issue.interval", 4}}},
    {"waitcnt", 64, 4, false, {{"issue.interval", 1}}},
    {"barrier", 256, 4, false, {{"issue.barrier", 1}}},
    {"sleep", 64, 4, false, {{"issue.sleep_unit", 2}, {"issue.interval", 1}}},
    {"branch", 64, 4, false, {{"fetch.branch_taken", 1}}},
    {"mfma_chain", 64, 4, false, {{"mfma.pass", 4}, {"mfma.chain", 1}}},
    {"mfma_free", 64, 4, false, {{"mfma.pass", 4}}},
    {"mfma_scaled", 64, 4, false, {{"mfma.pass", 8}}},
    {"mfma_fp4", 64, 4, false, {{"mfma.pass", 4}}},
    {"mfma_32x32", 64, 4, false, {{"mfma.pass", 8}, {"mfma.chain", 1}}},
    {"mfma_result", 64, 4, false, {{"mfma.pass", 4}, {"mfma.result", 1}, {"issue.interval", 1}}},
    {"mfma_shadow", 64, 4, false, {{"mfma.valu_blocked", 1}, {"issue.interval", 17}}},
    {"mfma_never", 64, 4, false, {{"mfma.pass", 4}, {"issue.interval", 17}}},
    {"valu_to_lds", 64, 4, false, {{"issue.valu_to_memory", 1}, {"lds.latency", 1}, {"issue.interval", 9}}},
    {"salu_to_vmem", 64, 4, false, {{"issue.salu_to_vmem", 1}, {"l1.hit", 1}}},
    {"saveexec", 64, 4, false, {{"issue.saveexec_to_branch", 1}, {"issue.interval", 1}}},
    {"lds_chase", 64, 0, false, {{"lds.latency", 1}, {"issue.interval", 1}}},
    {"lds_chase_add", 64, 0, false, {{"lds.latency", 1}, {"issue.interval", 1}, {"issue.valu_to_memory", 1}}},
    {"lds_write", 64, 4, false, {{"lds.write_latency", 1}, {"issue.interval", 1}}},
    {"smem_chase", 64, 4, false, {{"scalar.hit", 1}}},
    {"vmem_chase", 64, 4, false, {{"l1.hit", 1}}},
    {"store", 64, 4, false, {{"l2.write", 1}, {"issue.interval", 1}}},
    {"atomic", 64, 4, false, {{"atomic.latency", 2.4}, {"issue.interval", 1}}},
    /* 16 waves of a CU, 16 instructions each a repetition */
    {"lds_b32", 1024, 4, true, {{"lds.read_bytes", 16 * 256}}},
    {"lds_b64", 1024, 8, true, {{"lds.read_bytes", 16 * 512}}},
    {"lds_b128", 1024, 16, true, {{"lds.read_bytes", 16 * 1024}}},
    {"lds_put_b32", 1024, 4, true, {{"lds.write_bytes", 16 * 256}}},
    {"lds_put_b64", 1024, 8, true, {{"lds.write_bytes", 16 * 512}}},
    {"lds_put_b128", 1024, 16, true, {{"lds.write_bytes", 16 * 1024}}},
};

static double expected(const struct row *r) {
    double clocks = 0;
    for (unsigned i = 0; i < 4 && r->term[i].parameter; i++) {
        double v = time_parameter(r->term[i].parameter);
        clocks += r->rate ? r->term[i].times / v : r->term[i].times * v;
    }
    return clocks;
}

static double measured(const struct code *code, const struct row *r, void *memory) {
    return time_bench(code, r->bench, r->items, (struct time_args){memory, 20, r->stride});
}

static void reproduce(const struct code *code, void *memory) {
    printf("%-16s %10s %10s  (clocks)\n", "micro-benchmark", "modelled", "by the ini");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct row *r = &rows[i];
        double got = measured(code, r, memory), want = expected(r);
        printf("%-16s %10.2f %10.2f  %s\n", r->bench, got, want, r->term[0].parameter);
        CHECK(time_close(got, want, 0.05), "%s: %.2f clocks instead of %.2f", r->bench, got, want);
        for (unsigned k = 0; k < 4 && r->term[k].parameter; k++) {
            const char *name = r->term[k].parameter;
            double old = time_parameter(name);
            if (strcmp(name, "issue.interval") == 0) /* the other parameters stand on its multiples */
                continue;
            time_override(name, r->rate ? old / 2 : old * 1.5);
            got = measured(code, r, memory);
            want = expected(r);
            CHECK(time_close(got, want, 0.05), "%s with %s=%g: %.2f clocks instead of %.2f", r->bench, name,
                  time_parameter(name), got, want);
            time_override(name, old);
        }
    }
}

/* A bank serves one dword a clock: lanes `stride` dwords apart. */
static void conflicts(const struct code *code, void *memory) {
    static const struct {
        unsigned stride, clocks;
    } cases[] = {{0, 1}, {1, 1}, {3, 1}, {2, 2}, {4, 4}, {8, 8}, {16, 16}, {32, 32}, {64, 64}, {65, 1}, {96, 32}};
    printf("%-16s %10s %10s  (clocks of the LDS)\n", "LDS, b32", "modelled", "expected");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = time_bench(code, "lds_b32", 1024, (struct time_args){memory, 20, 4 * cases[i].stride}) / 16;
        printf("stride %-9u %10.2f %10u\n", cases[i].stride, got, cases[i].clocks);
        CHECK(time_close(got, cases[i].clocks, 0.05), "stride %u: %.2f clocks instead of %u", cases[i].stride, got,
              cases[i].clocks);
    }
}

/* The same instruction in more waves of a SIMD: units are shared, waves are not in one another's way otherwise. */
static void sharing(const struct code *code, void *memory) {
    static const struct {
        const char *bench;
        unsigned waves; /* of a SIMD */
        double clocks;
    } cases[] = {{"valu_chain", 1, 4},   {"valu_chain", 4, 16}, {"valu_trans", 4, 32},  {"salu_chain", 4, 16},
                 {"mfma_chain", 4, 64},  {"mfma_chain", 1, 18}, {"nop4", 4, 16},        {"lds_chase", 4, 56},
                 {"mfma_shadow", 2, 76}, {"nop4", 2, 16},       {"mfma_shadow", 3, 76}, {"mfma_shadow", 4, 76}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct time_args args = {memory, 20, 0};
        double got = time_bench(code, cases[i].bench, cases[i].waves * 256, args);
        CHECK(time_close(got, cases[i].clocks, 0.05), "%s in %u waves: %.2f clocks instead of %.2f", cases[i].bench,
              cases[i].waves, got, cases[i].clocks);
    }
}

int main(void) {
    struct code *code = time_code(TIME_ISSUE_CO);
    struct mem_alloc *m = mem_alloc(4096, MEM_DEVICE, 0);
    if (!code || !m)
        return 2;
    mem_fill(m->base, 0, m->size);
    for (size_t at = 0; at < m->size; at += 8) /* chases go in a circle */
        memcpy((char *)m->base + at, &m->base, 8);
    time_set("checks", "foreign");
    time_set("time", "warm");
    reproduce(code, (void *)m->base);
    conflicts(code, (void *)m->base);
    sharing(code, (void *)m->base);
    mem_free((void *)m->base);
    code_free(code);
    return check_result();
}
