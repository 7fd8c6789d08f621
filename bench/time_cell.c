#include "time_cell.h"

#include <stdio.h>

#include "time_cells.h"

enum exit_status time_cell_planned(struct time_cell *cell, const struct planned *planned, enum exit_status status) {
    struct time_result *result = &cell->result;
    if (status == EXIT_DECLINED) {
        snprintf(result->refused, sizeof result->refused, "%s", smallm_last_error());
        return EXIT_RIGHT;
    }
    snprintf(result->kernel, sizeof result->kernel, "%s", planned->info.kernel);
    result->k_splits = planned->info.k_splits;
    return status;
}

enum exit_status time_kind_cell(struct time_result *result, const struct time_kind *kind, const struct backend *backend,
                                const void *shapes, size_t at, const struct time_options *options) {
    struct time_cell cell;
    enum exit_status status = kind->open(&cell, backend, shapes, at, options);
    if (status == EXIT_RIGHT && cell.result.refused[0] == '\0')
        status = measure(&cell.result.measured, backend, &cell.measured, options->caches);
    *result = cell.result;
    kind->close(&cell, backend);
    return status;
}

static struct time_options options_of(const struct time_choice *choice) {
    return (struct time_options){.caches = choice->caches,
                                 .kernel = choice->kernel,
                                 .k_splits = choice->k_splits,
                                 .determinism = choice->determinism};
}

enum exit_status time_dense_cell(struct time_result *result, const struct backend *backend, const struct shape *shape,
                                 const struct time_choice *choice) {
    const struct time_options options = options_of(choice);
    return time_kind_cell(result, &time_dense, backend, shape, 0, &options);
}

enum exit_status time_moe_cell(struct time_result *result, const struct backend *backend, const struct moe_shape *shape,
                               const struct time_choice *choice) {
    const struct time_options options = options_of(choice);
    return time_kind_cell(result, &time_moe, backend, shape, 0, &options);
}
