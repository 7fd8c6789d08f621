/* gfx950sim trace: one launch as trace events, for Perfetto (ui.perfetto.dev) and chrome://tracing. */
#include <inttypes.h>
#include <stdio.h>

#include "cli.h"
#include "timed.h"

struct options {
    struct timed timed;
    const char *out;
    uint64_t instructions; /* waves of which they are shown */
};

static int take_out(void *own, const char *value) {
    ((struct options *)own)->out = value;
    return 0;
}

static int take_instructions(void *own, const char *value) {
    struct options *o = own;
    return timed_number(&o->timed, "--instructions", value, 0, 65536, &o->instructions);
}

static const struct own_option own_options[] = {
    TIMED_OPTIONS, {"--out", true, take_out}, {"--instructions", true, take_instructions}, {NULL, false, NULL}};

static int write_trace(const struct options *o) {
    FILE *f = timed_open(&o->timed, o->out);
    uint64_t events = 0, dropped = 0;
    size_t n;
    if (!f)
        return EXIT_CANNOT_RUN;
    int status = timed_close(&o->timed, o->out, f, gfx950sim_view_trace(f, &o->timed.about, &events));
    if (status)
        return status;
    gfx950sim_time_steps(&n, &dropped);
    if (dropped)
        fprintf(stderr,
                "gfx950sim trace: %" PRIu64 " instructions of the waves asked for did not fit; ask for fewer with "
                "--instructions\n",
                dropped);
    printf("%s: %" PRIu64 " events of a launch of modelled %.3f us; open it with ui.perfetto.dev or chrome://tracing\n",
           o->out, events, o->timed.time.modelled_us);
    return EXIT_CLEAN;
}

int cmd_trace(int argc, char **argv) {
    struct options o = {.instructions = 16};
    int status = timed_begin(&o.timed, "trace", argc, argv, own_options);
    if (!status && !o.out) {
        fprintf(stderr, "gfx950sim trace: --out FILE.json is needed\n");
        status = EXIT_CANNOT_RUN;
    }
    if (!status) {
        gfx950sim_time_follow(&(struct gfx950sim_time_follow){.size = sizeof(struct gfx950sim_time_follow),
                                                              .workgroups = o.instructions ? UINT64_MAX : 0,
                                                              .wave = -1,
                                                              .waves = o.instructions});
        status = timed_launch(&o.timed);
    }
    if (!status)
        status = write_trace(&o);
    if (!status)
        fputs(gfx950sim_findings(), stdout);
    timed_end(&o.timed);
    return status ? status : timed_status();
}
