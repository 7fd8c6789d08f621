#include "bench_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "time_cells.h"
#include "time_machine.h"
#include "time_peers.h"
#include "tune_progress.h"

static enum exit_status run_all(const struct time_kind *kind, const struct backend *backend,
                                const struct time_options *options, const struct time_peers *peers, const void *shapes,
                                size_t count, cJSON *json) {
    const double roof = time_machine_roof(backend);
    enum exit_status status = EXIT_RIGHT;
    if (json == NULL)
        time_print_heading(backend->sim.present, options->caches, roof, peers->name, peers->count);
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct time_result result;
        progress_show(i, count, 0);
        status = time_kind_cell(&result, kind, backend, shapes, i, options);
        result.roof_gbps = roof;
        if (status == EXIT_RIGHT)
            status = time_peers_run(&result, peers, backend, shapes, i);
        progress_clear();
        if (status == EXIT_RIGHT && json != NULL)
            time_json_add(json, kind->name, &result);
        else if (status == EXIT_RIGHT)
            time_print(&result);
        fflush(stdout);
    }
    return status;
}

static enum exit_status run_on(const struct time_kind *kind, const struct time_options *options,
                               const struct time_peers *peers, const void *shapes, size_t count) {
    struct backend backend;
    enum exit_status status = backend_open(&backend, options->device);
    if (status != EXIT_RIGHT)
        return status;
    status = time_machine_set(&backend, &options->parameters);
    if (status == EXIT_RIGHT) {
        cJSON *json = options->json ? time_json_begin(&backend, options->caches, time_machine_roof(&backend)) : NULL;
        status = run_all(kind, &backend, options, peers, shapes, count, json);
        if (json != NULL && status == EXIT_RIGHT)
            status = time_json_print(json);
        else
            cJSON_Delete(json);
    }
    backend_close(&backend);
    return status;
}

enum exit_status bench_time(int argc, char **argv) {
    const struct time_kind *kind = strcmp(argv[0], time_moe.name) == 0 ? &time_moe : &time_dense;
    struct time_options options;
    struct time_peers peers;
    void *shapes = NULL;
    size_t count = 0;
    enum exit_status status = time_options_parse(&options, kind->shapes, argc, argv);
    if (status != EXIT_RIGHT)
        return status;
    status = time_peers_open(&peers, options.peers, kind == &time_moe ? PEER_MOE : PEER_DENSE, options.caches);
    if (status == EXIT_RIGHT)
        status = kind->read(&shapes, &count, &options);
    if (status == EXIT_RIGHT)
        status = run_on(kind, &options, &peers, shapes, count);
    free(shapes);
    time_peers_close(&peers);
    return status;
}
