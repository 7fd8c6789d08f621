/* gfx950sim-bench: how fast the simulator runs, through the normal launch path and with all checks on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "code.h"
#include "files.h"
#include "gfx950sim/gfx950sim.h"
#include "launch.h"
#include "mem.h"

#ifndef BENCH_CO
#error "BENCH_CO is the path of the assembled bench.s"
#endif

enum { WAVES_PER_WORKGROUP = 4, LANES_PER_WAVE = 64, RUNS = 3, LOADED = 1024 };

static const struct row {
    const char *kernel, *what;
    bool matrix;   /* counts matrix instructions, else all wave-instructions */
    double target; /* a second on one core; 0: none is set */
} rows[] = {
    {"valu_float", "VALU, f32", false, 10e6},
    {"valu_integer", "VALU, integer and compares", false, 10e6},
    {"valu_packed", "VALU, packed, f16 and DPP", false, 0},
    {"vmem_load", "loads of 1 KB and their waits", false, 0},
    {"mfma_fp8", "v_mfma_scale 16x16x128 fp8", true, 300e3},
    {"mfma_fp4", "v_mfma_scale 16x16x128 fp4", true, 0},
    {"mfma_bf16", "v_mfma 16x16x32 bf16", true, 0},
};

/* Processor time of one core is what other load on the machine does not change. */
static double seconds(bool one_core) {
    struct timespec t;
    clock_gettime(one_core ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Best of a few runs, in instructions a second; negative with a message when the launch fails. */
static double measure(const struct code *code, const struct mem_alloc *data, const struct row *row,
                      unsigned workgroups) {
    struct launch launch = {.code = code,
                            .kernel = code_kernel(code, row->kernel),
                            .grid = {workgroups, 1, 1},
                            .block = {WAVES_PER_WORKGROUP * LANES_PER_WAVE, 1, 1},
                            .kernarg = &data->base,
                            .kernarg_size = sizeof data->base};
    double best = 0;
    char err[256];
    for (int i = 0; i < RUNS; i++) {
        struct gfx950sim_stats stats = {.size = sizeof stats};
        gfx950sim_reset();
        double start = seconds(workgroups == 1);
        if (launch_run(&launch, err, sizeof err) != LAUNCH_OK) {
            fprintf(stderr, "gfx950sim-bench: %s\n%s", err, gfx950sim_findings());
            return -1;
        }
        double took = seconds(workgroups == 1) - start;
        gfx950sim_get_stats(&stats);
        double rate = (double)(row->matrix ? stats.mfma : stats.wave_instructions) / took;
        best = rate > best ? rate : best;
    }
    return best;
}

static int print_table(const struct code *code, const struct mem_alloc *data) {
    printf("%-30s %12s %12s %12s\n", "a second, all checks on", "one core", "target", "all cores");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gfx950sim_set("threads", "1");
        double one = measure(code, data, &rows[i], 1);
        gfx950sim_set("threads", "0");
        double all = one < 0 ? one : measure(code, data, &rows[i], 8);
        if (all < 0)
            return 1;
        printf("%-30s %12.0f ", rows[i].what, one);
        if (rows[i].target > 0)
            printf("%12.0f ", rows[i].target);
        else
            printf("%12s ", "-");
        printf("%12.0f\n", all);
    }
    return 0;
}

int main(int argc, char **argv) {
    char err[256];
    size_t size;
    const char *path = argc > 1 ? argv[1] : BENCH_CO;
    void *bytes = file_read(path, &size, err, sizeof err);
    struct code *code = bytes ? code_load(bytes, size, err, sizeof err) : NULL;
    free(bytes);
    if (!code) {
        fprintf(stderr, "gfx950sim-bench: %s\n", err);
        return 2;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (!code_kernel(code, rows[i].kernel)) {
            fprintf(stderr, "gfx950sim-bench: %s has no kernel %s\n", path, rows[i].kernel);
            return 2;
        }
    struct mem_alloc *data = mem_alloc(LOADED, MEM_DEVICE, 0);
    if (!data) {
        fprintf(stderr, "gfx950sim-bench: there is no memory for %u bytes\n", LOADED);
        return 2;
    }
    mem_fill(data->base, 0, LOADED);
    int status = print_table(code, data);
    mem_free((void *)data->base);
    code_free(code);
    return status;
}
