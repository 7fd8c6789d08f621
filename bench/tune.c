/* smallm-tune: choose the kernel of every shape of a list and write the choices as a dispatch table. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "smallm/table.h"
#include "tune_check.h"
#include "tune_progress.h"
#include "tune_table.h"

/* Shapes between two saves. */
enum { SAVE_EVERY = 64 };

struct tuning {
    const struct tune_options *options;
    struct backend backend;
    struct checker checker;
    struct table table;
    struct shape *shapes;
    size_t shape_count;
};

/* The library's own choice shall not come from an older table, nor may one that no longer fits stand in the way. */
static enum exit_status open_without_table(struct backend *backend, enum device_choice device) {
    char empty[] = "/tmp/smallm-tune-XXXXXX";
    const int file = mkstemp(empty);
    if (file < 0)
        return complain(EXIT_BAD_ARGUMENTS, "no temporary file can be made in /tmp");
    enum exit_status status = EXIT_BAD_ARGUMENTS;
    if (write(file, table_header, strlen(table_header)) != (ssize_t)strlen(table_header))
        complain(status, "%s cannot be written", empty);
    else if (setenv("SMALLM_DENSE_CSV", empty, 1) == 0 && unsetenv("SMALLM_KERNEL") == 0)
        status = backend_open(backend, device);
    close(file);
    unlink(empty);
    return status;
}

/* The first candidate that is right. */
static enum exit_status tune_shape(struct tuning *tuning, struct shape shape) {
    struct candidate best[RANKED];
    const size_t count = rank_candidates(best, tuning->backend.context, shape);
    if (count == 0) {
        progress_clear();
        complain(EXIT_DECLINED, "no row for M=%u N=%u K=%u: %s", shape.m, shape.n, shape.k, smallm_last_error());
        return EXIT_RIGHT;
    }
    for (size_t i = 0; i < count; i++) {
        const enum verdict verdict =
            tuning->options->check ? checker_ask(&tuning->checker, &best[i], shape) : VERDICT_RIGHT;
        if (verdict == VERDICT_NO_DEVICE)
            return EXIT_NO_DEVICE;
        if (verdict == VERDICT_RIGHT)
            return table_add(&tuning->table, shape, &best[i]);
    }
    progress_clear();
    complain(EXIT_WRONG_RESULT, "no row for M=%u N=%u K=%u: the best %zu kernels are wrong", shape.m, shape.n, shape.k,
             count);
    return EXIT_RIGHT;
}

static void drop_known(struct tuning *tuning) {
    size_t left = 0;
    for (size_t i = 0; i < tuning->shape_count; i++)
        if (!table_has(&tuning->table, tuning->shapes[i]))
            tuning->shapes[left++] = tuning->shapes[i];
    tuning->shape_count = left;
}

static enum exit_status tune_all(struct tuning *tuning) {
    size_t unsaved = 0;
    for (size_t i = 0; i < tuning->shape_count; i++) {
        progress_show(i, tuning->shape_count, tuning->checker.checks);
        enum exit_status status = tune_shape(tuning, tuning->shapes[i]);
        if (status == EXIT_RIGHT && ++unsaved == SAVE_EVERY && tuning->table.file != NULL) {
            status = table_save(&tuning->table);
            unsaved = 0;
        }
        if (status != EXIT_RIGHT)
            return status;
    }
    return EXIT_RIGHT;
}

static enum exit_status tune(struct tuning *tuning) {
    const struct tune_options *options = tuning->options;
    enum exit_status status = shapes_read(&tuning->shapes, &tuning->shape_count, options);
    if (status == EXIT_RIGHT)
        status = open_without_table(&tuning->backend, options->device);
    if (status == EXIT_RIGHT)
        status = checker_open(&tuning->checker, &tuning->backend);
    tuning->table =
        (struct table){.file = options->out, .device = tuning->backend.info.device_name, .checked = options->check};
    if (status == EXIT_RIGHT && options->resume)
        status = table_resume(&tuning->table);
    if (status == EXIT_RIGHT) {
        drop_known(tuning);
        status = tune_all(tuning);
    }
    progress_clear();
    if (status == EXIT_RIGHT)
        status = table_save(&tuning->table);
    if (status == EXIT_RIGHT && options->out != NULL)
        status = exit_status_of(smallm_dense_table_check(options->out, NULL, NULL, NULL));
    if (status != EXIT_RIGHT)
        return status;
    fprintf(stderr, "smallm-tune: %zu rows, %zu shapes tuned now; %zu checks of kernels, %zu wrong\n",
            tuning->table.count, tuning->shape_count, tuning->checker.checks, tuning->checker.wrong);
    return tuning->checker.wrong == 0 ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

int main(int argc, char **argv) {
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(tune_usage, stdout);
        return EXIT_RIGHT;
    }
    if (argc < 2 || strcmp(argv[1], "dense") != 0) {
        fputs(tune_usage, stderr);
        return complain(EXIT_BAD_ARGUMENTS, "the first word must be dense");
    }
    struct tune_options options;
    enum exit_status status = tune_options_parse(&options, argc - 1, argv + 1);
    if (status != EXIT_RIGHT)
        return status;
    struct tuning tuning = {.options = &options};
    status = tune(&tuning);
    free(tuning.shapes);
    table_free(&tuning.table);
    checker_close(&tuning.checker);
    backend_close(&tuning.backend);
    return status;
}
