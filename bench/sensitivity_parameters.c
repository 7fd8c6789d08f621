#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensitivity.h"
#include "time_machine.h"

/* Counts of units and the shape of caches: a third of a channel or of a line's bytes more is no machine. */
static bool structural(const char *name) {
    static const char *const shapes[] = {"bytes",      "cache_bytes", "line_bytes", "ways",  "cache_ways",
                                         "interleave", "channels",    "slices",     "banks", NULL};
    const char *own = strchr(name, '.') + 1;
    if (strncmp(name, "chip.", strlen("chip.")) == 0)
        return true;
    for (size_t i = 0; shapes[i] != NULL; i++)
        if (strcmp(own, shapes[i]) == 0)
            return true;
    return false;
}

/* Whole numbers stay whole, and a small one moves by one at least, unless the parameter's own limit is a fraction. */
static double move(const struct gfx950sim_time_parameter *given, double by, int sign) {
    double moved = given->value * (1 + sign * by / 100);
    if (given->least == floor(given->least)) {
        moved = round(moved);
        if (moved == given->value)
            moved += sign;
    }
    moved = fmin(fmax(moved, given->least), given->most);
    return moved == given->value ? NAN : moved;
}

static enum exit_status add(struct sensitivity_parameter **parameters, size_t *count,
                            const struct gfx950sim_time_parameter *given, double by, size_t cells) {
    struct sensitivity_parameter *grown = realloc(*parameters, (*count + 1) * sizeof *grown);
    if (grown == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the parameters");
    *parameters = grown;
    struct sensitivity_parameter *p = &grown[*count];
    *p = (struct sensitivity_parameter){.confidence = given->confidence,
                                        .value = given->value,
                                        .moved = {move(given, by, -1), move(given, by, 1)},
                                        .us = malloc(cells * SENSITIVITY_SIDES * sizeof *p->us)};
    if (p->us == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the parameters");
    for (size_t i = 0; i < cells * SENSITIVITY_SIDES; i++)
        p->us[i] = NAN;
    snprintf(p->name, sizeof p->name, "%s", given->name);
    snprintf(p->unit, sizeof p->unit, "%s", given->unit);
    snprintf(p->source, sizeof p->source, "%s", given->source);
    ++*count;
    return EXIT_RIGHT;
}

static bool there(const struct sensitivity_parameter *parameters, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++)
        if (strcmp(parameters[i].name, name) == 0)
            return true;
    return false;
}

enum exit_status sensitivity_parameters(struct sensitivity_parameter **parameters, size_t *count,
                                        const struct backend *backend, const struct option_texts *names, double by,
                                        size_t cells) {
    struct gfx950sim_time_parameter given = {.size = sizeof given};
    enum exit_status status = EXIT_RIGHT;
    *parameters = NULL;
    *count = 0;
    for (size_t i = 0; i < names->count && status == EXIT_RIGHT; i++) {
        if (!time_machine_find(&given, backend, names->text[i]))
            status = complain(EXIT_BAD_ARGUMENTS,
                              "--parameter is \"%s\"; it must be SECTION.NAME of configs/mi355x.ini, as hbm.latency",
                              names->text[i]);
        else if (!there(*parameters, *count, given.name))
            status = add(parameters, count, &given, by, cells);
    }
    for (size_t i = 0; names->count == 0 && status == EXIT_RIGHT; i++) {
        given.size = sizeof given;
        if (backend->sim.gfx950sim_time_parameter(i, &given) != 0)
            break;
        if (given.confidence != 'H' && !structural(given.name))
            status = add(parameters, count, &given, by, cells);
    }
    return status;
}

void sensitivity_parameters_free(struct sensitivity_parameter *parameters, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(parameters[i].us);
    free(parameters);
}
