#include <stdlib.h>

#include "dense.h"
#include "dense_launch.h"
#include "peer_cell.h"
#include "quantise.h"

enum { SEED = 1 };

struct tensors {
    uint8_t *x, *x_scale, *w, *w_scale;
    const void *w_list[1], *w_scale_list[1];
    double *sum, *magnitude;
};

static struct check_result check(const struct peer_inputs *inputs, smallm_type type, const void *out) {
    const struct tensors *t = inputs->own;
    const size_t m = (size_t)inputs->problem.m, n = (size_t)inputs->problem.n, k = (size_t)inputs->problem.k;
    return check_out(type, out, n, t->sum, t->magnitude, m, n, k);
}

static void release(struct peer_inputs *inputs) {
    struct tensors *t = inputs->own;
    free(t->x);
    free(t->x_scale);
    free(t->w);
    free(t->w_scale);
    free(t->sum);
    free(t->magnitude);
    free(t);
}

static enum exit_status no_memory(void) {
    return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the tensors of a dense cell");
}

enum exit_status peer_dense_inputs(struct peer_inputs *inputs, const struct shape *shape, bool check_too) {
    const size_t m = shape->m, n = shape->n, k = shape->k, blocks = k / MX_BLOCK;
    struct tensors *t = calloc(1, sizeof *t);
    *inputs = (struct peer_inputs){0};
    if (t == NULL)
        return no_memory();
    *inputs = (struct peer_inputs){
        .problem = {.operation = PEER_DENSE, .m = shape->m, .n = shape->n, .k = shape->k},
        .fewest_bytes = dense_fewest_bytes(shape),
        .check = check,
        .free = release,
        .own = t,
    };
    t->x = malloc(m * k);
    t->x_scale = malloc(m * blocks);
    t->w = malloc(n * k);
    t->w_scale = malloc(n * blocks);
    t->sum = malloc(m * n * sizeof *t->sum);
    t->magnitude = malloc(m * n * sizeof *t->magnitude);
    if (t->x == NULL || t->x_scale == NULL || t->w == NULL || t->w_scale == NULL || t->sum == NULL ||
        t->magnitude == NULL)
        return no_memory();
    quantise_normal(t->x, t->x_scale, m, k, 0.5, SEED);
    quantise_normal(t->w, t->w_scale, n, k, 0.1, SEED + 1);
    t->w_list[0] = t->w;
    t->w_scale_list[0] = t->w_scale;
    inputs->host = (struct peer_host){.w = t->w_list, .w_scale = t->w_scale_list};
    inputs->host.tensor[PEER_X] = t->x;
    inputs->host.tensor[PEER_X_SCALE] = t->x_scale;
    const struct dense_inputs reference = {
        .m = m,
        .n = n,
        .k = k,
        .ldx = k,
        .ldxs = blocks,
        .x = t->x,
        .x_scale = t->x_scale,
        .w = t->w,
        .w_scale = t->w_scale,
    };
    return !check_too || dense_reference(&reference, t->sum, t->magnitude) == 0 ? EXIT_RIGHT : no_memory();
}
