/* Grouped cells. The sort is not among what is timed. */
#include <stdio.h>
#include <stdlib.h>

#include "moe_launch.h"
#include "smallm/types.h"
#include "time_cell.h"
#include "time_sets.h"

struct timed {
    struct moe_launch launch;
    struct moe_memory *memory; /* [sets] */
};

static enum exit_status launch(void *user, size_t set, void *stream) {
    const struct timed *timed = user;
    return moe_launch_run(&timed->launch, &timed->memory[set], stream) == SMALLM_OK ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

/* The first set is there; the others are as many as its bytes ask for. */
static enum exit_status time_all(struct time_result *result, const struct backend *backend, struct timed *timed,
                                 const struct moe_shape *shape, const char *caches) {
    const size_t sets = time_sets(backend, result->fewest_bytes);
    enum exit_status status = EXIT_RIGHT;
    for (size_t i = 1; i < sets && status == EXIT_RIGHT; i++)
        status = moe_memory_make(&timed->memory[i], backend, shape);
    const struct measured measured = {launch, timed, sets};
    return status == EXIT_RIGHT ? measure(&result->measured, backend, &measured, caches) : status;
}

static enum exit_status time_planned(struct time_result *result, const struct backend *backend, struct timed *timed,
                                     const struct moe_shape *shape, const char *caches) {
    snprintf(result->kernel, sizeof result->kernel, "%s", timed->launch.info.kernel);
    result->k_splits = timed->launch.info.k_splits;
    timed->memory = calloc(TIME_MOST_SETS, sizeof *timed->memory);
    if (timed->memory == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for sets of buffers");
    enum exit_status status = moe_memory_make(&timed->memory[0], backend, shape);
    if (status == EXIT_RIGHT) {
        result->fewest_bytes = moe_fewest_bytes(&timed->memory[0]);
        result->w_bytes = (double)timed->memory[0].touched * shape->n * shape->k * (1 + 1.0 / SMALLM_BLOCK_K);
        status = time_all(result, backend, timed, shape, caches);
    }
    for (size_t i = 0; i < TIME_MOST_SETS; i++)
        moe_memory_free(&timed->memory[i], backend);
    free(timed->memory);
    return status;
}

enum exit_status time_moe_cell(struct time_result *result, const struct backend *backend, const struct moe_shape *shape,
                               const struct time_choice *choice) {
    struct timed timed = {0};
    *result = (struct time_result){0};
    snprintf(result->cell, sizeof result->cell, "E=%u K=%u N=%u top_k=%u T=%u", shape->experts, shape->k, shape->n,
             shape->top_k, shape->tokens);
    smallm_moe_problem problem = moe_problem(shape);
    problem.kernel = choice->kernel;
    problem.k_splits = choice->k_splits;
    problem.determinism = choice->determinism;
    problem.ignore_tuning = 1; /* also where the table says that another path is faster */
    enum exit_status status = moe_launch_make(&timed.launch, backend, &problem);
    if (status == EXIT_RIGHT) {
        status = time_planned(result, backend, &timed, shape, choice->caches);
    } else if (status == EXIT_DECLINED) {
        snprintf(result->refused, sizeof result->refused, "%s", smallm_last_error());
        status = EXIT_RIGHT;
    }
    moe_launch_free(&timed.launch);
    return status;
}
