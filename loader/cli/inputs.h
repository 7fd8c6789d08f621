#ifndef SMALLM_CLI_INPUTS_H
#define SMALLM_CLI_INPUTS_H

#include "dense.h"
#include "exit_status.h"
#include "options_dense.h"

/* The arrays in host memory, from files or random. Dimensions have passed the library's guards. */
struct inputs {
    uint8_t *x, *x_scale, *w, *w_scale;
    void *bias; /* NULL without one */
    struct dense_inputs view;
};

/* EXIT_RIGHT, or EXIT_BAD_ARGUMENTS after saying why. */
enum exit_status inputs_make(struct inputs *inputs, const struct dense_options *options);
void inputs_free(struct inputs *inputs);

#endif
