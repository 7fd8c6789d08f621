#ifndef SMALLM_CLI_OPTIONS_H
#define SMALLM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "exit_status.h"

enum device_choice { DEVICE_AUTO, DEVICE_GPU, DEVICE_SIM };

/* Of "smallm run dense". */
struct options {
    int64_t m, n, k;
    int64_t seed;
    const char *x, *x_scale, *w, *w_scale; /* files, or NULL for random data */
    const char *out;                       /* file, or NULL */
    const char *kernel;                    /* name, or NULL */
    bool force, json;
    enum device_choice device;
};

extern const char options_usage[];

/* argv[0] is skipped. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_parse(struct options *options, int argc, char **argv);

#endif
