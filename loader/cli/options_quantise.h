#ifndef SMALLM_CLI_OPTIONS_QUANTISE_H
#define SMALLM_CLI_OPTIONS_QUANTISE_H

#include "options.h"
#include "smallm/quantise.h"

/* Of "smallm run quantise". */
struct quantise_options {
    int64_t m, k;
    int64_t ldx; /* filled in where not given */
    int64_t seed;
    smallm_type type;
    smallm_scale_rule rule;
    bool json;
    enum device_choice device;
};

extern const char options_quantise_usage[];

/* argv[0] is skipped. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_quantise_parse(struct quantise_options *options, int argc, char **argv);

#endif
