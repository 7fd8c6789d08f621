#include "tune_check.h"

#include <stdlib.h>

#include "tune_trial.h"

enum { MFMA_K = 128 };

enum exit_status checker_open(struct checker *checker, const struct tune_kind *kind, const struct backend *backend) {
    *checker = (struct checker){.backend = backend, .kind = kind, .known = calloc(smallm_kernel_count(), CLASSES)};
    return checker->known != NULL ? EXIT_RIGHT : complain(EXIT_BAD_ARGUMENTS, "there is no memory for the verdicts");
}

void checker_close(struct checker *checker) {
    free(checker->known);
}

static unsigned class_of(const smallm_kernel_properties *kernel, uint32_t k_splits, unsigned n, unsigned k) {
    const unsigned slices = kernel->k_waves * k_splits, steps = (k + kernel->k_step - 1) / kernel->k_step;
    unsigned class = k % MFMA_K / SMALLM_BLOCK_K;
    if (n % kernel->n_tile != 0)
        class += CLASS_N_TAIL;
    if (k_splits > 1)
        class += CLASS_SPLIT;
    if (steps < slices)
        class += CLASS_IDLE;
    else if (steps <= slices * kernel->depth)
        class += CLASS_SHORT;
    return class;
}

/* Uneven slices wherever the class allows. */
static unsigned small_steps(const smallm_kernel_properties *kernel, unsigned slices, unsigned class) {
    if ((class & CLASS_IDLE) != 0)
        return slices / 2;
    if ((class & CLASS_SHORT) != 0)
        return slices * kernel->depth - (kernel->depth > 1);
    return slices * (kernel->depth + 1) + 1;
}

/* Two tiles of columns; the last K step of a kernel whose steps are longer than a matrix instruction's is not full. */
void trial_make_small(struct trial *trial) {
    const smallm_kernel_properties *kernel = &trial->kernel;
    const unsigned steps = small_steps(kernel, kernel->k_waves * trial->k_splits, trial->class);
    const unsigned tail = trial->class % CLASS_TAILS * SMALLM_BLOCK_K;
    const unsigned last = tail == 0 && kernel->k_step == MFMA_K ? MFMA_K : kernel->k_step - MFMA_K + tail;
    trial->k = (steps - 1) * kernel->k_step + last;
    trial->n = 2 * kernel->n_tile - ((trial->class & CLASS_N_TAIL) != 0);
}

enum verdict checker_ask(struct checker *checker, const struct candidate *candidate, const struct cell *cell) {
    struct trial trial = {
        .backend = checker->backend,
        .kind = checker->kind,
        .kernel.size = sizeof trial.kernel,
        .name = smallm_kernel_name(candidate->kernel),
        .k_splits = candidate->k_splits > 1 ? 2 : 1,
    };
    unsigned n, k;
    char text[CELL_TEXT];
    smallm_kernel_get_properties(candidate->kernel, &trial.kernel);
    checker->kind->sizes(&n, &k, cell);
    trial.class = class_of(&trial.kernel, candidate->k_splits, n, k);
    if (checker->kind->variant(cell, &trial.kernel))
        trial.class += CLASS_VARIANT;
    unsigned char *known = &checker->known[candidate->kernel * CLASSES + trial.class];
    if (*known != VERDICT_UNKNOWN)
        return *known;
    trial_make_small(&trial);
    checker->checks++;
    *known = (unsigned char)trial_run(&trial);
    trial_free(&trial);
    if (*known == VERDICT_WRONG) {
        checker->wrong++;
        complain(EXIT_WRONG_RESULT, "%s is left out of the table for cells like %s with k_splits %u", trial.name,
                 cell_text(text, checker->kind, cell), candidate->k_splits);
    }
    return *known;
}
