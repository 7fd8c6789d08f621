#include "routed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "device.h"
#include "element.h"
#include "quantise.h"
#include "random.h"

/* An odd number of elements before Out, which leaves it aligned to its element and no more. */
enum { BAND = 129, NAN_E4M3 = 0x7f, NAN_E8M0 = 0xff, X_SEED = 1000000, WEIGHT_SEED = 2000000 };
/* NaN in bf16 and f16, and twice in a row in f32. */
static const uint16_t pattern = 0xffc3;
static struct quantise_pool pool;

static void need(bool good) {
    if (good)
        return;
    fprintf(stderr, "no memory\n");
    exit(1);
}

static void *take(size_t bytes) {
    void *memory = calloc(bytes + 1, 1);
    need(memory != NULL);
    return memory;
}

static size_t band_bytes(const struct routed *routed) {
    return BAND * element_bytes(routed->shape.out_type);
}

static size_t or_else(size_t value, size_t other) {
    return value != 0 ? value : other;
}

static void complete(struct routed_shape *shape) {
    const size_t slots = shape->tokens * shape->top_k;
    shape->a_div = or_else(shape->a_div, 1);
    shape->x_rows = or_else(shape->x_rows, (slots + shape->a_div - 1) / shape->a_div);
    shape->block_m = or_else(shape->block_m, 64);
    shape->sorted_len =
        or_else(shape->sorted_len,
                (size_t)smallm_moe_sorted_len((int64_t)slots, (int64_t)shape->experts, (int64_t)shape->block_m));
    shape->ldx = or_else(shape->ldx, shape->k);
    shape->ldxs = or_else(shape->ldxs, shape->k / MX_BLOCK);
    shape->ldo = or_else(shape->ldo, shape->n);
    if (shape->out_type == SMALLM_TYPE_NONE)
        shape->out_type = SMALLM_TYPE_BF16;
}

static void allocate_device(struct routed *routed) {
    const struct routed_shape *shape = &routed->shape;
    const size_t w_rows = shape->experts * shape->n;
    routed->dx = device_alloc(routed->x_bytes);
    routed->dx_scale = device_alloc(routed->x_scale_bytes);
    routed->dw = device_alloc(w_rows * shape->k);
    routed->dw_scale = device_alloc(w_rows * (shape->k / MX_BLOCK));
    routed->dweights = shape->weighted ? device_alloc(routed->slots * sizeof(float)) : NULL;
    routed->dsorted = device_alloc(shape->sorted_len * sizeof(int32_t));
    routed->dexpert_ids = device_alloc(routed->blocks * sizeof(int32_t));
    routed->dposts = device_alloc(sizeof(int32_t));
    routed->dout = device_alloc(routed->out_bytes);
}

void routed_make(struct routed *routed, const struct routed_shape *given) {
    *routed = (struct routed){.shape = *given};
    struct routed_shape *shape = &routed->shape;
    complete(shape);
    need(pool.elements != NULL || quantise_pool_make(&pool, 0.1, 17) == 0);
    const size_t blocks = shape->k / MX_BLOCK;
    routed->slots = shape->tokens * shape->top_k;
    routed->blocks = shape->sorted_len / shape->block_m;
    routed->out_rows = shape->combine ? shape->tokens : routed->slots;
    routed->x_bytes = (shape->x_rows - 1) * shape->ldx + shape->k;
    routed->x_scale_bytes = (shape->x_rows - 1) * shape->ldxs + blocks;
    routed->out_bytes = routed->out_rows * shape->ldo * element_bytes(shape->out_type) + 2 * band_bytes(routed);
    routed->x = take(shape->x_rows * shape->ldx);
    routed->x_scale = take(shape->x_rows * shape->ldxs);
    memset(routed->x, NAN_E4M3, shape->x_rows * shape->ldx);
    memset(routed->x_scale, NAN_E8M0, shape->x_rows * shape->ldxs);
    for (size_t row = 0; row < shape->x_rows; row++)
        quantise_normal(routed->x + row * shape->ldx, routed->x_scale + row * shape->ldxs, 1, shape->k, 0.5,
                        shape->seed + X_SEED + row);
    routed->w = take(shape->experts * sizeof *routed->w);
    routed->w_scale = take(shape->experts * sizeof *routed->w_scale);
    routed->on_device = take(shape->experts);
    routed->weights = shape->weighted ? take(routed->slots * sizeof *routed->weights) : NULL;
    struct random_state random;
    random_seed(&random, shape->seed + WEIGHT_SEED);
    for (size_t slot = 0; shape->weighted && slot < routed->slots; slot++)
        routed->weights[slot] = (float)random_normal(&random);
    routed->sorted = take(shape->sorted_len * sizeof *routed->sorted);
    routed->expert_ids = take(routed->blocks * sizeof *routed->expert_ids);
    for (size_t i = 0; i < shape->sorted_len; i++)
        routed->sorted[i] = (int32_t)routed->slots;
    routed->out = (char *)take(routed->out_bytes) + band_bytes(routed);
    allocate_device(routed);
}

void routed_free(struct routed *routed) {
    void *const device[] = {routed->dx,      routed->dx_scale,    routed->dw,     routed->dw_scale, routed->dweights,
                            routed->dsorted, routed->dexpert_ids, routed->dposts, routed->dout};
    for (size_t i = 0; i < sizeof device / sizeof device[0]; i++)
        if (device[i] != NULL)
            device_free(device[i]);
    for (size_t expert = 0; expert < routed->shape.experts; expert++) {
        free(routed->w[expert]);
        free(routed->w_scale[expert]);
    }
    void *const host[] = {routed->x,       routed->x_scale,    routed->w,
                          routed->w_scale, routed->on_device,  routed->weights,
                          routed->sorted,  routed->expert_ids, (char *)routed->out - band_bytes(routed)};
    for (size_t i = 0; i < sizeof host / sizeof host[0]; i++)
        free(host[i]);
    moe_rows_free(&routed->rows);
}

void routed_need_w(struct routed *routed, size_t expert) {
    const size_t n = routed->shape.n, k = routed->shape.k;
    if (routed->w[expert] != NULL)
        return;
    routed->w[expert] = take(n * k);
    routed->w_scale[expert] = take(n * (k / MX_BLOCK));
    quantise_pool_draw(&pool, routed->w[expert], routed->w_scale[expert], n, k, routed->shape.seed * 4096 + expert);
}

void routed_sort(struct routed *routed, const int32_t *topk_ids) {
    const struct routed_shape *shape = &routed->shape;
    smallm_moe_sort_args args;
    smallm_moe_sort_args_init(&args, sizeof args);
    args.slots = (int64_t)routed->slots;
    args.experts = (int64_t)shape->experts;
    args.block_m = (int64_t)shape->block_m;
    args.sorted_len = (int64_t)shape->sorted_len;
    args.topk_ids = topk_ids;
    args.sorted_token_ids = routed->sorted;
    args.expert_ids = routed->expert_ids;
    args.num_tokens_post_padded = &routed->posts;
    need(moe_sort_model(&args) == 0);
}

void routed_changed_w(struct routed *routed, size_t expert) {
    routed->on_device[expert] = false;
}

static void upload_w(struct routed *routed, size_t expert) {
    const size_t bytes = routed->shape.n * routed->shape.k, scale_bytes = bytes / MX_BLOCK;
    routed_need_w(routed, expert);
    if (routed->on_device[expert])
        return;
    routed->on_device[expert] = true;
    device_upload((char *)routed->dw + expert * bytes, routed->w[expert], bytes);
    device_upload((char *)routed->dw_scale + expert * scale_bytes, routed->w_scale[expert], scale_bytes);
}

void routed_upload(struct routed *routed) {
    const struct routed_shape *shape = &routed->shape;
    const struct moe_inputs inputs = {
        .experts = shape->experts,
        .n = shape->n,
        .k = shape->k,
        .x_rows = shape->x_rows,
        .slots = routed->slots,
        .a_div = shape->a_div,
        .block_m = shape->block_m,
        .sorted_len = shape->sorted_len,
        .top_k = shape->combine ? shape->top_k : 0,
        .ldx = shape->ldx,
        .ldxs = shape->ldxs,
        .x = routed->x,
        .x_scale = routed->x_scale,
        .w = (const uint8_t *const *)routed->w,
        .w_scale = (const uint8_t *const *)routed->w_scale,
        .weights = routed->weights,
        .sorted_token_ids = routed->sorted,
        .expert_ids = routed->expert_ids,
        .num_tokens_post_padded = routed->posts,
    };
    moe_rows_free(&routed->rows);
    need(moe_rows_make(&routed->rows, &inputs) == 0);
    for (size_t row = 0; row < routed->rows.count; row++)
        upload_w(routed, (size_t)routed->rows.expert[row]);
    need(moe_reference(&routed->rows, &inputs) == 0);
    device_upload(routed->dx, routed->x, routed->x_bytes);
    device_upload(routed->dx_scale, routed->x_scale, routed->x_scale_bytes);
    if (shape->weighted)
        device_upload(routed->dweights, routed->weights, routed->slots * sizeof(float));
    device_upload(routed->dsorted, routed->sorted, shape->sorted_len * sizeof(int32_t));
    device_upload(routed->dexpert_ids, routed->expert_ids, routed->blocks * sizeof(int32_t));
    device_upload(routed->dposts, &routed->posts, sizeof(int32_t));
}

smallm_moe_problem routed_problem(const struct routed *routed) {
    const struct routed_shape *shape = &routed->shape;
    smallm_moe_problem problem;
    smallm_moe_problem_init(&problem, sizeof problem);
    problem.experts = (int64_t)shape->experts;
    problem.n = (int64_t)shape->n;
    problem.k = (int64_t)shape->k;
    problem.x_rows = (int64_t)shape->x_rows;
    problem.slots = (int64_t)routed->slots;
    problem.a_div = (int64_t)shape->a_div;
    problem.block_m = (int64_t)shape->block_m;
    problem.sorted_len = (int64_t)shape->sorted_len;
    problem.top_k = shape->combine ? (int64_t)shape->top_k : 0;
    problem.ldx = (int64_t)shape->ldx;
    problem.ldxs = (int64_t)shape->ldxs;
    problem.ldo = (int64_t)shape->ldo;
    problem.weighted = shape->weighted;
    problem.out_type = shape->out_type;
    problem.determinism = shape->determinism;
    return problem;
}

smallm_moe_buffers routed_buffers(const struct routed *routed) {
    const struct routed_shape *shape = &routed->shape;
    const size_t w_bytes = shape->experts * shape->n * shape->k;
    smallm_moe_buffers buffers;
    smallm_moe_buffers_init(&buffers, sizeof buffers);
    buffers.x = routed->dx;
    buffers.x_scale = routed->dx_scale;
    buffers.w = routed->dw;
    buffers.w_scale = routed->dw_scale;
    buffers.weights = routed->dweights;
    buffers.sorted_token_ids = routed->dsorted;
    buffers.expert_ids = routed->dexpert_ids;
    buffers.num_tokens_post_padded = routed->dposts;
    buffers.out = (char *)routed->dout + band_bytes(routed);
    buffers.x_bytes = routed->x_bytes;
    buffers.x_scale_bytes = routed->x_scale_bytes;
    buffers.w_bytes = w_bytes;
    buffers.w_scale_bytes = w_bytes / MX_BLOCK;
    buffers.weights_bytes = shape->weighted ? routed->slots * sizeof(float) : 0;
    buffers.sorted_token_ids_bytes = shape->sorted_len * sizeof(int32_t);
    buffers.expert_ids_bytes = routed->blocks * sizeof(int32_t);
    buffers.out_bytes = routed->out_bytes - band_bytes(routed);
    return buffers;
}

static uint16_t *all_of_out(const struct routed *routed) {
    return (uint16_t *)((char *)routed->out - band_bytes(routed));
}

void routed_clear_out(const struct routed *routed) {
    uint16_t *all = all_of_out(routed);
    for (size_t i = 0; i < routed->out_bytes / sizeof *all; i++)
        all[i] = pattern;
    device_upload(routed->dout, all, routed->out_bytes);
}

struct check_result routed_check(struct routed *routed) {
    device_download(all_of_out(routed), routed->dout, routed->out_bytes);
    return moe_check(&routed->rows, routed->shape.out_type, routed->out, routed->shape.ldo);
}

uint32_t routed_bits(const struct routed *routed, size_t row, size_t column) {
    return element_get(routed->shape.out_type, routed->out, row * routed->shape.ldo + column);
}

static bool row_is_written(const struct routed *routed, size_t row) {
    return routed->shape.combine || routed->rows.first[row + 1] > routed->rows.first[row];
}

const char *routed_check_bands(const struct routed *routed) {
    const uint16_t *all = all_of_out(routed);
    const size_t halves = element_bytes(routed->shape.out_type) / sizeof *all, before = BAND * halves;
    for (size_t i = 0; i < before; i++)
        if (all[i] != pattern)
            return "before Out";
    for (size_t i = before; i < routed->out_bytes / sizeof *all; i++) {
        const size_t at = (i - before) / halves, row = at / routed->shape.ldo, column = at % routed->shape.ldo;
        const bool inside = row < routed->out_rows && column < routed->shape.n;
        if (all[i] == pattern || (inside && row_is_written(routed, row)))
            continue;
        return row >= routed->out_rows ? "after the last row of Out"
               : inside                ? "in a row of Out that no slot names"
                                       : "between the rows of Out";
    }
    return NULL;
}
