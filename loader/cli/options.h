#ifndef SMALLM_CLI_OPTIONS_H
#define SMALLM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "exit_status.h"
#include "smallm/types.h"

enum device_choice { DEVICE_AUTO, DEVICE_GPU, DEVICE_SIM };

/* Of "smallm run dense". */
struct options {
    int64_t m, n, k;
    int64_t ldx, ldo; /* filled in where not given */
    int64_t k_splits; /* 0: the library's choice */
    int64_t seed;
    smallm_type out_type, bias_type;
    smallm_determinism determinism;
    const char *x, *x_scale, *w, *w_scale; /* files, or NULL for random data */
    const char *out;                       /* file, or NULL */
    const char *kernel;                    /* name, or NULL */
    bool force, json;
    enum device_choice device;
};

extern const char options_usage[];

/* The word of --determinism. */
const char *options_determinism(smallm_determinism determinism);

/* argv[0] is skipped. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_parse(struct options *options, int argc, char **argv);

#endif
