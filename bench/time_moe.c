/* Grouped cells. The sort is not among what is timed. */
#include <stdio.h>
#include <stdlib.h>

#include "moe_launch.h"
#include "smallm/types.h"
#include "time_cells.h"
#include "time_sets.h"

struct timed {
    struct planned launch;
    struct moe_memory memory[TIME_MOST_SETS];
    size_t sets;
};

static enum exit_status read(void **shapes, size_t *count, const struct time_options *options) {
    struct moe_shape *list = NULL;
    const enum exit_status status = moe_shapes_read(&list, count, options->shapes.shapes);
    *shapes = list;
    return status;
}

static enum exit_status launch(void *user, size_t set, void *stream) {
    const struct timed *timed = user;
    return moe_launch_run(&timed->launch, &timed->memory[set], stream) == SMALLM_OK ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

/* How many bytes have to move is known when the first set is there; the others are as many as that asks for. */
static enum exit_status place(struct time_cell *cell, const struct backend *backend, const struct moe_shape *shape) {
    struct timed *timed = cell->own;
    struct time_result *result = &cell->result;
    size_t sets = 1;
    enum exit_status status = EXIT_RIGHT;
    while (timed->sets < sets && status == EXIT_RIGHT) {
        status = moe_memory_make(&timed->memory[timed->sets++], backend, shape);
        if (status != EXIT_RIGHT || timed->sets > 1)
            continue;
        result->fewest_bytes = moe_fewest_bytes(&timed->memory[0]);
        result->w_bytes = (double)timed->memory[0].touched * shape->n * shape->k * (1 + 1.0 / SMALLM_BLOCK_K);
        sets = time_sets(backend, result->fewest_bytes);
    }
    cell->measured = (struct measured){.launch = launch, .user = timed, .sets = timed->sets};
    return status;
}

static enum exit_status open(struct time_cell *cell, const struct backend *backend, const void *shapes, size_t at,
                             const struct time_options *options) {
    const struct moe_shape *shape = (const struct moe_shape *)shapes + at;
    struct timed *timed = calloc(1, sizeof *timed);
    *cell = (struct time_cell){.own = timed};
    struct time_result *result = &cell->result;
    if (timed == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a cell");
    snprintf(result->cell, sizeof result->cell, "E=%u K=%u N=%u top_k=%u T=%u", shape->experts, shape->k, shape->n,
             shape->top_k, shape->tokens);
    smallm_moe_problem problem = moe_problem(shape);
    problem.kernel = options->kernel;
    problem.k_splits = options->k_splits;
    problem.determinism = options->determinism;
    problem.ignore_tuning = 1; /* also where the table says that another path is faster */
    const enum exit_status status =
        time_cell_planned(cell, &timed->launch, moe_launch_make(&timed->launch, backend, &problem));
    return status == EXIT_RIGHT && result->refused[0] == '\0' ? place(cell, backend, shape) : status;
}

static void close(struct time_cell *cell, const struct backend *backend) {
    struct timed *timed = cell->own;
    if (timed == NULL)
        return;
    for (size_t i = 0; i < timed->sets; i++)
        moe_memory_free(&timed->memory[i], backend);
    planned_free(&timed->launch);
    free(timed);
}

const struct time_kind time_moe = {"moe", SMALLM_MOE_CELLS, read, open, close};
