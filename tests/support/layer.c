#include "layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dense.h"
#include "device.h"
#include "element.h"
#include "quantise.h"
#include "random.h"

/* An odd number of elements before Out, which leaves it aligned to its element and no more. */
enum { BAND = 129, NAN_E4M3 = 0x7f, NAN_E8M0 = 0xff, X_SEED = 1000000, BIAS_SEED = 2000000 };
/* NaN in bf16 and f16, and twice in a row in f32. */
static const uint16_t pattern = 0xffc3;

static void *take(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return memory;
}

static size_t band_bytes(const struct layer *layer) {
    return BAND * element_bytes(layer->shape.out_type);
}

static void make_bias(struct layer *layer) {
    struct random_state random;
    random_seed(&random, layer->shape.seed + BIAS_SEED);
    for (size_t i = 0; i < layer->shape.n; i++)
        element_put(layer->shape.bias_type, layer->bias, i,
                    element_from_f64(layer->shape.bias_type, random_normal(&random)));
}

void layer_make(struct layer *layer, const struct layer_shape *given) {
    *layer = (struct layer){.shape = *given, .rows = given->m};
    struct layer_shape *shape = &layer->shape;
    const size_t m = shape->m, n = shape->n, k = shape->k, blocks = k / MX_BLOCK;
    shape->ldx = shape->ldx != 0 ? shape->ldx : k;
    shape->ldxs = shape->ldxs != 0 ? shape->ldxs : blocks;
    shape->ldo = shape->ldo != 0 ? shape->ldo : n;
    shape->out_type = shape->out_type != SMALLM_TYPE_NONE ? shape->out_type : SMALLM_TYPE_BF16;
    layer->x_bytes = (m - 1) * shape->ldx + k;
    layer->x_scale_bytes = (m - 1) * shape->ldxs + blocks;
    layer->w_bytes = n * k;
    layer->w_scale_bytes = n * blocks;
    layer->bias_bytes = n * element_bytes(shape->bias_type);
    layer->out_bytes = m * shape->ldo * element_bytes(shape->out_type) + 2 * band_bytes(layer);
    layer->x = take(m * shape->ldx);
    layer->x_scale = take(m * shape->ldxs);
    layer->w = take(layer->w_bytes);
    layer->w_scale = take(layer->w_scale_bytes);
    layer->bias = shape->bias_type != SMALLM_TYPE_NONE ? take(layer->bias_bytes) : NULL;
    layer->out = (char *)take(layer->out_bytes) + band_bytes(layer);
    layer->sum = take(m * n * sizeof *layer->sum);
    layer->magnitude = take(m * n * sizeof *layer->magnitude);
    memset(layer->x, NAN_E4M3, m * shape->ldx);
    memset(layer->x_scale, NAN_E8M0, m * shape->ldxs);
    for (size_t row = 0; row < m; row++)
        quantise_normal(layer->x + row * shape->ldx, layer->x_scale + row * shape->ldxs, 1, k, 0.5,
                        shape->seed + X_SEED + row);
    quantise_normal(layer->w, layer->w_scale, n, k, 0.1, shape->seed);
    if (layer->bias != NULL)
        make_bias(layer);
}

void layer_normal(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed) {
    layer_make(layer, &(struct layer_shape){.m = m, .n = n, .k = k, .seed = seed});
}

void layer_apart(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed) {
    layer_make(layer, &(struct layer_shape){
                          .m = m, .n = n, .k = k, .ldx = k + 48, .ldxs = k / MX_BLOCK + 3, .ldo = n + 5, .seed = seed});
}

static void *to_device(const void *host, size_t bytes, size_t trailing) {
    unsigned char *all = take(bytes + trailing);
    memcpy(all, host, bytes);
    memset(all + bytes, 0xff, trailing);
    void *memory = device_alloc(bytes + trailing);
    device_upload(memory, all, bytes + trailing);
    free(all);
    return memory;
}

static void refer(struct layer *layer) {
    const struct layer_shape *shape = &layer->shape;
    const struct dense_inputs inputs = {
        .m = layer->rows,
        .n = shape->n,
        .k = shape->k,
        .ldx = shape->ldx,
        .ldxs = shape->ldxs,
        .x = layer->x,
        .x_scale = layer->x_scale,
        .w = layer->w,
        .w_scale = layer->w_scale,
        .bias_type = shape->bias_type,
        .bias = layer->bias,
    };
    if (dense_reference(&inputs, layer->sum, layer->magnitude) != 0) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
}

void layer_upload(struct layer *layer) {
    const size_t trailing = layer->shape.trailing;
    layer->dx = to_device(layer->x, layer->x_bytes, trailing);
    layer->dx_scale = to_device(layer->x_scale, layer->x_scale_bytes, trailing);
    layer->dw = to_device(layer->w, layer->w_bytes, trailing);
    layer->dw_scale = to_device(layer->w_scale, layer->w_scale_bytes, trailing);
    if (layer->bias != NULL)
        layer->dbias = to_device(layer->bias, layer->bias_bytes, trailing);
    layer->dout = device_alloc(layer->out_bytes);
    refer(layer);
}

void layer_upload_x(struct layer *layer) {
    device_upload(layer->dx, layer->x, layer->x_bytes);
    device_upload(layer->dx_scale, layer->x_scale, layer->x_scale_bytes);
    refer(layer);
}

void layer_free(struct layer *layer) {
    device_free(layer->dx);
    device_free(layer->dx_scale);
    device_free(layer->dw);
    device_free(layer->dw_scale);
    if (layer->dbias != NULL)
        device_free(layer->dbias);
    device_free(layer->dout);
    free(layer->x);
    free(layer->x_scale);
    free(layer->w);
    free(layer->w_scale);
    free(layer->bias);
    free((char *)layer->out - band_bytes(layer));
    free(layer->sum);
    free(layer->magnitude);
}

smallm_dense_problem layer_problem(const struct layer *layer) {
    const struct layer_shape *shape = &layer->shape;
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = (int64_t)shape->m;
    problem.n = (int64_t)shape->n;
    problem.k = (int64_t)shape->k;
    problem.ldx = (int64_t)shape->ldx;
    problem.ldxs = (int64_t)shape->ldxs;
    problem.ldo = (int64_t)shape->ldo;
    problem.out_type = shape->out_type;
    problem.bias_type = shape->bias_type;
    problem.determinism = shape->determinism;
    return problem;
}

smallm_dense_buffers layer_buffers(const struct layer *layer) {
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = layer->dx;
    buffers.x_scale = layer->dx_scale;
    buffers.w = layer->dw;
    buffers.w_scale = layer->dw_scale;
    buffers.bias = layer->dbias;
    buffers.out = (char *)layer->dout + band_bytes(layer);
    buffers.x_bytes = layer->x_bytes;
    buffers.x_scale_bytes = layer->x_scale_bytes;
    buffers.w_bytes = layer->w_bytes;
    buffers.w_scale_bytes = layer->w_scale_bytes;
    buffers.bias_bytes = layer->bias_bytes;
    buffers.out_bytes = layer->out_bytes - band_bytes(layer);
    return buffers;
}

static uint16_t *all_of_out(const struct layer *layer) {
    return (uint16_t *)((char *)layer->out - band_bytes(layer));
}

void layer_clear_out(const struct layer *layer) {
    uint16_t *all = all_of_out(layer);
    for (size_t i = 0; i < layer->out_bytes / sizeof *all; i++)
        all[i] = pattern;
    device_upload(layer->dout, all, layer->out_bytes);
}

struct check_result layer_check(struct layer *layer) {
    const struct layer_shape *shape = &layer->shape;
    device_download(all_of_out(layer), layer->dout, layer->out_bytes);
    return check_out(shape->out_type, layer->out, shape->ldo, layer->sum, layer->magnitude, shape->m, shape->n,
                     shape->k);
}

uint32_t layer_bits(const struct layer *layer, size_t row, size_t column) {
    return element_get(layer->shape.out_type, layer->out, row * layer->shape.ldo + column);
}

double layer_out(const struct layer *layer, size_t row, size_t column) {
    return element_to_f64(layer->shape.out_type, layer_bits(layer, row, column));
}

const char *layer_check_bands(const struct layer *layer) {
    const uint16_t *all = all_of_out(layer);
    const size_t halves = element_bytes(layer->shape.out_type) / sizeof *all, before = BAND * halves;
    for (size_t i = 0; i < before; i++)
        if (all[i] != pattern)
            return "before Out";
    for (size_t i = before; i < layer->out_bytes / sizeof *all; i++) {
        const size_t at = (i - before) / halves, row = at / layer->shape.ldo, column = at % layer->shape.ldo;
        if (row < layer->shape.m && column < layer->shape.n)
            continue;
        if (all[i] != pattern)
            return row >= layer->shape.m ? "after the last row of Out" : "between the rows of Out";
    }
    return NULL;
}
