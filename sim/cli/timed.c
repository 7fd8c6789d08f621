#define _GNU_SOURCE
#include "timed.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "report.h"
#include "settings.h"

/* --- options --- */

int timed_take_cold(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "cold";
    return 0;
}

int timed_take_warm(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "warm";
    return 0;
}

int timed_take_flush(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "flush";
    return 0;
}

int timed_take_first(void *own, const char *value) {
    (void)value;
    ((struct timed *)own)->mode = "first";
    return 0;
}

int timed_take_machine(void *own, const char *value) {
    return launch_set(&((struct timed *)own)->launch, "machine", value);
}

int timed_take_parameter(void *own, const char *value) {
    return launch_set(&((struct timed *)own)->launch, "parameter", value);
}

int timed_take_sample(void *own, const char *value) {
    return launch_set(&((struct timed *)own)->launch, "sample", value);
}

int timed_take_repeat(void *own, const char *value) {
    struct timed *t = own;
    return timed_number(t, "--repeat", value, 1, UINT32_MAX, &t->repeat);
}

int timed_number(const struct timed *t, const char *option, const char *value, uint64_t least, uint64_t most,
                 uint64_t *number) {
    char *end;
    *number = strtoull(value, &end, 0);
    if (*end == '\0' && *value != '\0' && !strchr(value, '-') && *number >= least && *number <= most)
        return 0;
    fprintf(stderr, "gfx950sim %s: %s %s: a whole number from %" PRIu64 " to %" PRIu64 "\n", t->launch.command, option,
            value, least, most);
    return 2;
}

/* --- the launch --- */

int timed_begin(struct timed *t, const char *command, int argc, char **argv, const struct own_option *options) {
    settings_init();
    launch_options_init(&t->launch, command);
    t->mode = "cold";
    t->repeat = 1;
    int status = launch_options_parse(&t->launch, argc, argv, options, t);
    if (!status)
        status = launch_set(&t->launch, "time", t->mode);
    t->about = (struct gfx950sim_view_about){.size = sizeof t->about, .file = t->launch.file};
    return status ? status : launch_prepare(&t->launch, &t->prepared);
}

int timed_launch(struct timed *t) {
    char err[1024] = "";
    for (uint64_t i = 0; i < t->repeat; i++) {
        enum launch_status s = launch_run(&t->prepared.launch, err, sizeof err);
        if ((s != LAUNCH_OK && s != LAUNCH_FAULT) || (s == LAUNCH_FAULT && report_errors() == 0)) {
            fprintf(stderr, "gfx950sim %s: %s\n", t->launch.command, err);
            return 2;
        }
    }
    if (!arguments_store(&t->prepared.args, err, sizeof err)) {
        fprintf(stderr, "gfx950sim %s: %s\n", t->launch.command, err);
        return 2;
    }
    t->time.size = sizeof t->time;
    if (gfx950sim_get_time(&t->time) == 0)
        return 0;
    fprintf(stderr, "gfx950sim %s: the launch was refused before it was timed\n%s", t->launch.command,
            gfx950sim_findings());
    return 2;
}

/* --- what it shows --- */

int timed_view(const struct timed *t, int written, bool findings) {
    if (written == 0) {
        if (findings)
            fputs(gfx950sim_findings(), stdout);
        return EXIT_CLEAN;
    }
    fprintf(stderr, "gfx950sim %s: %s\n", t->launch.command, gfx950sim_message());
    return EXIT_CANNOT_RUN;
}

static int cannot_write(const struct timed *t, const char *path, const char *why) {
    fprintf(stderr, "gfx950sim %s: --out %s cannot be written: %s\n", t->launch.command, path, why);
    return EXIT_CANNOT_RUN;
}

FILE *timed_open(const struct timed *t, const char *path) {
    FILE *f = fopen(path, "w");
    if (!f)
        cannot_write(t, path, strerror(errno));
    return f;
}

int timed_close(const struct timed *t, const char *path, FILE *f, int written) {
    bool closed = fclose(f) == 0;
    if (written || !closed)
        return cannot_write(t, path, written ? gfx950sim_message() : strerror(errno));
    return EXIT_CLEAN;
}

int timed_status(void) {
    return report_errors() || report_warnings() ? EXIT_FINDINGS : EXIT_CLEAN;
}

void timed_end(struct timed *t) {
    launch_release(&t->prepared);
}
