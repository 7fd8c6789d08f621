#ifndef SMALLM_CLI_OPTIONS_MOE_H
#define SMALLM_CLI_OPTIONS_MOE_H

#include "options_time.h"

/* Of "smallm run moe" and "smallm time moe". */
struct moe_options {
    int64_t experts, n, k, tokens, top_k;
    int64_t a_div, block_m;
    int64_t k_splits; /* 0: the library's choice */
    int64_t seed;
    smallm_type out_type;
    smallm_determinism determinism;
    const char *routing; /* a word, or a file */
    const char *kernel;  /* name, or NULL */
    bool weighted, combine, force, json;
    enum device_choice device;
};

extern const char options_moe_usage[];

/* argv[0] is skipped. `time` is NULL for run. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status options_moe_parse(struct moe_options *options, struct time_request *time, int argc, char **argv);

#endif
