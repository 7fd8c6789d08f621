/* The modelled machine: its parameters, and those that an option sets. */
#ifndef SMALLM_BENCH_TIME_MACHINE_H
#define SMALLM_BENCH_TIME_MACHINE_H

#include "backend.h"

/* What --set says: texts SECTION.NAME=VALUE. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying what is wrong with which;
 * on a GPU there is no machine to change. */
enum exit_status time_machine_set(const struct backend *backend, const struct option_texts *texts);

/* Parameter SECTION.NAME of the simulator's machine. False where there is none of that name. */
bool time_machine_find(struct gfx950sim_time_parameter *parameter, const struct backend *backend, const char *name);

/* GB/s that % of roof is of: the HBM's of the modelled machine, or what streaming reads reached. */
double time_machine_roof(const struct backend *backend);

#endif
