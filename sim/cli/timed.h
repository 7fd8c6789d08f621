/* One launch in modelled time from the command line: what `time` and the views of it share. */
#ifndef GFX950SIM_CLI_TIMED_H
#define GFX950SIM_CLI_TIMED_H

#include <stdio.h>

#include "gfx950sim/views.h"
#include "launch_options.h"

/* The first member of a view's own options, to which the rows of TIMED_OPTIONS write. */
struct timed {
    struct launch_options launch;
    struct launch_prepared prepared;
    const char *mode;
    uint64_t repeat;
    struct gfx950sim_time time; /* of the last launch */
    struct gfx950sim_view_about about;
};

int timed_take_cold(void *own, const char *value);
int timed_take_warm(void *own, const char *value);
int timed_take_flush(void *own, const char *value);
int timed_take_first(void *own, const char *value);
int timed_take_machine(void *own, const char *value);
int timed_take_parameter(void *own, const char *value);
int timed_take_sample(void *own, const char *value);
int timed_take_repeat(void *own, const char *value);

/* clang-format off */
#define TIMED_OPTIONS                                                                                                  \
    {"--cold", false, timed_take_cold}, {"--warm", false, timed_take_warm}, {"--flush", false, timed_take_flush},      \
    {"--first", false, timed_take_first}, {"--machine", true, timed_take_machine}, {"--set", true, timed_take_parameter},                                    \
    {"--repeat", true, timed_take_repeat}, {"--sample", true, timed_take_sample}
/* clang-format on */

/* Arguments, launches, output files. 0, or 2 after a message on stderr; timed_end either way. */
int timed_begin(struct timed *t, const char *command, int argc, char **argv, const struct own_option *options);
int timed_launch(struct timed *t);
/* After a view that returned `written` to stdout: 0, with the findings behind it if they are asked for, or 2 after a
 * message. */
int timed_view(const struct timed *t, int written, bool findings);
/* The file of --out. NULL, or 2, after a message. */
FILE *timed_open(const struct timed *t, const char *path);
int timed_close(const struct timed *t, const char *path, FILE *f, int written);
/* Exit status of a view that was shown: findings or none. */
int timed_status(void);
void timed_end(struct timed *t);

/* The number of `value`, an option's. 0, or 2 after a message that names the rule. */
int timed_number(const struct timed *t, const char *option, const char *value, uint64_t least, uint64_t most,
                 uint64_t *number);

#endif
