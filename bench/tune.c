/* smallm-tune: choose the kernel of every cell of a list and write the choices as a dispatch table. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tune_check.h"
#include "tune_progress.h"
#include "tune_table.h"

/* Cells between two saves. */
enum { SAVE_EVERY = 64 };

static const struct tune_kind *const kinds[] = {&tune_dense, &tune_moe};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct tuning {
    const struct tune_kind *kind;
    const struct tune_options *options;
    struct backend backend;
    struct checker checker;
    struct table table;
    struct cells cells;
    size_t left; /* to the cost model */
};

/* A table without rows, for as long as the context reads it. */
static enum exit_status empty_table(char name[], const struct tune_kind *kind) {
    const int number = mkstemp(name);
    FILE *file = number < 0 ? NULL : fdopen(number, "w");
    if (file == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "no temporary file can be made in /tmp");
    table_write_header(file, kind);
    if (fclose(file) != 0 || setenv(kind->variable, name, 1) != 0)
        return complain(EXIT_BAD_ARGUMENTS, "%s cannot be written", name);
    return EXIT_RIGHT;
}

/* The library's own choice shall not come from an older table, nor may one that no longer fits stand in the way. */
static enum exit_status open_without_tables(struct backend *backend, enum device_choice device) {
    char names[KINDS][32];
    enum exit_status status = EXIT_RIGHT;
    for (int i = 0; i < KINDS; i++) {
        strcpy(names[i], "/tmp/smallm-tune-XXXXXX");
        if (status == EXIT_RIGHT)
            status = empty_table(names[i], kinds[i]);
    }
    unsetenv("SMALLM_KERNEL");
    if (status == EXIT_RIGHT)
        status = backend_open(backend, device);
    for (int i = 0; i < KINDS; i++)
        unlink(names[i]);
    return status;
}

/* The first candidate that is right. */
static enum exit_status tune_cell(struct tuning *tuning, const struct cell *cell) {
    struct candidate best[RANKED];
    char text[CELL_TEXT];
    const size_t count = rank_candidates(best, tuning->backend.context, tuning->kind, cell);
    if (count == 0) {
        progress_clear();
        complain(EXIT_DECLINED, "no row for %s: %s", cell_text(text, tuning->kind, cell), smallm_last_error());
        return EXIT_RIGHT;
    }
    if (best[0].worst > tuning->kind->most) {
        tuning->left++;
        return EXIT_RIGHT;
    }
    for (size_t i = 0; i < count; i++) {
        const enum verdict verdict =
            tuning->options->check ? checker_ask(&tuning->checker, &best[i], cell) : VERDICT_RIGHT;
        if (verdict == VERDICT_NO_DEVICE)
            return EXIT_NO_DEVICE;
        if (verdict == VERDICT_RIGHT)
            return table_add(&tuning->table, cell, &best[i]);
    }
    progress_clear();
    complain(EXIT_WRONG_RESULT, "no row for %s: the best %zu kernels are wrong", cell_text(text, tuning->kind, cell),
             count);
    return EXIT_RIGHT;
}

static void drop_known(struct tuning *tuning) {
    struct cells *cells = &tuning->cells;
    size_t left = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (!table_has(&tuning->table, &cells->cell[i]))
            cells->cell[left++] = cells->cell[i];
    cells->count = left;
}

static enum exit_status tune_all(struct tuning *tuning) {
    const struct cells *cells = &tuning->cells;
    size_t unsaved = 0;
    for (size_t i = 0; i < cells->count; i++) {
        progress_show(i, cells->count, tuning->checker.checks);
        enum exit_status status = tune_cell(tuning, &cells->cell[i]);
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
    enum exit_status status = tuning->kind->read(&tuning->cells, options);
    if (status == EXIT_RIGHT)
        status = open_without_tables(&tuning->backend, options->device);
    if (status == EXIT_RIGHT)
        status = checker_open(&tuning->checker, tuning->kind, &tuning->backend);
    tuning->table = (struct table){.kind = tuning->kind,
                                   .file = options->out,
                                   .device = tuning->backend.info.device_name,
                                   .checked = options->check};
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
        status = exit_status_of(tuning->kind->check_table(options->out, NULL, NULL, NULL));
    if (status != EXIT_RIGHT)
        return status;
    fprintf(stderr, "smallm-tune: %zu rows, %zu cells tuned now, %zu of them left to the cost model; ",
            tuning->table.count, tuning->cells.count, tuning->left);
    fprintf(stderr, "%zu checks of kernels, %zu wrong\n", tuning->checker.checks, tuning->checker.wrong);
    return tuning->checker.wrong == 0 ? EXIT_RIGHT : EXIT_WRONG_RESULT;
}

int main(int argc, char **argv) {
    if (argc >= 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(tune_usage, stdout);
        return EXIT_RIGHT;
    }
    struct tuning tuning = {0};
    for (int i = 0; i < KINDS && argc >= 2; i++)
        if (strcmp(argv[1], kinds[i]->name) == 0)
            tuning.kind = kinds[i];
    if (tuning.kind == NULL) {
        fputs(tune_usage, stderr);
        return complain(EXIT_BAD_ARGUMENTS, "the first word must be dense or moe");
    }
    struct tune_options options;
    enum exit_status status = tune_options_parse(&options, tuning.kind->shapes, argc - 1, argv + 1);
    if (status != EXIT_RIGHT)
        return status;
    tuning.options = &options;
    status = tune(&tuning);
    cells_free(&tuning.cells);
    table_free(&tuning.table);
    checker_close(&tuning.checker);
    backend_close(&tuning.backend);
    return status;
}
