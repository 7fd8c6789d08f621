/* The launches of "smallm time", on the simulator's timing model, and what is said of them. All of it is modelled. */
#ifndef SMALLM_CLI_TIMING_H
#define SMALLM_CLI_TIMING_H

#include <cjson/cJSON.h>

#include "backend.h"
#include "options_time.h"

struct timing {
    const struct backend *backend;
    const struct time_request *request; /* NULL: "smallm run", nothing is timed */
    char problem[256];
    double fewest_bytes; /* that the product moves: X, W, scales, bias, routing weights, Out */
    double w_bytes;      /* of them W with its scales */
    struct gfx950sim_time time, sort;
    bool sorted; /* there was a sort */
};

/* Machine, parameters, waves to follow. Without a request nothing; so do the others that say of themselves what they
 * print. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status timing_begin(struct timing *timing, const struct backend *backend, const struct time_request *request);

/* Launch once, or as often as asked for, in modelled time: `*time` is that of the last. The simulator's counts are the
 * last launch's too. */
typedef enum exit_status timing_launch_once(void *user);
enum exit_status timing_launch(const struct timing *timing, struct gfx950sim_time *time, timing_launch_once *launch,
                               void *user);

/* The last launch's figures and the drawings that were asked for, on stdout. */
enum exit_status timing_text(const struct timing *timing);
/* Add modelled_us, gbps and so on; with --annotate the lines. */
enum exit_status timing_json(const struct timing *timing, cJSON *json);
/* The files that were asked for; `quiet` says nothing of those that were written. */
enum exit_status timing_files(const struct timing *timing, bool quiet);

/* timing_views.c: annotate and timeline on stdout. */
enum exit_status timing_drawings(const struct timing *timing);
struct gfx950sim_view_about timing_about(const struct timing *timing);

#endif
