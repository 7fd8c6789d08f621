#include "selftest.h"

#include <stdlib.h>

#include "selftest_parts.h"

const char selftest_usage[] =
    "options of selftest: every kernel against the reference, micro-benchmarks, headline cells; docs/selftest.md\n"
    "  --device auto|gpu|sim           auto: the GPU if there is one, else the simulator (default)\n"
    "  --quick                         leave the headline cells out\n"
    "  --no-model                      on a GPU, do without what the simulator expects, which takes minutes\n"
    "  --json                          print one JSON object\n";

struct options {
    enum device_choice device;
    bool quick, no_model, json;
};

/* On a GPU the simulator, where it is installed, says what it expects. */
static const struct backend *open_model(struct backend *model, const struct backend *device, bool wanted) {
    if (device->sim.present)
        return device;
    const bool there = wanted && backend_load_simulator() != NULL;
    return there && backend_open(model, DEVICE_SIM) == EXIT_RIGHT ? model : NULL;
}

static enum exit_status open_devices(struct selftest_report *report, struct backend *backend, struct backend *model,
                                     const struct options *options) {
    enum exit_status status = backend_open(backend, options->device);
    if (status != EXIT_RIGHT)
        return status;
    if (backend->sim.present && options->no_model) {
        backend_close(backend);
        return complain(EXIT_BAD_ARGUMENTS, "--no-model is for a GPU, but the device is the simulator");
    }
    *report = (struct selftest_report){
        .backend = backend, .model = open_model(model, backend, !options->no_model), .quick = options->quick};
    return EXIT_RIGHT;
}

static enum exit_status run_parts(struct selftest_report *report) {
    enum exit_status status = selftest_kernels(report);
    if (status == EXIT_RIGHT)
        status = selftest_micros(report);
    if (status == EXIT_RIGHT && !report->quick)
        status = selftest_cells(report);
    return status;
}

static enum exit_status verdict(const struct selftest_report *report) {
    const unsigned kernels = selftest_wrong_kernels(report), micros = selftest_wrong_micros(report);
    if (kernels != 0)
        return complain(EXIT_WRONG_RESULT, "%u of %u kernels are wrong", kernels, report->kernels);
    if (micros != 0)
        return complain(EXIT_WRONG_RESULT,
                        "the simulator does not give back its own parameters in %u of %u micro-benchmarks", micros,
                        report->micros);
    return EXIT_RIGHT;
}

/* What was found is printed also where a part broke off. */
static enum exit_status report_all(struct selftest_report *report, bool json) {
    enum exit_status status = run_parts(report);
    report->broken_off = status != EXIT_RIGHT;
    if (json) {
        const enum exit_status printed = selftest_print_json(report);
        status = status != EXIT_RIGHT ? status : printed;
    } else {
        selftest_print_text(report);
    }
    return status != EXIT_RIGHT ? status : verdict(report);
}

enum exit_status selftest(int argc, char **argv) {
    struct options options = {.device = DEVICE_AUTO};
    const struct option_row rows[] = {
        {"device", OPTION_DEVICE, &options.device, false},
        {"quick", OPTION_FLAG, &options.quick, false},
        {"no-model", OPTION_FLAG, &options.no_model, false},
        {"json", OPTION_FLAG, &options.json, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    struct backend backend, model = {0};
    enum exit_status status = options_read("selftest", rows, argc, argv);
    struct selftest_report report;
    if (status == EXIT_RIGHT)
        status = open_devices(&report, &backend, &model, &options);
    if (status != EXIT_RIGHT)
        return status;
    status = report_all(&report, options.json);
    free(report.kernel);
    free(report.micro);
    if (report.model == &model)
        backend_close(&model);
    backend_close(&backend);
    return status;
}
