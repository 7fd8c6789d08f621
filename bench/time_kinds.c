/* Dense and grouped cells of smallm-bench: which file they are read from, and what times one. */
#include "time_cells.h"

static struct time_choice choice_of(const struct time_options *options) {
    return (struct time_choice){options->caches, options->kernel, options->k_splits, options->determinism};
}

static enum exit_status read_dense(void **shapes, size_t *count, const struct time_options *options) {
    struct shape *list = NULL;
    const enum exit_status status = shapes_read(&list, count, &options->shapes);
    *shapes = list;
    return status;
}

static enum exit_status time_dense_one(struct time_result *result, const struct backend *backend, const void *shapes,
                                       size_t at, const struct time_options *options) {
    const struct time_choice choice = choice_of(options);
    return time_dense_cell(result, backend, (const struct shape *)shapes + at, &choice);
}

static enum exit_status read_moe(void **shapes, size_t *count, const struct time_options *options) {
    struct moe_shape *list = NULL;
    const enum exit_status status = moe_shapes_read(&list, count, options->shapes.shapes);
    *shapes = list;
    return status;
}

static enum exit_status time_moe_one(struct time_result *result, const struct backend *backend, const void *shapes,
                                     size_t at, const struct time_options *options) {
    const struct time_choice choice = choice_of(options);
    return time_moe_cell(result, backend, (const struct moe_shape *)shapes + at, &choice);
}

const struct time_kind time_dense = {"dense", SMALLM_CELLS, read_dense, time_dense_one};
const struct time_kind time_moe = {"moe", SMALLM_MOE_CELLS, read_moe, time_moe_one};
