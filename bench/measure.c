#include "measure.h"

#include <stdio.h>

#include "measure_gpu.h"
#include "tune_progress.h"

static enum exit_status set(const struct backend *backend, const char *name, const char *value) {
    return backend->sim.gfx950sim_set(name, value) == 0
               ? EXIT_RIGHT
               : complain(EXIT_BAD_ARGUMENTS, "the simulator refuses %s %s: %s", name, value,
                          backend->sim.gfx950sim_message());
}

static enum exit_status failed(const struct backend *backend, const char *why) {
    progress_clear();
    return complain(EXIT_WRONG_RESULT, "a timed launch failed: %s\n%s", why, backend->sim.gfx950sim_findings());
}

static enum exit_status model(struct measurement *measurement, const struct backend *backend,
                              const struct measured *measured) {
    backend->sim.gfx950sim_reset();
    enum exit_status status = measured->launch(measured->user, 0, NULL);
    const hipError_t error = backend->hipDeviceSynchronize();
    if (status != EXIT_RIGHT)
        return failed(backend, smallm_last_error());
    if (error != hipSuccess)
        return failed(backend, backend->hipGetErrorString(error));
    struct gfx950sim_stats stats = {.size = sizeof stats};
    measurement->time.size = sizeof measurement->time;
    backend->sim.gfx950sim_get_stats(&stats);
    if (stats.errors + stats.warnings != 0)
        return failed(backend, "the simulator has findings");
    if (backend->sim.gfx950sim_get_time(&measurement->time) != 0)
        return failed(backend, "nothing was timed");
    measurement->us = measurement->time.modelled_us;
    measurement->launches = 1;
    return EXIT_RIGHT;
}

enum exit_status measure(struct measurement *measurement, const struct backend *backend,
                         const struct measured *measured, const char *mode) {
    *measurement = (struct measurement){.modelled = backend->sim.present};
    if (!measurement->modelled)
        return measure_gpu(measurement, backend, measured);
    enum exit_status status = set(backend, "time", mode);
    if (status == EXIT_RIGHT)
        status = model(measurement, backend, measured);
    enum exit_status off = set(backend, "time", "off");
    return status != EXIT_RIGHT ? status : off;
}
