/* Dense tables for the tuner: a row is for one problem. */
#include <stdlib.h>

#include "dense.h"
#include "dense_launch.h"
#include "quantise.h"
#include "smallm/dense.h"
#include "tune_shapes.h"
#include "tune_trial.h"

enum tensor { X = INPUTS, X_SCALE, W, W_SCALE };

static enum exit_status read(struct cells *cells, const struct tune_options *options) {
    struct shape *shapes = NULL;
    enum exit_status status = shapes_read(&shapes, &cells->count, options);
    if (status != EXIT_RIGHT)
        return status;
    cells->problem = shapes;
    cells->cell = calloc(cells->count, sizeof *cells->cell);
    if (cells->cell == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the shapes");
    for (size_t i = 0; i < cells->count; i++)
        cells->cell[i] = (struct cell){{shapes[i].k, shapes[i].n, shapes[i].m}, &shapes[i], 1};
    return EXIT_RIGHT;
}

static unsigned rows(const struct cell *cell) {
    return ((const struct shape *)cell->problem)->m;
}

static void sizes(unsigned *n, unsigned *k, const struct cell *cell) {
    const struct shape *shape = cell->problem;
    *n = shape->n;
    *k = shape->k;
}

static smallm_status plan_of(smallm_plan **plan, smallm_context *context, const struct shape *shape, const char *kernel,
                             uint32_t k_splits) {
    smallm_dense_problem problem = dense_problem(shape, kernel, k_splits);
    problem.ignore_tuning = 1;
    return smallm_dense_plan_create(plan, context, &problem);
}

static smallm_status plan(smallm_plan **plan, smallm_context *context, const struct cell *cell, size_t at,
                          const char *kernel, uint32_t k_splits) {
    return plan_of(plan, context, (const struct shape *)cell->problem + at, kernel, k_splits);
}

static bool follows(const struct cell *cell, size_t at, const smallm_kernel_properties *kernel) {
    return ((const struct shape *)cell->problem)[at].m <= kernel->m_tile;
}

static enum exit_status time_one(struct time_result *result, const struct backend *backend, const struct cell *cell,
                                 size_t at, const struct time_choice *choice) {
    return time_dense_cell(result, backend, (const struct shape *)cell->problem + at, choice);
}

/* --- trials: as many rows as the kernel holds, or of the variant one less --- */

static bool variant(const struct cell *cell, const smallm_kernel_properties *kernel) {
    return rows(cell) < kernel->m_tile;
}

static smallm_status trial_plan(struct trial *trial) {
    trial->rows = trial->kernel.m_tile - ((trial->class & CLASS_VARIANT) != 0);
    const struct shape shape = {.k = trial->k, .n = trial->n, .m = trial->rows};
    return plan_of(&trial->plan, trial->backend->context, &shape, trial->name, trial->k_splits);
}

static bool trial_inputs(struct trial *trial) {
    const size_t m = trial->rows, n = trial->n, k = trial->k, blocks = k / SMALLM_BLOCK_K;
    trial->sum = malloc(m * n * sizeof *trial->sum);
    trial->magnitude = malloc(m * n * sizeof *trial->magnitude);
    if (!trial_tensor(trial, OUT, m * n * sizeof(uint16_t)) || !trial_tensor(trial, X, m * k) ||
        !trial_tensor(trial, X_SCALE, m * blocks) || !trial_tensor(trial, W, n * k) ||
        !trial_tensor(trial, W_SCALE, n * blocks) || trial->sum == NULL || trial->magnitude == NULL)
        return false;
    quantise_normal(trial->host[X], trial->host[X_SCALE], m, k, trial_x_deviation, TRIAL_SEED);
    quantise_normal(trial->host[W], trial->host[W_SCALE], n, k, trial_w_deviation, TRIAL_SEED + 1);
    const struct dense_inputs inputs = {
        .m = m,
        .n = n,
        .k = k,
        .ldx = k,
        .ldxs = blocks,
        .x = trial->host[X],
        .x_scale = trial->host[X_SCALE],
        .w = trial->host[W],
        .w_scale = trial->host[W_SCALE],
    };
    return dense_reference(&inputs, trial->sum, trial->magnitude) == 0;
}

static smallm_status trial_execute(const struct trial *trial) {
    smallm_dense_buffers buffers;
    smallm_dense_buffers_init(&buffers, sizeof buffers);
    buffers.x = trial->device[X];
    buffers.x_scale = trial->device[X_SCALE];
    buffers.w = trial->device[W];
    buffers.w_scale = trial->device[W_SCALE];
    buffers.out = trial->device[OUT];
    return smallm_dense_execute(trial->plan, &buffers, trial->device[WORKSPACE], trial->bytes[WORKSPACE], NULL);
}

static struct check_result trial_check(const struct trial *trial) {
    return check_out(SMALLM_TYPE_BF16, trial->host[OUT], trial->n, trial->sum, trial->magnitude, trial->rows, trial->n,
                     trial->k);
}

const struct tune_kind tune_dense = {
    .name = "dense",
    .shapes = "configs/shapes_dense.csv",
    .variable = "SMALLM_DENSE_CSV",
    .about = "Tuned dense cells: the kernel of an exact (K, N, M).",
    .columns = "K,N,M,",
    .keys = 3,
    .most = 0,
    .read = read,
    .check_table = smallm_dense_table_check,
    .plan = plan,
    .rows = rows,
    .follows = follows,
    .time = time_one,
    .sizes = sizes,
    .variant = variant,
    .trial_plan = trial_plan,
    .trial_inputs = trial_inputs,
    .trial_execute = trial_execute,
    .trial_check = trial_check,
};
