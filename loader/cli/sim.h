/* What a simulator has and a GPU has not, found by name in the HIP library at run time. */
#ifndef SMALLM_CLI_SIM_H
#define SMALLM_CLI_SIM_H

#include <stdbool.h>

#include "gfx950sim/gfx950sim.h"
#include "gfx950sim/time.h"
#include "gfx950sim/views.h"

#define SIM_FUNCTIONS(X)                                                                                               \
    X(gfx950sim_get_stats)                                                                                             \
    X(gfx950sim_get_memory_stats)                                                                                      \
    X(gfx950sim_get_launch_stats)                                                                                      \
    X(gfx950sim_reset)                                                                                                 \
    X(gfx950sim_set)                                                                                                   \
    X(gfx950sim_get_time)                                                                                              \
    X(gfx950sim_time_instructions)                                                                                     \
    X(gfx950sim_time_cause_name)                                                                                       \
    X(gfx950sim_time_parameter)                                                                                        \
    X(gfx950sim_time_follow)                                                                                           \
    X(gfx950sim_time_steps)                                                                                            \
    X(gfx950sim_view_time)                                                                                             \
    X(gfx950sim_view_annotate)                                                                                         \
    X(gfx950sim_view_timeline)                                                                                         \
    X(gfx950sim_view_trace)                                                                                            \
    X(gfx950sim_view_report)                                                                                           \
    X(gfx950sim_findings)                                                                                              \
    X(gfx950sim_message)

struct sim {
    bool present;
#define X(name) __typeof__(name) *name;
    SIM_FUNCTIONS(X)
#undef X
};

/* Fill in `sim`. Returns NULL, or the name of a function that this simulator lacks. */
const char *sim_find(struct sim *sim, void *library);

#endif
