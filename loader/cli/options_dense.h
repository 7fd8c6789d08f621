#ifndef SMALLM_CLI_OPTIONS_DENSE_H
#define SMALLM_CLI_OPTIONS_DENSE_H

#include "options_time.h"

/* Of "smallm run dense" and "smallm time dense". */
struct dense_options {
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

extern const char options_dense_usage[];

/* argv[0] is skipped. `time` is NULL for run. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_dense_parse(struct dense_options *options, struct time_request *time, int argc, char **argv);

#endif
