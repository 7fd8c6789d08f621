#ifndef SMALLM_BENCH_TUNE_OPTIONS_H
#define SMALLM_BENCH_TUNE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

enum { MOST_M = 64 };

struct tune_options {
    const char *shapes;
    const char *out;    /* NULL: stdout */
    bool m[MOST_M + 1]; /* these, if any is set, instead of those of the shapes */
    bool m_given;
    bool resume, check;
    bool timed;  /* else the cost model alone decides */
    size_t most; /* cells to tune */
    enum device_choice device;
};

extern const char tune_usage[];

/* EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. argv[0] is the kind of table, "dense" or "moe"; `shapes` where no
 * file of shapes is named. */
enum exit_status tune_options_parse(struct tune_options *options, const char *shapes, int argc, char **argv);

/* Numbers from 1 to MOST_M separated by `separator`, up to the text's end. False if it is anything else. */
bool tune_m_list(const char *text, char separator, bool m[MOST_M + 1]);

#endif
