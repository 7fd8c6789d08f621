/* Dense cells. On a GPU the tensors come in as many sets as pass all caches together. */
#include <stdio.h>
#include <stdlib.h>

#include "dense_launch.h"
#include "time_cell.h"
#include "time_sets.h"

struct timed {
    struct dense_launch launch;
    struct dense_memory *memory; /* [sets] */
};

static enum exit_status launch(void *user, size_t set, void *stream) {
    const struct timed *timed = user;
    return dense_launch_run(&timed->launch, &timed->memory[set], stream) == SMALLM_OK ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

static enum exit_status time_all(struct time_result *result, const struct backend *backend, struct timed *timed,
                                 const struct shape *shape, const char *caches) {
    const size_t sets = time_sets(backend, result->fewest_bytes);
    timed->memory = calloc(sets, sizeof *timed->memory);
    if (timed->memory == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu sets of buffers", sets);
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 0; i < sets && status == EXIT_RIGHT; i++)
        status = dense_memory_make(&timed->memory[i], backend, shape->k, shape->n);
    const struct measured measured = {launch, timed, sets};
    if (status == EXIT_RIGHT)
        status = measure(&result->measured, backend, &measured, caches);
    for (size_t i = 0; i < sets; i++)
        dense_memory_free(&timed->memory[i], backend);
    free(timed->memory);
    return status;
}

enum exit_status time_dense_cell(struct time_result *result, const struct backend *backend, const struct shape *shape,
                                 const struct time_choice *choice) {
    struct timed timed = {0};
    *result = (struct time_result){.fewest_bytes = dense_fewest_bytes(shape),
                                   .w_bytes = (double)shape->n * shape->k * (1 + 1.0 / SMALLM_BLOCK_K)};
    snprintf(result->cell, sizeof result->cell, "K=%u N=%u M=%u", shape->k, shape->n, shape->m);
    smallm_dense_problem problem = dense_problem(shape, choice->kernel, choice->k_splits);
    problem.determinism = choice->determinism;
    problem.ignore_tuning = 1; /* also where the table says that another path is faster */
    enum exit_status status = dense_launch_make(&timed.launch, backend, &problem);
    if (status == EXIT_RIGHT) {
        snprintf(result->kernel, sizeof result->kernel, "%s", timed.launch.info.kernel);
        result->k_splits = timed.launch.info.k_splits;
        status = time_all(result, backend, &timed, shape, choice->caches);
    } else if (status == EXIT_DECLINED) {
        snprintf(result->refused, sizeof result->refused, "%s", smallm_last_error());
        status = EXIT_RIGHT;
    }
    dense_launch_free(&timed.launch);
    return status;
}
