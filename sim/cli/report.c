/* gfx950sim report: one launch as a page that needs nothing but itself. */
#include <stdio.h>

#include "cli.h"
#include "timed.h"

struct options {
    struct timed timed;
    const char *out;
};

static int take_out(void *own, const char *value) {
    ((struct options *)own)->out = value;
    return 0;
}

static const struct own_option own_options[] = {TIMED_OPTIONS, {"--out", true, take_out}, {NULL, false, NULL}};

static int write_page(const struct options *o) {
    FILE *f = timed_open(&o->timed, o->out);
    if (!f)
        return EXIT_CANNOT_RUN;
    int status = timed_close(&o->timed, o->out, f, gfx950sim_view_report(f, &o->timed.about));
    if (!status)
        printf("%s: a launch of modelled %.3f us; open it with a browser\n", o->out, o->timed.time.modelled_us);
    return status;
}

int cmd_report(int argc, char **argv) {
    struct options o = {.out = NULL};
    int status = timed_begin(&o.timed, "report", argc, argv, own_options);
    if (!status && !o.out) {
        fprintf(stderr, "gfx950sim report: --out FILE.html is needed\n");
        status = EXIT_CANNOT_RUN;
    }
    if (!status)
        status = timed_launch(&o.timed);
    if (!status)
        status = write_page(&o);
    if (!status)
        fputs(gfx950sim_findings(), stdout);
    timed_end(&o.timed);
    return status ? status : timed_status();
}
