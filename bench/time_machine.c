#include "time_machine.h"

#include <string.h>

/* Streaming read that was reached on an MI350X (rocm-systems pull request 8480). */
static const double measured_roof_gbps = 6914;

enum exit_status time_machine_set(const struct backend *backend, const struct option_texts *texts) {
    if (!backend->sim.present && texts->count != 0)
        return complain(EXIT_BAD_ARGUMENTS,
                        "--set %s changes the modelled machine, but %s is a device; name --device sim with it",
                        texts->text[0], backend->info.device_name);
    for (size_t i = 0; i < texts->count; i++)
        if (backend->sim.gfx950sim_set("parameter", texts->text[i]) != 0)
            return complain(EXIT_BAD_ARGUMENTS, "--set: %s", backend->sim.gfx950sim_message());
    return EXIT_RIGHT;
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
