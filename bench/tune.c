/* smallm-tune: choose the kernel of every cell of a list and write the choices as a dispatch table. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tune_check.h"
#include "tune_progress.h"
#include "tune_table.h"
#include "tune_time.h"

/* Cells between two saves; a timed one takes seconds, and each is saved. */
enum { SAVE_EVERY = 64 };

static const struct tune_kind *const kinds[] = {&tune_dense, &tune_moe};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

struct tuning {
    const struct tune_kind *kind;
    const struct tune_options *options;
    struct backend backend;
    struct checker checker;
    struct timer timer;
    struct table table;
    struct cells cells;
    size_t left;  /* to the cost model */
    size_t later; /* past --most */
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

/* How much more than the library's own choice a candidate may take by the cost model: where launches are timed, what
 * the cost model may be wrong by is added. 0: no matter. */
static double most_modelled(const struct tuning *tuning) {
    static const double cost_model_error = 0.1;
    return tuning->kind->most * (tuning->options->timed ? 1 + cost_model_error : 1);
}

/* The first candidates that are right, `most` of them; where there are to be several, no kernel takes all places. */
static enum exit_status pick_right(struct candidate *right, size_t *count, size_t most, struct tuning *tuning,
                                   const struct cell *cell, const struct ranking *ranking) {
    const double limit = most_modelled(tuning);
    char text[CELL_TEXT];
    size_t wrong = 0;
    *count = 0;
    for (size_t i = 0; i < ranking->count && *count < most; i++) {
        const struct candidate *candidate = &ranking->best[i];
        size_t same = 0;
        for (size_t j = 0; j < *count; j++)
            same += right[j].kernel == candidate->kernel;
        if (same == TIMED_OF_A_KERNEL || (limit > 0 && candidate->worst > limit))
            continue;
        const enum verdict verdict =
            tuning->options->check ? checker_ask(&tuning->checker, candidate, cell) : VERDICT_RIGHT;
        if (verdict == VERDICT_NO_DEVICE)
            return EXIT_NO_DEVICE;
        if (verdict == VERDICT_RIGHT)
            right[(*count)++] = *candidate;
        else
            wrong++;
    }
    if (*count == 0) {
        progress_clear();
        complain(EXIT_WRONG_RESULT, "no row for %s: the best %zu kernels are wrong",
                 cell_text(text, tuning->kind, cell), wrong);
    }
    return EXIT_RIGHT;
}

static enum exit_status leave(struct tuning *tuning, const struct cell *cell) {
    tuning->left++;
    return table_leave(&tuning->table, cell);
}

static enum exit_status tune_cell(struct tuning *tuning, const struct cell *cell) {
    const double most = tuning->kind->most;
    struct ranking ranking;
    struct candidate right[TIMED], chosen;
    size_t count;
    char text[CELL_TEXT];
    if (rank_candidates(&ranking, tuning->backend.context, tuning->kind, cell) == 0) {
        progress_clear();
        complain(EXIT_DECLINED, "no row for %s: %s", cell_text(text, tuning->kind, cell), smallm_last_error());
        table_drop(&tuning->table, cell);
        return EXIT_RIGHT;
    }
    if (most > 0 && ranking.best[0].worst > most_modelled(tuning))
        return leave(tuning, cell);
    enum exit_status status = pick_right(right, &count, tuning->options->timed ? TIMED : 1, tuning, cell, &ranking);
    if (status != EXIT_RIGHT)
        return status;
    if (count == 0) {
        table_drop(&tuning->table, cell);
        return EXIT_RIGHT;
    }
    chosen = right[0];
    if (tuning->options->timed)
        status = timer_choose(&chosen, &tuning->timer, right, count, cell, &ranking);
    if (status != EXIT_RIGHT)
        return status;
    return most > 0 && chosen.worst > most ? leave(tuning, cell) : table_add(&tuning->table, cell, &chosen);
}

static void drop_known(struct tuning *tuning) {
    struct cells *cells = &tuning->cells;
    size_t left = 0;
    for (size_t i = 0; i < cells->count; i++)
        if (!table_holds(&tuning->table, &cells->cell[i]))
            cells->cell[left++] = cells->cell[i];
    cells->count = left < tuning->options->most ? left : tuning->options->most;
    tuning->later = left - cells->count;
}

static enum exit_status tune_all(struct tuning *tuning) {
    const struct cells *cells = &tuning->cells;
    const size_t save_every = tuning->options->timed ? 1 : SAVE_EVERY;
    size_t unsaved = 0;
    for (size_t i = 0; i < cells->count; i++) {
        progress_show_timed(i, cells->count, tuning->checker.checks, tuning->timer.timings);
        enum exit_status status = tune_cell(tuning, &cells->cell[i]);
        if (status == EXIT_RIGHT && ++unsaved == save_every && tuning->table.file != NULL) {
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
    tuning->timer = (struct timer){&tuning->backend, tuning->kind, 0};
    tuning->table = (struct table){.kind = tuning->kind,
                                   .file = options->out,
                                   .device = tuning->backend.info.device_name,
                                   .method = options->timed ? timer_method(&tuning->timer) : "model",
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
            table_rows(&tuning->table), tuning->cells.count, tuning->left);
    fprintf(stderr, "%zu checks of kernels, %zu wrong; %zu launches timed\n", tuning->checker.checks,
            tuning->checker.wrong, tuning->timer.timings);
    if (tuning->later != 0)
        fprintf(stderr, "smallm-tune: %zu cells are left; --resume goes on with them\n", tuning->later);
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
