#include "inputs.h"

#include <stdlib.h>
#include <string.h>

#include "element.h"
#include "npy.h"
#include "quantise.h"
#include "random.h"

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

/* Rows of X `ldx` elements apart, NaN between them. */
static enum exit_status spread(uint8_t **x, size_t rows, size_t k, size_t ldx) {
    enum { NAN_E4M3 = 0x7f };
    if (ldx == k)
        return EXIT_RIGHT;
    uint8_t *apart = malloc(rows * ldx);
    if (apart == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu rows of %zu elements", rows, ldx);
    memset(apart, NAN_E4M3, rows * ldx);
    for (size_t row = 0; row < rows; row++)
        memcpy(apart + row * ldx, *x + row * k, k);
    free(*x);
    *x = apart;
    return EXIT_RIGHT;
}

static enum exit_status make_bias(void **bias, smallm_type type, size_t n, uint64_t seed) {
    struct random_state random;
    *bias = malloc(n * element_bytes(type));
    if (*bias == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a bias of %zu elements", n);
    random_seed(&random, seed);
    for (size_t i = 0; i < n; i++)
        element_put(type, *bias, i, element_from_f64(type, random_normal(&random)));
    return EXIT_RIGHT;
}

enum exit_status inputs_make(struct inputs *inputs, const struct dense_options *options) {
    const size_t m = (size_t)options->m, n = (size_t)options->n, k = (size_t)options->k, ldx = (size_t)options->ldx;
    const uint64_t seed = (uint64_t)options->seed;
    *inputs = (struct inputs){0};
    enum exit_status status =
        make_tensor(&inputs->x, &inputs->x_scale, m, k, options->x, options->x_scale, x_deviation, 2 * seed);
    if (status == EXIT_RIGHT)
        status =
            make_tensor(&inputs->w, &inputs->w_scale, n, k, options->w, options->w_scale, w_deviation, 2 * seed + 1);
    if (status == EXIT_RIGHT)
        status = spread(&inputs->x, m, k, ldx);
    if (status == EXIT_RIGHT && options->bias_type != SMALLM_TYPE_NONE)
        status = make_bias(&inputs->bias, options->bias_type, n, ~seed);
    inputs->view = (struct dense_inputs){
        .m = m,
        .n = n,
        .k = k,
        .ldx = ldx,
        .ldxs = k / MX_BLOCK,
        .x = inputs->x,
        .x_scale = inputs->x_scale,
        .w = inputs->w,
        .w_scale = inputs->w_scale,
        .bias_type = options->bias_type,
        .bias = inputs->bias,
    };
    return status;
}

void inputs_free(struct inputs *inputs) {
    free(inputs->x);
    free(inputs->x_scale);
    free(inputs->w);
    free(inputs->w_scale);
    free(inputs->bias);
}
