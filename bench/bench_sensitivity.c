#include "bench_sensitivity.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sensitivity.h"
#include "time_machine.h"
#include "tune_progress.h"

enum { LEAST_BY = 1, MOST_BY = 90, DEFAULT_BY = 30 };

const char sensitivity_usage[] =
    "       smallm-bench sensitivity [options]   what the modelled times rest on (docs/sensitivity.md)\n"
    "  --by PERCENT        how far each parameter is moved, down and up (default 30)\n"
    "  --parameter NAME    this one, as hbm.latency; may be given again (default: all of confidence M or L)\n"
    "  --shapes FILE.csv   dense or grouped rows of `structure`; with --m for dense ones (default: the headline "
    "cells)\n"
    "  --cells N           the first N cells only\n"
    "  --kernel NAME, --k-splits S, --determinism ...   as above\n"
    "  --set SECTION.NAME=VALUE   of the machine whose parameters are moved; may be given again\n"
    "  --markdown, --json  another form than text\n";

struct request {
    struct time_options time;
    struct option_texts names;
    int64_t by, cells, k_splits;
    bool markdown;
};

static enum exit_status parse(struct request *request, int argc, char **argv) {
    const char *m = NULL;
    *request = (struct request){.by = DEFAULT_BY, .cells = INT32_MAX, .time = {.caches = "cold"}};
    struct time_options *time = &request->time;
    const struct option_row rows[] = {
        {"by", OPTION_NUMBER, &request->by, false},
        {"parameter", OPTION_TEXTS, &request->names, false},
        {"shapes", OPTION_TEXT, &time->shapes.shapes, false},
        {"m", OPTION_TEXT, &m, false},
        {"cells", OPTION_NUMBER, &request->cells, false},
        {"kernel", OPTION_TEXT, &time->kernel, false},
        {"k-splits", OPTION_NUMBER, &request->k_splits, false},
        {"determinism", OPTION_DETERMINISM, &time->determinism, false},
        {"set", OPTION_TEXTS, &time->parameters, false},
        {"markdown", OPTION_FLAG, &request->markdown, false},
        {"json", OPTION_FLAG, &time->json, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    const enum exit_status status = options_read("smallm-bench sensitivity", rows, argc, argv);
    if (status != EXIT_RIGHT)
        return status;
    if (request->by < LEAST_BY || request->by > MOST_BY)
        return complain(EXIT_BAD_ARGUMENTS, "--by is %lld; it must be percent from %d to %d", (long long)request->by,
                        LEAST_BY, MOST_BY);
    if (request->cells < 1)
        return complain(EXIT_BAD_ARGUMENTS, "--cells is %lld; it must be at least 1", (long long)request->cells);
    if (request->k_splits < 0 || request->k_splits > UINT32_MAX)
        return complain(EXIT_BAD_ARGUMENTS, "--k-splits is %lld; it must not be negative",
                        (long long)request->k_splits);
    if (request->markdown && time->json)
        return complain(EXIT_BAD_ARGUMENTS, "--markdown and --json exclude one another; give one");
    if (m != NULL && time->shapes.shapes == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\", but the headline cells have their own M; name --shapes", m);
    time->shapes.m_given = m != NULL;
    if (m != NULL && !tune_m_list(m, ',', time->shapes.m))
        return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\"; it must be numbers from 1 to %d, as 1,2,64", m, MOST_M);
    time->k_splits = (uint32_t)request->k_splits;
    return EXIT_RIGHT;
}

struct progress {
    size_t done, all;
};

static enum exit_status model(double *us, const struct backend *backend, const struct time_cell *cell,
                              struct progress *progress) {
    struct measurement measured;
    progress_show(progress->done++, progress->all, 0);
    const enum exit_status status = measure(&measured, backend, &cell->measured, "cold");
    *us = measured.us;
    progress_clear();
    return status;
}

static bool assign(const struct backend *backend, const char *name, double value) {
    char text[128];
    snprintf(text, sizeof text, "%s=%.17g", name, value);
    return backend->sim.gfx950sim_set("parameter", text) == 0;
}

/* A value that contradicts the other parameters, as a cache that answers later than memory, is left out. */
static enum exit_status model_moved(double us[SENSITIVITY_SIDES], struct sensitivity_parameter *parameter,
                                    const struct backend *backend, const struct time_cell *cell,
                                    struct progress *progress) {
    enum exit_status status = EXIT_RIGHT;
    for (int side = 0; side < SENSITIVITY_SIDES && status == EXIT_RIGHT; side++) {
        double *moved = &parameter->moved[side];
        if (!isnan(*moved) && !assign(backend, parameter->name, *moved))
            *moved = NAN;
        if (!isnan(*moved))
            status = model(&us[side], backend, cell, progress);
        else
            progress->done++;
    }
    if (!assign(backend, parameter->name, parameter->value) && status == EXIT_RIGHT)
        status = complain(EXIT_BAD_ARGUMENTS, "the simulator refuses its own %s: %s", parameter->name,
                          backend->sim.gfx950sim_message());
    return status;
}

/* The buffers stay where they are while parameters move: addresses decide which channels are used. */
static enum exit_status model_cell(struct sensitivity_cell *cell, size_t at, struct sensitivity_parameter *parameters,
                                   size_t count, const struct backend *backend, const struct time_options *options,
                                   struct progress *progress) {
    struct time_cell timed;
    enum exit_status status = cell->kind->open(&timed, backend, sensitivity_shape(cell), 0, options);
    if (status == EXIT_RIGHT && timed.result.refused[0] != '\0')
        status = complain(EXIT_DECLINED, "%s has no plan: %s", timed.result.cell, timed.result.refused);
    snprintf(cell->name, sizeof cell->name, "%s", timed.result.cell);
    snprintf(cell->kernel, sizeof cell->kernel, "%s", timed.result.kernel);
    if (status == EXIT_RIGHT)
        status = model(&cell->us, backend, &timed, progress);
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        double *us = &parameters[i].us[at * SENSITIVITY_SIDES];
        status = model_moved(us, &parameters[i], backend, &timed, progress);
        for (int side = 0; side < SENSITIVITY_SIDES; side++)
            parameters[i].largest = fmax(parameters[i].largest, fabs(sensitivity_change(cell, us[side])));
    }
    cell->kind->close(&timed, backend);
    return status;
}

static int compare(const void *left, const void *right) {
    const struct sensitivity_parameter *a = left, *b = right;
    return a->largest != b->largest ? (a->largest < b->largest) - (a->largest > b->largest) : strcmp(a->name, b->name);
}

static enum exit_status run(const struct request *request, const struct backend *backend,
                            struct sensitivity_cell *cells, size_t cell_count) {
    struct sensitivity_parameter *parameters;
    size_t count;
    enum exit_status status =
        sensitivity_parameters(&parameters, &count, backend, &request->names, (double)request->by, cell_count);
    struct progress progress = {0, cell_count * (1 + SENSITIVITY_SIDES * count)};
    for (size_t i = 0; i < cell_count && status == EXIT_RIGHT; i++)
        status = model_cell(&cells[i], i, parameters, count, backend, &request->time, &progress);
    if (status == EXIT_RIGHT) {
        qsort(parameters, count, sizeof *parameters, compare);
        const struct sensitivity table = {cells, cell_count, parameters, count, (double)request->by};
        if (request->time.json)
            status = sensitivity_json(&table);
        else
            (request->markdown ? sensitivity_markdown : sensitivity_text)(&table);
    }
    sensitivity_parameters_free(parameters, count);
    return status;
}

enum exit_status bench_sensitivity(int argc, char **argv) {
    struct request request;
    struct sensitivity_cell *cells = NULL;
    struct backend backend;
    size_t count = 0;
    enum exit_status status = parse(&request, argc, argv);
    if (status == EXIT_RIGHT)
        status = sensitivity_cells(&cells, &count, &request.time, (size_t)request.cells);
    if (status == EXIT_RIGHT)
        status = backend_open(&backend, DEVICE_SIM);
    if (status == EXIT_RIGHT) {
        status = time_machine_set(&backend, &request.time.parameters);
        if (status == EXIT_RIGHT)
            status = run(&request, &backend, cells, count);
        backend_close(&backend);
    }
    free(cells);
    return status;
}
