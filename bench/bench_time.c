#include "bench_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "time_cells.h"
#include "tune_progress.h"

static enum exit_status run_all(const struct time_kind *kind, const struct backend *backend,
                                const struct time_options *options, const void *shapes, size_t count, cJSON *json) {
    enum exit_status status = EXIT_RIGHT;
    if (json == NULL)
        time_print_heading(backend->sim.present, options->caches);
    for (size_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct time_result result;
        progress_show(i, count, 0);
        status = kind->time(&result, backend, shapes, i, options);
        progress_clear();
        if (status == EXIT_RIGHT && json != NULL)
            time_json_add(json, kind->name, &result);
        else if (status == EXIT_RIGHT)
            time_print(&result);
        fflush(stdout);
    }
    return status;
}

enum exit_status bench_time(int argc, char **argv) {
    const struct time_kind *kind = strcmp(argv[0], time_moe.name) == 0 ? &time_moe : &time_dense;
    struct time_options options;
    struct backend backend;
    void *shapes = NULL;
    size_t count = 0;
    enum exit_status status = time_options_parse(&options, kind->shapes, argc, argv);
    if (status == EXIT_RIGHT)
        status = kind->read(&shapes, &count, &options);
    if (status != EXIT_RIGHT)
        return status;
    status = backend_open(&backend, options.device);
    if (status == EXIT_RIGHT) {
        cJSON *json = options.json ? time_json_begin(&backend, options.caches) : NULL;
        status = run_all(kind, &backend, &options, shapes, count, json);
        if (json != NULL && status == EXIT_RIGHT)
            status = time_json_print(json);
        else
            cJSON_Delete(json);
        backend_close(&backend);
    }
    free(shapes);
    return status;
}
