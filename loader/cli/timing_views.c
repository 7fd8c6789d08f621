#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "timing.h"

struct gfx950sim_view_about timing_about(const struct timing *timing) {
    return (struct gfx950sim_view_about){.size = sizeof(struct gfx950sim_view_about), .problem = timing->problem};
}

static uint64_t given(int64_t value, uint64_t otherwise) {
    return value != OPTION_NOT_GIVEN ? (uint64_t)value : otherwise;
}

enum exit_status timing_drawings(const struct timing *timing) {
    const struct time_request *request = timing->request;
    const struct sim *sim = &timing->backend->sim;
    const struct gfx950sim_view_about about = timing_about(timing);
    const struct gfx950sim_view_timeline timeline = {.size = sizeof timeline,
                                                     .from = given(request->from, UINT64_MAX),
                                                     .to = given(request->to, UINT64_MAX),
                                                     .width = given(request->width, 160),
                                                     .rows = given(request->rows, 400)};
    if (request->annotate) {
        puts("");
        if (sim->gfx950sim_view_annotate(stdout, &about, 0) != 0)
            return complain(EXIT_BAD_ARGUMENTS, "--annotate: %s", sim->gfx950sim_message());
    }
    if (request->timeline) {
        puts("");
        if (sim->gfx950sim_view_timeline(stdout, &about, &timeline) != 0)
            return complain(EXIT_BAD_ARGUMENTS, "--timeline: %s", sim->gfx950sim_message());
    }
    return EXIT_RIGHT;
}

static enum exit_status write_file(const struct timing *timing, const char *option, const char *path,
                                   int (*write)(const struct timing *timing, FILE *file)) {
    FILE *file = fopen(path, "w");
    const char *why = file == NULL ? strerror(errno) : NULL;
    if (file != NULL) {
        if (write(timing, file) != 0)
            why = timing->backend->sim.gfx950sim_message();
        if (fclose(file) != 0 && why == NULL)
            why = strerror(errno);
    }
    return why == NULL ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "--%s %s cannot be written: %s", option, path, why);
}

static int trace(const struct timing *timing, FILE *file) {
    const struct gfx950sim_view_about about = timing_about(timing);
    return timing->backend->sim.gfx950sim_view_trace(file, &about, NULL);
}

static int report(const struct timing *timing, FILE *file) {
    const struct gfx950sim_view_about about = timing_about(timing);
    return timing->backend->sim.gfx950sim_view_report(file, &about);
}

enum exit_status timing_files(const struct timing *timing, bool quiet) {
    const struct time_request *request = timing->request;
    enum exit_status status = EXIT_RIGHT;
    uint64_t dropped = 0;
    size_t steps;
    if (request == NULL)
        return EXIT_RIGHT;
    if (request->trace != NULL) {
        status = write_file(timing, "trace", request->trace, trace);
        timing->backend->sim.gfx950sim_time_steps(&steps, &dropped);
        if (status == EXIT_RIGHT && dropped != 0)
            fprintf(stderr,
                    "smallm: %" PRIu64 " instructions did not fit into %s; ask for fewer with --instructions.\n",
                    dropped, request->trace);
        if (status == EXIT_RIGHT && !quiet)
            printf("trace    %s; open it with ui.perfetto.dev or chrome://tracing\n", request->trace);
    }
    if (request->report != NULL && status == EXIT_RIGHT) {
        status = write_file(timing, "report", request->report, report);
        if (status == EXIT_RIGHT && !quiet)
            printf("report   %s; open it with a browser\n", request->report);
    }
    return status;
}
