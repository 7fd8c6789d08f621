#include "tune_trial.h"

#include <stdlib.h>

#include "smallm/workspace.h"
#include "tune_progress.h"

const double trial_x_deviation = 0.5, trial_w_deviation = 0.1;

bool trial_tensor(struct trial *trial, int tensor, size_t bytes) {
    trial->bytes[tensor] = bytes;
    trial->host[tensor] = malloc(bytes);
    return trial->host[tensor] != NULL;
}

static enum exit_status upload(struct trial *trial) {
    const struct backend *backend = trial->backend;
    /* NaN in Out, so that an element that the kernel leaves out is seen. */
    enum exit_status status = backend_place(backend, &trial->device[OUT], NULL, 0xff, trial->bytes[OUT]);
    for (int i = INPUTS; i < MOST_TENSORS && status == EXIT_RIGHT; i++)
        if (trial->bytes[i] != 0)
            status = backend_place(backend, &trial->device[i], trial->host[i], 0, trial->bytes[i]);
    if (status != EXIT_RIGHT || trial->bytes[WORKSPACE] == 0)
        return status;
    status = backend_place(backend, &trial->device[WORKSPACE], NULL, 0, trial->bytes[WORKSPACE]);
    if (status != EXIT_RIGHT)
        return status;
    return exit_status_of(
        smallm_workspace_init(backend->context, trial->device[WORKSPACE], trial->bytes[WORKSPACE], NULL));
}

/* A launch that fails in the simulator is the kernel's fault; on a GPU nothing that follows could be trusted. */
static enum verdict launch(const struct trial *trial) {
    const struct backend *backend = trial->backend;
    const smallm_status status = trial->kind->trial_execute(trial);
    hipError_t error = hipSuccess;
    if (status == SMALLM_OK)
        error = backend->hipDeviceSynchronize();
    if (status == SMALLM_OK && error == hipSuccess)
        return VERDICT_RIGHT;
    const char *why = status != SMALLM_OK ? smallm_last_error() : backend->hipGetErrorString(error);
    progress_clear();
    complain(EXIT_NO_DEVICE, "%s failed at rows=%u N=%u K=%u: %s%s%s", trial->name, trial->rows, trial->n, trial->k,
             why, backend->sim.present ? "; " : "", backend->sim.present ? backend->sim.gfx950sim_findings() : "");
    return backend->sim.present ? VERDICT_WRONG : VERDICT_NO_DEVICE;
}

enum verdict trial_run(struct trial *trial) {
    smallm_plan_info info = {.size = sizeof info};
    if (exit_status_of(trial->kind->trial_plan(trial)) != EXIT_RIGHT ||
        exit_status_of(smallm_plan_get_info(trial->plan, &info)) != EXIT_RIGHT)
        return VERDICT_WRONG;
    trial->bytes[WORKSPACE] = info.workspace_bytes;
    if (!trial->kind->trial_inputs(trial)) {
        complain(EXIT_BAD_ARGUMENTS, "there is no memory for rows=%u N=%u K=%u", trial->rows, trial->n, trial->k);
        return VERDICT_NO_DEVICE;
    }
    if (upload(trial) != EXIT_RIGHT)
        return VERDICT_NO_DEVICE;
    const enum verdict verdict = launch(trial);
    if (verdict != VERDICT_RIGHT)
        return verdict;
    if (backend_fetch(trial->backend, trial->host[OUT], trial->device[OUT], trial->bytes[OUT]) != EXIT_RIGHT)
        return VERDICT_NO_DEVICE;
    const struct check_result result = trial->kind->trial_check(trial);
    trial->result = result;
    if (result.pass)
        return VERDICT_RIGHT;
    progress_clear();
    complain(
        EXIT_WRONG_RESULT,
        "%s is wrong at rows=%u N=%u K=%u k_splits=%u: %zu of %zu elements are past their bound, worst at row %zu, "
        "column %zu; rel_err %.3e",
        trial->name, trial->rows, trial->n, trial->k, trial->k_splits, result.wrong, (size_t)trial->rows * trial->n,
        result.worst_row, result.worst_column, result.rel_err);
    return VERDICT_WRONG;
}

void trial_free(struct trial *trial) {
    for (int i = 0; i < MOST_TENSORS; i++) {
        if (trial->device[i] != NULL)
            trial->backend->hipFree(trial->device[i]);
        free(trial->host[i]);
    }
    free(trial->sum);
    free(trial->magnitude);
    moe_rows_free(&trial->routed);
    smallm_plan_destroy(trial->plan);
}
