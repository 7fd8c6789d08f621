/* Micro-benchmarks: what the difference of two launches says of one parameter of the machine, on the device, in the
 * model, and by the machine file. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine_file.h"
#include "micro_device.h"
#include "micro_rows.h"
#include "selftest_parts.h"
#include "selftest_progress.h"
#include "time_machine.h"

/* The simulator has to give back its own parameters as near as this. */
static const double tolerance = 0.05;

/* Two launches; the difference of their times, by `parts`, is one of what the row is about. */
struct pair {
    struct micro_launch launch[2];
    char kernel[2][64];
    double parts;
    size_t sets;
    const char *mode;
    bool again;
};

enum { REPETITIONS = 16, CHASE_LINES = 32, GROUP_BYTES = 4096, LOADS = 8 };

static void pair_of_issue(struct pair *pair, const struct micro_device *device, const struct micro_row *row) {
    const uint32_t count = device->backend->sim.present ? 20 : 4000;
    for (int i = 0; i < 2; i++) {
        snprintf(pair->kernel[i], sizeof pair->kernel[i], "%s_%d", row->kernel, i + 1);
        pair->launch[i] =
            (struct micro_launch){pair->kernel[i], 1, 1, row->items, {device->self, count, row->stride}, 0};
    }
    pair->parts = (double)REPETITIONS * count;
    pair->mode = "warm";
    pair->again = true;
}

/* On the simulator the mode says where the lines are; on a GPU a chase through as few as the L2 holds, again and again,
 * or a read of other memory before each: 64 MB go past the L2s, 1 GB past all caches. */
static void pair_of_chase(struct pair *pair, const struct micro_device *device, const struct micro_row *row) {
    static const char *const modes[] = {[MICRO_L2] = "warm", [MICRO_MALL] = "flush", [MICRO_HBM] = "cold"};
    static const size_t sweep[] = {[MICRO_L2] = 0, [MICRO_MALL] = (size_t)64 << 20, [MICRO_HBM] = (size_t)1 << 30};
    const bool simulated = device->backend->sim.present;
    const uint32_t count = (uint32_t)(simulated ? device->lines / CHASE_LINES : 128);
    for (int i = 0; i < 2; i++) {
        snprintf(pair->kernel[i], sizeof pair->kernel[i], "vmem_chase_%d", i + 1);
        pair->launch[i] = (struct micro_launch){
            pair->kernel[i], 1, 1, 64, {device->circle, count, 4}, simulated ? 0 : sweep[row->level]};
    }
    pair->parts = (double)REPETITIONS * count;
    pair->mode = modes[row->level];
    pair->again = row->level != MICRO_HBM;
}

/* The second launch reads more: on the simulator further memory, on a GPU, whose events need longer kernels, the same
 * memory again by more workgroups. Parts are bytes. 264 workgroups are 33 for each XCD of 32 CUs, so that no CU comes
 * upon what it has read. */
static void pair_of_stream(struct pair *pair, const struct micro_device *device, const struct micro_row *row) {
    static const struct way {
        unsigned x, y[2], count[2];
        const char *mode;
    } simulated[] = {[MICRO_L1] = {256, {1, 1}, {8, 16}, "warm"},
                     [MICRO_L2] = {256, {1, 1}, {1, 2}, "warm"},
                     [MICRO_MALL] = {256, {1, 1}, {1, 2}, "flush"},
                     [MICRO_HBM] = {256, {1, 1}, {1, 2}, "cold"}};
    static const struct way measured[] = {[MICRO_L1] = {256, {1, 1}, {1000, 3000}, ""},
                                          [MICRO_L2] = {264, {16, 64}, {1, 1}, ""},
                                          [MICRO_MALL] = {2048, {4, 16}, {1, 1}, ""},
                                          [MICRO_HBM] = {32768, {1, 2}, {1, 1}, ""}};
    const struct way *way = device->backend->sim.present ? &simulated[row->level] : &measured[row->level];
    double bytes[2];
    for (int i = 0; i < 2; i++) {
        const uint32_t stride = row->level == MICRO_L1 ? 0 : way->x * GROUP_BYTES;
        pair->launch[i] =
            (struct micro_launch){row->kernel, way->x, way->y[i], 256, {device->stream, way->count[i], stride}, 0};
        bytes[i] = (double)way->x * way->y[i] * way->count[i] * GROUP_BYTES * LOADS;
    }
    pair->parts = bytes[1] - bytes[0];
    pair->sets = 4;
    pair->mode = way->mode;
    pair->again = row->level != MICRO_HBM;
}

static void pair_of_counts(struct pair *pair, const struct micro_device *device, const struct micro_row *row) {
    const bool tags = row->kind == MICRO_TAGS;
    const uint32_t count = (tags ? 64 : 4) * (device->backend->sim.present ? 1 : 50);
    const unsigned groups = tags ? 1 : 256, items = tags ? 256 : 64, waves = groups * items / 64;
    for (uint32_t i = 0; i < 2; i++)
        pair->launch[i] = (struct micro_launch){row->kernel, groups, 1, items, {device->stream, (i + 1) * count, 0}, 0};
    pair->parts = (double)waves * LOADS * count;
    pair->mode = "warm";
    pair->again = tags;
}

/* ns of a part, and the core clock that goes with them. */
static enum exit_status difference(double *ns, double *mhz, const struct micro_device *device,
                                   const struct pair *pair) {
    double us[2] = {0, 0};
    *mhz = device->mhz;
    for (int i = 0; i < 2; i++) {
        struct measurement measurement;
        enum exit_status status =
            micro_device_time(&measurement, device, &pair->launch[i], pair->sets, pair->mode, pair->again);
        if (status != EXIT_RIGHT)
            return status;
        us[i] = measurement.us;
        if (measurement.modelled)
            *mhz = measurement.time.core_mhz;
    }
    *ns = 1e3 * (us[1] - us[0]) / pair->parts;
    return EXIT_RIGHT;
}

static enum exit_status time_gap(double *ns, const struct micro_device *device, const struct micro_row *row) {
    enum { KERNELS = 64 };
    const struct micro_launch launch = {row->kernel, 1, 1, 64, {device->self, 0, 0}, 0};
    struct measurement measurement;
    enum exit_status status = micro_device_time(&measurement, device, &launch, KERNELS, "cold", false);
    *ns = 1e3 * (measurement.modelled ? measurement.time.packet_gap_us : measurement.us);
    return status;
}

static const char *unit_of(const struct micro_row *row) {
    if (row->kind == MICRO_STREAM)
        return "GB/s";
    return row->in_ns || row->kind == MICRO_ATOMIC || row->kind == MICRO_GAP ? "ns" : "clocks";
}

static enum exit_status run_row(double *value, const struct micro_device *device, const struct micro_row *row) {
    struct pair pair = {.sets = 1};
    double ns, mhz;
    enum exit_status status = micro_device_renew(device);
    if (status != EXIT_RIGHT)
        return status;
    if (row->kind == MICRO_GAP)
        return time_gap(value, device, row);
    if (row->kind == MICRO_PAIR)
        pair_of_issue(&pair, device, row);
    else if (row->kind == MICRO_CHASE)
        pair_of_chase(&pair, device, row);
    else if (row->kind == MICRO_STREAM)
        pair_of_stream(&pair, device, row);
    else
        pair_of_counts(&pair, device, row);
    status = difference(&ns, &mhz, device, &pair);
    if (status != EXIT_RIGHT)
        return status;
    if (row->kind == MICRO_STREAM)
        *value = ns > 0 ? 1 / ns : NAN;
    else
        *value = strcmp(unit_of(row), "ns") == 0 ? ns : ns * mhz / 1e3;
    return EXIT_RIGHT;
}

/* --- by the machine file: the simulator's where there is one, which may have been given another --- */

static struct machine_value parameter(const struct backend *model, const char *name) {
    struct machine_value found = {NAN, '?'};
    struct gfx950sim_time_parameter in_use = {.size = sizeof in_use};
    machine_file_find(&found, name);
    return model != NULL && time_machine_find(&in_use, model, name)
               ? (struct machine_value){in_use.value, in_use.confidence}
               : found;
}

static double by_file(const struct backend *model, const struct micro_row *row) {
    const double clocks_per_ns = parameter(model, "chip.core_mhz").value / 1e3;
    double value = 0;
    for (int i = 0; i < MICRO_TERMS && row->term[i].parameter != NULL; i++) {
        const double one = parameter(model, row->term[i].parameter).value, times = row->term[i].times;
        value += row->inverse ? times / one : times * one / (row->in_ns && i > 0 ? clocks_per_ns : 1);
    }
    return row->rate ? value * row->units * clocks_per_ns : value;
}

static enum exit_status run_all(struct selftest_report *report, const struct micro_device *hardware,
                                const struct micro_device *model) {
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < micro_rows_count && status == EXIT_RIGHT; i++) {
        const struct micro_row *row = &micro_rows[i];
        struct selftest_micro *out = &report->micro[i];
        *out = (struct selftest_micro){
            .name = row->name,
            .unit = unit_of(row),
            .parameter = row->term[0].parameter,
            .confidence = parameter(report->model, row->term[0].parameter).confidence,
            .hardware = NAN,
            .modelled = NAN,
            .by_file = by_file(report->model, row),
            .pass = true,
        };
        report->micros++;
        selftest_progress("micro-benchmarks", i, micro_rows_count);
        if (hardware != NULL)
            status = run_row(&out->hardware, hardware, row);
        if (model != NULL && status == EXIT_RIGHT) {
            status = run_row(&out->modelled, model, row);
            out->pass = status == EXIT_RIGHT && fabs(out->modelled - out->by_file) <= tolerance * out->by_file;
        }
    }
    selftest_progress_end();
    return status;
}

static enum exit_status set(const struct backend *model, const char *name, const char *value) {
    if (model == NULL || value == NULL || model->sim.gfx950sim_set(name, value) == 0)
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "the simulator refuses %s %s: %s", name, value, model->sim.gfx950sim_message());
}

/* What these kernels read means nothing to them, and one reads a matrix result early to see what the hardware does. */
static enum exit_status relax(const struct backend *model) {
    const enum exit_status status = set(model, "checks", "foreign");
    return status == EXIT_RIGHT ? set(model, "check", "xdl4-valu=off") : status;
}

/* As they were when the simulator was loaded. */
static enum exit_status restore(const struct backend *model) {
    const char *preset = getenv("GFX950SIM_CHECKS");
    const enum exit_status status = set(model, "checks", preset != NULL ? preset : "own");
    return status == EXIT_RIGHT ? set(model, "check", getenv("GFX950SIM_CHECK")) : status;
}

enum exit_status selftest_micros(struct selftest_report *report) {
    struct micro_device hardware = {0}, model = {0};
    const bool on_hardware = !report->backend->sim.present, in_model = report->model != NULL;
    report->micro = calloc(micro_rows_count, sizeof *report->micro);
    if (report->micro == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu micro-benchmarks", micro_rows_count);
    enum exit_status status = relax(report->model);
    if (status == EXIT_RIGHT && on_hardware)
        status = micro_device_open(&hardware, report->backend);
    if (status == EXIT_RIGHT && in_model)
        status = micro_device_open(&model, report->model);
    report->hardware_mhz = on_hardware ? hardware.mhz : 0;
    if (status == EXIT_RIGHT)
        status = run_all(report, on_hardware ? &hardware : NULL, in_model ? &model : NULL);
    if (on_hardware)
        micro_device_close(&hardware);
    if (in_model)
        micro_device_close(&model);
    const enum exit_status restored = restore(report->model);
    return status != EXIT_RIGHT ? status : restored;
}
