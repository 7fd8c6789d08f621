#include "layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dense.h"
#include "device.h"
#include "formats.h"
#include "quantise.h"

/* 129 elements before Out, which leaves it aligned to its element and no more. */
enum { BAND = 129, PATTERN = 0xffc3, NAN_E4M3 = 0x7f, NAN_E8M0 = 0xff };

static void *take(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) {
        fprintf(stderr, "no memory\n");
        exit(1);
    }
    return memory;
}

static void layer_new(struct layer *layer, size_t m, size_t n, size_t k, size_t ldx, size_t ldxs, size_t ldo,
                      uint64_t seed) {
    const size_t blocks = k / MX_BLOCK;
    *layer = (struct layer){.m = m, .n = n, .k = k, .ldx = ldx, .ldxs = ldxs, .ldo = ldo, .seed = seed, .rows = m};
    layer->x_bytes = (m - 1) * ldx + k;
    layer->x_scale_bytes = (m - 1) * ldxs + blocks;
    layer->w_bytes = n * k;
    layer->w_scale_bytes = n * blocks;
    layer->out_bytes = (m * ldo + 2 * BAND) * sizeof *layer->out;
    layer->x = take(m * ldx);
    layer->x_scale = take(m * ldxs);
    layer->w = take(layer->w_bytes);
    layer->w_scale = take(layer->w_scale_bytes);
    layer->out = (uint16_t *)take(layer->out_bytes) + BAND;
    layer->sum = take(m * n * sizeof *layer->sum);
    layer->magnitude = take(m * n * sizeof *layer->magnitude);
    memset(layer->x, NAN_E4M3, m * ldx);
    memset(layer->x_scale, NAN_E8M0, m * ldxs);
    for (size_t row = 0; row < m; row++)
        quantise_normal(layer->x + row * ldx, layer->x_scale + row * ldxs, 1, k, 0.5, seed + 1000000 + row);
    quantise_normal(layer->w, layer->w_scale, n, k, 0.1, seed);
}

void layer_normal(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed) {
    layer_new(layer, m, n, k, k, k / MX_BLOCK, n, seed);
}

void layer_apart(struct layer *layer, size_t m, size_t n, size_t k, uint64_t seed) {
    layer_new(layer, m, n, k, k + 48, k / MX_BLOCK + 3, n + 5, seed);
}

static void *to_device(const void *host, size_t bytes) {
    void *memory = device_alloc(bytes);
    device_upload(memory, host, bytes);
    return memory;
}

void layer_upload(struct layer *layer) {
    layer->dx = to_device(layer->x, layer->x_bytes);
    layer->dx_scale = to_device(layer->x_scale, layer->x_scale_bytes);
    layer->dw = to_device(layer->w, layer->w_bytes);
    layer->dw_scale = to_device(layer->w_scale, layer->w_scale_bytes);
    layer->dout = device_alloc(layer->out_bytes);
    const struct dense_inputs inputs = {
        .m = layer->rows,
        .n = layer->n,
        .k = layer->k,
        .ldx = layer->ldx,
        .ldxs = layer->ldxs,
        .x = layer->x,
        .x_scale = layer->x_scale,
        .w = layer->w,
        .w_scale = layer->w_scale,
    };
    if (dense_reference(&inputs, layer->sum, layer->magnitude) != 0)
        exit(1);
}

void layer_free(struct layer *layer) {
    device_free(layer->dx);
    device_free(layer->dx_scale);
    device_free(layer->dw);
    device_free(layer->dw_scale);
    device_free(layer->dout);
    free(layer->x);
    free(layer->x_scale);
    free(layer->w);
    free(layer->w_scale);
    free(layer->out - BAND);
    free(layer->sum);
    free(layer->magnitude);
}

smallm_dense_problem layer_problem(const struct layer *layer) {
    smallm_dense_problem problem;
    smallm_dense_problem_init(&problem, sizeof problem);
    problem.m = (int64_t)layer->m;
    problem.n = (int64_t)layer->n;
    problem.k = (int64_t)layer->k;
    problem.ldx = (int64_t)layer->ldx;
    problem.ldxs = (int64_t)layer->ldxs;
    problem.ldo = (int64_t)layer->ldo;
    problem.determinism = layer->determinism;
    return problem;
}

smallm_dense_buffers layer_buffers(const struct layer *layer) {
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = layer->dx;
    buffers.x_scale = layer->dx_scale;
    buffers.w = layer->dw;
    buffers.w_scale = layer->dw_scale;
    buffers.out = (uint16_t *)layer->dout + BAND;
    buffers.x_bytes = layer->x_bytes;
    buffers.x_scale_bytes = layer->x_scale_bytes;
    buffers.w_bytes = layer->w_bytes;
    buffers.w_scale_bytes = layer->w_scale_bytes;
    buffers.out_bytes = layer->out_bytes - BAND * sizeof *layer->out;
    return buffers;
}

void layer_clear_out(const struct layer *layer) {
    uint16_t *all = layer->out - BAND;
    for (size_t i = 0; i < layer->out_bytes / sizeof *all; i++)
        all[i] = PATTERN;
    device_upload(layer->dout, all, layer->out_bytes);
}

struct check_result layer_check(struct layer *layer) {
    device_download(layer->out - BAND, layer->dout, layer->out_bytes);
    return check_bf16(layer->out, layer->ldo, layer->sum, layer->magnitude, layer->m, layer->n, layer->k);
}

double layer_out(const struct layer *layer, size_t row, size_t column) {
    return bf16_to_f64(layer->out[row * layer->ldo + column]);
}

const char *layer_check_bands(const struct layer *layer) {
    for (size_t i = 0; i < BAND; i++)
        if (layer->out[(ptrdiff_t)i - BAND] != PATTERN)
            return "before Out";
    for (size_t i = 0; i < layer->rows * layer->ldo + BAND; i++) {
        const size_t row = i / layer->ldo, column = i % layer->ldo;
        if (row < layer->m && column < layer->n)
            continue;
        if (layer->out[i] != PATTERN)
            return row >= layer->m ? "after the last row of Out" : "between the rows of Out";
    }
    return NULL;
}
