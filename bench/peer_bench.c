#include "peer_bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "peer_cell.h"
#include "time_options.h"
#include "time_result.h"
#include "tune_progress.h"

const char peer_usage[] = "       smallm-bench peers dense|moe --peers DIR [options]   other people's kernels: right? "
                          "how long? (docs/peers.md)\n"
                          "  --peers DIR         folder with peers.json and the code objects that it names\n"
                          "  --peer NAME         this one only\n"
                          "  --shapes FILE.csv, --m 1,2,..., --device, --caches   as above\n"
                          "  --no-check          do not compare with the f64 reference\n"
                          "  --json              print one JSON object\n";

static enum exit_status parse(struct peer_options *options, struct tune_options *shapes, int argc, char **argv) {
    const bool dense = argc > 0 && strcmp(argv[0], "dense") == 0;
    const char *m = NULL;
    bool unchecked = false;
    if (argc < 1 || (!dense && strcmp(argv[0], "moe") != 0))
        return complain(EXIT_BAD_ARGUMENTS, "after \"peers\" there must be dense or moe");
    *options = (struct peer_options){.operation = dense ? PEER_DENSE : PEER_MOE,
                                     .shapes = dense ? SMALLM_CELLS : SMALLM_MOE_CELLS,
                                     .caches = "cold",
                                     .device = DEVICE_AUTO};
    const struct option_row rows[] = {
        {"peers", OPTION_TEXT, &options->folder, true},
        {"peer", OPTION_TEXT, &options->only, false},
        {"shapes", OPTION_TEXT, &options->shapes, false},
        {"caches", OPTION_TEXT, &options->caches, false},
        {"device", OPTION_DEVICE, &options->device, false},
        {"no-check", OPTION_FLAG, &unchecked, false},
        {"json", OPTION_FLAG, &options->json, false},
        {dense ? "m" : NULL, OPTION_TEXT, &m, false},
        {NULL, OPTION_FLAG, NULL, false},
    };
    enum exit_status status = options_read("smallm-bench peers", rows, argc, argv);
    if (status != EXIT_RIGHT)
        return status;
    options->check = !unchecked;
    *shapes = (struct tune_options){.shapes = options->shapes, .m_given = m != NULL};
    if (m != NULL && !tune_m_list(m, ',', shapes->m))
        return complain(EXIT_BAD_ARGUMENTS, "--m is \"%s\"; it must be numbers from 1 to %d, as 1,2,64", m, MOST_M);
    return time_check_caches(options->caches);
}

/* --- what is printed --- */

static void describe(char text[128], const struct peer_problem *p) {
    if (p->operation == PEER_DENSE)
        snprintf(text, 128, "K=%" PRId64 " N=%" PRId64 " M=%" PRId64, p->k, p->n, p->m);
    else
        snprintf(text, 128, "E=%" PRId64 " N=%" PRId64 " K=%" PRId64 " slots=%" PRId64 "%s%s", p->experts, p->n, p->k,
                 p->slots, p->weighted ? " weighted" : "", p->top_k != 0 ? " combined" : "");
}

static void print(const struct peer_cell *cell, const struct peer_inputs *inputs) {
    char text[128];
    describe(text, &inputs->problem);
    printf("%-44s %-32s ", text, cell->peer);
    if (!cell->taken) {
        puts("does not take it");
        return;
    }
    printf("%9.2f %8.1f %8zu %8.2f ", cell->us, inputs->fewest_bytes / cell->us / 1e3, cell->time.launches,
           cell->time.gap_us);
    if (cell->checked)
        printf("%10.2e %s\n", cell->check.rel_err, cell->right ? "" : "WRONG");
    else
        puts("not checked");
}

static void add_json(cJSON *list, const struct peer_cell *cell, const struct peer_inputs *inputs) {
    cJSON *json = cJSON_CreateObject();
    struct peer_name names[PEER_NAMES];
    peer_names(names, &inputs->problem);
    cJSON_AddStringToObject(json, "peer", cell->peer);
    cJSON_AddStringToObject(json, "operation", inputs->problem.operation == PEER_DENSE ? "dense" : "moe");
    for (size_t i = 0; names[i].name != NULL; i++)
        cJSON_AddNumberToObject(json, names[i].name, (double)names[i].value);
    cJSON_AddBoolToObject(json, "taken", cell->taken);
    if (cell->taken) {
        const struct gfx950sim_time *last = &cell->time.last;
        const bool modelled = cell->time.launches != 0;
        cJSON_AddNumberToObject(json, modelled ? "modelled_us" : "us", cell->us);
        cJSON_AddNumberToObject(json, "fewest_bytes", inputs->fewest_bytes);
        if (modelled) {
            cJSON_AddNumberToObject(json, "launches", (double)cell->time.launches);
            cJSON_AddNumberToObject(json, "packet_gap_us", cell->time.gap_us);
            cJSON_AddNumberToObject(json, "launch_us", last->launch_us);
            cJSON_AddNumberToObject(json, "hbm_bytes", (double)cell->time.hbm_bytes);
            cJSON_AddNumberToObject(json, "l2_bytes", (double)cell->time.l2_bytes);
        }
        cJSON_AddBoolToObject(json, "checked", cell->checked);
        if (cell->checked) {
            cJSON_AddNumberToObject(json, "rel_err", cell->check.rel_err);
            cJSON_AddNumberToObject(json, "bound_ratio", cell->check.bound_ratio);
            cJSON_AddBoolToObject(json, "right", cell->right);
        }
    }
    cJSON_AddItemToArray(list, json);
}

/* --- cells --- */

struct bench {
    const struct peer_options *options;
    const struct backend *backend;
    const struct peer_manifest *manifest;
    cJSON *list; /* NULL: text */
    size_t wrong;
};

static enum exit_status run_peers(struct bench *bench, const struct peer_inputs *inputs) {
    const struct peer_options *options = bench->options;
    const char *peer;
    for (size_t at = 0; (peer = peer_distinct(bench->manifest, options->operation, at)) != NULL; at++) {
        struct peer_cell cell;
        if (options->only != NULL && strcmp(options->only, peer) != 0)
            continue;
        const enum exit_status status = peer_cell_run(&cell, bench->backend, bench->manifest, peer, inputs, options);
        if (status != EXIT_RIGHT)
            return status;
        bench->wrong += cell.checked && !cell.right;
        progress_clear();
        if (bench->list != NULL)
            add_json(bench->list, &cell, inputs);
        else
            print(&cell, inputs);
        fflush(stdout);
    }
    return EXIT_RIGHT;
}

static enum exit_status run_cell(struct bench *bench, const void *shapes, size_t at) {
    struct peer_inputs inputs;
    const bool check = bench->options->check;
    enum exit_status status = bench->options->operation == PEER_DENSE
                                  ? peer_dense_inputs(&inputs, (const struct shape *)shapes + at, check)
                                  : peer_moe_inputs(&inputs, (const struct moe_shape *)shapes + at, check);
    if (status == EXIT_RIGHT)
        status = run_peers(bench, &inputs);
    if (inputs.free != NULL)
        inputs.free(&inputs);
    return status;
}

static enum exit_status run_all(struct bench *bench, const void *shapes, size_t count) {
    enum exit_status status = EXIT_RIGHT;
    const bool modelled = bench->backend->sim.present;
    if (bench->list == NULL)
        printf(
            "%s; GB/s: of the fewest bytes that the product has to move; %s caches\n%-44s %-32s %9s %8s %8s %8s %10s\n",
            modelled ? "Modelled by the simulator, not measured" : "Measured", bench->options->caches, "cell", "peer",
            "us", "GB/s", "launches", "gaps us", "rel. err");
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        progress_show(i, count, 0);
        status = run_cell(bench, shapes, i);
    }
    progress_clear();
    return status == EXIT_RIGHT && bench->wrong != 0
               ? complain(EXIT_WRONG_RESULT, "%zu results of peers are wrong", bench->wrong)
               : status;
}

static enum exit_status run_on(const struct peer_options *options, const struct backend *backend,
                               const struct peer_manifest *manifest, const void *shapes, size_t count) {
    struct bench bench = {options, backend, manifest, options->json ? cJSON_CreateArray() : NULL, 0};
    enum exit_status status = run_all(&bench, shapes, count);
    if (bench.list == NULL)
        return status;
    cJSON *json = cJSON_CreateObject();
    cJSON_AddBoolToObject(json, "modelled", backend->sim.present);
    cJSON_AddStringToObject(json, "caches", options->caches);
    cJSON_AddItemToObject(json, "cells", bench.list);
    const enum exit_status printed =
        status == EXIT_RIGHT || status == EXIT_WRONG_RESULT ? time_json_print(json) : status;
    if (status != EXIT_RIGHT && status != EXIT_WRONG_RESULT)
        cJSON_Delete(json);
    return status != EXIT_RIGHT ? status : printed;
}

static enum exit_status check_only(const struct peer_options *options, const struct peer_manifest *manifest) {
    const char *peer;
    for (size_t at = 0; (peer = peer_distinct(manifest, options->operation, at)) != NULL; at++)
        if (options->only == NULL || strcmp(options->only, peer) == 0)
            return EXIT_RIGHT;
    if (options->only != NULL)
        return complain(EXIT_BAD_ARGUMENTS, "--peer is \"%s\"; %s has no such kernel for this operation", options->only,
                        manifest->file);
    return complain(EXIT_BAD_ARGUMENTS, "%s has no kernel for this operation", manifest->file);
}

enum exit_status peer_bench(int argc, char **argv) {
    struct peer_options options;
    struct peer_manifest manifest;
    struct tune_options chosen;
    struct backend backend;
    void *shapes = NULL;
    size_t count = 0;
    enum exit_status status = parse(&options, &chosen, argc, argv);
    if (status != EXIT_RIGHT)
        return status;
    status = peer_open(&manifest, options.folder);
    if (status == EXIT_RIGHT)
        status = check_only(&options, &manifest);
    if (status == EXIT_RIGHT && options.operation == PEER_DENSE)
        status = shapes_read((struct shape **)&shapes, &count, &chosen);
    else if (status == EXIT_RIGHT)
        status = moe_shapes_read((struct moe_shape **)&shapes, &count, options.shapes);
    if (status == EXIT_RIGHT)
        status = backend_open(&backend, options.device);
    if (status == EXIT_RIGHT) {
        status = run_on(&options, &backend, &manifest, shapes, count);
        backend_close(&backend);
    }
    free(shapes);
    peer_close(&manifest);
    return status;
}
