/* gfx950sim time: one launch in modelled time. */
#include <stdio.h>

#include "cli.h"
#include "timed.h"

struct options {
    struct timed timed;
    bool json;
};

static int take_json(void *own, const char *value) {
    (void)value;
    ((struct options *)own)->json = true;
    return 0;
}

static const struct own_option own_options[] = {TIMED_OPTIONS, {"--json", false, take_json}, {NULL, false, NULL}};

int cmd_time(int argc, char **argv) {
    struct options o = {.json = false};
    int status = timed_begin(&o.timed, "time", argc, argv, own_options);
    if (!status)
        status = timed_launch(&o.timed);
    if (!status)
        status = timed_view(&o.timed, gfx950sim_view_time(stdout, &o.timed.about, o.json), !o.json);
    timed_end(&o.timed);
    return status ? status : timed_status();
}
