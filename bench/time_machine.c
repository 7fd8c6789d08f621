#include "time_machine.h"

#include <string.h>

/* Streaming read that was reached on an MI350X (rocm-systems pull request 8480). */
static const double measured_roof_gbps = 6914;

static enum exit_status set(const struct backend *backend, const char *option, const char *name, const char *value) {
    if (backend->sim.gfx950sim_set(name, value) == 0)
        return EXIT_RIGHT;
    return complain(EXIT_BAD_ARGUMENTS, "--%s: %s", option, backend->sim.gfx950sim_message());
}

enum exit_status time_machine_set(const struct backend *backend, const char *machine,
                                  const struct option_texts *texts) {
    enum exit_status status = EXIT_RIGHT;
    if (!backend->sim.present && (machine != NULL || texts->count != 0))
        return complain(EXIT_BAD_ARGUMENTS,
                        "--%s changes the modelled machine, but %s is a device; name --device sim with it",
                        machine != NULL ? "machine" : "set", backend->info.device_name);
    if (machine != NULL)
        status = set(backend, "machine", "machine", machine);
    for (size_t i = 0; i < texts->count && status == EXIT_RIGHT; i++)
        status = set(backend, "set", "parameter", texts->text[i]);
    return status;
}

bool time_machine_find(struct gfx950sim_time_parameter *parameter, const struct backend *backend, const char *name) {
    parameter->size = sizeof *parameter;
    for (size_t i = 0; backend->sim.gfx950sim_time_parameter(i, parameter) == 0; i++)
        if (strcmp(parameter->name, name) == 0)
            return true;
    return false;
}

double time_machine_roof(const struct backend *backend) {
    struct gfx950sim_time_parameter parameter;
    return backend->sim.present && time_machine_find(&parameter, backend, "hbm.bandwidth") ? parameter.value
                                                                                           : measured_roof_gbps;
}
