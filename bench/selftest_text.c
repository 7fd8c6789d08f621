/* A self-test's report for people. */
#include <math.h>
#include <stdio.h>

#include "selftest_parts.h"
#include "time_machine.h"
#include "time_result.h"

unsigned selftest_wrong_kernels(const struct selftest_report *report) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < report->kernels; i++)
        wrong += !report->kernel[i].pass;
    return wrong;
}

unsigned selftest_wrong_micros(const struct selftest_report *report) {
    unsigned wrong = 0;
    for (unsigned i = 0; i < report->micros; i++)
        wrong += !report->micro[i].pass;
    return wrong;
}

/* A figure, or "-" where there is none, in columns of `width`. */
static void figure(int width, int digits, double value) {
    if (isnan(value))
        printf(" %*s", width, "-");
    else
        printf(" %*.*f", width, digits, value);
}

static void print_kernels(const struct selftest_report *report) {
    printf("\nkernels against the f64 reference; quantise and moe_sort bit for bit\n%-40s %-34s %10s %6s\n", "kernel",
           "shape", "rel_err", "bound");
    for (unsigned i = 0; i < report->kernels; i++)
        for (unsigned at = 0; at < report->kernel[i].trials; at++) {
            const struct selftest_trial *trial = &report->kernel[i].trial[at];
            printf("%-40s %-34s", report->kernel[i].name, trial->shape);
            if (trial->compared)
                printf(" %10.3e %6.3f %s", trial->rel_err, trial->bound_ratio, trial->pass ? "PASS" : "FAIL");
            else
                printf(" %10s %6s %s", "-", "-", trial->pass ? "PASS" : "FAIL");
            if (trial->wrong != 0)
                printf(", %zu elements", trial->wrong);
            putchar('\n');
        }
}

static void print_micros(const struct selftest_report *report) {
    printf(
        "\nmicro-benchmarks: hardware measured, model modelled by running the same code, file what the machine file's "
        "parameters make\n");
    if (report->hardware_mhz > 0)
        printf("clocks of the hardware at %.0f MHz\n", report->hardware_mhz);
    printf("%-18s %-6s %10s %10s %10s %9s  %s\n", "micro-benchmark", "unit", "hardware", "model", "file", "ratio",
           "parameter, confidence");
    for (unsigned i = 0; i < report->micros; i++) {
        const struct selftest_micro *micro = &report->micro[i];
        const double first = isnan(micro->hardware) ? micro->modelled : micro->hardware;
        printf("%-18s %-6s", micro->name, micro->unit);
        figure(10, 2, micro->hardware);
        figure(10, 2, micro->modelled);
        figure(10, 2, micro->by_file);
        figure(9, 3, first / micro->by_file);
        printf("  %s, %c%s\n", micro->parameter, micro->confidence, micro->pass ? "" : "; FAIL");
    }
}

static void print_side(bool there, const struct time_result *result) {
    if (!there || result->kernel[0] == '\0') {
        printf(" %9s %8s %6s", "-", "-", "-");
        return;
    }
    printf(" %9.3f %8.1f %6.1f", result->measured.us, time_gbps(result), 100 * time_gbps(result) / result->roof_gbps);
}

static void print_cells(const struct selftest_report *report) {
    printf("\nheadline cells, cold; GB/s of the fewest bytes that the product moves, %% of %.0f GB/s\n",
           time_machine_roof(report->backend));
    printf("%-26s %-25s %-25s %6s  %s\n", "", " hardware", " modelled", "", "");
    printf("%-26s %9s %8s %6s %9s %8s %6s %6s  %s\n", "cell", "us", "GB/s", "%", "us", "GB/s", "%", "ratio", "kernel");
    for (unsigned i = 0; i < report->cells; i++) {
        const struct selftest_cell *cell = &report->cell[i];
        printf("%-26s", cell->name);
        print_side(cell->on_hardware, &cell->hardware);
        print_side(cell->in_model, &cell->modelled);
        const bool both = cell->on_hardware && cell->in_model && cell->modelled.measured.us > 0;
        figure(6, 2, both ? cell->hardware.measured.us / cell->modelled.measured.us : (double)NAN);
        const struct time_result *result = cell->on_hardware ? &cell->hardware : &cell->modelled;
        printf("  %s\n", result->kernel[0] != '\0' ? result->kernel : result->refused);
    }
}

void selftest_print_text(const struct selftest_report *report) {
    const bool simulated = report->backend->sim.present;
    printf("device   %s%s\n", report->backend->info.device_name,
           simulated ? "; no GPU was used: every result is the simulator's, every time is modelled" : "");
    printf("hip      %s\n", report->backend->info.hip_library);
    if (!simulated)
        printf("model    %s\n", report->model != NULL
                                    ? report->model->info.hip_library
                                    : "not asked, or libgfx950sim.so is not installed; nothing is modelled");
    print_kernels(report);
    if (report->micros != 0)
        print_micros(report);
    if (report->cells != 0)
        print_cells(report);
    printf("\nresult   %s: %u of %u kernels right",
           report->broken_off                                                    ? "BROKEN OFF"
           : selftest_wrong_kernels(report) + selftest_wrong_micros(report) == 0 ? "PASS"
                                                                                 : "FAIL",
           report->kernels - selftest_wrong_kernels(report), report->kernels);
    if (report->model != NULL)
        printf(", the model gives back the machine file in %u of %u micro-benchmarks",
               report->micros - selftest_wrong_micros(report), report->micros);
    putchar('\n');
}
