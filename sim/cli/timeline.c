/* gfx950sim timeline: the instructions of a wave one below the other, time to the right. */
#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "timed.h"

struct options {
    struct timed timed;
    struct gfx950sim_view_timeline view;
    uint64_t workgroup;
    int64_t wave; /* -1: all */
    bool has_workgroup;
};

static int take_wave(void *own, const char *value) {
    struct options *o = own;
    uint64_t wave = 0;
    int status = timed_number(&o->timed, "--wave", value, 0, 15, &wave);
    o->wave = (int64_t)wave;
    return status;
}

static int take_workgroup(void *own, const char *value) {
    struct options *o = own;
    o->has_workgroup = true;
    return timed_number(&o->timed, "--workgroup", value, 0, UINT64_MAX / 2, &o->workgroup);
}

static int take_from(void *own, const char *value) {
    struct options *o = own;
    return timed_number(&o->timed, "--from", value, 0, UINT64_MAX / 2, &o->view.from);
}

static int take_to(void *own, const char *value) {
    struct options *o = own;
    return timed_number(&o->timed, "--to", value, 1, UINT64_MAX / 2, &o->view.to);
}

static int take_width(void *own, const char *value) {
    struct options *o = own;
    return timed_number(&o->timed, "--width", value, GFX950SIM_VIEW_LEAST_WIDTH, GFX950SIM_VIEW_MOST_WIDTH,
                        &o->view.width);
}

static int take_rows(void *own, const char *value) {
    struct options *o = own;
    return timed_number(&o->timed, "--rows", value, 1, GFX950SIM_VIEW_MOST_ROWS, &o->view.rows);
}

static const struct own_option own_options[] = {TIMED_OPTIONS,
                                                {"--wave", true, take_wave},
                                                {"--workgroup", true, take_workgroup},
                                                {"--from", true, take_from},
                                                {"--to", true, take_to},
                                                {"--width", true, take_width},
                                                {"--rows", true, take_rows},
                                                {NULL, false, NULL}};

int cmd_timeline(int argc, char **argv) {
    struct options o = {
        .view = {.size = sizeof o.view, .from = UINT64_MAX, .to = UINT64_MAX, .width = 160, .rows = 400}, .wave = -1};
    int status = timed_begin(&o.timed, "timeline", argc, argv, own_options);
    if (!status && o.view.from != UINT64_MAX && o.view.from >= o.view.to) {
        fprintf(stderr, "gfx950sim timeline: --from %" PRIu64 " must lie before --to %" PRIu64 "\n", o.view.from,
                o.view.to);
        status = EXIT_CANNOT_RUN;
    }
    if (!status) {
        struct gfx950sim_time_follow f = {.size = sizeof f, .workgroup = o.workgroup, .workgroups = 1};
        f.wave = o.wave < 0 && !o.has_workgroup ? 0 : o.wave;
        gfx950sim_time_follow(&f);
        status = timed_launch(&o.timed);
    }
    if (!status)
        status = timed_view(&o.timed, gfx950sim_view_timeline(stdout, &o.timed.about, &o.view), true);
    timed_end(&o.timed);
    return status ? status : timed_status();
}
