/* One launch from the command line: the options and arguments that `run`, `time` and their like share. */
#ifndef GFX950SIM_CLI_LAUNCH_OPTIONS_H
#define GFX950SIM_CLI_LAUNCH_OPTIONS_H

#include "args.h"
#include "launch.h"

enum { MAX_ARGS = 256 };

struct launch_options {
    const char *command; /* for messages */
    const char *file, *kernel;
    uint32_t grid[3], block[3], lds;
    long kernarg_size; /* -1: from the metadata, else from the arguments */
    const char *args[MAX_ARGS];
    int nargs;
};

struct launch_prepared {
    struct code *code;
    struct arguments args;
    struct launch launch;
};

/* An option that stands alone, or has a value, of the subcommand itself. Return 0, or after a message 2. */
struct own_option {
    const char *name; /* with -- */
    bool takes_value;
    int (*take)(void *own, const char *value);
};

void launch_options_init(struct launch_options *o, const char *command);
/* All of argv. 0, or 2 after a message on stderr. `options` ends with a NULL name. */
int launch_options_parse(struct launch_options *o, int argc, char **argv, const struct own_option *options, void *own);
/* Loads the code object, makes the arguments. 0, or 2 after a message on stderr. Release either way. */
int launch_prepare(const struct launch_options *o, struct launch_prepared *p);
void launch_release(struct launch_prepared *p);
/* A setting of the simulator. 0, or 2 after a message. */
int launch_set(const struct launch_options *o, const char *name, const char *value);

#endif
