#include "inputs.h"

#include <stdlib.h>

#include "npy.h"
#include "quantise.h"

static const double x_deviation = 0.5, w_deviation = 0.1;

/* Elements [rows, k] and scales [rows, k / 32] of one tensor. */
static enum exit_status make_tensor(uint8_t **elements, uint8_t **scale, size_t rows, size_t k, const char *file,
                                    const char *scale_file, double deviation, uint64_t seed) {
    char error[NPY_ERROR_BYTES];
    const size_t blocks = k / MX_BLOCK;
    if (file != NULL) {
        *elements = npy_read_u8(file, rows, k, error);
        if (*elements != NULL)
            *scale = npy_read_u8(scale_file, rows, blocks, error);
        return *scale != NULL ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "%s", error);
    }
    *elements = malloc(rows * k);
    *scale = malloc(rows * blocks);
    if (*elements == NULL || *scale == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a %zu x %zu matrix", rows, k);
    quantise_normal(*elements, *scale, rows, k, deviation, seed);
    return EXIT_RIGHT;
}

enum exit_status inputs_make(struct inputs *inputs, const struct options *options) {
    const size_t m = (size_t)options->m, n = (size_t)options->n, k = (size_t)options->k;
    const uint64_t seed = (uint64_t)options->seed;
    *inputs = (struct inputs){0};
    enum exit_status status =
        make_tensor(&inputs->x, &inputs->x_scale, m, k, options->x, options->x_scale, x_deviation, 2 * seed);
    if (status == EXIT_RIGHT)
        status =
            make_tensor(&inputs->w, &inputs->w_scale, n, k, options->w, options->w_scale, w_deviation, 2 * seed + 1);
    inputs->view = (struct dense_inputs){
        .m = m,
        .n = n,
        .k = k,
        .ldx = k,
        .ldxs = k / MX_BLOCK,
        .x = inputs->x,
        .x_scale = inputs->x_scale,
        .w = inputs->w,
        .w_scale = inputs->w_scale,
    };
    return status;
}

void inputs_free(struct inputs *inputs) {
    free(inputs->x);
    free(inputs->x_scale);
    free(inputs->w);
    free(inputs->w_scale);
}
