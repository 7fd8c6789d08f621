/* Every parameter of the machine has a micro-benchmark that gives it back within 5 %, as the file has it and changed.
 *   sim_test_time_parameters [PARAMETER]...   all of them, or those whose names begin so */
#include "micro/micro.h"

static const struct micro *const tables[] = {micro_chip,   micro_launch, micro_fetch, micro_issue, micro_lds,
                                             micro_scalar, micro_l1,     micro_l2,    micro_memory};

static const struct micro *bench_of(const char *parameter) {
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct micro *m = tables[i]; m->parameter; m++)
            if (strcmp(m->parameter, parameter) == 0)
                return m;
    return NULL;
}

static double miss(double got, double want) {
    return want != 0 ? 100 * (got - want) / want : got == 0 ? 0 : 100;
}

static void reproduce(const struct micro *m, const char *what) {
    double want = time_parameter(m->parameter), got = m->value(m), error = miss(got, want);
    printf("%-28s %12.10g %14.2f %+8.2f %% %s\n", m->parameter, want, got, error, what);
    fflush(stdout);
    CHECK(fabs(error) <= 5, "%s: the micro-benchmark says %.3f instead of %.10g", m->parameter, got, want);
    CHECK(time_parameter(m->parameter) == want, "%s is another after its bench", m->parameter);
}

static bool wanted(const char *parameter, int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        if (strncmp(parameter, argv[i], strlen(argv[i])) == 0)
            return true;
    return argc < 2;
}

int main(int argc, char **argv) {
    micro_issue_code = time_code(TIME_ISSUE_CO);
    micro_memory_code = time_code(TIME_MEMORY_CO);
    micro_fetch_code = time_code(MICRO_FETCH_CO);
    micro_inside_code = time_code(MICRO_INSIDE_CO);
    struct mem_alloc *m = micro_memory_block = micro_buffer((size_t)2 << 20);
    if (!micro_issue_code || !micro_memory_code || !micro_fetch_code || !micro_inside_code)
        return 2;
    for (size_t at = 0; at < m->size; at += 8) { /* a link to itself */
        uint64_t self = m->base + at;
        memcpy((char *)m->base + at, &self, 8);
    }
    time_set("checks", "foreign");
    printf("%-28s %12s %14s %10s\n", "parameter", "ini", "micro-bench", "error");
    struct gfx950sim_time_parameter p = {.size = sizeof p};
    for (size_t n = 0; gfx950sim_time_parameter(n, &p) == 0; n++) {
        const struct micro *bench = bench_of(p.name);
        CHECK(bench, "%s has no micro-benchmark", p.name);
        if (!bench || !wanted(p.name, argc, argv))
            continue;
        double least = p.least, most = p.most;
        reproduce(bench, "");
        CHECK(bench->changed || least == most, "%s is not changed", bench->parameter);
        if (bench->changed) {
            time_override(bench->parameter, bench->changed);
            reproduce(bench, "changed");
        }
        time_set("machine", "built-in");
    }
    mem_free((void *)m->base);
    code_free(micro_inside_code);
    code_free(micro_fetch_code);
    code_free(micro_memory_code);
    code_free(micro_issue_code);
    return check_result();
}
