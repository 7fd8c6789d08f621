/* Every kernel of the library on two small shapes: one with tails wherever there can be one, and one whose K is shared
 * by two workgroups where the kernel can do that. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "selftest_parts.h"
#include "selftest_progress.h"
#include "tune_check.h"
#include "tune_trial.h"

/* K % 128 is 96, N no multiple of the tile, M below m_tile (where that can be) or weighted slots, a loop. */
static const unsigned all_tails = 3 | CLASS_N_TAIL;
/* K % 128 is 32, whole tiles of N and M. */
static const unsigned short_tail = 1 | CLASS_SHORT;

static enum exit_status gemm(struct selftest_trial *out, const struct backend *backend, const struct tune_kind *kind,
                             uint32_t index, unsigned at) {
    struct trial trial = {
        .backend = backend,
        .kind = kind,
        .kernel.size = sizeof trial.kernel,
        .name = smallm_kernel_name(index),
        .k_splits = 1,
    };
    smallm_kernel_get_properties(index, &trial.kernel);
    trial.class = at == 0 ? all_tails : short_tail;
    if (at == 0 && (kind == &tune_moe || trial.kernel.m_tile > 1))
        trial.class |= CLASS_VARIANT;
    if (at == 1 && trial.kernel.splits_k) {
        trial.k_splits = 2;
        trial.class |= CLASS_SPLIT;
    }
    trial_make_small(&trial);
    const enum verdict verdict = trial_run(&trial);
    snprintf(out->shape, sizeof out->shape, "rows=%u N=%u K=%u splits=%u", trial.rows, trial.n, trial.k,
             trial.k_splits);
    out->pass = verdict == VERDICT_RIGHT;
    out->compared = out->pass || trial.result.wrong != 0;
    out->rel_err = trial.result.rel_err;
    out->bound_ratio = trial.result.bound_ratio;
    out->wrong = trial.result.wrong;
    trial_free(&trial);
    return verdict == VERDICT_NO_DEVICE ? EXIT_NO_DEVICE : EXIT_RIGHT;
}

static enum exit_status one(struct selftest_trial *out, const struct backend *backend, uint32_t index, unsigned at) {
    const char *name = smallm_kernel_name(index);
    if (strncmp(name, "smallm_quantise_", 16) == 0)
        return selftest_quantise(out, backend, at);
    if (strncmp(name, "smallm_moe_sort_", 16) == 0)
        return selftest_moe_sort(out, backend, at);
    if (strncmp(name, "smallm_moe_", 11) == 0)
        return gemm(out, backend, &tune_moe, index, at);
    if (strncmp(name, "smallm_dense_", 13) == 0)
        return gemm(out, backend, &tune_dense, index, at);
    return complain(EXIT_WRONG_RESULT, "the self-test does not know what %s computes", name);
}

enum exit_status selftest_kernels(struct selftest_report *report) {
    const uint32_t count = smallm_kernel_count();
    report->kernel = calloc(count, sizeof *report->kernel);
    if (report->kernel == NULL)
        return complain(EXIT_BAD_ARGUMENTS, "there is no memory for the verdicts of %u kernels", count);
    enum exit_status status = EXIT_RIGHT;
    for (uint32_t i = 0; i < count && status == EXIT_RIGHT; i++) {
        struct selftest_kernel *kernel = &report->kernel[i];
        kernel->name = smallm_kernel_name(i);
        kernel->pass = true;
        report->kernels++;
        selftest_progress("kernels", i, count);
        for (unsigned at = 0; at < SELFTEST_MOST_TRIALS && status == EXIT_RIGHT; at++) {
            status = one(&kernel->trial[at], report->backend, i, at);
            kernel->trials++;
            kernel->pass = kernel->pass && kernel->trial[at].pass;
        }
    }
    selftest_progress_end();
    return status;
}
