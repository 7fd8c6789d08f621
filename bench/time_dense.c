/* Dense cells. On a GPU the tensors come in as many sets as pass all caches together. */
#include <stdio.h>
#include <stdlib.h>

#include "dense_launch.h"
#include "time_cells.h"
#include "time_sets.h"

struct timed {
    struct planned launch;
    struct dense_memory *memory; /* [sets] */
    size_t sets;
};

static enum exit_status read(void **shapes, size_t *count, const struct time_options *options) {
    struct shape *list = NULL;
    const enum exit_status status = shapes_read(&list, count, &options->shapes);
    *shapes = list;
    return status;
}

static enum exit_status launch(void *user, size_t set, void *stream) {
    const struct timed *timed = user;
    return dense_launch_run(&timed->launch, &timed->memory[set], stream) == SMALLM_OK ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

static enum exit_status place(struct time_cell *cell, const struct backend *backend, const struct shape *shape) {
    struct timed *timed = cell->own;
    enum exit_status status = EXIT_RIGHT;
    timed->sets = time_sets(backend, cell->result.fewest_bytes);
    timed->memory = calloc(timed->sets, sizeof *timed->memory);
    if (timed->memory == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu sets of buffers", timed->sets);
    for (size_t i = 0; i < timed->sets && status == EXIT_RIGHT; i++)
        status = dense_memory_make(&timed->memory[i], backend, shape->k, shape->n, shape->m);
    cell->measured = (struct measured){.launch = launch, .user = timed, .sets = timed->sets};
    return status;
}

static enum exit_status open(struct time_cell *cell, const struct backend *backend, const void *shapes, size_t at,
                             const struct time_options *options) {
    const struct shape *shape = (const struct shape *)shapes + at;
    struct timed *timed = calloc(1, sizeof *timed);
    *cell = (struct time_cell){.own = timed};
    struct time_result *result = &cell->result;
    if (timed == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for a cell");
    result->fewest_bytes = dense_fewest_bytes(shape);
    result->w_bytes = (double)shape->n * shape->k * (1 + 1.0 / SMALLM_BLOCK_K);
    snprintf(result->cell, sizeof result->cell, "K=%u N=%u M=%u", shape->k, shape->n, shape->m);
    smallm_dense_problem problem = dense_problem(shape, options->kernel, options->k_splits);
    problem.determinism = options->determinism;
    problem.ignore_tuning = 1; /* also where the table says that another path is faster */
    const enum exit_status status =
        time_cell_planned(cell, &timed->launch, dense_launch_make(&timed->launch, backend, &problem));
    return status == EXIT_RIGHT && result->refused[0] == '\0' ? place(cell, backend, shape) : status;
}

static void close(struct time_cell *cell, const struct backend *backend) {
    struct timed *timed = cell->own;
    if (timed == NULL)
        return;
    for (size_t i = 0; timed->memory != NULL && i < timed->sets; i++)
        dense_memory_free(&timed->memory[i], backend);
    free(timed->memory);
    planned_free(&timed->launch);
    free(timed);
}

const struct time_kind time_dense = {"dense", SMALLM_CELLS, read, open, close};
