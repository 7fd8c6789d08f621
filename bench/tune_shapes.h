/* What to tune. */
#ifndef SMALLM_BENCH_TUNE_SHAPES_H
#define SMALLM_BENCH_TUNE_SHAPES_H

#include <stddef.h>

#include "tune_options.h"

struct shape {
    unsigned k, n, m;
};

/* By k, n, m. */
int shape_compare(const struct shape *a, const struct shape *b);

/* Read options->shapes into memory for free(), sorted, with the options' M. EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after
 * saying which line is wrong and why. */
enum exit_status shapes_read(struct shape **shapes, size_t *count, const struct tune_options *options);

#endif
