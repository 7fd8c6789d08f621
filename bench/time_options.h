#ifndef SMALLM_BENCH_TIME_OPTIONS_H
#define SMALLM_BENCH_TIME_OPTIONS_H

#include "tune_options.h"

/* What the timed benches share. */
struct time_options {
    struct tune_options shapes; /* .shapes, .m, .m_given */
    enum device_choice device;
    const char *caches; /* "cold", "warm", "flush" or "first" */
    const char *kernel; /* NULL: the library's choice */
    uint32_t k_splits;  /* 0: the same */
    smallm_determinism determinism;
    const char *peers;              /* folder of their manifest, or NULL */
    struct option_texts parameters; /* SECTION.NAME=VALUE */
    bool json;
};

/* argv[0] is "dense" or "moe"; `shapes` where no file of shapes is named. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after
 * saying why. */
enum exit_status time_options_parse(struct time_options *options, const char *shapes, int argc, char **argv);

/* A value of --caches. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying what it may be. */
enum exit_status time_check_caches(const char *caches);

extern const char time_usage[];

#endif
