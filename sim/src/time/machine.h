/* The machine as data: the parameters of configs/mi355x.ini, or of a file in its place. */
#ifndef GFX950SIM_TIME_MACHINE_H
#define GFX950SIM_TIME_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/* One member for every parameter, named section_name, in the unit of the file. */
struct time_machine {
#define P(section, name, unit, least, most) double section##_##name;
#include "parameters.inc"
#undef P
};

/* The machine of the next launch. */
const struct time_machine *time_machine(void);

/* Replaces it by a file's, which must name every parameter once ("" : the built-in file). False with file, line and
 * reason in err; the machine is then as before. */
bool time_machine_load(const char *path, char *err, size_t err_size);
/* SECTION.NAME=VALUE, in the parameter's unit. */
bool time_machine_override(const char *assignment, char *err, size_t err_size);

#endif
