#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensitivity.h"

/* A large and a small cell of few rows, more rows, and both products of an expert layer (MiniMax-M3 at TP8). */
static const struct shape headline_dense[] = {{6144, 2304, 1}, {6144, 2304, 16}, {6144, 2304, 64}, {8192, 6144, 1}};
static const struct moe_shape headline_moe[] = {
    {.experts = 129, .n = 768, .k = 6144, .a_div = 5, .block_m = 64, .top_k = 5, .tokens = 1, .routing = ROUTE_RANDOM},
    {.experts = 129,
     .n = 6144,
     .k = 384,
     .a_div = 1,
     .weighted = 1,
     .combine = 1,
     .block_m = 64,
     .top_k = 5,
     .tokens = 1,
     .routing = ROUTE_RANDOM}};
enum { DENSE = sizeof headline_dense / sizeof *headline_dense, MOE = sizeof headline_moe / sizeof *headline_moe };

const void *sensitivity_shape(const struct sensitivity_cell *cell) {
    return cell->kind == &time_moe ? (const void *)&cell->moe : &cell->dense;
}

static enum exit_status gather(struct sensitivity_cell **cells, size_t *count, const struct shape *dense,
                               size_t dense_count, const struct moe_shape *moe, size_t moe_count, size_t most) {
    const size_t all = dense_count + moe_count;
    *count = all < most ? all : most;
    *cells = calloc(all, sizeof **cells);
    if (*cells == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for %zu cells", all);
    for (size_t i = 0; i < *count; i++) {
        if (i < dense_count)
            (*cells)[i] = (struct sensitivity_cell){.kind = &time_dense, .dense = dense[i]};
        else
            (*cells)[i] = (struct sensitivity_cell){.kind = &time_moe, .moe = moe[i - dense_count]};
    }
    return EXIT_RIGHT;
}

/* The header is the first line that is no comment; what else is wrong with the file its reader says. */
static enum exit_status is_moe(bool *moe, const char *file) {
    char line[512] = "#";
    FILE *stream = fopen(file, "r");
    if (stream == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "--shapes is \"%s\", which cannot be opened: %s", file, strerror(errno));
    while ((line[0] == '#' || line[0] == '\n') && fgets(line, sizeof line, stream) != NULL)
        continue;
    fclose(stream);
    *moe = strncmp(line, "experts,", strlen("experts,")) == 0;
    return EXIT_RIGHT;
}

enum exit_status sensitivity_cells(struct sensitivity_cell **cells, size_t *count, const struct time_options *options,
                                   size_t most) {
    bool moe;
    void *shapes = NULL;
    size_t all = 0;
    if (options->shapes.shapes == NULL)
        return gather(cells, count, headline_dense, DENSE, headline_moe, MOE, most);
    enum exit_status status = is_moe(&moe, options->shapes.shapes);
    if (status == EXIT_RIGHT)
        status = (moe ? time_moe : time_dense).read(&shapes, &all, options);
    if (status == EXIT_RIGHT)
        status =
            moe ? gather(cells, count, NULL, 0, shapes, all, most) : gather(cells, count, shapes, all, NULL, 0, most);
    free(shapes);
    return status;
}
